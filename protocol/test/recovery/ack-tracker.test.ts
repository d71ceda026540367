import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NEVER } from '../../core/units.ts';
import { AckTracker } from '../../recovery/ack-tracker.ts';
import { Ack } from '../../wire/index.ts';

const RANGES_KEPT = 32;

/** The numbers an ACK names, descending. */
function numbersOf(ack: Ack): number[] {
  const numbers: number[] = [];
  let high = ack.largest;
  let low = high - ack.firstRange;
  for (let i = 0; ; i += 1) {
    for (let number = high; number >= low; number -= 1) numbers.push(number);
    if (i === ack.rangesCount) return numbers;
    expect(ack.ranges[i * 2]!, 'a gap').toBeGreaterThanOrEqual(1);
    high = low - ack.ranges[i * 2]! - 1;
    low = high - ack.ranges[i * 2 + 1]!;
  }
}

/** Runs of consecutive numbers of a set, the highest first. */
function runsOf(numbers: Set<number>): number[][] {
  const runs: number[][] = [];
  for (const number of [...numbers].toSorted((a, b) => b - a)) {
    const last = runs.at(-1);
    if (last?.at(-1) === number + 1) last.push(number);
    else runs.push([number]);
  }
  return runs;
}

function filled(tracker: AckTracker, now = 0): Ack {
  const ack = new Ack();
  tracker.fill(now, ack);
  // What it fills can be written: the codec checks every field.
  expect(ack.emit(new Uint8Array(1500), 0, 1500)).toBeGreaterThan(0);
  return ack;
}

/** MUST ACK-1, ACK-2. */
describe('AckTracker', () => {
  test('names exactly what arrived, in any order and however often, against a set', () => {
    const near = fc.array(fc.nat(60), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(near, fc.constantFrom(0, 2 ** 40), (arrivals, base) => {
        const tracker = new AckTracker();
        const seen = new Set<number>();
        for (const number of arrivals) {
          tracker.onPacket(0, base + number, true, 10);
          seen.add(base + number);
          expect(numbersOf(filled(tracker))).toEqual(runsOf(seen).flat());
        }
      }),
      { numRuns: 300 },
    );
  });

  test('keeps the 32 newest ranges of very many', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(300), { minLength: 80, maxLength: 150 }), (arrivals) => {
        const tracker = new AckTracker();
        for (const number of arrivals) tracker.onPacket(0, number, false, 10);
        const named = numbersOf(filled(tracker));
        const seen = new Set(arrivals);
        expect(named.every((number) => seen.has(number))).toBe(true);
        const runs = runsOf(new Set(named));
        expect(runs.length).toBeLessThanOrEqual(RANGES_KEPT);
        // Arriving upwards, nothing of the newest 32 ranges is missing.
        const ascending = new AckTracker();
        for (const number of arrivals.toSorted((a, b) => a - b)) ascending.onPacket(0, number, false, 10);
        expect(numbersOf(filled(ascending))).toEqual(runsOf(seen).slice(0, RANGES_KEPT).flat());
      }),
      { numRuns: 100 },
    );
  });

  test('only packets that ask for it arm the deadline, and the first of them sets it', () => {
    const tracker = new AckTracker();
    tracker.onPacket(100, 1, false, 50);
    tracker.onPacket(110, 2, false, 50);
    expect([tracker.pending, tracker.deadline]).toEqual([false, NEVER]);
    tracker.onPacket(120, 3, true, 50);
    tracker.onPacket(140, 4, true, 50);
    expect([tracker.pending, tracker.deadline]).toEqual([true, 170]);
    filled(tracker, 150);
    expect(tracker.pending).toBe(false);
  });

  test('the delay counts from the arrival of the largest', () => {
    const tracker = new AckTracker();
    tracker.onPacket(100, 7, true, 50);
    tracker.onPacket(130, 5, true, 50);
    expect(filled(tracker, 150).delayNs).toBe(50);
    tracker.onPacket(160, 8, true, 50);
    expect(filled(tracker, 161).delayNs).toBe(1);
  });

  test('a reset forgets the former incarnation', () => {
    const tracker = new AckTracker();
    tracker.onPacket(0, 100, true, 50);
    tracker.reset();
    expect(tracker.pending).toBe(false);
    tracker.onPacket(0, 3, true, 50);
    expect(numbersOf(filled(tracker))).toEqual([3]);
  });
});
