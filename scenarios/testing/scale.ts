import fc from 'fast-check';

/**
 * An integer from `min` to `max`, its order of magnitude first: as often between 1 and 10 as between 1000 and 10,000. Shrinks
 * towards `min`. `min` ≥ 1.
 */
export function atScale(min: number, max: number): fc.Arbitrary<number> {
  const scales: fc.Arbitrary<number>[] = [];
  for (let from = min; from <= max; from *= 10) {
    scales.push(fc.integer({ min: from, max: Math.min(max, from * 10 - 1) }));
  }
  return fc.oneof({ withCrossShrink: true }, ...(scales as [fc.Arbitrary<number>]));
}
