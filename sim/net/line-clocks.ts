import { lineNumbers, lineWords } from '../kernel/cache-lines.ts';
import { LineNumber } from './line-fields.ts';
import type { LineRate } from './line-rate.ts';
import type { Bytes, Nanos } from '../../protocol/core/units.ts';

const LINES_INITIAL = 64;

/**
 * When each line of a network sends the bits that it is given. The instant at which it is free is kept exactly, as
 * nanoseconds plus a fraction in units of the rate; events happen at that instant rounded up. Rounding therefore never
 * adds up. REQ SIM-3
 *
 * A *position* counts the bytes given to a line since the beginning; it does not depend on the rate.
 */
export class LineClocks {
  /** See line-fields.ts. */
  words: Int32Array = lineWords(LINES_INITIAL);
  numbers: Float64Array = lineNumbers(this.words);
  readonly #rates: LineRate[] = [];

  /** The number of one more line. */
  protected addClock(rate: LineRate): number {
    const line = this.#rates.push(rate) - 1;
    if (8 * this.#rates.length > this.numbers.length) {
      const words = lineWords(this.words.length / 8);
      words.set(this.words);
      this.words = words;
      this.numbers = lineNumbers(words);
    }
    return line;
  }

  /** The rate as faults have it. */
  rateOf(line: number): LineRate {
    return this.#rates[line] as LineRate;
  }

  /** When the last bit given so far is on the wire, rounded up to a nanosecond. May lie in the past. */
  freeAtNs(line: number): Nanos {
    const at = 8 * line;
    const freeNs = this.numbers[at + LineNumber.FREE_NS] as number;
    return (this.numbers[at + LineNumber.FREE_FRACTION] as number) > 0 ? freeNs + 1 : freeNs;
  }

  /** Bytes given whose serialization is not over, a partly sent one counted up to a byte. */
  backlogBytes(line: number, nowNs: Nanos): Bytes {
    if (this.freeAtNs(line) <= nowNs) return 0;
    return Math.ceil(this.#unsentUnits(line, nowNs, 0) / this.rateOf(line).unitsPerByte);
  }

  /** When the backlog will have fallen to `bytes`, if nothing is added. May lie in the past. */
  backlogFallsToAtNs(line: number, bytes: Bytes): Nanos {
    const { unitsPerByte, unitsPerNs } = this.rateOf(line);
    const units = (this.numbers[8 * line + LineNumber.FREE_FRACTION] as number) - bytes * unitsPerByte;
    return (this.numbers[8 * line + LineNumber.FREE_NS] as number) + Math.ceil(units / unitsPerNs);
  }

  /**
   * Gives the line `bytes` to send after all that was given before. `seamless`: the line was never idle since, so they
   * start when the line became free, a fraction of a nanosecond before now, and not at now.
   */
  give(line: number, bytes: Bytes, nowNs: Nanos, seamless: boolean): void {
    const { numbers } = this;
    const at = 8 * line;
    const { unitsPerByte, unitsPerNs } = this.rateOf(line);
    let freeNs = numbers[at + LineNumber.FREE_NS] as number;
    let fraction = numbers[at + LineNumber.FREE_FRACTION] as number;
    if (!seamless && (fraction > 0 ? freeNs + 1 : freeNs) <= nowNs) {
      freeNs = nowNs;
      fraction = 0;
    }
    const units = bytes * unitsPerByte + fraction;
    // Exact: units < 2^53, so the quotient of two integers never rounds up to an integer it has not reached.
    const wholeNs = Math.floor(units / unitsPerNs);
    numbers[at + LineNumber.FREE_NS] = freeNs + wholeNs;
    numbers[at + LineNumber.FREE_FRACTION] = units - wholeNs * unitsPerNs;
    (numbers[at + LineNumber.GIVEN_BYTES] as number) += bytes;
  }

  /** What was given and not sent is forgotten. */
  clear(line: number, nowNs: Nanos): void {
    this.numbers[8 * line + LineNumber.FREE_NS] = nowNs;
    this.numbers[8 * line + LineNumber.FREE_FRACTION] = 0;
  }

  /** The rate from now on. Of a byte that is partly sent, all is sent anew, so that positions stay whole. */
  changeRate(line: number, rate: LineRate, nowNs: Nanos): void {
    const backlogBytes = this.backlogBytes(line, nowNs);
    this.#rates[line] = rate;
    this.clear(line, nowNs);
    this.give(line, backlogBytes, nowNs, false);
    (this.numbers[8 * line + LineNumber.GIVEN_BYTES] as number) -= backlogBytes;
  }

  /** Nanoseconds until what ends at `position` is on the wire, rounded up; 0 or less: it is. */
  leftNs(line: number, position: number, nowNs: Nanos): Nanos {
    return Math.ceil(
      this.#unsentUnits(line, nowNs, this.#behind(line, position)) / this.rateOf(line).unitsPerNs,
    );
  }

  /** Whether the first bit of what ends at `position`, and is so long, is on the wire. */
  hasBegun(line: number, position: number, bytes: Bytes, nowNs: Nanos): boolean {
    const leftUnits = this.#unsentUnits(line, nowNs, this.#behind(line, position));
    return leftUnits < bytes * this.rateOf(line).unitsPerByte;
  }

  #behind(line: number, position: number): Bytes {
    return (this.numbers[8 * line + LineNumber.GIVEN_BYTES] as number) - position;
  }

  /** Units of the rate until all but the last `exceptBytes` are on the wire; negative if they have been for a while. */
  #unsentUnits(line: number, nowNs: Nanos, exceptBytes: Bytes): number {
    const { unitsPerNs, unitsPerByte } = this.rateOf(line);
    const ns = (this.numbers[8 * line + LineNumber.FREE_NS] as number) - nowNs;
    const fraction = this.numbers[8 * line + LineNumber.FREE_FRACTION] as number;
    return ns * unitsPerNs + fraction - exceptBytes * unitsPerByte;
  }
}
