import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Scenario } from '../language/index.ts';
import { type FrozenScenario, freezeScenario } from './frozen-scenario.ts';
import { hashOf } from './seed-outcome.ts';
import type { SeedRange, Shard } from './seed-range.ts';
import type { ModuleReference } from './worker-order.ts';

/** Everything that the outcomes of a sweep depend on; how many run at once is no part of it. */
export interface SweepPlan {
  scenario: string;
  /** Where it lay, for the commands that repeat a run; a copy elsewhere gives the same sweep. */
  file: string;
  /** Of the scenario as run, after `--set`, with its distribution files. */
  scenarioHash: string;
  seeds: SeedRange;
  shard: Shard;
  set: readonly string[];
  /** Modules of `--with` by name; what they import is not looked at. */
  modules: readonly { path: string; hash: string }[];
  /** Of the program. */
  build: string;
}

export interface PlanParts {
  file: string;
  scenario: Scenario;
  seeds: SeedRange;
  shard: Shard;
  set: readonly string[];
  modules: readonly ModuleReference[];
  build: string;
}

export function planSweep(parts: PlanParts): { plan: SweepPlan; frozen: FrozenScenario } {
  const { scenario, file, seeds, shard, set, modules, build } = parts;
  const frozen = freezeScenario(scenario);
  const plan = {
    scenario: scenario.name,
    file,
    scenarioHash: hashOf(JSON.stringify(frozen)),
    seeds,
    shard,
    set,
    modules: modules.map(({ path, url }) => ({
      path,
      hash: hashOf(readFileSync(fileURLToPath(url), 'utf8')),
    })),
    build,
  };
  return { plan, frozen };
}

/** What differs between two plans, for people; undefined if nothing does. Shards are compared only if asked for. */
export function planDifference(
  before: SweepPlan,
  now: SweepPlan,
  compared: { shard: boolean },
): string | undefined {
  if (before.scenario !== now.scenario) return `the scenario ${before.scenario}, not ${now.scenario}`;
  const range = ({ seeds }: SweepPlan): string => `${seeds.from}..${seeds.to}`;
  if (range(before) !== range(now)) return `seeds ${range(before)}, not ${range(now)}`;
  const shard = (plan: SweepPlan): string => `shard ${plan.shard.index}/${plan.shard.count}`;
  if (compared.shard && shard(before) !== shard(now)) return `${shard(before)}, not ${shard(now)}`;
  const set = (plan: SweepPlan): string =>
    plan.set.length === 0 ? 'no --set' : plan.set.map((one) => `--set ${one}`).join(' ');
  if (set(before) !== set(now)) return `${set(before)}, not ${set(now)}`;
  const paths = ({ modules }: SweepPlan): string =>
    modules.length === 0 ? 'no --with' : modules.map(({ path }) => `--with ${path}`).join(' ');
  if (paths(before) !== paths(now)) return `${paths(before)}, not ${paths(now)}`;
  const changed = before.modules.find(({ hash }, i) => hash !== now.modules[i]?.hash);
  if (changed !== undefined) return `another content of --with ${changed.path}`;
  if (before.scenarioHash !== now.scenarioHash) return `another content of the scenario ${now.scenario}`;
  return before.build === now.build ? undefined : 'another build of dcquic';
}
