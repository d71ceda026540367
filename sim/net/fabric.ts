import { NICS_MAX, interfaceOf } from './address.ts';
import { applyFlips, drawFlips } from './bit-flips.ts';
import { DropReason } from './drop-reason.ts';
import { Ecn } from './ecn.ts';
import { LineRate } from './line-rate.ts';
import { Lines } from './lines.ts';
import { MonitorChain, type Monitor, type MonitorPoint } from './monitor.ts';
import { PacketLists } from './packet-lists.ts';
import { PacketPool } from './packet-pool.ts';
import { Ports, type PortQueueOptions } from './ports.ts';
import { PeakSeries } from './series.ts';
import { NetworkStatistics } from './statistics.ts';
import { NetKind } from './trace-kinds.ts';
import { QUOTED_BYTES_MAX, type UnreachableCode } from './unreachable.ts';
import type { Packet } from './packet.ts';
import type { BitsPerSecond, Bytes, Nanos } from '../../protocol/core/units.ts';
import type { EventHandler, Kernel } from '../kernel/kernel.ts';
import type { Rng } from '../random/rng.ts';
import type { Trace } from '../trace/trace.ts';

/** What a network is built on. `rng` is the root stream; the network forks from it by name. */
export interface NetworkEnvironment {
  readonly kernel: Kernel;
  readonly trace: Trace;
  readonly rng: Rng;
}

export interface FabricOptions {
  readonly hosts: number;
  /** NICs of each host. */
  readonly nics: number;
  readonly datagramBytesMax: Bytes;
  readonly headerBytes: Bytes;
  readonly seriesBinNs: Nanos;
  /** Default: eight queues without bounds or marks. */
  readonly port?: PortQueueOptions;
}

const UNBOUNDED: PortQueueOptions = {
  priorities: 8,
  ecnBytes: Number.POSITIVE_INFINITY,
  portBytes: Number.POSITIVE_INFINITY,
  portPackets: Number.POSITIVE_INFINITY,
};

/** Second argument of an event: the packet comes back to where a monitor had sent it off, and is not shown again. */
export const RESUMED = 1;

/** What all parts of one network share: packets, counters, trace, monitors. */
export class Fabric {
  readonly kernel: Kernel;
  readonly trace: Trace;
  readonly rng: Rng;
  readonly packets: PacketPool;
  readonly lists: PacketLists;
  readonly lines: Lines;
  readonly ports: Ports;
  readonly statistics: NetworkStatistics;
  /** IP and UDP header of each packet. */
  readonly headerBytes: Bytes;
  readonly hosts: number;
  readonly nics: number;
  /** Bytes waiting at each switch port; of all of them, the deepest over time. */
  readonly queueDepths: PeakSeries;
  /** Names of the NICs and switch ports, by the number that the trace calls `where`. */
  readonly locations: string[] = [];
  /** Null, the usual case, costs a packet nothing but the comparison. */
  monitor: Monitor | null = null;
  /** Told of each drop, for captures; null in the usual case. */
  onDrop: ((packet: Packet, where: number, reason: DropReason) => void) | null = null;
  readonly #monitors: Monitor[] = [];
  readonly #monitorRng: Rng;
  readonly #rates = new Map<BitsPerSecond, LineRate>();
  #nextPacketId = 0;
  #nextCopyId = -1;

  constructor(environment: NetworkEnvironment, options: FabricOptions) {
    this.kernel = environment.kernel;
    this.trace = environment.trace;
    this.rng = environment.rng;
    this.packets = new PacketPool(options.datagramBytesMax);
    this.lists = new PacketLists(this.packets);
    this.lines = new Lines(this);
    this.ports = new Ports(this, options.port ?? UNBOUNDED);
    this.statistics = new NetworkStatistics(options.seriesBinNs);
    this.headerBytes = options.headerBytes;
    this.hosts = options.hosts;
    this.nics = options.nics;
    this.queueDepths = new PeakSeries(options.seriesBinNs);
    this.#monitorRng = environment.rng.fork('net/monitor');
  }

  addLocation(name: string): number {
    return this.locations.push(name) - 1;
  }

  nextPacketId(): number {
    return this.#nextPacketId++;
  }

  /** The rate, one object for all lines that have it. */
  lineRate(bps: BitsPerSecond): LineRate {
    const known = this.#rates.get(bps);
    if (known !== undefined) return known;
    const rate = new LineRate(bps);
    this.#rates.set(bps, rate);
    return rate;
  }

  /** NICs are numbered without gaps, host by host; `hosts × nics` stands for an address that no NIC has. */
  nicNumber(address: number): number {
    const number = interfaceOf(address);
    // An interface is less than 2^20, and NICS_MAX a power of two.
    const host = number >> 4;
    const nic = number & (NICS_MAX - 1);
    return host < this.hosts && nic < this.nics ? host * this.nics + nic : this.hosts * this.nics;
  }

  addMonitor(monitor: Monitor): void {
    this.#setMonitors([...this.#monitors, monitor]);
  }

  removeMonitor(monitor: Monitor): void {
    this.#setMonitors(this.#monitors.filter((other) => other !== monitor));
  }

  /** The packet ends here. */
  drop(packet: Packet, where: number, reason: DropReason, waitingBytes: Bytes = 0): void {
    const now = this.kernel.now;
    this.statistics.countDropped(now, packet.wireBytes, reason);
    this.trace.record(now, NetKind.DROPPED, where, packet.id, reason, packet.wireBytes, waitingBytes);
    this.onDrop?.(packet, where, reason);
    packet.release();
  }

  /** A second packet like this one. Copies count down from -1, so that they shift no other packet's id. */
  duplicate(packet: Packet, where: number): Packet {
    const copy = this.packets.take();
    copy.copyOf(packet);
    copy.wireBytes = packet.wireBytes;
    copy.source = packet.source;
    copy.destination = packet.destination;
    copy.nicNumber = packet.nicNumber;
    copy.unreachable = packet.unreachable;
    copy.priority = packet.priority;
    copy.ecn = packet.ecn;
    copy.sentNs = packet.sentNs;
    copy.id = this.#nextCopyId--;
    this.statistics.duplicatedPackets++;
    this.trace.record(this.kernel.now, NetKind.DUPLICATED, where, packet.id, copy.id, 0, 0);
    return copy;
  }

  corrupt(packet: Packet, where: number, flips: readonly number[]): void {
    const hash = applyFlips(packet, flips);
    this.statistics.corruptedPackets++;
    this.trace.record(this.kernel.now, NetKind.CORRUPTED, where, packet.id, flips.length, 0, hash);
  }

  /** Takes what the packet says of congestion and of its sender's ability to hear of it. */
  bleach(packet: Packet, where: number): void {
    if (packet.ecn === Ecn.NOT_ECT) return;
    this.trace.record(this.kernel.now, NetKind.BLEACHED, where, packet.id, packet.ecn, 0, 0);
    packet.ecn = Ecn.NOT_ECT;
    this.statistics.bleachedPackets++;
  }

  /** An ICMP message for the sender of `about`, owned by the caller. Null if `about` is one: nothing is said of those. */
  unreachable(about: Packet, where: number, code: UnreachableCode): Packet | null {
    if (about.unreachable !== null) return null;
    const message = this.packets.take();
    message.fill(about.datagram(), 0, Math.min(about.lengthBytes, QUOTED_BYTES_MAX));
    // The IP and the ICMP header, then those of the packet.
    message.wireBytes = message.lengthBytes + 2 * this.headerBytes;
    message.source = about.destination;
    message.destination = about.source;
    message.nicNumber = this.nicNumber(about.source);
    message.unreachable = code;
    message.sentNs = this.kernel.now;
    message.id = this.#nextCopyId--;
    this.statistics.unreachableMessages++;
    const hash = message.contentHash();
    this.trace.record(this.kernel.now, NetKind.UNREACHABLE, where, about.id, message.id, code, hash);
    return message;
  }

  /** Notes that the packet is held back for `extraNs`; the caller does it. */
  noteDelay(packet: Packet, where: number, extraNs: Nanos): void {
    this.statistics.delayedPackets++;
    this.trace.record(this.kernel.now, NetKind.DELAYED, where, packet.id, extraNs, 0, 0);
  }

  /**
   * Asks the monitor and does what it says. True: the packet goes on now. False: it was dropped, or comes back as
   * `resume.onEvent(packet.index, stage)`.
   */
  consult(
    monitor: Monitor,
    point: MonitorPoint,
    packet: Packet,
    where: number,
    resume: EventHandler,
    stage: number,
  ): boolean {
    const verdict = monitor.onPacket(point, packet, where);
    switch (verdict) {
      case 'pass':
        return true;
      case 'drop':
        this.drop(packet, where, DropReason.MONITOR);
        return false;
      case 'duplicate':
        this.kernel.post(this.kernel.now, resume, this.duplicate(packet, where).index, stage);
        return true;
      case 'corrupt':
        this.#corruptAtRandom(packet, where);
        return true;
      case 'mark':
        packet.ecn = Ecn.CE;
        this.trace.record(this.kernel.now, NetKind.MARKED, where, packet.id, 0, 0, 0);
        return true;
      default:
        this.noteDelay(packet, where, verdict.delayNs);
        this.kernel.post(this.kernel.now + verdict.delayNs, resume, packet.index, stage);
        return false;
    }
  }

  #corruptAtRandom(packet: Packet, where: number): void {
    const flips: number[] = [];
    drawFlips(this.#monitorRng, packet.lengthBytes, flips);
    if (flips.length > 0) this.corrupt(packet, where, flips);
  }

  #setMonitors(monitors: Monitor[]): void {
    this.#monitors.splice(0, this.#monitors.length, ...monitors);
    const [only] = monitors;
    if (only === undefined) this.monitor = null;
    else this.monitor = monitors.length === 1 ? only : new MonitorChain(monitors);
  }
}
