import { assert } from '../kernel/assert.ts';
import { hostAddress, interfaceOf } from './address.ts';
import { contentHash } from './content-hash.ts';
import { DropReason } from './drop-reason.ts';
import { RESUMED, type Fabric } from './fabric.ts';
import { Line, type LineOptions } from './line.ts';
import { NetKind } from './trace-kinds.ts';
import type { Packet } from './packet.ts';
import type { Bytes } from '../../protocol/core/units.ts';
import type { EventHandler } from '../kernel/kernel.ts';

/** What a host does with its NIC. */
export interface HostPort {
  /** A datagram arrived. The packet is the callee's now, who must release it (or send it on), at once or later. */
  onPacket(packet: Packet): void;
  /** The NIC's queue is at or below its low-water mark, after `Nic.requestRoom()`. */
  onTransmitRoom(): void;
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
export class Nic implements EventHandler {
  readonly host: number;
  readonly nic: number;
  readonly where: number;
  /** Address of port 0. */
  readonly address: number;
  readonly uplink: Line;
  sentPackets = 0;
  sentBytes: Bytes = 0;
  receivedPackets = 0;
  receivedBytes: Bytes = 0;
  readonly #fabric: Fabric;
  readonly #queueBytesMax: Bytes;
  readonly #queueBytesLow: Bytes;
  readonly #interface: number;
  #port: HostPort | null = null;
  #roomRequested = false;

  constructor(fabric: Fabric, far: EventHandler, link: Omit<LineOptions, 'where'>, options: NicOptions) {
    this.#fabric = fabric;
    this.host = options.host;
    this.nic = options.nic;
    this.address = hostAddress(options.host, options.nic);
    this.where = fabric.addLocation(options.name);
    this.uplink = new Line(fabric, far, { ...link, where: this.where });
    this.#queueBytesMax = options.queueBytesMax;
    this.#queueBytesLow = options.queueBytesLow;
    this.#interface = interfaceOf(this.address);
  }

  /** Who gets the packets; null: nobody, they are dropped. */
  bind(port: HostPort | null): void {
    this.#port = port;
  }

  /** Bytes (with headers) handed over and not yet on the wire. */
  get queuedBytes(): Bytes {
    return this.uplink.backlogBytes(this.#fabric.kernel.now);
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
    packet.wireBytes = packet.lengthBytes + fabric.headerBytes;
    this.sentPackets++;
    this.sentBytes += packet.wireBytes;
    fabric.statistics.countSent(now, packet.wireBytes);
    const hash = contentHash(packet.bytes, packet.lengthBytes);
    const size = packet.wireBytes * 8 + packet.priority;
    fabric.trace.record(now, NetKind.SENT, this.where, packet.id, packet.destination, size, hash);
    const monitor = fabric.monitor;
    if (monitor !== null && !fabric.consult(monitor, 'egress', packet, this.where, this, EGRESS_RESUMED))
      return;
    this.#egress(packet);
  }

  onEvent(index: number, stage: number): void {
    if (stage === ROOM) this.#onRoom();
    else if (stage === EGRESS_RESUMED) this.#egress(this.#fabric.packets.at(index));
    else this.#arrive(this.#fabric.packets.at(index), stage);
  }

  #egress(packet: Packet): void {
    if (this.queuedBytes + packet.wireBytes > this.#queueBytesMax) {
      this.#fabric.drop(packet, this.where, DropReason.NIC_QUEUE_FULL, this.queuedBytes);
    } else {
      this.uplink.transmit(packet, false);
    }
  }

  #arrive(packet: Packet, stage: number): void {
    const fabric = this.#fabric;
    assert(interfaceOf(packet.destination) === this.#interface, 'a packet arrives where it was sent');
    const monitor = fabric.monitor;
    if (monitor !== null && stage !== RESUMED) {
      if (!fabric.consult(monitor, 'delivery', packet, this.where, this, RESUMED)) return;
    }
    if (this.#port === null) {
      fabric.drop(packet, this.where, DropReason.NO_HOST);
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

  #onRoom(): void {
    // Packets handed over since the request have moved the time.
    if (this.queuedBytes > this.#queueBytesLow) {
      this.#scheduleRoom();
      return;
    }
    this.#roomRequested = false;
    this.#port?.onTransmitRoom();
  }

  #scheduleRoom(): void {
    const { kernel } = this.#fabric;
    kernel.schedule(Math.max(kernel.now, this.uplink.backlogFallsToAtNs(this.#queueBytesLow)), this, 0, ROOM);
  }
}
