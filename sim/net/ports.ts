import { assert } from '../kernel/assert.ts';
import { DropReason } from './drop-reason.ts';
import { Ecn } from './ecn.ts';
import { LineWord } from './line-fields.ts';
import { PacketTime, PacketWord } from './packet-fields.ts';
import { portPlace } from './places.ts';
import { NetKind } from './trace-kinds.ts';
import type { Fabric } from './fabric.ts';
import type { SharedBuffer } from './shared-buffer.ts';
import type { Bytes } from '../../protocol/core/units.ts';
import type { Contender } from '../kernel/choice.ts';
import type { EventHandler } from '../kernel/kernel.ts';

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

/** Fields in `numbers`, at 4 × line. */
const WAITING_BYTES = 0;
const WAITING_BYTES_PEAK = 1;
/** Fields in `words`, at 8 × line: the same memory. */
const WAITING_PACKETS = 4;
const EPOCH = 5;
/** The first of its queues in `Fabric.lists`, which are in the order of priority. */
const LISTS = 6;
const WHERE = 7;

const LINES_INITIAL = 64;

/**
 * The queues of all switch ports of a network; a port has the number of its line. Strict priority, in the switch's
 * shared buffer. What waits is in the buffer, what is being serialized is not. A packet that finds port and line idle
 * goes straight on the wire; only while packets wait is there one pending event, at the instant the line is free.
 */
export class Ports implements EventHandler {
  readonly #fabric: Fabric;
  readonly #options: PortQueueOptions;
  readonly #buffers: (SharedBuffer | undefined)[] = [];
  /** Numbers in `Fabric.queueDepths`. */
  readonly #members: number[] = [];
  #words: Int32Array = new Int32Array(8 * LINES_INITIAL);
  #numbers: Float64Array = new Float64Array(this.#words.buffer);

  constructor(fabric: Fabric, options: PortQueueOptions) {
    this.#fabric = fabric;
    this.#options = options;
  }

  /** A port in front of `line`, which is the newest of the network. */
  add(line: number, where: number, buffer: SharedBuffer): void {
    if (8 * (line + 1) > this.#words.length) {
      const words = new Int32Array(16 * (line + 1));
      words.set(this.#words);
      this.#words = words;
      this.#numbers = new Float64Array(words.buffer);
    }
    this.#words[8 * line + WHERE] = where;
    this.#words[8 * line + LISTS] = this.#fabric.lists.add(this.#options.priorities);
    while (this.#buffers.length < line) {
      this.#buffers.push(undefined);
      this.#members.push(0);
    }
    this.#buffers.push(buffer);
    this.#members.push(this.#fabric.queueDepths.addMember());
  }

  whereOf(line: number): number {
    return this.#words[8 * line + WHERE] as number;
  }

  /** Bytes waiting, over all priorities. */
  waitingBytes(line: number): Bytes {
    return this.#numbers[4 * line + WAITING_BYTES] as number;
  }

  waitingBytesPeak(line: number): Bytes {
    return this.#numbers[4 * line + WAITING_BYTES_PEAK] as number;
  }

  /** Packets waiting in queue `priority`. */
  waitingPackets(line: number, priority: number): number {
    const list = (this.#words[8 * line + LISTS] as number) + priority;
    return this.#fabric.lists.toArray(list).length;
  }

  /** @param packet its index. */
  forward(line: number, packet: number): void {
    const fabric = this.#fabric;
    const { lines } = fabric;
    const occupied = lines.words[16 * line + LineWord.OCCUPIED] as number;
    if (occupied === 0 && lines.freeAtNs(line) <= fabric.kernel.now) {
      lines.transmit(line, packet, false);
      return;
    }
    const bytes = fabric.packets.words[16 * packet + PacketWord.WIRE_BYTES] as number;
    const { portBytes, portPackets } = this.#options;
    const waitingBytes = this.waitingBytes(line);
    const waitingPackets = this.#words[8 * line + WAITING_PACKETS] as number;
    if (waitingBytes + bytes > portBytes || waitingPackets >= portPackets) {
      fabric.drop(fabric.packets.at(packet), this.whereOf(line), DropReason.PORT_FULL, waitingBytes);
    } else if (!(this.#buffers[line] as SharedBuffer).take(bytes)) {
      fabric.drop(fabric.packets.at(packet), this.whereOf(line), DropReason.BUFFER_FULL, waitingBytes);
    } else {
      this.#enqueue(line, packet, bytes);
    }
  }

  competes(line: number): Contender {
    const place = portPlace(line, this.#fabric.locations[this.whereOf(line)] ?? '');
    return { kind: 'timer', id: place.id as number, label: place.label, touches: [place] };
  }

  /** The line is free and packets wait. */
  onEvent(line: number, epoch: number): void {
    if (epoch !== this.#words[8 * line + EPOCH]) return;
    const { kernel, lines, lists, packets, queueDepths } = this.#fabric;
    const occupied = lines.words[16 * line + LineWord.OCCUPIED] as number;
    assert(occupied !== 0, 'a port wakes up only while packets wait');
    const priority = 31 - Math.clz32(occupied & -occupied);
    const list = (this.#words[8 * line + LISTS] as number) + priority;
    const packet = lists.shift(list);
    const left = lists.isEmpty(list) ? occupied & ~(1 << priority) : occupied;
    lines.words[16 * line + LineWord.OCCUPIED] = left;
    const bytes = packets.words[16 * packet + PacketWord.WIRE_BYTES] as number;
    (this.#buffers[line] as SharedBuffer).give(bytes);
    const waitingBytes = this.waitingBytes(line) - bytes;
    this.#numbers[4 * line + WAITING_BYTES] = waitingBytes;
    (this.#words[8 * line + WAITING_PACKETS] as number)--;
    queueDepths.set(kernel.now, this.#members[line] as number, waitingBytes);
    lines.transmit(line, packet, true);
    if (left !== 0) kernel.post(lines.freeAtNs(line), this, line, epoch);
  }

  /** The line is free at another time than it said. */
  reschedule(line: number): void {
    const { kernel, lines } = this.#fabric;
    const epoch = (this.#words[8 * line + EPOCH] as number) + 1;
    this.#words[8 * line + EPOCH] = epoch;
    if (lines.words[16 * line + LineWord.OCCUPIED] !== 0) {
      kernel.post(lines.freeAtNs(line), this, line, epoch);
    }
  }

  #enqueue(line: number, packet: number, bytes: Bytes): void {
    const { kernel, lines, lists, packets, queueDepths, statistics, trace } = this.#fabric;
    const { ecnBytes, priorities } = this.#options;
    const classWord = packets.words[16 * packet + PacketWord.CLASS] as number;
    const priority = Math.min(classWord & 7, priorities - 1);
    const occupied = lines.words[16 * line + LineWord.OCCUPIED] as number;
    if (occupied === 0) {
      kernel.post(lines.freeAtNs(line), this, line, this.#words[8 * line + EPOCH] as number);
    }
    lists.push((this.#words[8 * line + LISTS] as number) + priority, packet);
    lines.words[16 * line + LineWord.OCCUPIED] = occupied | (1 << priority);
    (this.#words[8 * line + WAITING_PACKETS] as number)++;
    const waitingBytes = this.waitingBytes(line) + bytes;
    this.#numbers[4 * line + WAITING_BYTES] = waitingBytes;
    if (waitingBytes > this.waitingBytesPeak(line)) {
      this.#numbers[4 * line + WAITING_BYTES_PEAK] = waitingBytes;
    }
    queueDepths.set(kernel.now, this.#members[line] as number, waitingBytes);
    let marked = 0;
    if (waitingBytes > ecnBytes && classWord >> 3 !== Ecn.NOT_ECT) {
      packets.at(packet).ecn = Ecn.CE;
      statistics.markedPackets++;
      marked = 1;
    }
    const id = packets.times[8 * packet + PacketTime.ID] as number;
    trace.record(kernel.now, NetKind.ENQUEUED, this.whereOf(line), id, waitingBytes, priority, marked);
  }
}
