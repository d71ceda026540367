import { join } from 'node:path';
import { packageRoot } from '../scenarios/distributions/package-root.ts';
import { loadScenario } from '../scenarios/language/index.ts';
import { planSweep, sweep, WHOLE, type SeedRange, type WorkerOrder } from '../scenarios/sweep/index.ts';
import { LastingStation } from './sweep/lasting-station.ts';
import { Spinners } from './sweep/spinners.ts';

const SCENARIO = 'scenarios/library/small.yaml';
/** A little larger than in the file, so that start-up of a run is not all there is. */
const SET = ['workload[0].count=200', 'workload[0].request=20KB'];
const SEEDS = 1000;
/** The seeds are swept in so many pieces, each on one thread and on two in turn: what disturbs the machine disturbs both. */
const PIECES = 10;

export interface SweepFigures {
  scenario: string;
  seeds: number;
  /** All seeds on one worker thread, and on two; the start of the threads included. */
  one: Cost;
  two: Cost;
  /** Wall time of one worker / of two. 2 would be perfect. */
  speedUp: number;
  /** The same of threads that do nothing but arithmetic, measured between the pieces: what the machine had to give. */
  ceiling: number;
  /** Processor time of two workers / of one: what running side by side costs. */
  overhead: number;
  /** Over every result of each piece; equal on one thread and on two. */
  hashes: string[];
}

interface Cost {
  wallS: number;
  processorS: number;
}

/** The same sweep on one worker thread and on two. Throws if they do not find the same. */
export async function measureSweep(scale: number = 1, pieces: number = PIECES): Promise<SweepFigures> {
  const seeds = Math.max(2 * pieces, Math.round(SEEDS * scale));
  const one: Cost = { wallS: 0, processorS: 0 };
  const two: Cost = { wallS: 0, processorS: 0 };
  const hashes: string[] = [];
  const { order } = plannedSweep({ from: 1, to: seeds });
  const alone = await timed(one, () => started(order, 1));
  await closeAll(alone);
  const stations = await timed(two, () => started(order, 2));
  const spinners = new Spinners(2);
  await spinners.spin(2);
  let [spunOneS, spunTwoS] = [0, 0];
  for (let piece = 0; piece < pieces; piece++) {
    const range = {
      from: Math.floor((seeds * piece) / pieces) + 1,
      to: Math.floor((seeds * (piece + 1)) / pieces),
    };
    const hash = await timed(one, () => swept(range, stations.slice(0, 1)));
    spunOneS += await spinners.spin(1);
    const again = await timed(two, () => swept(range, stations));
    spunTwoS += await spinners.spin(2);
    if (hash !== again)
      throw new Error(`seeds ${range.from}..${range.to}: one thread and two did not find the same`);
    hashes.push(hash);
  }
  await spinners.close();
  await closeAll(stations);
  return {
    scenario: SCENARIO,
    seeds,
    one,
    two,
    speedUp: one.wallS / two.wallS,
    ceiling: (2 * spunOneS) / spunTwoS,
    overhead: two.processorS / one.processorS,
    hashes,
  };
}

async function started(order: WorkerOrder, count: number): Promise<LastingStation[]> {
  const stations = Array.from({ length: count }, () => new LastingStation(order));
  await Promise.all(stations.map(({ ready }) => ready));
  return stations;
}

async function closeAll(stations: readonly LastingStation[]): Promise<void> {
  await Promise.all(stations.map((station) => station.close()));
}

function plannedSweep(seeds: SeedRange): { plan: ReturnType<typeof planSweep>['plan']; order: WorkerOrder } {
  const loaded = loadScenario(join(packageRoot(), SCENARIO), { set: SET });
  if (!loaded.ok) throw new Error(loaded.problems[0]?.message);
  const { scenario } = loaded;
  const parts = { scenario, file: SCENARIO, seeds, shard: WHOLE, set: SET, modules: [], build: '' };
  const { plan, frozen } = planSweep(parts);
  return { plan, order: { scenario: frozen, modules: [] } };
}

/** Hash of the results. */
async function swept(seeds: SeedRange, stations: readonly LastingStation[]): Promise<string> {
  let next = 0;
  const summary = await sweep(plannedSweep(seeds).plan, {
    jobs: stations.length,
    open: (events) => (stations[next++] as LastingStation).open(events),
  });
  if (summary.verdict !== 0)
    throw new Error(`seed ${summary.failing[0]?.seed} failed: dcquic sweep shows why`);
  return summary.hash;
}

async function timed<T>(cost: Cost, work: () => Promise<T>): Promise<T> {
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  const result = await work();
  cost.wallS += (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  cost.processorS += (user + system) / 1e6;
  return result;
}

/** For people. */
export function sweepLines({
  scenario,
  seeds,
  one,
  two,
  speedUp,
  ceiling,
  overhead,
}: SweepFigures): string[] {
  const row = (jobs: number, { wallS, processorS }: Cost): string =>
    `  --jobs ${jobs}  ${wallS.toFixed(2).padStart(8)} s  ${processorS.toFixed(2).padStart(9)} s`;
  return [
    `Sweep of ${seeds} seeds of ${scenario}, ${SET.join(', ')}`,
    '               wall    processor',
    row(1, one),
    row(2, two),
    `  speed-up ${speedUp.toFixed(2)}; of bare arithmetic on two threads meanwhile ${ceiling.toFixed(2)}`,
    `  processor time of two workers over one ${overhead.toFixed(2)}`,
  ];
}
