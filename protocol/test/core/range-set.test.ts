import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RangeSet } from '../../core/range-set.ts';

/** Wide enough for many ranges, small enough that operations meet. */
const WIDTH = 40;

interface Operation {
  kind: 'add' | 'remove';
  start: number;
  end: number;
}

const bounds = fc.tuple(fc.nat(WIDTH), fc.nat(WIDTH));
const operation: fc.Arbitrary<Operation> = fc
  .tuple(fc.constantFrom('add' as const, 'add' as const, 'remove' as const), bounds)
  .map(([kind, [start, end]]) => ({ kind, start, end }));

/** The obvious set: one boolean for each integer. */
class Model {
  readonly has: boolean[] = Array.from({ length: WIDTH }, () => false);

  /** Sets [start, end) to `value`; how many changed. */
  set(start: number, end: number, value: boolean): number {
    let changed = 0;
    for (let i = start; i < end; i += 1) {
      if (this.has[i] !== value) changed += 1;
      this.has[i] = value;
    }
    return changed;
  }

  /** Maximal runs of `value` inside [start, end). */
  runs(value: boolean, start = 0, end = WIDTH): [number, number][] {
    const runs: [number, number][] = [];
    for (let i = start; i < end; i += 1) {
      if (this.has[i] !== value) continue;
      const last = runs.at(-1);
      if (last?.[1] === i) last[1] = i + 1;
      else runs.push([i, i + 1]);
    }
    return runs;
  }
}

function rangesOf(set: RangeSet): [number, number][] {
  return Array.from({ length: set.count }, (_, i) => [set.startAt(i), set.endAt(i)]);
}

function apply(operations: Operation[]): { set: RangeSet; model: Model } {
  const set = new RangeSet();
  const model = new Model();
  for (const { kind, start, end } of operations) {
    const changed = model.set(start, end, kind === 'add');
    expect(kind === 'add' ? set.add(start, end) : set.remove(start, end)).toBe(changed);
    expect(rangesOf(set)).toEqual(model.runs(true));
  }
  return { set, model };
}

describe('RangeSet, against an array of booleans', () => {
  test('add and remove change what they say and report how much', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        const { set, model } = apply(operations);
        expect(set.total).toBe(model.has.filter(Boolean).length);
        expect(set.isEmpty).toBe(set.total === 0);
        expect(set.prefix).toBe(model.runs(true).find(([start]) => start === 0)?.[1] ?? 0);
      }),
      { numRuns: 1000 },
    );
  });

  test('contains, overlap and gaps of any interval', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 20 }), bounds, (operations, [a, b]) => {
        const { set, model } = apply(operations);
        const [start, end] = a < b ? [a, b] : [b, a];
        const inside = model.has.slice(start, end);
        expect(set.contains(start, end)).toBe(inside.every(Boolean));
        expect(set.overlap(start, end)).toBe(inside.filter(Boolean).length);
        const gaps: [number, number][] = [];
        set.forEachGap(start, end, (from, to) => gaps.push([from, to]));
        expect(gaps).toEqual(model.runs(false, start, end));
      }),
      { numRuns: 1000 },
    );
  });

  test('clear empties it', () => {
    const { set } = apply([
      { kind: 'add', start: 0, end: 3 },
      { kind: 'add', start: 7, end: 9 },
    ]);
    set.clear();
    expect([set.total, set.count, set.prefix]).toEqual([0, 0, 0]);
    expect(set.add(1, 2)).toBe(1);
  });

  test('offsets beyond 32 bits keep their value', () => {
    const set = new RangeSet();
    const far = 2 ** 40;
    set.add(far, far + 10);
    expect(set.remove(far + 2, far + 4)).toBe(2);
    expect(rangesOf(set)).toEqual([
      [far, far + 2],
      [far + 4, far + 10],
    ]);
  });
});
