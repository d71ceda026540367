import { DropReason } from './drop-reason.ts';
import { Flight } from './flight.ts';
import { LineRate } from './line-rate.ts';
import type { Fabric } from './fabric.ts';
import type { Impairment } from './faults/impairment.ts';
import type { Packet } from './packet.ts';
import type { BitsPerSecond, Bytes, Nanos } from '../../protocol/core/units.ts';
import type { EventHandler } from '../kernel/kernel.ts';

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

/**
 * One direction of a link: puts packets on the wire one after the other and schedules their arrival at the far end,
 * `far.onEvent(packet.index, 0)`.
 *
 * The instant at which the line is free is kept exactly, as nanoseconds plus a fraction in units of the rate; events
 * happen at that instant rounded up. Rounding therefore never adds up. REQ SIM-3
 */
export class Line {
  readonly name: string;
  readonly where: number;
  readonly rate: LineRate;
  readonly delayNs: Nanos;
  readonly mtuBytes: Bytes;
  /** The active faults, or null: the usual case costs a packet one comparison. */
  impairment: Impairment | null = null;
  readonly #fabric: Fabric;
  readonly #flight: Flight;
  #freeNs: Nanos = 0;
  /** In units of 1 / rate.unitsPerNs nanoseconds, below one nanosecond. */
  #freeFraction = 0;

  constructor(fabric: Fabric, far: EventHandler, options: LineOptions) {
    this.name = options.name;
    this.where = options.where;
    this.rate = new LineRate(options.rateBps);
    this.delayNs = options.delayNs;
    this.mtuBytes = options.mtuBytes;
    this.#fabric = fabric;
    this.#flight = new Flight(fabric, far);
  }

  /** When the last bit given so far is on the wire, rounded up to a nanosecond. May lie in the past. */
  get freeAtNs(): Nanos {
    return this.#freeFraction > 0 ? this.#freeNs + 1 : this.#freeNs;
  }

  isIdle(nowNs: Nanos): boolean {
    return this.freeAtNs <= nowNs;
  }

  /** Bytes given to the line whose serialization is not over, a partly sent one counted up to a byte. */
  backlogBytes(nowNs: Nanos): Bytes {
    if (this.isIdle(nowNs)) return 0;
    const units = (this.#freeNs - nowNs) * this.rate.unitsPerNs + this.#freeFraction;
    return Math.ceil(units / this.rate.unitsPerByte);
  }

  /** When the backlog will have fallen to `bytes`, if nothing is added. May lie in the past. */
  backlogFallsToAtNs(bytes: Bytes): Nanos {
    const units = this.#freeFraction - bytes * this.rate.unitsPerByte;
    return this.#freeNs + Math.ceil(units / this.rate.unitsPerNs);
  }

  /**
   * Serializes the packet after all that was given before. `seamless`: the line was never idle since the packet before
   * it, so it starts when the line became free, a fraction of a nanosecond before now, and not at now.
   */
  transmit(packet: Packet, seamless: boolean): void {
    if (packet.wireBytes > this.mtuBytes) {
      this.#fabric.drop(packet, this.where, DropReason.MTU);
      return;
    }
    const now = this.#fabric.kernel.now;
    if (!seamless && this.isIdle(now)) {
      this.#freeNs = now;
      this.#freeFraction = 0;
    }
    const units = packet.wireBytes * this.rate.unitsPerByte + this.#freeFraction;
    // Exact: units < 2^53, so the quotient of two integers never rounds up to an integer it has not reached.
    const wholeNs = Math.floor(units / this.rate.unitsPerNs);
    this.#freeNs += wholeNs;
    this.#freeFraction = units - wholeNs * this.rate.unitsPerNs;
    const arrivalNs = this.freeAtNs + this.delayNs;
    if (this.impairment === null) this.#flight.launch(packet.index, arrivalNs);
    else this.#transmitImpaired(this.impairment, packet, arrivalNs);
  }

  #transmitImpaired(impairment: Impairment, packet: Packet, arrivalNs: Nanos): void {
    const fabric = this.#fabric;
    const fate = impairment.decide(packet);
    if (fate.lost) {
      fabric.drop(packet, this.where, DropReason.LOSS);
      return;
    }
    // Copies are of the packet as sent: neither corrupted nor late.
    const firstCopy = fate.copies > 0 ? fabric.duplicate(packet, this.where) : null;
    if (fate.flips.length > 0) fabric.corrupt(packet, this.where, fate.flips);
    if (fate.delayNs > 0) fabric.noteDelay(packet, this.where, fate.delayNs);
    if (fate.delayNs > 0) this.#flight.launchApart(packet.index, arrivalNs + fate.delayNs);
    else this.#flight.launch(packet.index, arrivalNs);
    if (firstCopy === null) return;
    this.#flight.launch(firstCopy.index, arrivalNs);
    for (let i = 1; i < fate.copies; i++) {
      this.#flight.launch(fabric.duplicate(firstCopy, this.where).index, arrivalNs);
    }
  }
}
