import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fifo } from '../../core/fifo.ts';
import { RankedHeap } from '../../core/ranked-heap.ts';
import type { Ranked } from '../../core/ranked-heap.ts';

/** Enough for a heap of several levels. */
const ITEMS = 30;

interface Item extends Ranked {
  name: number;
}

function makeItems(count: number): Item[] {
  return Array.from({ length: count }, (_, name) => ({
    name,
    rank: 0,
    heapIndex: -1,
    heapSequence: 0,
  }));
}

/** Which item, and what to do with it: a number places it there, undefined takes it out. */
const step = fc.tuple(fc.nat(ITEMS - 1), fc.option(fc.nat(100), { nil: undefined, freq: 2 }));
const steps = fc.array(step, { maxLength: 120, size: 'max' });

describe('RankedHeap, against a sorted list', () => {
  test('has the lowest rank on top, the first to arrive among equals', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const heap = new RankedHeap<Item>();
        const items = makeItems(ITEMS);
        const model: Item[] = [];
        for (const [index, rank] of list) {
          const item = items[index]!;
          const at = model.indexOf(item);
          if (rank === undefined) {
            heap.remove(item);
            if (at >= 0) model.splice(at, 1);
          } else {
            item.rank = rank;
            heap.place(item);
            if (at < 0) model.push(item);
          }
          const sorted = model.toSorted((a, b) => a.rank - b.rank);
          expect(heap.top?.name).toBe(sorted[0]?.name);
          expect(heap.size).toBe(model.length);
        }
        const order: number[] = [];
        for (let top = heap.top; top !== undefined; top = heap.top) {
          order.push(top.name);
          heap.remove(top);
        }
        expect(order).toEqual(model.toSorted((a, b) => a.rank - b.rank).map(({ name }) => name));
      }),
      { numRuns: 500 },
    );
  });
});

describe('Fifo, against an array', () => {
  test('gives what it got, in order, also after thousands', () => {
    const operation = fc.oneof(
      fc.nat(300),
      fc.nat(300).map((count) => -count),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 30 }), (operations) => {
        const fifo = new Fifo<number>();
        const model: number[] = [];
        let next = 0;
        for (const count of operations) {
          for (let i = 0; i < count; i += 1) {
            fifo.push(next);
            model.push(next);
            next += 1;
          }
          for (let i = 0; i > count; i -= 1) expect(fifo.shift()).toBe(model.shift());
          expect(fifo.length).toBe(model.length);
          expect(fifo.peek()).toBe(model[0]);
          const seen: number[] = [];
          fifo.forEach((item) => seen.push(item));
          expect(seen).toEqual(model);
        }
        fifo.clear();
        expect([fifo.length, fifo.peek(), fifo.shift()]).toEqual([0, undefined, undefined]);
      }),
      { numRuns: 100 },
    );
  });
});
