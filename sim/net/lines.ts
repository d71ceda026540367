import { assert } from '../kernel/assert.ts';
import { formatAddress } from './address.ts';
import { DropReason } from './drop-reason.ts';
import { LineClocks } from './line-clocks.ts';
import { DOWN, IMPAIRED, LOOSE, LineNumber, LineWord, NONE } from './line-fields.ts';
import { PacketTime, PacketWord } from './packet-fields.ts';
import { lineId } from './places.ts';
import type { Fabric } from './fabric.ts';
import type { Line } from './line.ts';
import type { Packet } from './packet.ts';
import type { PacketPool } from './packet-pool.ts';
import type { Bytes, Nanos } from '../../protocol/core/units.ts';
import type { Contender, Touchable } from '../kernel/choice.ts';
import type { EventHandler, Kernel } from '../kernel/kernel.ts';

/** The far end of a line. */
export interface PacketSink {
  /** The packet with that index has arrived and is the callee's. */
  receive(packet: number): void;
  /** Where the packet will have an effect, for explorers. */
  placesOf(packet: number): readonly Touchable[];
}

/**
 * What is under way on all lines of a network. The path of every packet; what is rare is in line.ts.
 *
 * What is given to a line leaves in that order, so the times of a packet are known when it is given, and it costs one
 * event, its arrival; the kernel holds one event per line, however much is under way. A fault that changes those times
 * begins a new *epoch*: everything is scheduled anew, and the events of the old epoch are void.
 */
export class Lines extends LineClocks implements EventHandler {
  readonly #fabric: Fabric;
  readonly #kernel: Kernel;
  readonly #packets: PacketPool;
  readonly #sinks: PacketSink[] = [];
  readonly #lines: Line[] = [];

  constructor(fabric: Fabric) {
    super();
    this.#fabric = fabric;
    this.#kernel = fabric.kernel;
    this.#packets = fabric.packets;
  }

  /** Returns its number. */
  add(line: Line, far: PacketSink, delayNs: Nanos, mtuBytes: Bytes): number {
    const index = this.addClock(line.rate);
    this.#sinks.push(far);
    this.#lines.push(line);
    this.numbers[8 * index + LineNumber.DELAY_NS] = delayNs;
    this.words[16 * index + LineWord.FIRST] = NONE;
    this.words[16 * index + LineWord.MTU] = mtuBytes;
    return index;
  }

  /** Serializes the packet after all that was given before; `seamless` as for `give`. */
  transmit(line: number, packet: number, seamless: boolean): void {
    const { words, numbers } = this;
    const bytes = this.#packets.words[16 * packet + PacketWord.WIRE_BYTES] as number;
    if (bytes > (words[16 * line + LineWord.MTU] as number)) {
      this.#drop(line, packet, DropReason.MTU);
      return;
    }
    this.give(line, bytes, this.#kernel.now, seamless);
    const arrivalNs = this.freeAtNs(line) + (numbers[8 * line + LineNumber.DELAY_NS] as number);
    if (((words[16 * line + LineWord.STATE] as number) & IMPAIRED) === 0) {
      this.launch(line, packet, arrivalNs);
    } else {
      (this.#lines[line] as Line).transmitImpaired(this.#packets.at(packet), arrivalNs);
    }
  }

  /** The same on a line without a rate: the packet leaves now, whatever was given before. */
  transmitAtOnce(line: number, packet: number): void {
    const state = this.words[16 * line + LineWord.STATE] as number;
    const arrivalNs = this.#kernel.now + (this.numbers[8 * line + LineNumber.DELAY_NS] as number);
    if (state === 0) this.launch(line, packet, arrivalNs);
    else if ((state & DOWN) !== 0) this.#drop(line, packet, (this.#lines[line] as Line).outage as DropReason);
    else if (state === LOOSE) (this.#lines[line] as Line).launchApart(packet, arrivalNs);
    else (this.#lines[line] as Line).transmitImpaired(this.#packets.at(packet), arrivalNs);
  }

  /** The packet has been given to the line; it arrives at `arrivalNs`. */
  launch(line: number, packet: number, arrivalNs: Nanos): void {
    const { numbers, words } = this;
    const packets = this.#packets;
    // None overtakes what a fault made late, or what had left at a lower rate.
    const lastArrivalNs = numbers[8 * line + LineNumber.LAST_ARRIVAL_NS] as number;
    const atNs = arrivalNs < lastArrivalNs ? lastArrivalNs : arrivalNs;
    numbers[8 * line + LineNumber.LAST_ARRIVAL_NS] = atNs;
    packets.times[8 * packet + PacketTime.ARRIVAL_NS] = atNs;
    packets.times[8 * packet + PacketTime.LINE_END] = numbers[8 * line + LineNumber.GIVEN_BYTES] as number;
    const at = 16 * line;
    if (words[at + LineWord.FIRST] === NONE) {
      words[at + LineWord.FIRST] = packet;
      this.#kernel.post(atNs, this, line, words[at + LineWord.EPOCH] as number);
    } else {
      const last = words[at + LineWord.LAST] as number;
      packets.words[16 * last + PacketWord.NEXT] = packet;
      packets.times[8 * last + PacketTime.NEXT_ARRIVAL_NS] = atNs;
    }
    words[at + LineWord.LAST] = packet;
  }

  competes(line: number): Contender {
    return this.arrivalOf(line, this.words[16 * line + LineWord.FIRST] as number, lineId(line));
  }

  arrivalOf(line: number, packet: number, id: number): Contender {
    const touches = (this.#sinks[line] as PacketSink).placesOf(packet);
    const { source, destination } = this.#packets.at(packet);
    const label = `packet from ${formatAddress(source)} to ${formatAddress(destination)}`;
    return { kind: 'delivery', id, label, touches };
  }

  /** The first packet of a line arrives. */
  onEvent(line: number, epoch: number): void {
    const { words } = this;
    const at = 16 * line;
    if (epoch !== words[at + LineWord.EPOCH]) return;
    const packet = words[at + LineWord.FIRST] as number;
    assert(packet !== NONE, 'a line holds the packet whose arrival is due');
    if (packet === words[at + LineWord.LAST]) {
      words[at + LineWord.FIRST] = NONE;
    } else {
      const next = this.#packets.words[16 * packet + PacketWord.NEXT] as number;
      words[at + LineWord.FIRST] = next;
      const nextNs = this.#packets.times[8 * packet + PacketTime.NEXT_ARRIVAL_NS] as number;
      this.#kernel.post(nextNs, this, line, epoch);
    }
    this.arrive(line, packet);
  }

  /** Hands a packet, under way no more, to the far end. */
  arrive(line: number, packet: number): void {
    if (((this.words[16 * line + LineWord.STATE] as number) & DOWN) === 0) {
      (this.#sinks[line] as PacketSink).receive(packet);
    } else {
      this.#drop(line, packet, (this.#lines[line] as Line).outage as DropReason);
    }
  }

  /** What is under way in order, oldest first. */
  underWay(line: number): number[] {
    const packets: number[] = [];
    let packet = this.words[16 * line + LineWord.FIRST] as number;
    if (packet === NONE) return packets;
    const last = this.words[16 * line + LineWord.LAST] as number;
    for (; packet !== last; packet = this.#nextOf(packet)) packets.push(packet);
    return [...packets, last];
  }

  /** Begins an epoch in which `packets` are under way, each to arrive when it was to, but none before the one before it. */
  restart(line: number, packets: readonly number[]): void {
    const { words, numbers } = this;
    const { times } = this.#packets;
    (words[16 * line + LineWord.EPOCH] as number)++;
    words[16 * line + LineWord.FIRST] = NONE;
    numbers[8 * line + LineNumber.LAST_ARRIVAL_NS] = this.#kernel.now;
    for (const packet of packets) {
      const position = times[8 * packet + PacketTime.LINE_END] as number;
      this.launch(line, packet, times[8 * packet + PacketTime.ARRIVAL_NS] as number);
      times[8 * packet + PacketTime.LINE_END] = position;
    }
  }

  #nextOf(packet: number): number {
    return this.#packets.words[16 * packet + PacketWord.NEXT] as number;
  }

  #drop(line: number, packet: number, reason: DropReason): void {
    const dropped: Packet = this.#packets.at(packet);
    this.#fabric.drop(dropped, (this.#lines[line] as Line).where, reason);
  }
}
