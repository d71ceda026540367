import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ln } from '../../random/ln.ts';

const SMALLEST = 5e-324;

it('agrees with Math.log to 1e-12 and better (else arrivals would not be Poisson)', () => {
  fc.assert(
    fc.property(fc.double({ min: SMALLEST, noNaN: true, noDefaultInfinity: true }), (x) => {
      const exact = Math.log(x);
      expect(Math.abs(ln(x) - exact)).toBeLessThanOrEqual(1e-15 * Math.max(Math.abs(exact), 1));
    }),
    { numRuns: 5000 },
  );
});

it('agrees near 1, where digits cancel, relative to the result', () => {
  for (let i = 1; i <= 2000; i++) {
    for (const x of [1 + i * 1e-6, 1 - i * 1e-6, 1 + i * Number.EPSILON, 1 - (i * Number.EPSILON) / 2]) {
      expect(Math.abs(ln(x) / Math.log(x) - 1)).toBeLessThan(1e-12);
    }
  }
});

it('has the values that are known', () => {
  expect(ln(1)).toBe(0);
  expect(ln(0)).toBe(Number.NEGATIVE_INFINITY);
  expect(ln(-1)).toBeNaN();
  expect(ln(Number.NaN)).toBeNaN();
  expect(ln(Infinity)).toBe(Infinity);
  expect(ln(2)).toBe(0.6931471805599453);
  expect(ln(0.5)).toBe(-0.6931471805599453);
  expect(ln(10)).toBeCloseTo(2.302585092994046, 15);
});
