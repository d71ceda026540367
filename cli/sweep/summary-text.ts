import { count, counted, percent, plain, time } from '../../reports/figures.ts';
import { formatFailure } from '../../scenarios/shrink/index.ts';
import type { ColdMark, SeedFigures, SeedOutcome, SeedVerdict } from '../../scenarios/sweep/index.ts';
import { sizeText } from '../run/shrink.ts';
import { row } from '../run/summary.ts';
import { paint } from '../terminal.ts';
import type { SweepReport } from './report.ts';
import type { ShrunkSeed } from './shrink-failing.ts';

const FAILING_SHOWN = 20;
const CELL_WIDTH = 24;

const FIGURES: Readonly<
  Record<keyof SeedFigures, readonly [label: string, show: (value: number) => string]>
> = {
  goodput: ['goodput', percent],
  slowdownP99: ['slowdown p99', plain],
  latencyMaxNs: ['latency max', time],
  droppedPackets: ['packets dropped', count],
};

const VERDICT_WORDS: Readonly<Record<SeedVerdict, string>> = {
  0: 'passed',
  2: 'expectation failed',
  3: 'invariant violated',
  4: 'not live',
  5: 'not deterministic',
};

/** What people read after a sweep. */
export function sweepText(report: SweepReport): string {
  const { summary, shard, jobs, wallMs, doneHere } = report;
  const part = shard === undefined ? '' : `, shard ${shard.index}/${shard.count}`;
  const { from, to } = summary.seeds;
  const seconds = wallMs / 1000;
  const pace =
    doneHere === 0
      ? []
      : [
          `${counted(doneHere, 'seed')} in ${plain(seconds)} s, ${counted(jobs, 'at once', 'at once')}, ${plain(doneHere / Math.max(seconds, 1e-3))} seeds/s`,
        ];
  const lines = [
    `${paint('strong', summary.scenario)}, seeds ${from}..${to}${part}: ${tally(report)}`,
    ...pace,
    '',
    ...figureLines(report),
    '',
    ...failingLines(report),
    ...markLines(report),
    row('summary hash', summary.hash),
  ];
  return `${lines.join('\n')}\n`;
}

/** What `--shrink` found; nothing without it. */
export function shrunkLines(shrunk: readonly ShrunkSeed[]): string {
  const lines = shrunk.flatMap(({ seed, shrunk: { failure, after }, command }) => [
    row(`seed ${seed} shrunk`, `${formatFailure(failure)}: ${sizeText(after)}`),
    row('', command),
  ]);
  return lines.map((line) => `${line}\n`).join('') + (lines.length > 0 ? '\n' : '');
}

/** Passed or not, in a line. */
export function sweepVerdict({ summary, cold, isInterrupted }: SweepReport): string {
  if (isInterrupted) return paint('bad', `Stopped: ${counted(summary.missing, 'seed')} not run`);
  const failed = summary.failing.length;
  if (failed > 0) return paint('bad', `Failed: ${counted(failed, 'seed')} of ${count(summary.done)}`);
  if (cold.length > 0) return paint('bad', `Failed: ${counted(cold.length, 'mark')} went cold`);
  return paint('good', `Passed: ${counted(summary.done, 'seed')}, no violations, all expectations met`);
}

function tally({ summary }: SweepReport): string {
  const { passed, failing, missing } = summary;
  const left = missing > 0 ? `, ${count(missing)} not run` : '';
  if (failing.length === 0) return `${count(passed)} passed${left}`;
  return `${count(passed)} passed, ${paint('bad', `${count(failing.length)} failed`)}${left}`;
}

function figureLines({ summary }: SweepReport): string[] {
  const cells = (...texts: string[]): string => texts.map((one) => one.padEnd(CELL_WIDTH)).join('');
  const lines = Object.entries(summary.figures).map(([name, { min, minSeed, median, max, maxSeed }]) => {
    const [label, show] = FIGURES[name as keyof SeedFigures];
    const named = (value: number, seed: number): string =>
      min === max ? show(value) : `${show(value)} (seed ${seed})`;
    return row(label, cells(named(min, minSeed), show(median), named(max, maxSeed)));
  });
  return lines.length === 0 ? [] : [row('over seeds', cells('least', 'median', 'most')), ...lines];
}

function failingLines({ summary, commandOf, capsuleOf }: SweepReport): string[] {
  const { failing } = summary;
  if (failing.length === 0) return [];
  const shown = failing.slice(0, FAILING_SHOWN).flatMap((outcome) => {
    const capsule = capsuleOf(outcome.seed);
    const kept = capsule === undefined ? [] : [`      capsule ${capsule}`];
    return [failingLine(outcome), `      ${commandOf(outcome.seed)}`, ...kept];
  });
  const more = failing.slice(FAILING_SHOWN).map(({ seed }) => seed);
  const rest = more.length === 0 ? [] : [`  … and the seeds ${more.join(', ')}`];
  return ['failing seeds', ...shown, ...rest, ''];
}

function failingLine({ seed, verdict, why }: SeedOutcome): string {
  return `  ${paint('bad', '✗')} seed ${seed}: ${VERDICT_WORDS[verdict]}: ${why}`;
}

function markLines({ summary: { marks }, cold }: SweepReport): string[] {
  const { reached, never } = marks;
  if (reached.length + never.length === 0) return [];
  const lines = [row('marks', `${reached.length} of ${reached.length + never.length} reached`)];
  if (never.length > 0) lines.push(row('', `never: ${never.join(', ')}`));
  for (const mark of cold) lines.push(`  ${paint('bad', '✗')} ${coldText(mark)}`);
  return lines;
}

function coldText({ name, isDeclared }: ColdMark): string {
  return isDeclared
    ? `mark ${name} went cold: no seed reached it`
    : `mark ${name}: no simulation of this sweep has a mark of that name`;
}
