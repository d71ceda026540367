import { configInteger } from './config-error.ts';
import type { BitsPerSecond } from '../../protocol/core/units.ts';

const BIT_NANOS_PER_BYTE = 8_000_000_000;
/** 10 Tbit/s; keeps every product of a datagram and its units below 2^53. */
export const RATE_BPS_MAX: BitsPerSecond = 10_000_000_000_000;

/**
 * A rate as an exact ratio: a byte takes `unitsPerByte / unitsPerNs` nanoseconds. At 100 Gbit/s a byte takes
 * 2/25 ns, so a 64-byte packet takes 128 units, not a rounded 5 or 6 ns, and a busy port loses nothing.
 */
export class LineRate {
  readonly bps: BitsPerSecond;
  readonly unitsPerByte: number;
  readonly unitsPerNs: number;

  constructor(bps: BitsPerSecond) {
    this.bps = configInteger('rateBps', bps, 1, RATE_BPS_MAX);
    const divisor = greatestCommonDivisor(BIT_NANOS_PER_BYTE, bps);
    this.unitsPerByte = BIT_NANOS_PER_BYTE / divisor;
    this.unitsPerNs = bps / divisor;
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}
