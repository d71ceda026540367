import { parseScenario, scenarioToYaml } from '../language/index.ts';
import type { Scenario } from '../language/index.ts';
import { distributionFiles, embeddedFile } from '../run/capsule.ts';

/** A scenario as text alone: what workers are given, and what a journal is compared by. Later changes of files do not reach it. */
export interface FrozenScenario {
  yaml: string;
  /** Texts of the distribution files that it names. */
  files: Readonly<Record<string, string>>;
}

/** The seed is left out: a sweep has its own. */
export function freezeScenario(scenario: Scenario): FrozenScenario {
  return { yaml: scenarioToYaml({ ...scenario, seed: 0 }), files: distributionFiles(scenario) };
}

export function thawScenario({ yaml, files }: FrozenScenario): Scenario {
  const parsed = parseScenario(yaml, 'sweep', { readFile: (name) => embeddedFile(files, name) });
  if (!parsed.ok) throw new Error(`a printed scenario cannot be read: ${JSON.stringify(parsed.problems)}`);
  return parsed.scenario;
}
