import { join } from 'node:path';
import { packageRoot } from '../scenarios/distributions/package-root.ts';
import { loadScenario } from '../scenarios/language/index.ts';
import { planSweep, sweep, threadStations, WHOLE } from '../scenarios/sweep/index.ts';

const SCENARIO = 'scenarios/library/small.yaml';
/** A little larger than in the file, so that start-up of a run is not all there is. */
const SET = ['workload[0].count=200', 'workload[0].request=20KB'];
/** Each worker thread takes a second to start and to be compiled; of 1,000 seeds that is a few hundredths. */
const SEEDS = 1000;
const ROUNDS = 2;

export interface SweepFigures {
  scenario: string;
  seeds: number;
  /** Per round: seconds of wall and of processor time on one worker and on two. */
  rounds: { one: Cost; two: Cost }[];
  /** Least wall time of one worker / of two. 2 would be perfect; a machine that is busy otherwise gives less. */
  speedUp: number;
  /** Processor time of two workers / of one: what running side by side costs. */
  overhead: number;
  /** Over every result; equal in all rounds. */
  hash: string;
}

interface Cost {
  wallS: number;
  processorS: number;
}

/** The same sweep on one worker thread and on two, in turn. Throws if they do not find the same. */
export async function measureSweep(scale: number = 1, rounds: number = ROUNDS): Promise<SweepFigures> {
  const seeds = Math.max(2, Math.round(SEEDS * scale));
  const hashes = new Set<string>();
  const costs: SweepFigures['rounds'] = [];
  for (let round = 0; round < rounds; round += 1) {
    costs.push({ one: await measure(1, seeds, hashes), two: await measure(2, seeds, hashes) });
  }
  const [hash] = hashes;
  if (hashes.size !== 1 || hash === undefined) throw new Error('the sweeps did not find the same');
  const least = (pick: (round: SweepFigures['rounds'][0]) => number): number => Math.min(...costs.map(pick));
  return {
    scenario: SCENARIO,
    seeds,
    rounds: costs,
    speedUp: least(({ one }) => one.wallS) / least(({ two }) => two.wallS),
    overhead: least(({ two }) => two.processorS) / least(({ one }) => one.processorS),
    hash,
  };
}

async function measure(jobs: number, seedCount: number, hashes: Set<string>): Promise<Cost> {
  const loaded = loadScenario(join(packageRoot(), SCENARIO), {
    set: SET,
  });
  if (!loaded.ok) throw new Error(loaded.problems[0]?.message);
  const { scenario } = loaded;
  const seeds = { from: 1, to: seedCount };
  const parts = { scenario, file: SCENARIO, seeds, shard: WHOLE, set: SET, modules: [], build: '' };
  const { plan, frozen } = planSweep(parts);
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  const summary = await sweep(plan, { jobs, open: threadStations({ scenario: frozen, modules: [] }) });
  const wallS = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  if (summary.verdict !== 0)
    throw new Error(`seed ${summary.failing[0]?.seed} failed: dcquic sweep shows why`);
  hashes.add(summary.hash);
  return { wallS, processorS: (user + system) / 1e6 };
}

/** For people. */
export function sweepLines({ scenario, seeds, rounds, speedUp, overhead }: SweepFigures): string[] {
  const cost = ({ wallS, processorS }: Cost): string =>
    `${wallS.toFixed(2).padStart(7)} s  ${processorS.toFixed(2).padStart(9)} s`;
  return [
    `Sweep of ${seeds} seeds of ${scenario}, ${SET.join(', ')}`,
    '  --jobs 1     wall   processor   --jobs 2     wall   processor   speed-up',
    ...rounds.map(
      ({ one, two }) =>
        `          ${cost(one)}            ${cost(two)}   ${(one.wallS / two.wallS).toFixed(2).padStart(8)}`,
    ),
    `  speed-up of the least wall times ${speedUp.toFixed(2)}, processor time of two workers over one ${overhead.toFixed(2)}`,
  ];
}
