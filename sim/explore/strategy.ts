import type { Execution } from './execution.ts';
import type { Candidate, Chooser } from '../kernel/choice.ts';

/** Returned instead of an index: what would come now has been seen, break the run off. */
export const SEEN_BEFORE = -1;

/** Decides which schedules to run. One run after the other: decide() for each of its steps, then next(). */
export interface Strategy {
  /**
   * Index of the candidate to do next, or SEEN_BEFORE. Asked also when there is one only. `execution` has the steps
   * so far.
   */
  decide(candidates: readonly Candidate[], execution: Execution): number;
  /** The run is over; `isWhole`: it was not broken off. False if there is no other schedule. */
  next(execution: Execution, isWhole: boolean): boolean;
}

/** Each run has a chooser of its own, and the caller says how many there are. */
export class Sampling implements Strategy {
  readonly #chooserOf: (run: number, choicesMax: number) => Chooser;
  #run = 0;
  #choices = 0;
  #choicesMax = 0;
  #chooser: Chooser;

  /** @param chooserOf gets the most choices that a run has had so far. */
  constructor(chooserOf: (run: number, choicesMax: number) => Chooser) {
    this.#chooserOf = chooserOf;
    this.#chooser = chooserOf(0, 0);
  }

  decide(candidates: readonly Candidate[]): number {
    if (candidates.length === 1) return 0;
    this.#choices++;
    return this.#chooser.choose(candidates);
  }

  next(): boolean {
    this.#choicesMax = Math.max(this.#choicesMax, this.#choices);
    this.#choices = 0;
    this.#chooser = this.#chooserOf(++this.#run, this.#choicesMax);
    return true;
  }
}

interface Level {
  /** Index of the present branch. */
  at: number;
  /** Branches that the bound allows, the present one and earlier ones excluded. */
  left: number[];
}

/** Every schedule, depth first, with at most so many preemptions. */
export class Enumeration implements Strategy {
  readonly #preemptionsMax: number;
  readonly #levels: Level[] = [];
  #preemptions = 0;

  constructor(preemptionsMax: number) {
    this.#preemptionsMax = preemptionsMax;
  }

  decide(candidates: readonly Candidate[], { steps }: Execution): number {
    const depth = steps.length;
    if (depth === 0) this.#preemptions = 0;
    // Whose turn was it? To choose another while it could go on is a preemption.
    const last = steps.at(-1)?.id;
    const couldGoOn = candidates.some(({ id }) => id === last);
    const costOf = (index: number): number => (couldGoOn && candidates[index]?.id !== last ? 1 : 0);
    let level = this.#levels[depth];
    if (level === undefined) {
      const allowed = [...candidates.keys()].filter(
        (index) => this.#preemptions + costOf(index) <= this.#preemptionsMax,
      );
      level = { at: allowed[0] as number, left: allowed.slice(1) };
      this.#levels.push(level);
    }
    this.#preemptions += costOf(level.at);
    return level.at;
  }

  next(): boolean {
    const levels = this.#levels;
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const at = level.left.shift();
      if (at !== undefined) {
        level.at = at;
        return true;
      }
      levels.pop();
    }
    return false;
  }
}
