import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scenarioToYaml } from '../language/index.ts';
import type { Scenario } from '../language/index.ts';
import { capsuleOf, runScenario } from '../run/index.ts';
import type { Extension } from '../run/index.ts';
import { formatFailure, shrink } from '../shrink/index.ts';
import { type RunnableOptions, sampleScenario } from './runnable-scenario.ts';

const SEEDS = 100;
const SHRINK_RUNS_MAX = 2000;
const SEED_VARIABLE = 'DCQUIC_SEED';

export interface ScenarioPropertyOptions extends RunnableOptions {
  /** How many seeds, from 1, or which. Default 100. */
  readonly seeds?: number | readonly number[];
  /** The scenario of a seed. Default: `sampleScenario`. */
  readonly scenarioOf?: (seed: number) => Scenario;
  /** Checkers and changes of each simulation; what they report as a violation fails the property. */
  readonly extensions?: readonly Extension[];
  /** Where `scenario.yaml` and `capsule.json` of a failure are written. Default `out/property`. */
  readonly folder?: string;
  /** Runs that shrinking may take. Default 2000. */
  readonly shrinkRunsMax?: number;
}

/** A scenario failed. The message begins with the smallest scenario that was found. */
export class ScenarioFailure extends Error {
  override readonly name = 'ScenarioFailure';
}

/**
 * A test of the protocol: `test('name', scenarioProperty())`, with any runner. Runs the scenarios of many seeds, of which none may
 * violate an invariant, stand still, or miss what it expects. The first that does is shrunk and written to a folder, for
 * `dcquic replay`. Rejects with ScenarioFailure. REQ DST-3
 */
export function scenarioProperty(options: ScenarioPropertyOptions = {}): () => Promise<void> {
  return async () => {
    const { seeds = SEEDS, extensions = [], scenarioOf = (seed) => sampleScenario(seed, options) } = options;
    const only = process.env[SEED_VARIABLE];
    const list = typeof seeds === 'number' ? Array.from({ length: seeds }, (_, i) => i + 1) : seeds;
    for (const seed of only === undefined ? list : [Number(only)]) {
      const scenario = scenarioOf(seed);
      const isGood = await runScenario(scenario, { extensions }).then(
        ({ exitCode }) => exitCode === 0,
        () => false,
      );
      if (!isGood) throw await failure(scenario, seed, options);
    }
  };
}

async function failure(
  scenario: Scenario,
  seed: number,
  {
    extensions = [],
    folder = join('out', 'property'),
    shrinkRunsMax: runsMax = SHRINK_RUNS_MAX,
  }: ScenarioPropertyOptions,
): Promise<ScenarioFailure> {
  const shrunk = await shrink({ scenario }, { extensions, runsMax });
  const again = `Run this seed again: ${SEED_VARIABLE}=${seed} and the command of this test`;
  if (shrunk === undefined)
    return new ScenarioFailure(`seed ${seed} failed, and did not when it was run again`);
  const { smallest, runs } = shrunk;
  const yaml = scenarioToYaml(smallest.scenario);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'scenario.yaml'), yaml);
  const lines = [`Seed ${seed} fails; shrunk in ${runs} runs to ${join(folder, 'scenario.yaml')}:`, yaml];
  if (shrunk.failure.kind !== 'broken off') {
    const command = `dcquic replay ${folder}`;
    const outcome = await runScenario(smallest.scenario, { extensions, command });
    const capsule = capsuleOf(smallest.scenario, outcome, {
      command,
      extensions: extensions.map(({ path }) => path),
    });
    writeFileSync(join(folder, 'capsule.json'), `${JSON.stringify(capsule)}\n`);
    lines.push(`Replay the smallest: ${command}`);
  }
  return new ScenarioFailure([...lines, again, `Got ${formatFailure(shrunk.failure)}`].join('\n'));
}
