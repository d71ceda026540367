import { applyFlips, drawFlips } from './bit-flips.ts';
import { DropReason } from './drop-reason.ts';
import { Ecn } from './ecn.ts';
import { MonitorChain, type Monitor, type MonitorPoint } from './monitor.ts';
import { PacketPool } from './packet-pool.ts';
import { NetworkStatistics } from './statistics.ts';
import { NetKind } from './trace-kinds.ts';
import type { Packet } from './packet.ts';
import type { Bytes, Nanos } from '../../protocol/core/units.ts';
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
  readonly datagramBytesMax: Bytes;
  readonly headerBytes: Bytes;
  readonly seriesBinNs: Nanos;
}

/** Second argument of an event: the packet comes back to where a monitor had sent it off, and is not shown again. */
export const RESUMED = 1;

/** What all parts of one network share: packets, counters, trace, monitors. */
export class Fabric {
  readonly kernel: Kernel;
  readonly trace: Trace;
  readonly rng: Rng;
  readonly packets: PacketPool;
  readonly statistics: NetworkStatistics;
  /** IP and UDP header of each packet. */
  readonly headerBytes: Bytes;
  /** Names of the NICs and switch ports, by the number that the trace calls `where`. */
  readonly locations: string[] = [];
  /** Null, the usual case, costs a packet nothing but the comparison. */
  monitor: Monitor | null = null;
  /** Told of each drop, for captures; null in the usual case. */
  onDrop: ((packet: Packet, where: number, reason: DropReason) => void) | null = null;
  readonly #monitors: Monitor[] = [];
  readonly #monitorRng: Rng;
  #nextPacketId = 0;
  #nextCopyId = -1;

  constructor(environment: NetworkEnvironment, options: FabricOptions) {
    this.kernel = environment.kernel;
    this.trace = environment.trace;
    this.rng = environment.rng;
    this.packets = new PacketPool(options.datagramBytesMax);
    this.statistics = new NetworkStatistics(options.seriesBinNs);
    this.headerBytes = options.headerBytes;
    this.#monitorRng = environment.rng.fork('net/monitor');
  }

  addLocation(name: string): number {
    return this.locations.push(name) - 1;
  }

  nextPacketId(): number {
    return this.#nextPacketId++;
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
    copy.fill(packet.datagram());
    copy.wireBytes = packet.wireBytes;
    copy.source = packet.source;
    copy.destination = packet.destination;
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
        this.kernel.schedule(this.kernel.now, resume, this.duplicate(packet, where).index, stage);
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
        this.kernel.schedule(this.kernel.now + verdict.delayNs, resume, packet.index, stage);
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
