import { simulate, type SimulateOptions } from '../task/simulate.ts';
import { exploreRuns, type Exploration, type ExploreOptions, type ExploreProgress } from './explore-runs.ts';
import type { Sim } from '../task/sim.ts';

export interface ExploreProgramOptions
  extends ExploreOptions, Omit<SimulateOptions, 'chooser' | 'choices' | 'onProgress'> {
  readonly onProgress?: (progress: ExploreProgress) => boolean | void;
}

const EXPLORE_OPTIONS = {
  strategy: true,
  schedulesMax: true,
  stepsMax: true,
  failuresMax: true,
  reduction: true,
  preemptionsMax: true,
  chooserSeed: true,
  depth: true,
  onProgress: true,
} as const satisfies Record<keyof ExploreOptions, true>;

/**
 * Runs `main` in every schedule that makes a difference, or as many as the bounds allow; a run fails if simulate() would reject.
 * Two steps make a difference by their order if they touch the same channel, lock, socket, task, or `sim.shared()`
 * variable and one changes it. Variables that tasks share otherwise are invisible: `sim.touch(name)` tells of them, and
 * `{ reduction: false }` does without being told.
 */
export function explore(
  options: ExploreProgramOptions,
  main: (sim: Sim) => unknown,
): Promise<Exploration<unknown>> {
  const rest: SimulateOptions = Object.fromEntries(
    Object.entries(options).filter(([name]) => !Object.hasOwn(EXPLORE_OPTIONS, name)),
  );
  return exploreRuns<unknown>(options, async (chooser) => {
    try {
      await simulate({ ...rest, chooser }, main);
      return undefined;
    } catch (error) {
      return error ?? new Error(String(error));
    }
  });
}
