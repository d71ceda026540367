import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { LocalClock } from '../../host/local-clock.ts';

describe('a clock', () => {
  test('is right until somebody touches it', () => {
    const clock = new LocalClock();
    expect([0, 7, 1e15].map((ns) => clock.read(ns))).toEqual([0, 7, 1e15]);
  });

  test('set forward is ahead from then on', () => {
    const clock = new LocalClock();
    clock.read(100);
    clock.step(100, 50);
    expect([100, 101].map((ns) => clock.read(ns))).toEqual([150, 151]);
  });

  test('set back stands still until it is where it was', () => {
    const clock = new LocalClock();
    clock.read(100);
    clock.step(100, -50);
    expect([100, 149, 150, 151].map((ns) => clock.read(ns))).toEqual([100, 100, 100, 101]);
  });

  test('gains while it drifts, and keeps what it has gained', () => {
    const clock = new LocalClock();
    const fast = { numerator: 100, denominator: 1_000_000 };
    clock.addDrift(0, fast);
    expect(clock.read(1_000_000_000)).toBe(1_000_100_000);
    clock.removeDrift(2_000_000_000, fast);
    expect(clock.read(3_000_000_000)).toBe(3_000_200_000);
  });

  test('slowed by many faults goes on', () => {
    const clock = new LocalClock();
    for (let i = 0; i < 3; i++) clock.addDrift(0, { numerator: -1, denominator: 2 });
    expect(clock.read(1600)).toBe(100);
  });

  const changes = fc.array(
    fc.tuple(
      fc.nat(1_000_000),
      fc.oneof(
        fc.integer({ min: -2_000_000, max: 2_000_000 }),
        fc.record({
          numerator: fc.integer({ min: -99_999, max: 100_000 }),
          denominator: fc.constant(100_000),
        }),
      ),
    ),
    { maxLength: 12 },
  );

  test.prop([changes, fc.array(fc.nat(3_000_000), { minLength: 1, maxLength: 20 })])(
    'never goes back, shows whole nanoseconds, and tells when it will show a time',
    (script, waits) => {
      const clock = new LocalClock();
      let nowNs = 0;
      let shownNs = 0;
      const look = (): void => {
        expect(clock.read(nowNs)).toBeGreaterThanOrEqual(shownNs);
        shownNs = clock.read(nowNs);
        expect(Number.isSafeInteger(shownNs)).toBe(true);
      };
      for (const [afterNs, change] of script) {
        nowNs += afterNs;
        look();
        if (typeof change === 'number') clock.step(nowNs, change);
        else clock.addDrift(nowNs, change);
        look();
      }
      for (const wait of waits) {
        const dueNs = shownNs + wait;
        const atNs = clock.trueTimeOf(dueNs, nowNs);
        expect(atNs).toBeGreaterThanOrEqual(nowNs);
        if (atNs > nowNs) {
          nowNs = atNs - 1;
          expect(clock.read(nowNs)).toBeLessThan(dueNs);
        }
        nowNs = atNs;
        expect(clock.read(nowNs)).toBeGreaterThanOrEqual(dueNs);
        shownNs = clock.read(nowNs);
      }
    },
  );
});
