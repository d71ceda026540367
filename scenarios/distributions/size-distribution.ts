import type { Bytes } from '../../protocol/index.ts';

/** The largest message of a scenario: a simulation holds messages in memory. */
export const MESSAGE_BYTES_MAX: Bytes = 1_073_741_824;

/** One point of a cumulative distribution: the share `cdf` of all messages has at most `bytes`. */
export interface SizePoint {
  bytes: Bytes;
  cdf: number;
}

/**
 * Message sizes by a piecewise linear cumulative distribution, as the simulators of dcPIM and Homa read theirs: between
 * two points the size is linear in the probability; the first point holds all the probability up to its own. Only
 * + - * / and rounding, so that equal draws give equal sizes on every machine.
 */
export class SizeDistribution {
  readonly points: readonly SizePoint[];
  /** The exact mean of the linear pieces, before sizes are rounded to whole bytes. */
  readonly meanBytes: number;

  /** `points`: at least one, both members never falling, the last `cdf` 1 (`parseDistribution` checks outside data). */
  constructor(points: readonly SizePoint[]) {
    if (points.at(-1)?.cdf !== 1) throw new RangeError('a distribution ends at cdf 1');
    this.points = points;
    this.meanBytes = mean(points);
  }

  /** The size at probability `u` in [0, 1): a whole number of bytes, at least 1. */
  sample(u: number): Bytes {
    const { points } = this;
    let low = 0;
    let high = points.length - 1;
    // The first point whose cdf is not below u.
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (points[middle]!.cdf < u) low = middle + 1;
      else high = middle;
    }
    const to = points[low]!;
    const from = points[low - 1];
    if (from === undefined) return wholeBytes(to.bytes);
    const share = (u - from.cdf) / (to.cdf - from.cdf);
    return wholeBytes(from.bytes + share * (to.bytes - from.bytes));
  }
}

function wholeBytes(bytes: number): Bytes {
  return Math.max(1, Math.round(bytes));
}

function mean(points: readonly SizePoint[]): number {
  let before: SizePoint = { bytes: points[0]!.bytes, cdf: 0 };
  let sum = 0;
  for (const point of points) {
    sum += (point.cdf - before.cdf) * ((point.bytes + before.bytes) / 2);
    before = point;
  }
  return sum;
}
