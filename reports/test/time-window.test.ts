import { describe, expect, test } from 'vitest';
import { add, bitRates, rebin, total } from '../data/bins.ts';
import { timeWindow } from '../data/time-window.ts';
import { syntheticReport } from './synthetic-report.ts';

describe('bins', () => {
  test('merging keeps sums and maxima, and gaps where nothing is known', () => {
    expect(rebin([1, 2, 3, 4, 5], 2, add)).toEqual([3, 7, 5]);
    expect(rebin([1, 9, 3, 4], 2, Math.max)).toEqual([9, 4]);
    expect(rebin([NaN, NaN, 3, NaN], 2, add)).toEqual([NaN, 3]);
  });

  test('a bin cut short by the end of the run is divided by the time it lasted', () => {
    // 1250 B in 1000 ns are 10 Gbit/s; so are 875 B in the last 700 ns.
    expect(bitRates([1250, 875], 1000, 1700)).toEqual([10e9, 10e9]);
    // But a packet in the last ns is not 12 Tbit/s.
    expect(bitRates([1250, 1500], 1000, 1001)[1]).toBe(24e9);
  });
});

describe('time window', () => {
  test('many bins are merged into what a plot can show, without losing a byte or a drop', () => {
    const report = syntheticReport({ bins: 5000 });
    const window = timeWindow(report);
    expect(window?.deliveredBytes.length).toBeLessThanOrEqual(600);
    expect(total(window?.deliveredBytes ?? [])).toBe(total(report.series.deliveredBytes));
    expect(total(window?.drops ?? [])).toBe(total(report.series.drops));
    expect(Math.max(...(window?.queueBytesMax ?? []))).toBe(Math.max(...report.series.queueBytesMax));
  });

  test('a long idle end is cut, but not before the last fault', () => {
    const report = syntheticReport({ bins: 100, simTimeNs: 1e6 });
    for (const values of [
      report.series.deliveredBytes,
      report.series.sentBytes,
      report.series.queueBytesMax,
    ]) {
      values.fill(0, 20);
    }
    report.series.drops.fill(0);
    report.series.activeExchanges.fill(0, 20);
    expect(timeWindow(report)?.endNs).toBeCloseTo(208e3, -1);
    report.faults = [{ kind: 'loss', on: 'all', fromNs: 1e3, toNs: 400e3 }];
    expect(timeWindow(report)?.endNs).toBeCloseTo(416e3, -1);
    report.series.activeExchanges[99] = 1;
    expect(timeWindow(report)?.endNs).toBe(1e6);
  });

  test('no time, no window', () => {
    expect(timeWindow(syntheticReport({ bins: 0, simTimeNs: 0 }))).toBeNull();
    const report = syntheticReport({ bins: 3 });
    report.series.binNs = NaN;
    expect(timeWindow(report)).toBeNull();
  });
});
