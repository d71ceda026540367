import { Execution } from './execution.ts';
import { SEEN_BEFORE, type Strategy } from './strategy.ts';
import { assert } from '../kernel/assert.ts';
import type { BegunStep, Candidate, Chooser, StepWatcher, Touchable } from '../kernel/choice.ts';

/** Why a run was broken off: its schedule would repeat one explored before; it takes too many steps; the strategy gave up. */
export type Broken = 'repeats' | 'too-long' | 'failed';

/** Ends a run from inside. */
class BrokenOff extends Error {}

/** Chooses in one run what the strategy decides, and records what happens. */
export class Probe implements Chooser, StepWatcher {
  readonly execution: Execution = new Execution();
  readonly choices: number[] = [];
  broken: Broken | undefined;
  /** What the strategy threw. */
  error: unknown;
  readonly #strategy: Strategy;
  readonly #stepsMax: number;
  /** Number of the step that has been decided on last. */
  #decided = -1;

  constructor(strategy: Strategy, stepsMax: number) {
    this.#strategy = strategy;
    this.#stepsMax = stepsMax;
  }

  get watcher(): StepWatcher {
    return this;
  }

  choose(candidates: readonly Candidate[]): number {
    const index = this.#decide(candidates);
    this.choices.push(index);
    return index;
  }

  stepBegins(begun: BegunStep): void {
    // The chooser is not asked when there is one candidate, but the strategy is.
    if (this.#decided !== this.execution.steps.length) this.#decide([begun.step]);
    this.execution.begin(begun);
  }

  stepCancelled(step: Candidate): void {
    this.execution.cancelled(step);
  }

  touch(object: Touchable, writes: boolean): void {
    this.execution.touch(object, writes);
  }

  #decide(candidates: readonly Candidate[]): number {
    const { execution } = this;
    execution.relate();
    const { length } = execution.steps;
    if (length === this.#stepsMax) this.#breakOff('too-long');
    let index: number;
    try {
      index = this.#strategy.decide(candidates, execution);
    } catch (error) {
      this.error = error;
      return this.#breakOff('failed');
    }
    if (index === SEEN_BEFORE) this.#breakOff('repeats');
    assert(index >= 0 && index < candidates.length, 'a strategy decides on one of the candidates');
    this.#decided = length;
    return index;
  }

  #breakOff(why: Broken): never {
    this.broken = why;
    throw new BrokenOff(`the run was broken off: ${why}`);
  }
}
