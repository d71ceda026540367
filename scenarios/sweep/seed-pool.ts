import type { SeedRun } from './run-seed.ts';
import { brokenOutcome } from './seed-outcome.ts';
import type { OpenStation, Station } from './station.ts';

/** Seeds sent ahead to each station, so that it does not wait for this thread. */
const AHEAD = 2;

interface Lane {
  station: Station;
  isReady: boolean;
  /** Sent and not finished; the first one is running. */
  sent: number[];
}

export interface PoolOptions {
  jobs: number;
  open: OpenStation;
  /** Each seed once, in the order in which they end. What it throws ends the pool. */
  onRun(run: SeedRun): void;
  /** Ends what is running; it is not reported. */
  signal?: AbortSignal;
}

/** Runs seeds on several stations. A station that a run breaks is replaced, and that run has failed. */
export class SeedPool {
  readonly #options: PoolOptions;
  /** Seeds not sent yet, the next one last. */
  readonly #waiting: number[];
  readonly #lanes: Set<Lane> = new Set<Lane>();
  #settle: ((error?: unknown) => void) | undefined;

  constructor(seeds: readonly number[], options: PoolOptions) {
    this.#waiting = [...seeds].reverse();
    this.#options = options;
  }

  /** Resolves when all seeds have been run, or the signal came. Rejects if a station does not even start. */
  async run(): Promise<void> {
    const { jobs, signal } = this.#options;
    const stop = (): void => this.#settle?.();
    try {
      await new Promise<void>((resolve, reject) => {
        this.#settle = (error) => (error === undefined ? resolve() : reject(error as Error));
        if (signal?.aborted === true || this.#waiting.length === 0) return resolve();
        signal?.addEventListener('abort', stop);
        for (let i = Math.min(jobs, this.#waiting.length); i > 0; i -= 1) this.#openLane();
      });
    } finally {
      signal?.removeEventListener('abort', stop);
      const lanes = [...this.#lanes];
      this.#lanes.clear();
      await Promise.all(lanes.map(({ station }) => station.close()));
    }
  }

  #openLane(): void {
    const lane: Lane = {
      isReady: false,
      sent: [],
      station: this.#options.open({
        ready: () => (lane.isReady = true),
        finished: (run) => this.#onFinished(lane, run),
        crashed: (error) => this.#onCrashed(lane, error),
      }),
    };
    this.#lanes.add(lane);
    this.#fill(lane);
  }

  /** Towards the end nothing is sent ahead: it might wait behind a long run while another station is idle. */
  #fill(lane: Lane): void {
    const ahead = this.#waiting.length >= AHEAD * this.#options.jobs ? AHEAD : 1;
    while (lane.sent.length < ahead) {
      const seed = this.#waiting.pop();
      if (seed === undefined) break;
      lane.sent.push(seed);
      lane.station.run(seed);
    }
    const isIdle = this.#waiting.length === 0 && [...this.#lanes].every(({ sent }) => sent.length === 0);
    if (isIdle) this.#settle?.();
  }

  #onFinished(lane: Lane, run: SeedRun): void {
    if (!this.#lanes.has(lane)) return;
    lane.sent.shift();
    if (!this.#report(run)) return;
    // Whatever broke off may have left the thread in a state that others would suffer from.
    if (run.outcome.figures === undefined) this.#replace(lane);
    else this.#fill(lane);
  }

  #onCrashed(lane: Lane, error: unknown): void {
    if (!this.#lanes.has(lane)) return;
    const seed = lane.sent.shift();
    if (!lane.isReady || seed === undefined) {
      this.#lanes.delete(lane);
      this.#settle?.(error);
      return;
    }
    if (this.#report({ outcome: brokenOutcome(seed, error), declared: [] })) this.#replace(lane);
  }

  #report(run: SeedRun): boolean {
    try {
      this.#options.onRun(run);
      return true;
    } catch (error) {
      this.#settle?.(error);
      return false;
    }
  }

  #replace(lane: Lane): void {
    this.#lanes.delete(lane);
    void lane.station.close();
    this.#waiting.push(...lane.sent.reverse());
    if (this.#waiting.length > 0) this.#openLane();
    else for (const other of this.#lanes) this.#fill(other);
    if (this.#waiting.length === 0 && this.#lanes.size === 0) this.#settle?.();
  }
}
