import { assert } from '../kernel/assert.ts';
import { DropReason } from './drop-reason.ts';
import { Ecn } from './ecn.ts';
import { Line, type LineOptions, type LineOwner } from './line.ts';
import { PacketWord } from './packet-fields.ts';
import { NetKind } from './trace-kinds.ts';
import type { Fabric } from './fabric.ts';
import type { PacketSink } from './lines.ts';
import type { SharedBuffer } from './shared-buffer.ts';
import type { Switch } from './switch.ts';
import type { Bytes } from '../../protocol/core/units.ts';
import type { EventHandler } from '../kernel/kernel.ts';

export const PRIORITIES_MAX = 8;

/** Of all ports of a network. */
export interface PortQueueOptions {
  /** Queues per port, 1 … 8; packets of a higher priority number share the last one. */
  readonly priorities: number;
  /** A packet after whose arrival more than this waits at the port is marked, if ECN-capable. May be Infinity. */
  readonly ecnBytes: Bytes;
  /** Most that waits at one port, whatever room the shared buffer has. May be Infinity. */
  readonly portBytes: Bytes;
  readonly portPackets: number;
}

/**
 * An output port of a switch: strict-priority queues in the switch's shared buffer, in front of a line. What waits is
 * in the buffer, what is being serialized is not. A packet that finds port and line idle goes straight on the wire; only
 * while packets wait is there one pending event, at the instant the line is free.
 */
export class SwitchPort implements EventHandler, LineOwner {
  readonly #fabric: Fabric;
  /** Number of the line. */
  readonly #line: number;
  /** Bit p is set while queue p holds a packet; while any is, one event of this epoch is pending. */
  #occupied = 0;
  #epoch = 0;
  #waitingBytes: Bytes = 0;
  #waitingPackets = 0;
  #waitingBytesPeak: Bytes = 0;
  /** The first of its queues, which are in the order of priority. */
  readonly #lists: number;
  /** Its number in `Fabric.queueDepths`. */
  readonly #member: number;
  readonly #buffer: SharedBuffer;
  readonly #options: PortQueueOptions;
  readonly where: number;
  readonly line: Line;
  readonly node: Switch;
  readonly name: string;

  constructor(
    fabric: Fabric,
    name: string,
    node: Switch,
    far: PacketSink,
    link: Omit<LineOptions, 'where'>,
    options: PortQueueOptions,
  ) {
    this.where = fabric.addLocation(name);
    this.line = new Line(fabric, far, { ...link, where: this.where });
    this.line.owner = this;
    this.#fabric = fabric;
    this.#line = this.line.index;
    this.#lists = fabric.lists.add(options.priorities);
    this.#member = fabric.queueDepths.addMember();
    this.#buffer = node.buffer;
    this.#options = options;
    this.node = node;
    this.name = name;
  }

  /** Bytes waiting, over all priorities. */
  get waitingBytes(): Bytes {
    return this.#waitingBytes;
  }

  get waitingBytesPeak(): Bytes {
    return this.#waitingBytesPeak;
  }

  /** Packets waiting in queue `priority`. */
  waitingPackets(priority: number): number {
    return this.#fabric.lists.toArray(this.#lists + priority).length;
  }

  /** @param packet its index. */
  forward(packet: number): void {
    const fabric = this.#fabric;
    if (this.#occupied === 0 && fabric.lines.freeAtNs(this.#line) <= fabric.kernel.now) {
      fabric.lines.transmit(this.#line, packet, false);
      return;
    }
    const bytes = fabric.packets.words[8 * packet + PacketWord.WIRE_BYTES] as number;
    const { portBytes, portPackets } = this.#options;
    if (this.#waitingBytes + bytes > portBytes || this.#waitingPackets >= portPackets) {
      fabric.drop(fabric.packets.at(packet), this.where, DropReason.PORT_FULL, this.#waitingBytes);
    } else if (!this.#buffer.take(bytes)) {
      fabric.drop(fabric.packets.at(packet), this.where, DropReason.BUFFER_FULL, this.#waitingBytes);
    } else {
      this.#enqueue(packet, bytes);
    }
  }

  /** The line is free and packets wait. */
  onEvent(epoch: number): void {
    if (epoch !== this.#epoch) return;
    assert(this.#occupied !== 0, 'a port wakes up only while packets wait');
    const { kernel, lines, lists, packets, queueDepths } = this.#fabric;
    const priority = 31 - Math.clz32(this.#occupied & -this.#occupied);
    const packet = lists.shift(this.#lists + priority);
    if (lists.isEmpty(this.#lists + priority)) this.#occupied &= ~(1 << priority);
    const bytes = packets.words[8 * packet + PacketWord.WIRE_BYTES] as number;
    this.#buffer.give(bytes);
    this.#waitingBytes -= bytes;
    this.#waitingPackets--;
    queueDepths.set(kernel.now, this.#member, this.#waitingBytes);
    lines.transmit(this.#line, packet, true);
    if (this.#occupied !== 0) kernel.schedule(lines.freeAtNs(this.#line), this, epoch);
  }

  onRateChange(): void {
    this.#epoch++;
    const { kernel, lines } = this.#fabric;
    if (this.#occupied !== 0) kernel.schedule(lines.freeAtNs(this.#line), this, this.#epoch);
  }

  onCarrierChange(): void {
    this.node.onPortChange(this);
  }

  #enqueue(packet: number, bytes: Bytes): void {
    const { kernel, lines, lists, packets, queueDepths, statistics, trace } = this.#fabric;
    const { ecnBytes, priorities } = this.#options;
    const classWord = packets.words[8 * packet + PacketWord.CLASS] as number;
    const priority = Math.min(classWord & 7, priorities - 1);
    if (this.#occupied === 0) kernel.schedule(lines.freeAtNs(this.#line), this, this.#epoch);
    lists.push(this.#lists + priority, packet);
    this.#occupied |= 1 << priority;
    this.#waitingBytes += bytes;
    this.#waitingPackets++;
    if (this.#waitingBytes > this.#waitingBytesPeak) this.#waitingBytesPeak = this.#waitingBytes;
    queueDepths.set(kernel.now, this.#member, this.#waitingBytes);
    let marked = 0;
    if (this.#waitingBytes > ecnBytes && classWord >> 3 !== Ecn.NOT_ECT) {
      packets.at(packet).ecn = Ecn.CE;
      statistics.markedPackets++;
      marked = 1;
    }
    const id = packets.ids[packet] as number;
    trace.record(kernel.now, NetKind.ENQUEUED, this.where, id, this.#waitingBytes, priority, marked);
  }
}
