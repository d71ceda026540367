import { configInteger } from '../net/config-error.ts';
import { HOSTS_MAX, hostAddress, hostOf } from '../net/address.ts';
import { DropReason } from '../net/drop-reason.ts';
import { Fabric, RESUMED, type NetworkEnvironment } from '../net/fabric.ts';
import { Network } from '../net/network.ts';
import { NetKind } from '../net/trace-kinds.ts';
import { DelayLine } from './delay-line.ts';
import type { HostInterface } from './host-interface.ts';
import type { Ratio } from '../net/faults/chance.ts';
import type { HostPort } from '../net/nic.ts';
import type { Packet } from '../net/packet.ts';
import type { EventHandler } from '../kernel/kernel.ts';
import type { Rng } from '../random/rng.ts';
import type { Bytes, Nanos } from '../../protocol/core/units.ts';

/** Every two hosts are joined by a wire of their own: packets take time and may get lost, but never meet. */
export interface WiresOptions {
  readonly kind: 'wires';
  /** From host to host, default 50 µs. */
  readonly latencyNs?: Nanos;
  /** Up to this much more, evenly distributed, so that packets overtake each other; default 0. */
  readonly jitterNs?: Nanos;
  /** Share of the packets that get lost, default none. */
  readonly loss?: Ratio;
  /** Longest packet, IP and UDP headers included; default 1500. */
  readonly mtuBytes?: Bytes;
}

const LATENCY_NS = 50_000;
const MTU_BYTES = 1500;
const HEADER_BYTES = 28;
const SERIES_BIN_NS = 1000;
const DELAY_NS_MAX = 1e12;
/** Second argument of an event; RESUMED is before the delivery. */
const EGRESS_RESUMED = 2;

/** The wires and the hosts at their ends, which are made when they are first asked for. */
export class Wires implements EventHandler {
  readonly network: Network;
  readonly fabric: Fabric;
  readonly #hosts: WireEnd[] = [];
  readonly #latencyNs: Nanos;
  readonly #jitterNs: Nanos;
  readonly #loss: Ratio;
  readonly #losesSome: boolean;
  readonly #rng: Rng;
  /** Packets that take the same time arrive in the order in which they were sent. */
  readonly #line: DelayLine;

  /** Throws NetworkConfigError. */
  constructor(environment: NetworkEnvironment, options: WiresOptions) {
    const { loss = { numerator: 0, denominator: 1 } } = options;
    this.#latencyNs = configInteger('latencyNs', options.latencyNs ?? LATENCY_NS, 0, DELAY_NS_MAX);
    this.#jitterNs = configInteger('jitterNs', options.jitterNs ?? 0, 0, DELAY_NS_MAX);
    configInteger('loss.denominator', loss.denominator, 1, 2 ** 32);
    configInteger('loss.numerator', loss.numerator, 0, loss.denominator);
    this.#loss = loss;
    this.#losesSome = loss.numerator > 0;
    const mtuBytes = configInteger('mtuBytes', options.mtuBytes ?? MTU_BYTES, HEADER_BYTES + 1, 65_535);
    const datagramBytesMax = mtuBytes - HEADER_BYTES;
    this.fabric = new Fabric(environment, {
      hosts: HOSTS_MAX,
      nics: 1,
      datagramBytesMax,
      headerBytes: HEADER_BYTES,
      seriesBinNs: SERIES_BIN_NS,
    });
    this.network = new Network(this.fabric, [], [], []);
    this.#rng = environment.rng.fork('net/wires');
    this.#line = new DelayLine(environment.kernel, (index) => this.onEvent(index));
  }

  host(index: number): HostInterface {
    for (let next = this.#hosts.length; next <= index; next++) this.#hosts.push(new WireEnd(this, next));
    return this.#hosts[index] as WireEnd;
  }

  /** Puts the packet on the wire to its destination. */
  transmit(packet: Packet, where: number): void {
    const { fabric } = this;
    if (this.#losesSome && this.#rng.ratio(this.#loss.numerator, this.#loss.denominator)) {
      fabric.drop(packet, where, DropReason.LOSS);
      return;
    }
    const arrivalNs = fabric.kernel.now + this.#latencyNs;
    if (this.#jitterNs === 0) this.#line.launch(packet.index, arrivalNs);
    else fabric.kernel.schedule(arrivalNs + this.#rng.below(this.#jitterNs + 1), this, packet.index);
  }

  /** A packet arrives. */
  onEvent(index: number): void {
    const packet = this.fabric.packets.at(index);
    const host = this.#hosts[hostOf(packet.destination)];
    if (host === undefined) this.fabric.drop(packet, 0, DropReason.NO_ROUTE);
    else host.arrive(packet);
  }
}

/** Where a host meets its wires. */
class WireEnd implements HostInterface, EventHandler {
  readonly address: number;
  readonly #wires: Wires;
  readonly #fabric: Fabric;
  readonly #where: number;
  #port: HostPort | null = null;

  constructor(wires: Wires, host: number) {
    this.#wires = wires;
    this.#fabric = wires.fabric;
    this.#where = wires.fabric.addLocation(`host[${host}]`);
    this.address = hostAddress(host);
  }

  bind(port: HostPort | null): void {
    this.#port = port;
  }

  take(): Packet {
    return this.#fabric.packets.take();
  }

  send(packet: Packet): void {
    const fabric = this.#fabric;
    const { now } = fabric.kernel;
    packet.id = fabric.nextPacketId();
    packet.sentNs = now;
    packet.wireBytes = packet.lengthBytes + fabric.headerBytes;
    fabric.statistics.countSent(now, packet.wireBytes);
    const hash = packet.contentHash();
    const size = packet.wireBytes * 8 + packet.priority;
    fabric.trace.record(now, NetKind.SENT, this.#where, packet.id, packet.destination, size, hash);
    const { monitor } = fabric;
    if (monitor === null || fabric.consult(monitor, 'egress', packet, this.#where, this, EGRESS_RESUMED)) {
      this.#wires.transmit(packet, this.#where);
    }
  }

  /** The packet comes back from a monitor. */
  onEvent(index: number, stage: number): void {
    const packet = this.#fabric.packets.at(index);
    if (stage === EGRESS_RESUMED) this.#wires.transmit(packet, this.#where);
    else this.#deliver(packet);
  }

  arrive(packet: Packet): void {
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
    statistics.deliveredPackets++;
    statistics.deliveredBytes += packet.wireBytes;
    const size = packet.wireBytes * 8 + packet.priority;
    const { now } = fabric.kernel;
    fabric.trace.record(now, NetKind.DELIVERED, this.#where, packet.id, packet.source, size, packet.ecn);
    port.onPacket(packet);
  }
}
