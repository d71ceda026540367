import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NumberSet } from '../../check/number-set.ts';

test('holds what a set would', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5000)), fc.array(fc.nat(10_000)), (added, asked) => {
      const [numbers, set] = [new NumberSet(), new Set(added)];
      for (const n of added) numbers.add(n);
      for (const n of [...added, ...asked]) expect(numbers.has(n)).toBe(set.has(n));
      expect(numbers.largest).toBe(Math.max(-1, ...added));
    }),
  );
});
