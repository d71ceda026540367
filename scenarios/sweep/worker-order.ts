import type { FrozenScenario } from './frozen-scenario.ts';
import type { SeedRun } from './run-seed.ts';

/** A module of `--with`: as the user named it, and where it is. */
export interface ModuleReference {
  path: string;
  url: string;
}

/** What a worker is started with. */
export interface WorkerOrder {
  scenario: FrozenScenario;
  modules: readonly ModuleReference[];
}

/** What a worker says: once that it is ready, then one run for each seed it is sent. */
export type WorkerMessage = 'ready' | SeedRun;
