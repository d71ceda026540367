import type { NicResult, RunResult, WorkloadResult } from '../result.ts';

/** How the number of an expectation is written: `97%` or `0.97`, `5us`, a plain number, a whole number. */
export type MetricKind = 'share' | 'fraction' | 'duration' | 'number' | 'count';

interface Metric {
  kind: MetricKind;
  /** Absent: the figure exists for the whole run alone. */
  ofWorkload?: (workload: WorkloadResult) => number;
  ofRun: (result: RunResult) => number;
}

/** A figure of the run that exists for each workload as well. */
function both(kind: MetricKind, of: (figures: RunResult | WorkloadResult) => number): Metric {
  return { kind, ofRun: of, ofWorkload: of };
}

function longest(nics: readonly NicResult[] = [], of: 'failoverNs' | 'returnNs'): number {
  return Math.max(0, ...nics.map((nic) => nic[of]));
}

/** What expectations can speak of. */
export const METRICS: Readonly<Record<string, Metric>> = {
  // With `%` the share of the exchanges that were started, without it their number.
  completed: both('share', ({ transfers }) => transfers.completed),
  goodput: { kind: 'fraction', ofRun: ({ goodput }) => goodput },
  byteEfficiency: { kind: 'fraction', ofRun: ({ byteEfficiency }) => byteEfficiency },
  'slowdown.mean': both('number', ({ slowdown }) => slowdown.mean),
  'slowdown.p50': both('number', ({ slowdown }) => slowdown.p50),
  'slowdown.p99': both('number', ({ slowdown }) => slowdown.p99),
  'latency.p50': both('duration', ({ latencyNs }) => latencyNs.p50),
  'latency.p99': both('duration', ({ latencyNs }) => latencyNs.p99),
  'latency.max': both('duration', ({ latencyNs }) => latencyNs.max),
  // Of hosts with several NICs or workers; 0 without.
  lineRate: { kind: 'fraction', ofRun: ({ nics }) => nics?.lineRate ?? 0 },
  // Of the NICs that failed and came back, the longest.
  'nic.failover': {
    kind: 'duration',
    ofRun: ({ nics }) => longest(nics?.each, 'failoverNs'),
  },
  'nic.return': {
    kind: 'duration',
    ofRun: ({ nics }) => longest(nics?.each, 'returnNs'),
  },
  dropped: { kind: 'count', ofRun: ({ packets }) => packets.dropped },
  violations: { kind: 'count', ofRun: ({ violations }) => violations.length },
  // First offered to last completed; of a run, that of its longest workload.
  span: {
    kind: 'duration',
    ofRun: ({ workloads }) => Math.max(0, ...Object.values(workloads).map(({ spanNs }) => spanNs)),
    ofWorkload: ({ spanNs }) => spanNs,
  },
  // The span as a multiple of the least time in which all that was offered can complete.
  stretch: {
    kind: 'number',
    ofRun: ({ workloads, lowerBoundNs }) =>
      lowerBoundNs === 0
        ? 0
        : Math.max(0, ...Object.values(workloads).map(({ spanNs }) => spanNs)) / lowerBoundNs,
  },
};

/** The names that exist for each workload, as `workloads.NAME.…`. */
export const WORKLOAD_METRIC_NAMES: readonly string[] = Object.keys(METRICS).filter(
  (name) => METRICS[name]!.ofWorkload !== undefined,
);

/** The share of started exchanges that completed; 0 if none was started, so that nothing passes by not running. */
export function completedShare(figures: RunResult | WorkloadResult): number {
  const { started, completed } = figures.transfers;
  return started === 0 ? 0 : completed / started;
}
