import { assert } from '../kernel/assert.ts';
import { DropReason } from './drop-reason.ts';
import { Ecn } from './ecn.ts';
import { Line, type LineOptions } from './line.ts';
import { PACKETS_MAX } from './packet-pool.ts';
import { PacketRing } from './packet-ring.ts';
import { PeakSeries } from './series.ts';
import { NetKind } from './trace-kinds.ts';
import type { Fabric } from './fabric.ts';
import type { Packet } from './packet.ts';
import type { SharedBuffer } from './shared-buffer.ts';
import type { Bytes, Nanos } from '../../protocol/core/units.ts';
import type { EventHandler } from '../kernel/kernel.ts';

export const PRIORITIES_MAX = 8;

export interface SwitchPortOptions {
  readonly name: string;
  /** Queues, 1 … 8; packets of a higher priority number share the last one. */
  readonly priorities: number;
  /** A packet after whose arrival more than this waits at the port is marked, if ECN-capable. May be Infinity. */
  readonly ecnBytes: Bytes;
  readonly seriesBinNs: Nanos;
}

/**
 * An output port of a switch: strict-priority queues in the switch's shared buffer, in front of a line. What waits is
 * in the buffer, what is being serialized is not. A packet that finds port and line idle goes straight on the wire; only
 * while packets wait is there one pending event, at the instant the line is free.
 */
export class SwitchPort implements EventHandler {
  readonly name: string;
  readonly where: number;
  readonly line: Line;
  /** Bytes waiting over time. */
  readonly queueSeries: PeakSeries;
  readonly #fabric: Fabric;
  readonly #buffer: SharedBuffer;
  readonly #ecnBytes: Bytes;
  readonly #queues: PacketRing[] = [];
  /** Bit p is set while queue p holds a packet; while any is, one event is pending. */
  #occupied = 0;
  #waitingBytes: Bytes = 0;

  constructor(
    fabric: Fabric,
    buffer: SharedBuffer,
    far: EventHandler,
    link: Omit<LineOptions, 'where'>,
    options: SwitchPortOptions,
  ) {
    this.#fabric = fabric;
    this.#buffer = buffer;
    this.name = options.name;
    this.where = fabric.addLocation(options.name);
    this.line = new Line(fabric, far, { ...link, where: this.where });
    this.queueSeries = new PeakSeries(options.seriesBinNs);
    this.#ecnBytes = options.ecnBytes;
    const packetsMax = Math.min(PACKETS_MAX, Math.floor(buffer.capacityBytes / fabric.headerBytes));
    for (let i = 0; i < options.priorities; i++) this.#queues.push(new PacketRing(packetsMax));
  }

  /** Bytes waiting, over all priorities. */
  get waitingBytes(): Bytes {
    return this.#waitingBytes;
  }

  get waitingBytesPeak(): Bytes {
    return this.queueSeries.peak;
  }

  /** Packets waiting in queue `priority`. */
  waitingPackets(priority: number): number {
    return this.#queues[priority]?.length ?? 0;
  }

  forward(packet: Packet): void {
    if (this.#occupied === 0 && this.line.isIdle(this.#fabric.kernel.now)) {
      this.line.transmit(packet, false);
    } else if (this.#buffer.take(packet.wireBytes)) {
      this.#enqueue(packet);
    } else {
      this.#fabric.drop(packet, this.where, DropReason.BUFFER_FULL, this.#waitingBytes);
    }
  }

  /** The line is free and packets wait. */
  onEvent(): void {
    assert(this.#occupied !== 0, 'a port wakes up only while packets wait');
    const priority = 31 - Math.clz32(this.#occupied & -this.#occupied);
    const queue = this.#queues[priority] as PacketRing;
    const packet = queue.shift();
    if (queue.length === 0) this.#occupied &= ~(1 << priority);
    this.#buffer.give(packet.wireBytes);
    this.#waitingBytes -= packet.wireBytes;
    const { kernel } = this.#fabric;
    this.queueSeries.set(kernel.now, this.#waitingBytes);
    this.line.transmit(packet, true);
    if (this.#occupied !== 0) kernel.schedule(this.line.freeAtNs, this);
  }

  #enqueue(packet: Packet): void {
    const { kernel, statistics, trace } = this.#fabric;
    const priority = Math.min(packet.priority, this.#queues.length - 1);
    if (this.#occupied === 0) kernel.schedule(this.line.freeAtNs, this);
    (this.#queues[priority] as PacketRing).push(packet);
    this.#occupied |= 1 << priority;
    this.#waitingBytes += packet.wireBytes;
    this.queueSeries.set(kernel.now, this.#waitingBytes);
    let marked = 0;
    if (this.#waitingBytes > this.#ecnBytes && packet.ecn !== Ecn.NOT_ECT) {
      packet.ecn = Ecn.CE;
      statistics.markedPackets++;
      marked = 1;
    }
    trace.record(kernel.now, NetKind.ENQUEUED, this.where, packet.id, this.#waitingBytes, priority, marked);
  }
}
