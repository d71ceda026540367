import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { ddmin } from '../../shrink/ddmin.ts';
import { bisect, roundNumbersBelow } from '../../shrink/ladder.ts';

const numbers = (length: number): number[] => Array.from({ length }, (_, i) => i);

describe('ddmin', () => {
  test.prop([fc.integer({ min: 0, max: 200 }), fc.array(fc.nat(199), { maxLength: 6 })])(
    'finds exactly the items that are needed, in their order, when each is',
    async (length, wanted) => {
      const needed = [...new Set(wanted)].filter((item) => item < length).sort((a, b) => a - b);
      const passes = (part: readonly number[]): Promise<boolean> =>
        Promise.resolve(needed.every((item) => part.includes(item)));
      expect(await ddmin(numbers(length), passes)).toEqual(needed);
    },
  );

  test.prop([fc.integer({ min: 2, max: 60 }), fc.func(fc.boolean())])(
    'gives a part that passes, without an item that can go, whatever the test',
    async (length, verdict) => {
      const all = numbers(length);
      const passes = (part: readonly number[]): Promise<boolean> =>
        Promise.resolve(part.length === length || verdict(part.join()));
      const left = await ddmin(all, passes);
      expect(await passes(left)).toBe(true);
      for (const item of left.length > 1 ? left : []) {
        expect(await passes(left.filter((other) => other !== item))).toBe(false);
      }
    },
  );

  it('needs few tests for one item among a thousand', async () => {
    let tests = 0;
    const left = await ddmin(numbers(1000), (part) => {
      tests++;
      return Promise.resolve(part.includes(777));
    });
    expect(left).toEqual([777]);
    expect(tests).toBeLessThan(40);
  });

  it('tries no list shorter than it may be', async () => {
    const lengths: number[] = [];
    const left = await ddmin(
      numbers(9),
      (part) => {
        lengths.push(part.length);
        return Promise.resolve(true);
      },
      2,
    );
    expect(left).toHaveLength(2);
    expect(Math.min(...lengths)).toBe(2);
  });
});

describe('bisect', () => {
  it('finds the smallest round number that passes, and tries few', async () => {
    const tried: number[] = [];
    const passing: number[] = [];
    await bisect(roundNumbersBelow(1_000_000), (step) => {
      tried.push(step);
      if (step >= 700) passing.push(step);
      return Promise.resolve(step >= 700);
    });
    expect(Math.min(...passing)).toBe(1000);
    expect(tried.length).toBeLessThan(7);
    expect(roundNumbersBelow(30)).toEqual([0, 1, 2, 5, 10, 20]);
    expect(roundNumbersBelow(0)).toEqual([0]);
  });
});
