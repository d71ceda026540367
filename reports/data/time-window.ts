import type { RunReport } from '../../scenarios/result.ts';
import { add, rebin } from './bins.ts';

/** Bins one plot can show; more would be narrower than two pixels. */
const BINS_MAX = 600;

/** The series of a run cut and merged to what the time plots show. */
export interface TimeWindow {
  /** All plots over time run from 0 to here. Positive. */
  readonly endNs: number;
  readonly simTimeNs: number;
  /** Width of the bins below. Positive. */
  readonly binNs: number;
  /** How many recorded bins one of these is. */
  readonly merged: number;
  readonly deliveredBytes: readonly number[];
  readonly sentBytes: readonly number[];
  readonly queueBytesMax: readonly number[];
  readonly drops: readonly number[];
  readonly dropsByReason: readonly { reason: string; drops: readonly number[] }[];
  readonly activeExchanges: readonly number[];
}

/**
 * Chooses the window. A run that idles for more than half of its time (a scenario with `until:` far beyond the last
 * exchange) is shown up to shortly after the last thing that happened.
 * @returns null if the run has no time axis: it lasted no time or recorded no bins.
 */
export function timeWindow(report: RunReport): TimeWindow | null {
  const { series, result, faults } = report;
  const all = [
    series.deliveredBytes,
    series.sentBytes,
    series.queueBytesMax,
    series.drops,
    series.activeExchanges,
  ];
  const length = all.reduce((longest, values) => Math.max(longest, values.length), 0);
  const recordedNs = series.binNs > 0 ? series.binNs * length : 0;
  const simTimeNs = result.simTimeNs > 0 ? result.simTimeNs : recordedNs;
  if (!(recordedNs > 0) || !(simTimeNs > 0)) return null;

  let lastBin = 0;
  for (const values of all) lastBin = Math.max(lastBin, values.findLastIndex((value) => value > 0) + 1);
  let busyNs = lastBin * series.binNs;
  for (const fault of faults) busyNs = Math.max(busyNs, fault.toNs ?? fault.fromNs);
  const endNs = busyNs > 0 && busyNs < simTimeNs / 2 ? busyNs * 1.04 : simTimeNs;

  const bins = Math.min(length, Math.ceil(endNs / series.binNs));
  const merged = Math.max(1, Math.ceil(bins / BINS_MAX));
  const sum = (values: readonly number[]): number[] => rebin(values.slice(0, bins), merged, add);
  const max = (values: readonly number[]): number[] => rebin(values.slice(0, bins), merged, Math.max);
  return {
    endNs,
    simTimeNs,
    binNs: series.binNs * merged,
    merged,
    deliveredBytes: sum(series.deliveredBytes),
    sentBytes: sum(series.sentBytes),
    queueBytesMax: max(series.queueBytesMax),
    drops: sum(series.drops),
    dropsByReason: Object.entries(series.dropsByReason ?? {}).map(([reason, drops]) => ({
      reason,
      drops: sum(drops),
    })),
    activeExchanges: max(series.activeExchanges),
  };
}
