import type { RunResult, WorkloadResult } from '../../scenarios/result.ts';
import { bytes, count, counted, plain, rate, time } from '../figures.ts';
import { markup, type Markup } from '../markup.ts';
import { shorten } from '../shorten.ts';
import { term } from './glossary.ts';

const ROWS_MAX = 200;

/** The figures of each workload. */
export function workloadSection(result: RunResult): Markup {
  const workloads = Object.entries(result.workloads);
  const rows = workloads.slice(0, ROWS_MAX).map(([name, workload]) => row(name, workload));
  const more =
    workloads.length > ROWS_MAX
      ? markup`<p class="none">${counted(workloads.length - ROWS_MAX, 'more workload')} in result.json.</p>`
      : null;
  const body =
    rows.length === 0
      ? markup`<p class="none">The run had no workload.</p>`
      : markup`<div class="scroll"><table id="workload-table"><thead><tr><th scope="col" rowspan="2">workload</th><th scope="colgroup" colspan="4" class="group">${term('exchange', 'exchanges')}</th><th scope="col" rowspan="2" class="number">payload</th><th scope="col" rowspan="2" class="number">mean rate</th><th scope="colgroup" colspan="3" class="group">${term('slowdown', 'slowdown')}</th><th scope="colgroup" colspan="3" class="group">${term('latency', 'latency')}</th><th scope="col" rowspan="2" class="number">span</th></tr><tr>${['started', 'completed', 'failed', 'cancelled', 'mean', 'p50', 'p99', 'p50', 'p99', 'max'].map((name) => markup`<th scope="col" class="number">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>${more}`;
  return markup`<section id="workloads" class="card"><h2>Workloads</h2>${body}</section>`;
}

function row(name: string, workload: WorkloadResult): Markup {
  const { transfers, slowdown, latencyNs } = workload;
  const payload = workload.bytes.payload;
  const cells: [string, boolean][] = [
    [count(transfers.started), false],
    [count(transfers.completed), false],
    [count(transfers.failed), transfers.failed > 0],
    [count(transfers.cancelled), false],
    [bytes(payload), false],
    [rate(workload.spanNs > 0 ? (payload * 8e9) / workload.spanNs : NaN), false],
    [plain(slowdown.mean), false],
    [plain(slowdown.p50), false],
    [plain(slowdown.p99), false],
    [time(latencyNs.p50), false],
    [time(latencyNs.p99), false],
    [time(latencyNs.max), false],
    [time(workload.spanNs), false],
  ];
  return markup`<tr><th scope="row" title="${name}"><bdi>${shorten(name, 60)}</bdi></th>${cells.map(([text, bad]) => markup`<td class="number${bad ? ' bad' : ''}">${text}</td>`)}</tr>`;
}
