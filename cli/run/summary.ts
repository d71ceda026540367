import { bytes, count, counted, percent, plain, rate, time } from '../../reports/figures.ts';
import { verdictOf } from '../../reports/data/verdict.ts';
import type { Scenario } from '../../scenarios/language/index.ts';
import type { LatencySummary, RunResult, SlowdownSummary, TransferCounts } from '../../scenarios/result.ts';
import { paint } from '../terminal.ts';
import { expectationLines } from './expectation-lines.ts';
import { nicLines } from './nic-lines.ts';
import { workloadTable } from './workload-table.ts';

const VIOLATIONS_SHOWN = 10;
const LABEL_WIDTH = 17;

/** What people read after a run. */
export function runSummary(scenario: Scenario, result: RunResult): string {
  const { packets, transfers } = result;
  const several = Object.keys(result.workloads).length > 1;
  const lines = [
    ...headline(scenario, result),
    '',
    row('exchanges', exchanges(transfers)),
    row('payload', payload(result)),
    row('goodput', percent(result.goodput), 'useful packets of all packets sent, control included'),
    row('byte efficiency', percent(result.byteEfficiency), 'payload of all bytes sent'),
    ...nicLines(result).map(([label, figure, note]) => row(label, figure, note)),
    row('slowdown', slowdown(result.slowdown), 'latency over that of an unloaded network'),
    row('latency', latency(result.latencyNs)),
    ...(isBurst(scenario)
      ? [row('completion', completion(result), 'the bytes of the busiest cable of a host, at its rate')]
      : []),
    row(
      'packets',
      `${count(packets.sent)} sent, ${count(packets.delivered)} delivered, ${drops(packets.dropped)}`,
    ),
    ...(several ? ['', ...workloadTable(result.workloads)] : []),
    ...section('expectations', expectationLines(result.expectations)),
    ...section('violations', violationLines(result)),
    '',
    row('trace', result.traceHash),
  ];
  return `${lines.join('\n')}\n`;
}

/** Passed or not, in a line. */
export function verdictLine(result: RunResult): string {
  const { tone, title, detail } = verdictOf(result);
  return `${paint(tone === 'pass' ? 'good' : 'bad', title)}: ${detail}`;
}

export function row(label: string, figure: string, note = ''): string {
  const right = note === '' ? figure : `${figure.padEnd(34)} ${paint('faint', note)}`;
  return `  ${label.padEnd(LABEL_WIDTH)}${right}`.trimEnd();
}

function headline({ topology }: Scenario, result: RunResult): string[] {
  const seconds = result.wallMs / 1000;
  // Below that, start-up is most of it.
  const pace = seconds >= 0.1 ? ` (${plain(result.events / seconds / 1e6)} M/s)` : '';
  return [
    `${paint('strong', result.scenario)}, seed ${result.seed}: ${counted(topology.hosts, 'host')} on a ${topology.kind}, ${rate(topology.link.rateBps)} each`,
    `simulated ${time(result.simTimeNs)} in ${plain(seconds)} s, ${count(result.events)} events${pace}`,
  ];
}

/** Everything is offered at once: how long it takes as a whole says something. */
function isBurst({ workloads }: Scenario): boolean {
  return workloads.every(({ arrivals }) => arrivals.kind === 'count');
}

function completion({ workloads, lowerBoundNs }: RunResult): string {
  const spanNs = Math.max(0, ...Object.values(workloads).map((workload) => workload.spanNs));
  return lowerBoundNs === 0
    ? time(spanNs)
    : `${time(spanNs)}, ${plain(spanNs / lowerBoundNs)} × ${time(lowerBoundNs)}`;
}

function exchanges({ started, completed, failed, cancelled }: TransferCounts): string {
  const open = started - completed - failed - cancelled;
  const rest = [
    [failed, 'failed'],
    [cancelled, 'cancelled'],
    [open, 'not ended'],
  ] as const;
  const bad = rest.filter(([number]) => number > 0).map(([number, what]) => `, ${count(number)} ${what}`);
  return `${count(completed)} of ${count(started)} completed${bad.length > 0 ? paint('bad', bad.join('')) : ''}`;
}

function payload({ bytes: { payload: delivered }, workloads }: RunResult): string {
  const spanNs = Math.max(0, ...Object.values(workloads).map((workload) => workload.spanNs));
  const pace = spanNs > 0 ? ` in ${time(spanNs)}: ${rate((delivered * 8e9) / spanNs)} in total` : '';
  return `${bytes(delivered)}${pace}`;
}

export function slowdown({ mean, p50, p99 }: SlowdownSummary): string {
  return `mean ${plain(mean)}, p50 ${plain(p50)}, p99 ${plain(p99)}`;
}

export function latency({ p50, p99, max }: LatencySummary): string {
  return `p50 ${time(p50)}, p99 ${time(p99)}, max ${time(max)}`;
}

function drops(dropped: number): string {
  return `${dropped === 0 ? 'none' : count(dropped)} dropped`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

export function violationLines({ violations }: Pick<RunResult, 'violations'>): string[] {
  const shown = violations.slice(0, VIOLATIONS_SHOWN);
  const lines = shown.map(({ checker, atNs, message }) => {
    return `  ${paint('bad', '✗')} ${checker} at ${time(atNs)}: ${message}`;
  });
  const more = violations.length - shown.length;
  return more > 0 ? [...lines, `  … and ${count(more)} more`] : lines;
}
