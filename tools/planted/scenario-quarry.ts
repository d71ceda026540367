import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { scenarioToYaml } from '../../scenarios/language/index.ts';
import type { Scenario } from '../../scenarios/language/index.ts';
import { runScenario } from '../../scenarios/run/index.ts';
import { sampleScenario } from '../../scenarios/testing/index.ts';
import { fewest } from './fewest.ts';
import type { Quarry, Shrunk } from './quarry.ts';
import { failureOf } from './verdict.ts';
import type { Failure, RunScenario } from './verdict.ts';

/** Hunts bugs of the protocol: random scenarios. */
export class ScenarioQuarry implements Quarry<Scenario> {
  readonly #runs: { planted: RunScenario; sound: RunScenario };

  private constructor(planted: RunScenario) {
    this.#runs = { planted, sound: runScenario };
  }

  /** @param planted folder of the copy with the bug. */
  static async load(planted: string): Promise<ScenarioQuarry> {
    const url = pathToFileURL(join(planted, 'scenarios', 'run', 'index.js')).href;
    const module = (await import(url)) as { runScenario: RunScenario };
    return new ScenarioQuarry(module.runScenario);
  }

  caseOf(seed: number): Scenario {
    return sampleScenario(seed, { impatience: true });
  }

  failure(scenario: Scenario, how: 'planted' | 'sound'): Promise<Failure | undefined> {
    return failureOf(this.#runs[how], scenario);
  }

  async shrink(found: Scenario, fails: (scenario: Scenario) => Promise<boolean>): Promise<Shrunk> {
    const faults = [...(await fewest(found.faults, (list) => fails({ ...found, faults: [...list] })))];
    const scenario = { ...found, faults };
    return { events: faults.length, hosts: scenario.topology.hosts, text: scenarioToYaml(scenario) };
  }
}
