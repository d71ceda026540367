import { exploreRuns } from '../../sim/explore/index.ts';
import type { Exploration, ExploreOptions } from '../../sim/explore/index.ts';
import type { Scenario } from '../language/index.ts';
import { runScenario } from './run-scenario.ts';
import type { Extension, RunOutcome } from './run-scenario.ts';

export interface ExploreScenarioOptions extends ExploreOptions {
  /** A packet may arrive so much early, if that changes the order of arrivals; at most the delay of a link. */
  windowNs: number;
  extensions?: readonly Extension[];
}

/** What a schedule came to: a run that failed, or an error that broke it off, as only a bug can. */
export type FailedRun = { outcome: RunOutcome } | { error: unknown };

/**
 * Runs the scenario in one order of its events after the other. Open are the order of events of one instant and that of arrivals within
 * the window. Events at different hosts and switch ports commute. REQ DST-4
 */
export function exploreScenario(
  scenario: Scenario,
  options: ExploreScenarioOptions,
): Promise<Exploration<FailedRun>> {
  const { windowNs, extensions = [] } = options;
  return exploreRuns<FailedRun>(options, async (chooser) => {
    try {
      const outcome = await runScenario(scenario, {
        extensions,
        schedule: { chooser, windowNs },
      });
      return outcome.exitCode === 0 ? undefined : { outcome };
    } catch (error) {
      return { error };
    }
  });
}
