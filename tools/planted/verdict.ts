import type { Scenario } from '../../scenarios/language/index.ts';
import type { RunOptions, RunOutcome } from '../../scenarios/run/index.ts';

/** Why a run counts as bad. */
export interface Failure {
  /** The checker that saw it; `crash` for an assertion or any other error, `expectation` for one that was not met. */
  checker: string;
  message: string;
}

export type RunScenario = (scenario: Scenario, options: RunOptions) => Promise<RunOutcome>;

/** What is wrong with a run of the scenario; undefined if nothing is. */
export async function failureOf(
  run: RunScenario,
  scenario: Scenario,
  options: RunOptions,
): Promise<Failure | undefined> {
  let outcome: RunOutcome;
  try {
    outcome = await run(scenario, options);
  } catch (error) {
    return { checker: 'crash', message: String(error) };
  }
  const { violations, expectations } = outcome.result;
  const [first] = violations;
  if (first !== undefined) return { checker: first.checker, message: first.message };
  const failed = expectations.find(({ ok }) => !ok);
  return failed === undefined
    ? undefined
    : { checker: 'expectation', message: `${failed.text}, was ${failed.value}` };
}
