import type { RunReport } from '../../scenarios/result.ts';
import { ascending, POSITIVE_MIN } from './quantiles.ts';

/** Curves that one plot can hold apart. */
const CURVES_MAX = 8;

/** Completed exchanges of one workload, or of all of them. */
export interface SampleGroup {
  readonly name: string;
  /** Index of the colour, 0…7; -1 for all workloads together. */
  readonly color: number;
  readonly latencyNs: readonly number[];
  readonly slowdown: readonly number[];
  readonly points: readonly { sizeBytes: number; slowdown: number }[];
}

export interface SampleGroups {
  readonly all: SampleGroup;
  /** The workloads with the most samples, in the order of the scenario. Empty if there is only one. */
  readonly workloads: readonly SampleGroup[];
  /** Workloads that have no curve of their own. */
  readonly omitted: number;
  /** Samples without a latency because the exchange failed. */
  readonly failed: number;
}

/** Sorts the samples by workload. Figures that are not positive numbers are left out: no axis could show them. */
export function sampleGroups(report: RunReport): SampleGroups {
  const byName = new Map<string, RunReport['samples']>();
  for (const name of Object.keys(report.result.workloads)) byName.set(name, []);
  const completed = report.samples.filter((sample) => sample.ok);
  for (const sample of completed) {
    const group = byName.get(sample.workload);
    if (group === undefined) byName.set(sample.workload, [sample]);
    else group.push(sample);
  }
  const filled = [...byName].filter(([, samples]) => samples.length > 0);
  const largest = new Set([...filled].sort((a, b) => b[1].length - a[1].length).slice(0, CURVES_MAX));
  const shown = filled.length > 1 ? filled.filter((entry) => largest.has(entry)) : [];
  return {
    all: groupOf(
      filled.length === 1 ? (filled[0]?.[0] ?? 'all') : 'all',
      filled.length === 1 ? 0 : -1,
      completed,
    ),
    workloads: shown.map(([name, samples], color) => groupOf(name, color, samples)),
    omitted: filled.length > 1 ? filled.length - shown.length : 0,
    failed: report.samples.length - completed.length,
  };
}

function groupOf(name: string, color: number, samples: RunReport['samples']): SampleGroup {
  return {
    name,
    color,
    latencyNs: ascending(samples.map((sample) => sample.latencyNs)),
    slowdown: ascending(samples.map((sample) => sample.slowdown)),
    points: samples
      .filter(
        ({ sizeBytes, slowdown }) =>
          sizeBytes >= POSITIVE_MIN && slowdown >= POSITIVE_MIN && Number.isFinite(sizeBytes + slowdown),
      )
      .map(({ sizeBytes, slowdown }) => ({ sizeBytes, slowdown })),
  };
}
