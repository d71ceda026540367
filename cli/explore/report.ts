import { count, counted, time } from '../../reports/figures.ts';
import type { Scenario } from '../../scenarios/language/index.ts';
import type { FailedRun } from '../../scenarios/run/index.ts';
import type { Exploration, ExploredFailure, ScheduleStep } from '../../sim/explore/index.ts';
import { formatSchedule } from '../../sim/explore/index.ts';
import { row } from '../run/summary.ts';
import { paint } from '../terminal.ts';

/** Steps of a failing schedule that are shown, of those that were not the usual ones. */
const STEPS_SHOWN = 20;

export type Strategy = 'exhaustive' | 'random' | 'pct';

/** What was asked for and what came of it. */
export interface ExploreReport {
  readonly scenario: Scenario;
  readonly strategy: Strategy;
  readonly depth: number;
  readonly preemptions: number | undefined;
  readonly windowNs: number;
  readonly exploration: Exploration<FailedRun>;
  readonly isInterrupted: boolean;
  readonly wallMs: number;
  /** Where the capsule of the failing run lies. */
  readonly capsule: string | undefined;
}

export function exploreText(report: ExploreReport): string {
  const { scenario, exploration, windowNs, wallMs } = report;
  const { schedules, classes, repeats, tooLong, stepsPeak } = exploration;
  const broken = [
    repeats === 0 ? '' : `, ${count(repeats)} more broken off as repetitions`,
    tooLong === 0 ? '' : `, ${count(tooLong)} more broken off as too long`,
  ].join('');
  return [
    `${paint('strong', scenario.name)}, seed ${scenario.seed}: ${strategyText(report)}`,
    '',
    row(
      'window',
      windowNs === 0 ? 'none: events of one instant only' : `packets up to ${time(windowNs)} early`,
    ),
    row('schedules', `${count(schedules)} in ${time(wallMs * 1e6)}${broken}`),
    row('classes', `${count(classes)} that differ in the order of events at one place`),
    row('longest', counted(stepsPeak, 'step')),
  ].join('\n');
}

export function exploreVerdict({ exploration, isInterrupted }: ExploreReport): string {
  const { failures, isExhausted, schedules } = exploration;
  const ran = counted(schedules, 'schedule');
  const [failure] = failures;
  if (failure !== undefined)
    return `${paint('bad', 'Failed')}: schedule ${count(failure.schedule)} of those tried`;
  if (isExhausted) return `${paint('good', 'Passed')}: no schedule fails, and there is no other`;
  if (isInterrupted) return `${paint('bad', 'Interrupted')}: ${ran} passed, there are more`;
  return `${paint('good', 'Passed')}: ${ran} passed, there may be more`;
}

/** Where the schedule left the usual order: the rest of it follows. */
export function departureLines({ steps }: ExploredFailure<FailedRun>): string[] {
  const departures = steps.filter(({ chosen }) => chosen > 0);
  const shown: readonly ScheduleStep[] = departures.slice(0, STEPS_SHOWN);
  const more = departures.length - shown.length;
  return [
    `out of the usual order: ${counted(departures.length, 'step')} of ${count(steps.length)}`,
    ...formatSchedule(shown).split('\n'),
    ...(more > 0 ? [`  and ${count(more)} more`] : []),
  ].filter((line) => line !== '');
}

export function exploreJson(report: ExploreReport): object {
  const { scenario, strategy, depth, preemptions, windowNs, exploration, isInterrupted, wallMs } = report;
  const { failures, ...counts } = exploration;
  const [failed] = failures;
  return {
    scenario: scenario.name,
    seed: scenario.seed,
    strategy,
    ...(strategy === 'pct' ? { depth } : {}),
    ...(preemptions === undefined ? {} : { preemptionsMax: preemptions }),
    windowNs,
    ...counts,
    isInterrupted,
    wallMs,
    failure: failed === undefined ? null : failureJson(failed, report.capsule),
  };
}

function failureJson(failed: ExploredFailure<FailedRun>, capsule: string | undefined): object {
  const { failure, choices, schedule, steps } = failed;
  const what =
    'outcome' in failure
      ? { exitCode: failure.outcome.exitCode, result: failure.outcome.result }
      : { exitCode: 3, error: String(failure.error) };
  return { schedule, ...what, choices, capsule: capsule ?? null, steps };
}

function strategyText({ strategy, depth, preemptions }: ExploreReport): string {
  if (strategy === 'random') return 'schedules at random';
  if (strategy === 'pct') return `PCT of depth ${depth}`;
  return preemptions === undefined
    ? 'one schedule of each class'
    : `every schedule with at most ${counted(preemptions, 'preemption')}`;
}
