import { DOWN, IMPAIRED, LOOSE, LineNumber, LineWord } from './line-fields.ts';
import { childId } from '../kernel/identity.ts';
import { PacketTime } from './packet-fields.ts';
import { lineId } from './places.ts';
import type { DropReason } from './drop-reason.ts';
import type { Fabric } from './fabric.ts';
import type { Impairment } from './faults/impairment.ts';
import type { LineRate } from './line-rate.ts';
import type { Lines, PacketSink } from './lines.ts';
import type { Packet } from './packet.ts';
import type { BitsPerSecond, Bytes, Nanos } from '../../protocol/core/units.ts';
import type { Contender } from '../kernel/choice.ts';
import type { EventHandler } from '../kernel/kernel.ts';

/** The near end of a line: told of what faults do to it. */
export interface LineOwner {
  /** The line sends what it was given at other times than it said. */
  onRateChange(): void;
  /** The line is down, or up again: `Line.isUp` says which. */
  onCarrierChange(): void;
}

export interface LineOptions {
  /** Stable name, part of the names of the random streams of its faults: `link/host[3]/up`. */
  readonly name: string;
  /** Location of the port that the line leaves. */
  readonly where: number;
  readonly rateBps: BitsPerSecond;
  /** From the last bit sent to the packet being at the far end's hands. */
  readonly delayNs: Nanos;
  /** Longest packet, IP and UDP headers included. */
  readonly mtuBytes: Bytes;
}

/** One direction of a link: puts packets on the wire one after the other, and hands them to the far end. */
export class Line implements EventHandler {
  readonly name: string;
  readonly where: number;
  readonly far: PacketSink;
  readonly delayNs: Nanos;
  /** As built. Faults change what is in effect, not these. */
  readonly rate: LineRate;
  readonly mtuBytes: Bytes;
  /** Its number in `Fabric.lines`. */
  readonly index: number;
  owner: LineOwner | null = null;
  readonly #fabric: Fabric;
  readonly #lines: Lines;
  #impairment: Impairment | null = null;
  #outage: DropReason | null = null;
  /** The packets under way that others overtake. */
  #apart: number[] = [];
  #apartEpoch = 0;
  #competed = 0;
  #isLoose = false;

  constructor(fabric: Fabric, far: PacketSink, options: LineOptions) {
    this.name = options.name;
    this.where = options.where;
    this.far = far;
    this.delayNs = options.delayNs;
    this.rate = fabric.lineRate(options.rateBps);
    this.mtuBytes = options.mtuBytes;
    this.#fabric = fabric;
    this.#lines = fabric.lines;
    this.index = fabric.lines.add(this, far, options.delayNs, options.mtuBytes);
  }

  get isUp(): boolean {
    return this.#outage === null;
  }

  /** Why the line is down; null: it is up. */
  get outage(): DropReason | null {
    return this.#outage;
  }

  /** The active faults that act on single packets; null: none. */
  get impairment(): Impairment | null {
    return this.#impairment;
  }

  set impairment(impairment: Impairment | null) {
    this.#impairment = impairment;
    this.#setState();
  }

  /** From now on each packet given at once travels on its own, so that an explorer may let it overtake. */
  loosen(): void {
    this.#isLoose = true;
    this.#setState();
  }

  /** The longest packet from now on; what was given to the line before goes through. */
  setMtu(bytes: Bytes): void {
    this.#lines.words[16 * this.index + LineWord.MTU] = bytes;
  }

  /** From now on the line has this rate, also for what it has not sent yet. */
  setRate(rate: LineRate): void {
    const lines = this.#lines;
    const { now } = this.#fabric.kernel;
    const { times } = this.#fabric.packets;
    const leftNs = (packet: number): Nanos => lines.leftNs(this.index, this.#positionOf(packet), now);
    const unsent = this.#held().filter((packet) => leftNs(packet) > 0);
    const before = unsent.map(leftNs);
    lines.changeRate(this.index, rate, now);
    unsent.forEach((packet, i) => {
      // The arrival shifts by as much as the departure does.
      const shiftNs = leftNs(packet) - (before[i] as number);
      (times[8 * packet + PacketTime.ARRIVAL_NS] as number) += shiftNs;
    });
    this.#restart(lines.underWay(this.index), this.#apart);
    this.owner?.onRateChange();
  }

  /**
   * The line is cut. A packet is lost if it is on the wire, for any part of its way, while the line is down; what waits
   * for the wire is lost as well if the near end is dead, and not only the cable.
   */
  cut(reason: DropReason, deadEnd: boolean): void {
    const wasUp = this.isUp;
    this.#outage = reason;
    this.#setState();
    this.#lose(reason, deadEnd);
    if (wasUp) this.owner?.onCarrierChange();
  }

  /** The line is up again. */
  restore(deadEnd: boolean): void {
    const reason = this.#outage;
    if (reason === null) return;
    this.#outage = null;
    this.#setState();
    this.#lose(reason, deadEnd);
    this.owner?.onCarrierChange();
  }

  /** Drops those under way that `isLost`; `begun`: its first bit is on the wire. */
  discard(isLost: (packet: Packet, begun: boolean) => boolean, reason: DropReason): void {
    const { kernel, packets } = this.#fabric;
    const lost = new Set<number>();
    for (const index of this.#held()) {
      const packet = packets.at(index);
      const position = this.#positionOf(index);
      const begun = this.#lines.hasBegun(this.index, position, packet.wireBytes, kernel.now);
      if (isLost(packet, begun)) lost.add(index);
    }
    if (lost.size === 0) return;
    const isLeft = (index: number): boolean => !lost.has(index);
    this.#restart(this.#lines.underWay(this.index).filter(isLeft), this.#apart.filter(isLeft));
    for (const index of lost) this.#fabric.drop(packets.at(index), this.where, reason);
  }

  /** The packet has been given to the line, which has faults. */
  transmitImpaired(packet: Packet, arrivalNs: Nanos): void {
    const fabric = this.#fabric;
    const lines = this.#lines;
    const fate = (this.#impairment as Impairment).decide(packet);
    if (fate.lost !== null) {
      fabric.drop(packet, this.where, fate.lost);
      return;
    }
    // Copies are of the packet as sent: neither corrupted nor late.
    const firstCopy = fate.copies > 0 ? fabric.duplicate(packet, this.where) : null;
    if (fate.flips.length > 0) fabric.corrupt(packet, this.where, fate.flips);
    if (fate.bleached) fabric.bleach(packet, this.where);
    if (fate.holdNs > 0) fabric.noteDelay(packet, this.where, fate.holdNs);
    if (fate.delayNs > 0) fabric.noteDelay(packet, this.where, fate.delayNs);
    const { keeper } = fate;
    const launch = (index: number, atNs: Nanos): void => {
      if (keeper === null) lines.launch(this.index, index, atNs);
      else keeper.keep(index, atNs);
    };
    if (keeper === null && (fate.delayNs > 0 || this.#isLoose))
      this.launchApart(packet.index, arrivalNs + fate.holdNs + fate.delayNs);
    else launch(packet.index, arrivalNs + fate.holdNs);
    if (firstCopy === null) return;
    launch(firstCopy.index, arrivalNs);
    for (let i = 1; i < fate.copies; i++) launch(fabric.duplicate(firstCopy, this.where).index, arrivalNs);
  }

  competes(packet: number): Contender {
    return this.#lines.arrivalOf(this.index, packet, childId(lineId(this.index), ++this.#competed));
  }

  /** One that travels apart arrives. */
  onEvent(packet: number, epoch: number): void {
    if (epoch !== this.#apartEpoch) return;
    this.#apart.splice(this.#apart.indexOf(packet), 1);
    this.#lines.arrive(this.index, packet);
  }

  launchApart(packet: number, arrivalNs: Nanos): void {
    const { kernel, packets } = this.#fabric;
    packets.times[8 * packet + PacketTime.ARRIVAL_NS] = arrivalNs;
    packets.times[8 * packet + PacketTime.LINE_END] = this.#lines.numbers[
      8 * this.index + LineNumber.GIVEN_BYTES
    ] as number;
    this.#apart.push(packet);
    kernel.post(arrivalNs, this, packet, this.#apartEpoch);
  }

  #lose(reason: DropReason, deadEnd: boolean): void {
    this.discard((_packet, begun) => deadEnd || begun, reason);
    if (!deadEnd) return;
    this.#lines.clear(this.index, this.#fabric.kernel.now);
    this.owner?.onRateChange();
  }

  #setState(): void {
    const impaired = this.#impairment === null ? 0 : IMPAIRED;
    this.#lines.words[16 * this.index + LineWord.STATE] =
      impaired | (this.isUp ? 0 : DOWN) | (this.#isLoose ? LOOSE : 0);
  }

  /** Everything under way. */
  #held(): number[] {
    return [...this.#lines.underWay(this.index), ...this.#apart];
  }

  #positionOf(packet: number): number {
    return this.#fabric.packets.times[8 * packet + PacketTime.LINE_END] as number;
  }

  /** Schedules what is under way anew. */
  #restart(inOrder: readonly number[], apart: readonly number[]): void {
    const { kernel, packets } = this.#fabric;
    this.#lines.restart(this.index, inOrder);
    this.#apart = [...apart];
    this.#apartEpoch++;
    for (const packet of apart) {
      const atNs = packets.times[8 * packet + PacketTime.ARRIVAL_NS] as number;
      kernel.post(Math.max(atNs, kernel.now), this, packet, this.#apartEpoch);
    }
  }
}
