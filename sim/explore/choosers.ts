import { SimError } from '../task/errors.ts';
import { Rng } from '../random/rng.ts';
import type { Candidate, Chooser, StepWatcher } from '../kernel/choice.ts';

/** First in, first out: what happens without a chooser, with every choice recorded. */
export class FifoChooser implements Chooser {
  choose(): number {
    return 0;
  }
}

/** Every candidate equally likely. */
export class RandomChooser implements Chooser {
  readonly #rng: Rng;

  /** @param seed any safe integer, independent of the seed of the run. */
  constructor(seed: number) {
    this.#rng = new Rng(seed).fork('choice');
  }

  choose(candidates: readonly Candidate[]): number {
    return this.#rng.below(candidates.length);
  }
}

/**
 * Repeats recorded choices, then goes on first-in-first-out. Throws SimError `diverged` where a choice does not exist: then
 * the program or its inputs differ from those of the recording.
 */
export class ReplayChooser implements Chooser {
  readonly #choices: readonly number[];
  #next = 0;

  constructor(choices: readonly number[]) {
    this.#choices = choices;
  }

  choose(candidates: readonly Candidate[]): number {
    const index = this.#choices[this.#next++] ?? 0;
    if (Number.isInteger(index) && index >= 0 && index < candidates.length) return index;
    throw new SimError(
      'diverged',
      `choice ${this.#next - 1} of the recording is ${index}, but only ${candidates.length} steps are due`,
    );
  }
}

/** Notes what another chooser chooses. */
export class RecordingChooser implements Chooser {
  readonly choices: number[] = [];
  readonly #inner: Chooser;

  constructor(inner: Chooser) {
    this.#inner = inner;
  }

  get watcher(): StepWatcher | undefined {
    return this.#inner.watcher;
  }

  choose(candidates: readonly Candidate[]): number {
    const index = this.#inner.choose(candidates);
    if (!(Number.isInteger(index) && index >= 0 && index < candidates.length)) {
      throw new SimError('bad-argument', `a chooser chose ${index} of ${candidates.length} candidates`);
    }
    this.choices.push(index);
    return index;
  }
}
