import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReplayWindow } from '../../keys/replay-window.ts';

const WINDOW = 2048;

type Operation = { kind: 'see' | 'floor'; number: number };

/** Steps around the largest number so far: neighbours, the window's far edge, leaps over whole windows. */
const step: fc.Arbitrary<{ kind: 'see' | 'floor'; by: number }> = fc.record({
  kind: fc.constantFrom('see', 'see', 'see', 'see', 'see', 'see', 'see', 'floor'),
  by: fc.oneof(
    fc.integer({ min: -5, max: 5 }),
    fc.integer({ min: -WINDOW - 3, max: -WINDOW + 3 }),
    fc.integer({ min: -WINDOW, max: 0 }),
    fc.integer({ min: 0, max: 3 * WINDOW }),
    fc.constantFrom(WINDOW, 2 * WINDOW, 2 ** 40, 2 ** 45 + 17),
  ),
});

/** The obvious one: everything ever seen. REQ RDP-10 · MUST REPLAY-1. */
class Model {
  readonly seen = new Set<number>();
  largest = -1;
  floor = -1;

  isFresh(number: number): boolean {
    return number > this.floor && number > this.largest - WINDOW && !this.seen.has(number);
  }

  add(number: number): void {
    this.seen.add(number);
    this.largest = Math.max(this.largest, number);
  }
}

describe('ReplayWindow', () => {
  test('against a set of all numbers seen', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const window = new ReplayWindow();
        const model = new Model();
        for (const { kind, by } of steps) {
          const { kind: what, number }: Operation = { kind, number: Math.max(0, model.largest + by) };
          if (what === 'floor') {
            window.raiseFloor(number);
            model.floor = Math.max(model.floor, number);
          } else {
            expect(window.isFresh(number)).toBe(model.isFresh(number));
            // A number is added only after it proved fresh.
            if (!model.isFresh(number)) continue;
            window.add(number);
            model.add(number);
          }
          const { largest } = model;
          expect(window.largest).toBe(largest);
          for (const near of [largest, largest + 1, largest - WINDOW, largest - WINDOW + 1, number - 1]) {
            if (near >= 0) expect(window.isFresh(near), String(near)).toBe(model.isFresh(near));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('takes every one of 2048 numbers below the largest once, and none below', () => {
    const window = new ReplayWindow();
    const largest = 10_000;
    window.add(largest);
    expect(window.isFresh(largest - WINDOW)).toBe(false);
    for (let number = largest - 1; number > largest - WINDOW; number -= 1) {
      if (!window.isFresh(number)) throw new Error(`${number} was refused though never seen`);
      window.add(number);
      if (window.isFresh(number)) throw new Error(`${number} is taken a second time`);
    }
    expect(window.largest).toBe(largest);
  });
});
