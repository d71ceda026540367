import { SimError } from '../task/errors.ts';
import { Rng } from '../random/rng.ts';
import type { Candidate, Chooser } from '../kernel/choice.ts';

export interface PctOptions {
  /** Any safe integer, independent of the seed of the run. */
  readonly seed: number;
  /** d: of how many ordering constraints the bug is made that is looked for, 1 or more. */
  readonly depth: number;
  /** k: choices in a run, at most; a run of any chooser tells, `result.choices.length`. */
  readonly steps: number;
}

/**
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi and Nagarakatti, ASPLOS 2010). Each task has a random priority, and
 * the candidate of the highest is always next, but for d - 1 random change points: there the task whose turn it is falls behind
 * all others. With n tasks and k choices a run finds a given bug of depth d with a probability of at least 1 / (n k^(d-1)),
 * where a random order may need one run in 2^k. Callbacks and messages under way count as tasks.
 */
export class PctChooser implements Chooser {
  readonly #rng: Rng;
  /** Above zero: as drawn. Below: fallen behind, the later the lower. */
  readonly #priorities = new Map<number, number>();
  /** Numbers of the choices at which the priority falls, ascending. */
  readonly #changes: number[] = [];
  #choices = 0;
  #fallen = 0;

  constructor({ seed, depth, steps }: PctOptions) {
    for (const [name, value] of Object.entries({ depth, steps })) {
      if (Number.isSafeInteger(value) && value >= 1) continue;
      throw new SimError('bad-argument', `PCT takes a positive integer as ${name}, not ${value}`);
    }
    const rng = new Rng(seed).fork('pct');
    for (let change = 1; change < depth; change++) this.#changes.push(rng.below(steps));
    this.#changes.sort((a, b) => a - b);
    this.#rng = rng;
  }

  choose(candidates: readonly Candidate[]): number {
    const at = this.#choices++;
    let index = this.#first(candidates);
    while (this.#changes[this.#fallen] === at) {
      const { id } = candidates[index] as Candidate;
      this.#priorities.set(id, -++this.#fallen);
      index = this.#first(candidates);
    }
    return index;
  }

  /** Of the highest priority; of those of one task, the first. */
  #first(candidates: readonly Candidate[]): number {
    let first = 0;
    let highest = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < candidates.length; index++) {
      const priority = this.#priorityOf((candidates[index] as Candidate).id);
      if (priority > highest) {
        highest = priority;
        first = index;
      }
    }
    return first;
  }

  #priorityOf(id: number): number {
    const known = this.#priorities.get(id);
    if (known !== undefined) return known;
    const drawn = 1 + this.#rng.below(2 ** 32);
    this.#priorities.set(id, drawn);
    return drawn;
  }
}
