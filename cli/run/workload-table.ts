import { bytes, count, plain, time } from '../../reports/figures.ts';
import type { WorkloadResult } from '../../scenarios/result.ts';

const TITLES = [
  'workload',
  'completed',
  'payload',
  'slowdown mean',
  'p99',
  'latency p50',
  'p99',
  'max',
  'span',
];

/** One line per workload; numbers to the right. */
export function workloadTable(workloads: Readonly<Record<string, WorkloadResult>>): string[] {
  const rows = Object.entries(workloads).map(([name, result]) => cells(name, result));
  const widths = TITLES.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  return [TITLES, ...rows].map((row) => {
    const padded = row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[i] ?? 0),
    );
    return `  ${padded.join('   ')}`;
  });
}

function cells(
  name: string,
  { transfers, bytes: { payload }, slowdown, latencyNs, spanNs }: WorkloadResult,
): string[] {
  return [
    name,
    `${count(transfers.completed)} of ${count(transfers.started)}`,
    bytes(payload),
    plain(slowdown.mean),
    plain(slowdown.p99),
    time(latencyNs.p50),
    time(latencyNs.p99),
    time(latencyNs.max),
    time(spanNs),
  ];
}
