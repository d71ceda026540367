/** Random scenarios as `dcquic sweep` runs them: from a file, in worker threads that take seeds as they come. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadScenario, scenarioToYaml, type Scenario } from '../../scenarios/language/index.ts';
import { runScenario } from '../../scenarios/run/index.ts';
import { planSweep, sweep, threadStations, WHOLE } from '../../scenarios/sweep/index.ts';
import { sampleScenario } from '../../scenarios/testing/index.ts';

/** Threads of each sweep. */
const JOBS = [1, 2] as const;

export interface SweepCasesOptions {
  /** Random scenarios, and seeds of each. */
  readonly scenarios: number;
  readonly seeds: number;
  /** What runs a seed by itself, in order; for tests. */
  readonly alone?: (scenario: Scenario) => Promise<string>;
  readonly onRun?: () => void;
}

export interface SweepCasesReport {
  readonly runs: number;
  /** Per number of threads: seeds whose trace is that of the run alone, and what is not so. */
  readonly sweeps: readonly { readonly jobs: number; equal: number; readonly differing: string[] }[];
}

/** Runs of one thread, and of two, compared with those of the same seeds in order, one after the other. REQ DST-1, DST-9 */
export async function checkSweeps(options: SweepCasesOptions): Promise<SweepCasesReport> {
  const { scenarios, seeds, alone = traceHashOf, onRun = () => {} } = options;
  const report = JOBS.map((jobs) => ({ jobs, equal: 0, differing: [] as string[] }));
  const folder = mkdtempSync(join(tmpdir(), 'dcquic-determinism-'));
  try {
    for (let number = 1; number <= scenarios; number += 1) {
      const file = join(folder, `random-${number}.yaml`);
      writeFileSync(file, scenarioToYaml(sampleScenario(number)));
      const loaded = loadScenario(file);
      if (!loaded.ok) throw new Error(`random-${number}: ${loaded.problems[0]?.message}`);
      const right = new Map<number, string>();
      for (let seed = 1; seed <= seeds; seed += 1) {
        right.set(seed, await alone({ ...loaded.scenario, seed }));
        onRun();
      }
      for (const each of report) {
        const found = await sweepOf(loaded.scenario, file, seeds, each.jobs, onRun);
        for (const [seed, hash] of right) {
          // A run that broke off has none.
          if (hash !== '' && found.get(seed) === hash) each.equal += 1;
          else each.differing.push(`random-${number}, seed ${seed}: ${hash} alone, ${found.get(seed)} swept`);
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { runs: scenarios * seeds * (1 + JOBS.length), sweeps: report };
}

export function sweepLines({ runs, sweeps }: SweepCasesReport): string[] {
  return [
    'sweep              equal differing',
    ...sweeps.map(({ jobs, equal, differing }) =>
      [`--jobs ${jobs}`.padEnd(14), String(equal).padStart(9), String(differing.length).padStart(9)].join(
        ' ',
      ),
    ),
    ...sweeps.flatMap(({ jobs, differing }) =>
      differing.slice(0, 3).map((text) => `--jobs ${jobs}, ${text}`),
    ),
    `${runs} runs of random scenarios, alone and swept.`,
  ];
}

async function traceHashOf(scenario: Scenario): Promise<string> {
  return (await runScenario(scenario)).result.traceHash;
}

async function sweepOf(
  scenario: Scenario,
  file: string,
  seeds: number,
  jobs: number,
  onRun: () => void,
): Promise<Map<number, string>> {
  const parts = {
    scenario,
    file,
    seeds: { from: 1, to: seeds },
    shard: WHOLE,
    set: [],
    modules: [],
    build: '',
  };
  const { plan, frozen } = planSweep(parts);
  const hashes = new Map<number, string>();
  await sweep(plan, {
    jobs,
    open: threadStations({ scenario: frozen, modules: [] }),
    onOutcome: ({ seed, traceHash }) => {
      hashes.set(seed, traceHash);
      onRun();
    },
  });
  return hashes;
}
