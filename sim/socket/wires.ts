import { checkRatio } from '../task/check.ts';
import { configInteger } from '../net/config-error.ts';
import { HOSTS_MAX, hostAddress, hostOf } from '../net/address.ts';
import { DropReason } from '../net/drop-reason.ts';
import { Fabric, RESUMED, type NetworkEnvironment } from '../net/fabric.ts';
import { Impairment } from '../net/faults/impairment.ts';
import { Loss, Reordering, type LineFault } from '../net/faults/line-fault.ts';
import { Line } from '../net/line.ts';
import { RATE_BPS_MAX } from '../net/line-rate.ts';
import { Network, type NetworkHost } from '../net/network.ts';
import { HeadNumber, PacketTime, PacketWord } from '../net/packet-fields.ts';
import { hostPlace } from '../net/places.ts';
import { NetKind } from '../net/trace-kinds.ts';
import type { HostInterface } from './host-interface.ts';
import type { RunObserver } from './run-observer.ts';
import type { Fate } from '../net/faults/fate.ts';
import { Chance, type Ratio } from '../net/faults/chance.ts';
import type { PacketSink } from '../net/lines.ts';
import type { HostPort } from '../net/nic.ts';
import type { Packet } from '../net/packet.ts';
import { childId } from '../kernel/identity.ts';
import type { Contender, Touchable } from '../kernel/choice.ts';
import type { EventHandler } from '../kernel/kernel.ts';
import type { Bytes, Nanos } from '../../protocol/core/units.ts';

/** Every two hosts are joined by a wire of their own: packets take time and may get lost, but never meet. */
export interface WiresOptions {
  readonly kind: 'wires';
  /** From host to host, default 50 µs. */
  readonly latencyNs?: Nanos;
  /** 1 … so many more, evenly distributed, so that packets overtake each other; default 0: none. */
  readonly jitterNs?: Nanos;
  /** Share of the packets that get lost, default none. */
  readonly loss?: Ratio;
  /** Longest packet, IP and UDP headers included; default 1500. */
  readonly mtuBytes?: Bytes;
}

/** What there is, for whoever writes it wrong. */
export const WIRES_OPTIONS: Readonly<Record<keyof WiresOptions, true>> = {
  kind: true,
  latencyNs: true,
  jitterNs: true,
  loss: true,
  mtuBytes: true,
};

const LATENCY_NS = 50_000;
const MTU_BYTES = 1500;
const HEADER_BYTES = 28;
const SERIES_BIN_NS = 1000;
const DELAY_NS_MAX = 1e12;
/** Second argument of an event; RESUMED is before the delivery. */
const EGRESS_RESUMED = 2;
const NEVER_LOST: Ratio = { numerator: 0, denominator: 1 };
const ALWAYS: Ratio = { numerator: 1, denominator: 1 };

/**
 * The wires and the hosts at their ends, which are made when they are first asked for. Each host has a link, as in other networks, so
 * that faults find something to act on: what it sends spends its latency on the way up, and takes no time down.
 */
export class Wires implements PacketSink {
  readonly network: Network;
  readonly fabric: Fabric;
  readonly latencyNs: Nanos;
  readonly mtuBytes: Bytes;
  readonly #jitterNs: Nanos;
  readonly #loss: Ratio;
  readonly #observer: RunObserver | undefined;
  readonly #ends: WireEnd[] = [];
  /** What the network shows of them. */
  readonly #hosts: NetworkHost[] = [];
  // The host of the packet before: many go where that went.
  #lastDestination = -1;
  #lastEnd: WireEnd | undefined;

  /** Throws NetworkConfigError. */
  constructor(environment: NetworkEnvironment, options: WiresOptions, observer?: RunObserver) {
    this.#observer = observer;
    const { loss = NEVER_LOST } = options;
    checkRatio('loss', loss);
    this.latencyNs = configInteger('latencyNs', options.latencyNs ?? LATENCY_NS, 0, DELAY_NS_MAX);
    this.#jitterNs = configInteger('jitterNs', options.jitterNs ?? 0, 0, DELAY_NS_MAX);
    configInteger('loss.denominator', loss.denominator, 1, 2 ** 32);
    configInteger('loss.numerator', loss.numerator, 0, loss.denominator);
    this.#loss = loss;
    this.mtuBytes = configInteger('mtuBytes', options.mtuBytes ?? MTU_BYTES, HEADER_BYTES + 1, 65_535);
    this.fabric = new Fabric(environment, {
      hosts: HOSTS_MAX,
      nics: 1,
      datagramBytesMax: this.mtuBytes - HEADER_BYTES,
      headerBytes: HEADER_BYTES,
      seriesBinNs: SERIES_BIN_NS,
    });
    this.network = new Network(this.fabric, this.#hosts, [], []);
  }

  host(index: number): HostInterface {
    for (let next = this.#ends.length; next <= index; next++) {
      const end = new WireEnd(this, next);
      end.up.impairment = this.#impairmentOf(next);
      if (this.fabric.kernel.windowNs > 0) end.up.loosen();
      this.#ends.push(end);
      this.#hosts.push({ index: next, nics: [], links: [{ up: end.up, down: end.down }] });
      this.#lastDestination = -1;
    }
    return this.#ends[index] as WireEnd;
  }

  /** A packet has come up from its sender. */
  receive(index: number): void {
    const { packets } = this.fabric;
    const packet = packets.at(index);
    const destination = packets.times[8 * index + PacketTime.DESTINATION] as number;
    if (destination !== this.#lastDestination) {
      this.#lastDestination = destination;
      this.#lastEnd = this.#ends[hostOf(destination)];
    }
    const end = this.#lastEnd;
    if (end === undefined) this.fabric.drop(packet, 0, DropReason.NO_ROUTE);
    else end.arrive(packet);
  }

  /** Whatever takes the packet says so itself. */
  placesOf(): Touchable[] {
    return [];
  }

  /** What the options ask for, as faults that never end. */
  #impairmentOf(host: number): Impairment | null {
    const { rng } = this.fabric;
    const faults: LineFault[] = [];
    if (this.#loss.numerator > 0) {
      const chance = new Chance(rng.fork(`net/wires/host[${host}]/loss`), this.#loss);
      faults.push(this.#observer === undefined ? new Loss(chance) : new ObservedLoss(chance, this.#observer));
    }
    if (this.#jitterNs > 0) {
      const draws = rng.fork(`net/wires/host[${host}]/jitter`);
      faults.push(new Reordering(new Chance(draws, ALWAYS), () => 1 + draws.below(this.#jitterNs)));
    }
    return faults.length === 0 ? null : new Impairment(faults);
  }
}

/** Draws as Loss does; somebody else has the last word. */
class ObservedLoss implements LineFault {
  readonly #chance: Chance;
  readonly #observer: RunObserver;

  constructor(chance: Chance, observer: RunObserver) {
    this.#chance = chance;
    this.#observer = observer;
  }

  decide({ source, destination }: Packet, fate: Fate): boolean {
    const isLost = this.#observer.onLoss(this.#chance.happens(), source, destination);
    if (isLost) fate.lost ??= DropReason.LOSS;
    return isLost;
  }
}

/** Where a host meets its wires. */
class WireEnd implements HostInterface, EventHandler, PacketSink {
  readonly address: number;
  readonly up: Line;
  readonly down: Line;
  readonly #fabric: Fabric;
  readonly #where: number;
  readonly #upIndex: number;
  readonly #host: number;
  #port: HostPort | null = null;

  constructor(wires: Wires, host: number) {
    const { fabric, latencyNs, mtuBytes } = wires;
    this.#fabric = fabric;
    this.#host = host;
    const name = `host[${host}]`;
    const where = fabric.addLocation(name);
    this.#where = where;
    this.address = hostAddress(host);
    const line = (direction: string, far: PacketSink, delayNs: Nanos): Line =>
      new Line(fabric, far, {
        name: `link/${name}/${direction}`,
        where,
        rateBps: RATE_BPS_MAX,
        delayNs,
        mtuBytes,
      });
    this.up = line('up', wires, latencyNs);
    this.down = line('down', this, 0);
    this.#upIndex = this.up.index;
  }

  bind(port: HostPort | null): void {
    this.#port = port;
  }

  take(): Packet {
    return this.#fabric.packets.take();
  }

  send(packet: Packet): void {
    const fabric = this.#fabric;
    const { kernel, packets } = fabric;
    const { words, times } = packets;
    const { index } = packet;
    const { now } = kernel;
    const bytes = packet.lengthBytes + fabric.headerBytes;
    const id = fabric.nextPacketId();
    // In one go: each setter would look for the memory anew.
    times[8 * index + PacketTime.ID] = id;
    packets.headNumbers[8 * index + HeadNumber.SENT_NS] = now;
    words[16 * index + PacketWord.WIRE_BYTES] = bytes;
    const destination = times[8 * index + PacketTime.DESTINATION] as number;
    const size = bytes * 8 + ((words[16 * index + PacketWord.CLASS] as number) & 7);
    fabric.statistics.countSent(now, bytes);
    fabric.trace.record(now, NetKind.SENT, this.#where, id, destination, size, packet.contentHash());
    const { monitor } = fabric;
    if (monitor === null || fabric.consult(monitor, 'egress', packet, this.#where, this, EGRESS_RESUMED)) {
      fabric.lines.transmitAtOnce(this.#upIndex, index);
    }
  }

  /** A packet that has come from the wire of its sender. */
  arrive(packet: Packet): void {
    const { down } = this;
    if (down.impairment === null && down.isUp) this.#received(packet);
    else this.#fabric.lines.transmitAtOnce(down.index, packet.index);
  }

  /** A packet that a fault of the downlink has let through. */
  receive(index: number): void {
    this.#received(this.#fabric.packets.at(index));
  }

  placesOf(): Touchable[] {
    return [hostPlace(this.#host)];
  }

  competes(_index: number, stage: number): Contender {
    const [place] = this.placesOf() as [Touchable];
    const kind = stage === RESUMED ? 'delivery' : 'wake';
    return { kind, id: childId(place.id as number, stage), label: `${place.label}: wire`, touches: [place] };
  }

  /** The packet comes back from a monitor. */
  onEvent(index: number, stage: number): void {
    if (stage === EGRESS_RESUMED) this.#fabric.lines.transmitAtOnce(this.#upIndex, index);
    else this.#deliver(this.#fabric.packets.at(index));
  }

  #received(packet: Packet): void {
    const { monitor } = this.#fabric;
    if (monitor === null || this.#fabric.consult(monitor, 'delivery', packet, this.#where, this, RESUMED)) {
      this.#deliver(packet);
    }
  }

  #deliver(packet: Packet): void {
    const fabric = this.#fabric;
    const { statistics } = fabric;
    const port = this.#port;
    if (port === null) {
      fabric.drop(packet, this.#where, DropReason.NO_HOST);
      return;
    }
    const { words, times } = fabric.packets;
    const { index } = packet;
    const bytes = words[16 * index + PacketWord.WIRE_BYTES] as number;
    const bits = words[16 * index + PacketWord.CLASS] as number;
    const id = times[8 * index + PacketTime.ID] as number;
    const source = times[8 * index + PacketTime.SOURCE] as number;
    statistics.deliveredPackets++;
    statistics.deliveredBytes += bytes;
    const size = bytes * 8 + (bits & 7);
    fabric.trace.record(fabric.kernel.now, NetKind.DELIVERED, this.#where, id, source, size, bits >> 3);
    port.onPacket(packet);
  }
}
