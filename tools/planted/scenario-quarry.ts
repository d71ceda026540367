import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { scenarioToYaml } from '../../scenarios/language/index.ts';
import type { Scenario } from '../../scenarios/language/index.ts';
import { runScenario } from '../../scenarios/run/index.ts';
import type { shrink } from '../../scenarios/shrink/index.ts';
import { forger, sampleScenario } from '../../scenarios/testing/index.ts';
import type { Quarry, Shrunk } from './quarry.ts';
import { failureOf } from './verdict.ts';
import type { Failure, RunScenario } from './verdict.ts';

/** Shrinking ends with the smallest so far after so many runs, or so much time. */
const SHRINK_RUNS_MAX = 400;
const SHRINK_MS_MAX = 30_000;

/** What the copy with the bug exports. */
interface Planted {
  runScenario: RunScenario;
  shrink: typeof shrink;
}

/** Hunts bugs of the protocol: random scenarios, on networks where somebody forges. */
export class ScenarioQuarry implements Quarry<Scenario> {
  readonly #planted: Planted;

  private constructor(planted: Planted) {
    this.#planted = planted;
  }

  /** @param folder of the copy with the bug. */
  static async load(folder: string): Promise<ScenarioQuarry> {
    const [runs, shrinks] = await Promise.all(
      ['run', 'shrink'].map(
        (part) => import(pathToFileURL(join(folder, 'scenarios', part, 'index.js')).href),
      ),
    );
    return new ScenarioQuarry({ ...(runs as object), ...(shrinks as object) } as Planted);
  }

  caseOf(seed: number): Scenario {
    return sampleScenario(seed, { impatience: true, recovery: true });
  }

  failure(scenario: Scenario, how: 'planted' | 'sound'): Promise<Failure | undefined> {
    return failureOf(how === 'planted' ? this.#planted.runScenario : runScenario, scenario, {
      extensions: [forger],
    });
  }

  /** With the code that has the bug; what is left counts if sound code passes it, too. */
  async shrink(found: Scenario, fails: (scenario: Scenario) => Promise<boolean>): Promise<Shrunk> {
    const startedMs = performance.now();
    const shrunk = await this.#planted.shrink(
      { scenario: found },
      {
        extensions: [forger],
        runsMax: SHRINK_RUNS_MAX,
        isCancelled: () => performance.now() - startedMs > SHRINK_MS_MAX,
      },
    );
    const { scenario } = shrunk?.smallest ?? { scenario: found };
    if (shrunk === undefined || !(await fails(scenario))) {
      return { events: found.faults.length, hosts: found.topology.hosts, text: scenarioToYaml(found) };
    }
    const { events, hosts } = shrunk.after;
    return { events, hosts, text: scenarioToYaml(scenario) };
  }
}
