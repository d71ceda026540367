import { SimError } from '../task/errors.ts';
import { RandomChooser } from './choosers.ts';
import { OptimalReduction } from './optimal.ts';
import { PctChooser } from './pct.ts';
import { Probe } from './probe.ts';
import { scheduleSteps, type ScheduleStep } from './schedule-text.ts';
import { Enumeration, Sampling, type Strategy } from './strategy.ts';
import type { Chooser } from '../kernel/choice.ts';

const SCHEDULES_MAX = 10_000;
const STEPS_MAX = 10_000;
const DEPTH = 3;

export interface ExploreOptions {
  /**
   * `exhaustive`, the default: one schedule of each class of equivalent ones. `random`: every candidate equally likely. `pct`: see
   * PctChooser.
   */
  readonly strategy?: 'exhaustive' | 'random' | 'pct';
  /** Runs at most, default 10,000. */
  readonly schedulesMax?: number;
  /** Steps of one run at most, default 10,000; a longer one is broken off. */
  readonly stepsMax?: number;
  /** Failures after which to stop, default 1. */
  readonly failuresMax?: number;
  /** `exhaustive`: false runs every schedule, also those that differ in the order of steps only that touch nothing in common. */
  readonly reduction?: boolean;
  /** `exhaustive` without reduction: times at most that a task's turn is given to another while it could go on. */
  readonly preemptionsMax?: number;
  /** `random` and `pct`: seed of the choices, default 1. */
  readonly chooserSeed?: number;
  /** `pct`: see PctChooser, default 3. */
  readonly depth?: number;
  /** Called after each run; false ends the exploration. Real clocks work in it. */
  readonly onProgress?: (progress: ExploreProgress) => boolean | void;
}

export interface ExploreProgress {
  /** Runs that came to their end. */
  readonly schedules: number;
  /** Classes of equivalent schedules among them. */
  readonly classes: number;
  /** Runs broken off because they would have repeated another. */
  readonly repeats: number;
  /** Runs broken off because of `stepsMax`. */
  readonly tooLong: number;
  readonly failures: number;
  /** Steps of the longest run. */
  readonly stepsPeak: number;
}

export interface Exploration<F> extends Omit<ExploreProgress, 'failures'> {
  readonly failures: readonly ExploredFailure<F>[];
  /** True if every schedule, or one of each class, was run, within the bound on preemptions if there is one. */
  readonly isExhausted: boolean;
}

export interface ExploredFailure<F> {
  /** What the run came to. */
  readonly failure: F;
  /** Replays it: `simulate({ choices })`. */
  readonly choices: readonly number[];
  readonly steps: readonly ScheduleStep[];
  /** Number of the run, from 1. */
  readonly schedule: number;
}

/** A run under the chooser; resolves to what went wrong, or to undefined. Rejections end the exploration. */
export type ExploredRun<F> = (chooser: Chooser) => Promise<F | undefined>;

/** Runs `run` again and again, each time in another schedule. REQ DST-4 */
export async function exploreRuns<F>(options: ExploreOptions, run: ExploredRun<F>): Promise<Exploration<F>> {
  const { schedulesMax = SCHEDULES_MAX, stepsMax = STEPS_MAX, failuresMax = 1, onProgress } = options;
  const strategy = strategyOf(options);
  const classes = new Set<string>();
  const failures: ExploredFailure<F>[] = [];
  const counts = { schedules: 0, repeats: 0, tooLong: 0, stepsPeak: 0 };
  for (;;) {
    const probe = new Probe(strategy, stepsMax);
    const failure = await run(probe);
    if (probe.broken === 'failed') throw probe.error;
    const { execution, broken } = probe;
    execution.relate();
    counts.stepsPeak = Math.max(counts.stepsPeak, execution.steps.length);
    if (broken === 'repeats') counts.repeats++;
    else if (broken === 'too-long') counts.tooLong++;
    else {
      counts.schedules++;
      classes.add(execution.fingerprint());
      if (failure !== undefined) {
        const steps = scheduleSteps(execution.steps);
        failures.push({ failure, choices: probe.choices, steps, schedule: counts.schedules });
      }
    }
    const isDone = !strategy.next(execution, broken === undefined);
    const progress = { ...counts, classes: classes.size };
    const isExhausted = isDone && counts.tooLong === 0;
    if (onProgress?.({ ...progress, failures: failures.length }) === false || isDone)
      return { ...progress, failures, isExhausted };
    if (counts.schedules + counts.tooLong >= schedulesMax || failures.length >= failuresMax) {
      return { ...progress, failures, isExhausted: false };
    }
  }
}

function strategyOf(options: ExploreOptions): Strategy {
  const { strategy = 'exhaustive', chooserSeed = 1, depth = DEPTH, preemptionsMax } = options;
  const reduction = options.reduction ?? preemptionsMax === undefined;
  if (reduction && preemptionsMax !== undefined) {
    // Coons, Musuvathi and McKinley (OOPSLA 2013): the representative of a class may need more preemptions than another.
    throw new SimError('bad-argument', 'a bound on preemptions goes with { reduction: false } only');
  }
  if (strategy === 'random') return new Sampling((run) => new RandomChooser(chooserSeed + run));
  if (strategy === 'pct') {
    return new Sampling(
      (run, steps) => new PctChooser({ seed: chooserSeed + run, depth, steps: Math.max(1, steps) }),
    );
  }
  return reduction ? new OptimalReduction() : new Enumeration(preemptionsMax ?? Number.POSITIVE_INFINITY);
}
