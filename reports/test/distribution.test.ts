import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { sampleGroups } from '../data/distribution.ts';
import { ascending, quantile } from '../data/quantiles.ts';
import { plain } from '../figures.ts';
import { cdfPlot, type CdfCurve, type CdfView } from '../plot/cdf-plot.ts';
import { seeded, syntheticReport } from './synthetic-report.ts';

describe('quantiles', () => {
  test('are the nearest rank', () => {
    const values = Array.from({ length: 200 }, (_, i) => i + 1);
    expect([0, 0.5, 0.99, 1].map((share) => quantile(values, share))).toEqual([1, 100, 198, 200]);
    expect(quantile([7], 0.99)).toBe(7);
    expect(quantile([], 0.5)).toBeNaN();
  });

  test.prop([
    fc.array(fc.double({ min: 0.01, max: 1e9, noNaN: true }), { minLength: 1 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  ])('at least the share of the values is at or below, and less is below', (values, share) => {
    const value = quantile(ascending(values), share);
    expect(values.filter((other) => other <= value).length).toBeGreaterThanOrEqual(
      share * values.length - 1e-6,
    );
    expect(values.filter((other) => other < value).length).toBeLessThan(Math.max(1, share * values.length));
  });
});

describe('samples by workload', () => {
  test('failed exchanges and impossible figures are in no curve, and are counted', () => {
    const report = syntheticReport({ samples: 50, workloads: ['a', 'b'] });
    report.samples.push({ workload: 'a', sizeBytes: 1, latencyNs: 5, slowdown: 1, ok: false });
    report.samples.push({ workload: 'a', sizeBytes: 0, latencyNs: NaN, slowdown: -1, ok: true });
    const groups = sampleGroups(report);
    expect(groups.failed).toBe(1);
    expect(groups.all.latencyNs).toHaveLength(50);
    expect(groups.all.points).toHaveLength(50);
    expect(groups.workloads.map((group) => group.name)).toEqual(['a', 'b']);
    expect(groups.workloads.flatMap((group) => group.slowdown)).toHaveLength(50);
  });

  test('of many workloads the eight largest have a curve', () => {
    const workloads = Array.from({ length: 12 }, (_, i) => `w${i}`);
    const groups = sampleGroups(syntheticReport({ samples: 4000, workloads }));
    expect(groups.workloads).toHaveLength(8);
    expect(groups.omitted).toBe(4);
  });
});

describe('cdf plot', () => {
  const plot = (values: readonly number[], view: CdfView): string => {
    const curve: CdfCurve = { name: 'all', color: 'c0', toggle: 't0', values };
    const unitOf = (): { name: string; factor: number } => ({ name: '', factor: 1 });
    return cdfPlot({
      description: 'd',
      view,
      quantity: 'slowdown',
      curves: [curve],
      marked: curve,
      unitOf,
      format: plain,
    }).text;
  };
  const path = (svg: string): string => /class="line c0 t0" d="([^"]*)"/.exec(svg)?.[1] ?? '';

  test.each(['log', 'linear'] as const)('a %s curve climbs from 0 to 1 and never goes back', (view) => {
    const random = seeded(3);
    const steps = path(plot(ascending(Array.from({ length: 500 }, () => 1 + 50 * random() ** 4)), view));
    const heights = [...steps.matchAll(/V([\d.]+)/g)].map((step) => Number(step[1]));
    const widths = [...steps.matchAll(/H([\d.]+)/g)].map((step) => Number(step[1]));
    expect(/^M[\d.]+ 246H/.test(steps)).toBe(true);
    expect(heights.at(-1)).toBe(32);
    expect(heights).toEqual([...heights].sort((a, b) => b - a));
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
  });

  test('twenty thousand values are drawn with a path of a few kilobytes', () => {
    const random = seeded(5);
    const values = ascending(Array.from({ length: 20_000 }, () => 1 / (random() + 1e-4)));
    for (const view of ['log', 'linear', 'tail'] as const)
      expect(path(plot(values, view)).length).toBeLessThan(9000);
  });

  test('one value, or the same value a hundred times, is a plot as well', () => {
    for (const view of ['log', 'linear', 'tail'] as const) {
      expect(path(plot([3], view))).not.toBe('');
      expect(
        plot(
          Array.from({ length: 100 }, () => 3),
          view,
        ),
      ).toContain('p99 3');
    }
  });
});
