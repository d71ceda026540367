import type { SeedRun } from './run-seed.ts';

/** Where seeds are run, one after another: a worker thread. */
export interface Station {
  /** Queues a seed. */
  run(seed: number): void;
  /** Ends it, whatever it is doing. No more events come then. */
  close(): Promise<void>;
}

export interface StationEvents {
  ready(): void;
  /** In the order of the seeds that were sent. */
  finished(run: SeedRun): void;
  /** It ended by itself. */
  crashed(error: unknown): void;
}

export type OpenStation = (events: StationEvents) => Station;
