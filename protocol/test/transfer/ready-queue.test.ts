/** The ready queue and the minimum shares of its levels, each against a model. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MinimumShares, lowestOf } from '../../transfer/minimum-shares.ts';
import { ReadyQueue } from '../../transfer/ready-queue.ts';
import type { Ready } from '../../transfer/ready-queue.ts';

const ITEMS = 40;
const LEVELS = 9;

interface Item extends Ready {
  name: number;
}

/** Which item, and where to: a level and a rank, or out of the queue. */
const step = fc.tuple(
  fc.nat(ITEMS - 1),
  fc.option(fc.tuple(fc.nat(LEVELS - 1), fc.nat(20)), { nil: undefined, freq: 2 }),
);

/** REQ PQ-1, PQ-2, PQ-3, TEST-U5 */
test('a ready queue has at each level what a list sorted by rank and arrival has, whatever comes, goes and moves', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
      const queue = new ReadyQueue<Item>();
      const items = Array.from({ length: ITEMS }, (_, name): Item => ({
        name,
        level: 0,
        rank: 0,
        heapIndex: -1,
        heapSequence: 0,
      }));
      // In the order of arrival at their level.
      let model: { item: Item; level: number; rank: number }[] = [];
      for (const [index, place] of steps) {
        const item = items[index]!;
        const there = model.find((entry) => entry.item === item);
        if (place === undefined) {
          queue.remove(item);
          model = model.filter((entry) => entry !== there);
        } else {
          const [level, rank] = place;
          item.rank = rank;
          queue.place(item, level);
          if (there?.level === level) {
            there.rank = rank;
          } else {
            model = model.filter((entry) => entry !== there);
            model.push({ item, level, rank });
          }
        }
        const sorted = model.toSorted((a, b) => a.level - b.level || a.rank - b.rank);
        const tops = Array.from({ length: LEVELS }, (_, level) =>
          sorted.find((entry) => entry.level === level),
        );
        const levels = tops.reduce((bits, top, level) => bits | (top === undefined ? 0 : 1 << level), 0);
        const same = tops.every((top, level) => queue.top(level) === top?.item);
        if (queue.levels !== levels || !same) throw new Error(`${JSON.stringify(place)} of ${index}`);
      }
      const left: number[] = [];
      while (queue.levels !== 0) {
        const top = queue.top(lowestOf(queue.levels))!;
        left.push(top.name);
        queue.remove(top);
      }
      const sorted = model.toSorted((a, b) => a.level - b.level || a.rank - b.rank);
      expect(left).toEqual(sorted.map(({ item }) => item.name));
    }),
    { numRuns: 200 },
  );
});

/** REQ PQ-7 · MUST SHARE-1 */
describe('minimum shares', () => {
  const QUANTUM = 1000;
  const ALL = 0xff;
  /** What is in line, and how much is served of it at once. */
  const turn = fc.tuple(fc.integer({ min: 1, max: 0x1ff }), fc.integer({ min: 1, max: QUANTUM }));

  test('whoever waits is served a sixteenth of all but two quanta, over any time, whoever else comes and goes', () => {
    const turns = fc.array(fc.tuple(turn, fc.nat(60)), { minLength: 1, maxLength: 40, size: 'max' });
    fc.assert(
      fc.property(turns, (list) => {
        const shares = new MinimumShares(QUANTUM);
        // Since it last was not in line.
        const total = Array.from({ length: 8 }, () => 0);
        const own = Array.from({ length: 8 }, () => 0);
        for (const [[levels, amount], times] of list) {
          for (let i = 0; i <= times; i += 1) {
            const served = shares.next(levels);
            if ((levels & (1 << served)) === 0) throw new Error('what does not wait is served');
            shares.onServed(levels, served, amount);
            for (let level = 0; level < 8; level += 1) {
              const waits = (levels & (1 << level)) !== 0;
              total[level] = waits ? total[level]! + amount : 0;
              own[level] = waits ? own[level]! + (served === level ? amount : 0) : 0;
              if (own[level]! * 16 < total[level]! - 32 * QUANTUM) throw new Error(`level ${level} starves`);
            }
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test('of eight levels that always wait the first has nine parts of sixteen; what a level leaves is the first one’s', () => {
    const servedOf = (levels: number): number[] => {
      const shares = new MinimumShares(QUANTUM);
      const served = Array.from({ length: 8 }, () => 0);
      for (let i = 0; i < 16_000; i += 1) {
        const level = shares.next(levels);
        served[level] = served[level]! + 1;
        shares.onServed(levels, level, QUANTUM);
      }
      return served.map((count) => Math.round(count / 1000));
    };
    expect(servedOf(ALL)).toEqual([9, 1, 1, 1, 1, 1, 1, 1]);
    expect(servedOf(ALL & ~0b1010)).toEqual([11, 0, 1, 0, 1, 1, 1, 1]);
    expect(servedOf(0b1000_1000)).toEqual([0, 0, 0, 15, 0, 0, 0, 1]);
    expect(servedOf(0b1000_0000)).toEqual([0, 0, 0, 0, 0, 0, 0, 16]);
  });

  test('who was served all the time is not due when somebody more urgent comes, and who did not wait has earned nothing', () => {
    const shares = new MinimumShares(QUANTUM);
    for (let i = 0; i < 100; i += 1) shares.onServed(0b1000_0000, 7, QUANTUM);
    for (let i = 0; i < 15; i += 1) {
      expect(shares.next(0b1000_0001)).toBe(0);
      shares.onServed(0b1000_0001, 0, QUANTUM);
    }
    expect(shares.next(0b1001_0001)).toBe(0);
    shares.onServed(0b1001_0001, 0, QUANTUM);
    expect(shares.next(0b1001_0001)).toBe(7);
    expect(shares.next(0b0001_0001)).toBe(0);
  });

  test('what is held has no share and takes none', () => {
    const shares = new MinimumShares(QUANTUM);
    for (let i = 0; i < 100; i += 1) {
      expect(shares.next(0x101)).toBe(0);
      shares.onServed(0x101, 0, QUANTUM);
    }
    for (let i = 0; i < 100; i += 1) shares.onServed(0x100, 8, QUANTUM);
    expect(shares.next(0x180)).toBe(7);
  });
});
