import { runScenario } from '../run/index.ts';
import type { Extension, RunOutcome } from '../run/index.ts';
import { type Case, keyOf, readBack } from './case.ts';
import { brokenOff, failsWith, type Failure } from './failure.ts';

/** A smaller run that needs many times the events of the first has gone astray. */
const EVENTS_FACTOR = 4;
const EVENTS_MIN = 200_000;

export interface SearchLimits {
  /** Runs, the first one not counted. */
  runsMax: number;
  /** Asked before each run: to stop with the best so far. */
  isCancelled: () => boolean;
  onRun: (search: Search) => void;
}

/** Thrown by `attempt` when the search is to end. */
export class SearchOver extends Error {}

/** The smallest case so far that fails, and the runs that were made to find it. Each case is run once. */
export class Search {
  best: Case;
  runs = 0;
  readonly failure: Failure;
  readonly #extensions: readonly Extension[];
  readonly #limits: SearchLimits;
  readonly #eventsMax: number;
  #bestKey: string;
  readonly #known = new Map<string, boolean>();

  /** @param start fails with `failure`, in a run of so many events. */
  constructor(
    start: Case,
    failure: Failure,
    events: number,
    extensions: readonly Extension[],
    limits: SearchLimits,
  ) {
    this.best = start;
    this.failure = failure;
    this.#extensions = extensions;
    this.#limits = limits;
    this.#eventsMax = Math.max(EVENTS_MIN, events * EVENTS_FACTOR);
    this.#bestKey = keyOf(start);
    this.#known.set(this.#bestKey, true);
  }

  /** Whether the candidate fails as the first case did; then it is the best. */
  async attempt(candidate: Case): Promise<boolean> {
    const read = readBack(candidate);
    if (read === undefined) return false;
    const key = keyOf(read);
    if (key === this.#bestKey) return true;
    const known = this.#known.get(key);
    const fails = known ?? (await this.#run(read));
    this.#known.set(key, fails);
    if (fails) this.restore(read, key);
    return fails;
  }

  /** Goes on from a case that is known to fail. */
  restore(best: Case, key: string = keyOf(best)): void {
    this.best = best;
    this.#bestKey = key;
  }

  async #run(candidate: Case): Promise<boolean> {
    if (this.runs >= this.#limits.runsMax || this.#limits.isCancelled()) throw new SearchOver();
    this.runs++;
    const fails = await this.#fails(candidate);
    this.#limits.onRun(this);
    return fails;
  }

  async #fails(candidate: Case): Promise<boolean> {
    try {
      const outcome = await runCase(candidate, this.#extensions, this.#eventsMax);
      return !outcome.cancelled && failsWith(outcome, this.failure);
    } catch (error) {
      return this.failure.kind === 'broken off' && brokenOff(error).what === this.failure.what;
    }
  }
}

export function runCase(
  { scenario, schedule }: Case,
  extensions: readonly Extension[],
  eventsMax: number = Infinity,
): Promise<RunOutcome> {
  let events = 0;
  return runScenario(scenario, {
    extensions,
    ...(schedule === undefined ? {} : { schedule }),
    onProgress: (progress) => (events = progress.events),
    isCancelled: () => events > eventsMax,
  });
}
