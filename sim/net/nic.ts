import { assert } from '../kernel/assert.ts';
import { hostAddress, interfaceOf } from './address.ts';
import { DropReason } from './drop-reason.ts';
import { RESUMED, type Fabric } from './fabric.ts';
import { ReceiveRing } from './receive-ring.ts';
import { Line, type LineOptions, type LineOwner } from './line.ts';
import { hostPlace } from './places.ts';
import { NetKind } from './trace-kinds.ts';
import { childId } from '../kernel/identity.ts';
import { UNREACHABLE_GAP_NS, UnreachableCode, type Unreachable } from './unreachable.ts';
import type { PacketSink } from './lines.ts';
import type { Packet } from './packet.ts';
import type { Bytes, Nanos } from '../../protocol/core/units.ts';
import type { Contender, Touchable } from '../kernel/choice.ts';
import type { EventHandler } from '../kernel/kernel.ts';

/** What a host does with its NIC. */
export interface HostPort {
  /** A datagram arrived. The packet is the callee's now, who must release it (or send it on), at once or later. */
  onPacket(packet: Packet): void;
  /** The NIC's queue is at or below its low-water mark, after `Nic.requestRoom()`. */
  onTransmitRoom(): void;
  /** The network says that a packet of this NIC could not be delivered. Whoever wants to can forge that. */
  onUnreachable?(about: Unreachable): void;
  /** The NIC's link is down, or up again. What is sent meanwhile is lost. */
  onCarrier?(isUp: boolean): void;
}

export interface NicOptions {
  /** Name of the location: `host[3]`. */
  readonly name: string;
  readonly host: number;
  readonly nic: number;
  /** Most bytes handed over and not yet on the wire; what exceeds it is dropped. */
  readonly queueBytesMax: Bytes;
  /** `requestRoom()` calls back when no more than this waits. */
  readonly queueBytesLow: Bytes;
}

// Second argument of an event; 0 is an arrival.
const EGRESS_RESUMED = 2;
const ROOM = 3;

/**
 * A host's network interface. Its queue is first-in-first-out, so the wire time of a packet is known when it is handed
 * over and no event is needed until it arrives at the far end.
 */
export class Nic implements EventHandler, LineOwner, PacketSink {
  readonly #fabric: Fabric;
  readonly #interface: number;
  /** Null, the usual case: the host takes what arrives at once. */
  #ring: ReceiveRing | null = null;
  #port: HostPort | null = null;
  readonly where: number;
  receivedPackets = 0;
  receivedBytes: Bytes = 0;
  /** Number of the uplink. */
  readonly #line: number;
  readonly #queueBytesMax: Bytes;
  /** Address of port 0. */
  readonly address: number;
  sentPackets = 0;
  sentBytes: Bytes = 0;
  readonly host: number;
  readonly nic: number;
  readonly uplink: Line;
  readonly #queueBytesLow: Bytes;
  #roomRequested = false;
  /** The event of an older epoch is void. */
  #roomEpoch = 0;
  #nextMessageNs: Nanos = 0;

  constructor(fabric: Fabric, far: PacketSink, link: Omit<LineOptions, 'where'>, options: NicOptions) {
    this.#fabric = fabric;
    this.host = options.host;
    this.nic = options.nic;
    this.address = hostAddress(options.host, options.nic);
    this.where = fabric.addLocation(options.name);
    this.uplink = new Line(fabric, far, { ...link, where: this.where });
    this.uplink.owner = this;
    this.#line = this.uplink.index;
    this.#queueBytesMax = options.queueBytesMax;
    this.#queueBytesLow = options.queueBytesLow;
    this.#interface = interfaceOf(this.address);
  }

  /** Who gets the packets; null: nobody, they are dropped. */
  bind(port: HostPort | null): void {
    this.#port = port;
  }

  /**
   * The host takes nothing until `resume()`: what arrives waits, `packetsMax` packets of it. The rest is dropped for `reason`, and
   * so is what waits already and is too much now.
   */
  hold(packetsMax: number, reason: DropReason): void {
    const waiting = this.#ring?.waiting ?? [];
    this.#ring = new ReceiveRing(packetsMax, reason, waiting.slice(0, packetsMax));
    for (const index of waiting.slice(packetsMax)) this.#fabric.drop(this.#at(index), this.where, reason);
  }

  /** The host takes what has waited, and from now on everything at once. */
  resume(): void {
    const ring = this.#ring;
    this.#ring = null;
    for (const index of ring?.waiting ?? []) this.#deliver(this.#at(index));
  }

  /** Packets that wait for `resume()`. */
  get heldPackets(): number {
    return this.#ring?.waiting.length ?? 0;
  }

  /** Bytes (with headers) handed over and not yet on the wire. */
  get queuedBytes(): Bytes {
    return this.#fabric.lines.backlogBytes(this.#line, this.#fabric.kernel.now);
  }

  /** Whether a datagram of `lengthBytes` fits into the queue now. */
  hasRoom(lengthBytes: Bytes): boolean {
    return this.queuedBytes + lengthBytes + this.#fabric.headerBytes <= this.#queueBytesMax;
  }

  /** Asks for one `onTransmitRoom`, as soon as the queue is at its low-water mark: in an event of its own. */
  requestRoom(): void {
    if (this.#roomRequested) return;
    this.#roomRequested = true;
    this.#scheduleRoom();
  }

  /** An empty packet for `send`, with this NIC as its source. */
  take(): Packet {
    const packet = this.#fabric.packets.take();
    packet.source = this.address;
    return packet;
  }

  /** Sends a packet with datagram, source, destination, priority and ecn set. It is the network's from now on. */
  send(packet: Packet): void {
    assert(packet.inUse && interfaceOf(packet.source) === this.#interface, 'a NIC sends what is its own');
    const fabric = this.#fabric;
    const now = fabric.kernel.now;
    packet.id = fabric.nextPacketId();
    packet.sentNs = now;
    packet.nicNumber = fabric.nicNumber(packet.destination);
    packet.wireBytes = packet.lengthBytes + fabric.headerBytes;
    this.sentPackets++;
    this.sentBytes += packet.wireBytes;
    fabric.statistics.countSent(now, packet.wireBytes);
    const hash = packet.contentHash();
    const size = packet.wireBytes * 8 + packet.priority;
    fabric.trace.record(now, NetKind.SENT, this.where, packet.id, packet.destination, size, hash);
    const monitor = fabric.monitor;
    if (monitor !== null && !fabric.consult(monitor, 'egress', packet, this.where, this, EGRESS_RESUMED))
      return;
    this.#egress(packet);
  }

  receive(index: number): void {
    const fabric = this.#fabric;
    const packet = fabric.packets.at(index);
    const monitor = fabric.monitor;
    if (monitor !== null && !fabric.consult(monitor, 'delivery', packet, this.where, this, RESUMED)) return;
    this.#deliver(packet);
  }

  placesOf(): Touchable[] {
    return [hostPlace(this.host)];
  }

  competes(_a: number, stage: number): Contender {
    const kind = stage === RESUMED ? 'delivery' : 'wake';
    return {
      kind,
      id: childId(this.address, stage),
      label: `host[${this.host}]: NIC`,
      touches: this.placesOf(),
    };
  }

  onEvent(a: number, stage: number): void {
    if (stage === ROOM) this.#onRoom(a);
    else if (stage === EGRESS_RESUMED) this.#egress(this.#fabric.packets.at(a));
    else this.#deliver(this.#fabric.packets.at(a));
  }

  onRateChange(): void {
    this.#roomEpoch++;
    if (this.#roomRequested) this.#scheduleRoom();
  }

  onCarrierChange(): void {
    this.#port?.onCarrier?.(this.uplink.isUp);
  }

  #egress(packet: Packet): void {
    if (this.queuedBytes + packet.wireBytes > this.#queueBytesMax) {
      this.#fabric.drop(packet, this.where, DropReason.NIC_QUEUE_FULL, this.queuedBytes);
    } else {
      this.#fabric.lines.transmit(this.#line, packet.index, false);
    }
  }

  #deliver(packet: Packet): void {
    const fabric = this.#fabric;
    assert(interfaceOf(packet.destination) === this.#interface, 'a packet arrives where it was sent');
    if (this.#ring !== null) {
      if (!this.#ring.take(packet.index)) fabric.drop(packet, this.where, this.#ring.dropReason);
      return;
    }
    if (packet.unreachable !== null) {
      this.#tell(packet, packet.unreachable);
      return;
    }
    if (this.#port === null) {
      this.#refuse(packet);
      return;
    }
    const bytes = packet.wireBytes;
    this.receivedPackets++;
    this.receivedBytes += bytes;
    fabric.statistics.deliveredPackets++;
    fabric.statistics.deliveredBytes += bytes;
    const size = bytes * 8 + packet.priority;
    const { now } = fabric.kernel;
    fabric.trace.record(now, NetKind.DELIVERED, this.where, packet.id, packet.source, size, packet.ecn);
    this.#port.onPacket(packet);
  }

  /** An ICMP message; its source is the address that it is about. */
  #tell(message: Packet, code: UnreachableCode): void {
    const { kernel, statistics, trace } = this.#fabric;
    statistics.unreachableDelivered++;
    trace.record(kernel.now, NetKind.TOLD_UNREACHABLE, this.where, message.id, message.source, code, 0);
    const quoted = message.datagram();
    this.#port?.onUnreachable?.({
      code,
      source: message.destination,
      destination: message.source,
      quoted,
    });
    message.release();
  }

  #at(index: number): Packet {
    return this.#fabric.packets.at(index);
  }

  #refuse(packet: Packet): void {
    const { now } = this.#fabric.kernel;
    if (now >= this.#nextMessageNs) {
      this.#nextMessageNs = now + UNREACHABLE_GAP_NS;
      const message = this.#fabric.unreachable(packet, this.where, UnreachableCode.PORT);
      if (message !== null) this.#egress(message);
    }
    this.#fabric.drop(packet, this.where, DropReason.NO_HOST);
  }

  #onRoom(epoch: number): void {
    if (epoch !== this.#roomEpoch) return;
    // Packets handed over since the request have moved the time.
    if (this.queuedBytes > this.#queueBytesLow) {
      this.#scheduleRoom();
      return;
    }
    this.#roomRequested = false;
    this.#port?.onTransmitRoom();
  }

  #scheduleRoom(): void {
    const { kernel, lines } = this.#fabric;
    const atNs = Math.max(kernel.now, lines.backlogFallsToAtNs(this.#line, this.#queueBytesLow));
    kernel.post(atNs, this, this.#roomEpoch, ROOM);
  }
}
