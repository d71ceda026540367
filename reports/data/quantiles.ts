/** The least figure that distributions show; a latency is 1 ns and a slowdown 1 at least, if nothing is wrong. */
export const POSITIVE_MIN = 1e-6;

/** The value at rank ⌈share · n⌉ of ascending values (nearest rank); NaN of none. */
export function quantile(ascending: readonly number[], share: number): number {
  const rank = Math.max(1, Math.ceil(share * ascending.length - 1e-9));
  return ascending[rank - 1] ?? NaN;
}

/** Sorted, without what a logarithmic axis cannot show. */
export function ascending(values: Iterable<number>): number[] {
  return [...values].filter((value) => Number.isFinite(value) && value >= POSITIVE_MIN).sort((a, b) => a - b);
}
