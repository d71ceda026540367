import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { linearTicks, logBounds, logTicks, stepAtLeast, tickLabel } from '../plot/ticks.ts';

const positive = fc.double({ min: 1e-6, max: 1e15, noNaN: true });

/** The leading digit of a 1/2/5 step. */
function digitOf(step: number): number {
  return Number(step.toExponential(6).split('e')[0]);
}

describe('ticks', () => {
  test.prop([positive])(
    'a step is 1, 2 or 5 times a power of ten, and the smallest that suffices',
    (least) => {
      const step = stepAtLeast(least);
      expect([1, 2, 5]).toContain(digitOf(step));
      expect(step).toBeGreaterThanOrEqual(least * (1 - 1e-8));
      expect(step).toBeLessThanOrEqual(least * 2.5000001);
    },
  );

  test.prop([fc.double({ min: 0, max: 1e9, noNaN: true }), positive, fc.integer({ min: 2, max: 12 })])(
    'linear ticks lie within the axis, ascend evenly, and are neither too many nor too few',
    (from, width, most) => {
      fc.pre(width > from * 1e-6);
      const to = from + width;
      const { values, step } = linearTicks(from, to, most);
      expect(values.length).toBeLessThanOrEqual(most + 1);
      expect(values.length).toBeGreaterThanOrEqual(Math.floor(most / 2.5) - 1);
      const slack = step * 1e-6;
      for (const value of values) {
        expect(value).toBeGreaterThanOrEqual(from - slack);
        expect(value).toBeLessThanOrEqual(to + slack);
      }
      values
        .slice(1)
        .forEach((value, i) => expect(value - (values[i] ?? 0)).toBeCloseTo(step, 3 - Math.log10(step)));
    },
  );

  test.prop([positive, fc.integer({ min: 2, max: 12 })])(
    'no two ticks of an axis read the same',
    (max, most) => {
      const { values, step } = linearTicks(0, max, most);
      const labels = values.map((value) => tickLabel(value, step));
      expect(new Set(labels).size).toBe(labels.length);
    },
  );

  test.prop([positive, fc.double({ min: 1, max: 1e9, noNaN: true }), fc.integer({ min: 4, max: 8 })])(
    'a logarithmic axis holds its values and has ticks at both of two places at least',
    (min, ratio, most) => {
      const [from, to] = logBounds(min, min * ratio, 4);
      expect(from).toBeLessThanOrEqual(min * (1 + 1e-8));
      expect(to).toBeGreaterThanOrEqual(min * ratio * (1 - 1e-8));
      expect(to / from).toBeGreaterThanOrEqual(4 * (1 - 1e-6));
      // Not more than a 1/2/5 step beyond the values on either side, unless they are too close together.
      if (ratio > 10) expect(to / from / ratio).toBeLessThanOrEqual(6.3);
      const { values } = logTicks(from, to, most);
      expect(values.length).toBeGreaterThanOrEqual(ratio > 100 ? 2 : 1);
      expect(values.length).toBeLessThanOrEqual(most + 2);
      for (const value of values) {
        expect(value).toBeGreaterThanOrEqual(from * (1 - 1e-8));
        expect(value).toBeLessThanOrEqual(to * (1 + 1e-8));
      }
    },
  );

  test('labels have the decimals of their step and no noise', () => {
    const { values, step } = linearTicks(0, 0.7, 7);
    expect(values.map((value) => tickLabel(value, step))).toEqual([
      '0',
      '0.1',
      '0.2',
      '0.3',
      '0.4',
      '0.5',
      '0.6',
      '0.7',
    ]);
    expect(tickLabel(1500, 500)).toBe('1,500');
    expect(tickLabel(123456, 1)).toBe('123,456');
    expect(tickLabel(1_500_000, 500_000)).toBe('1.5e6');
    expect(tickLabel(0.00025, 0.00005)).toBe('0.00025');
  });
});
