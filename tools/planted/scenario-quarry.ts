import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { scenarioToYaml } from '../../scenarios/language/index.ts';
import type { Scenario } from '../../scenarios/language/index.ts';
import { runScenario } from '../../scenarios/run/index.ts';
import type { Extension } from '../../scenarios/run/index.ts';
import type { shrink } from '../../scenarios/shrink/index.ts';
import { conformance, forger, sampleScenario } from '../../scenarios/testing/index.ts';
import type { Kernel } from '../../sim/kernel/kernel.ts';
import type { Quarry, Shrunk } from './quarry.ts';
import { failureOf } from './verdict.ts';
import type { Failure, RunScenario } from './verdict.ts';

/** Shrinking ends with the smallest so far after so many runs, or after so many events of all of them: ten seconds or so. */
const SHRINK_RUNS_MAX = 400;
const SHRINK_EVENTS_MAX = 6_000_000;

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
    return sampleScenario(seed, { impatience: true, haste: true, rarities: true, recovery: true });
  }

  failure(scenario: Scenario, how: 'planted' | 'sound'): Promise<Failure | undefined> {
    return failureOf(how === 'planted' ? this.#planted.runScenario : runScenario, scenario, {
      extensions: [conformance, forger],
    });
  }

  /** With the code that has the bug; what is left counts if sound code passes it, too. */
  async shrink(found: Scenario, fails: (scenario: Scenario) => Promise<boolean>): Promise<Shrunk> {
    let earlier = 0;
    let kernel: Kernel | undefined;
    const eventsSoFar = (): number => earlier + (kernel?.events ?? 0);
    const clerk: Extension = {
      path: import.meta.url,
      extend: (simulation) => {
        earlier = eventsSoFar();
        kernel = simulation.kernel;
      },
    };
    const shrunk = await this.#planted.shrink(
      { scenario: found },
      {
        extensions: [conformance, forger, clerk],
        runsMax: SHRINK_RUNS_MAX,
        isCancelled: () => eventsSoFar() > SHRINK_EVENTS_MAX,
      },
    );
    const { scenario } = shrunk?.smallest ?? { scenario: found };
    if (shrunk === undefined || !(await fails(scenario))) {
      return { events: found.faults.length, hosts: found.topology.hosts, text: scenarioToYaml(found) };
    }
    return { events: shrunk.after.events, hosts: shrunk.after.hosts, text: scenarioToYaml(scenario) };
  }
}
