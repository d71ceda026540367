import { spawnSync } from 'node:child_process';
import { Spinners } from './sweep/spinners.ts';
import { type SweepCost, sweepProcess } from './sweep/sweep-process.ts';

interface Subject {
  scenario: string;
  set: readonly string[];
  /** Of each way, the best counts: what else the machine does only makes it slower. */
  rounds: number;
}

/** A sweep of seconds, of which loading and compiling are a good part, and one of a minute, as of a scenario of the library. */
const SUBJECTS: readonly Subject[] = [
  {
    scenario: 'scenarios/library/small.yaml',
    set: ['workload[0].count=200', 'workload[0].request=20KB'],
    rounds: 3,
  },
  { scenario: 'scenarios/library/incast-100.yaml', set: [], rounds: 1 },
];
const SEEDS = 1000;

export interface SweepFigures {
  scenario: string;
  /** What is changed in it. */
  set: readonly string[];
  seeds: number;
  rounds: number;
  /** `dcquic sweep --jobs 1`, all cores at hand: compilation and garbage collection run beside the one worker. Best round. */
  one: SweepCost;
  /** `--jobs 2`. */
  two: SweepCost;
  /** `--jobs 1` with the whole process held to one core by taskset; undefined where there is none. */
  oneCore: SweepCost | undefined;
  /** Wall time of `--jobs 1` over that of `--jobs 2`: what a user gains by the second worker. 2 would be perfect. */
  speedUp: number;
  /** Wall time on one core over that of `--jobs 2`: what a user gains by the second core. */
  speedUpOfCores: number | undefined;
  /** The same of threads that do nothing but arithmetic, in the same rounds: what the machine had to give. */
  ceiling: number;
  /** Processor time of `--jobs 2` over that of `--jobs 1`: mostly that each worker compiles for itself. */
  overhead: number;
  /** Over every result; the same each time. */
  hash: string;
}

/** Sweeps of `scale` times 1,000 seeds, one after the other. */
export async function* measureSweeps(scale: number = 1): AsyncGenerator<SweepFigures, void, undefined> {
  for (const subject of SUBJECTS) yield await measureSweep(subject, scale);
}

/** The same sweep as a process of one worker and of two, in turn. Rejects if they do not find the same. */
async function measureSweep(subject: Subject, scale: number): Promise<SweepFigures> {
  const { scenario, set, rounds } = subject;
  const seeds = Math.max(4, Math.round(SEEDS * scale));
  const hasTaskset = spawnSync('taskset', ['-c', '0', 'true']).status === 0;
  const spinners = new Spinners(2);
  await spinners.spin(2);
  const one = new Best(subject, seeds, 1, false);
  const two = new Best(subject, seeds, 2, false);
  const oneCore = new Best(subject, seeds, 1, true);
  let [spunOneS, spunTwoS] = [Infinity, Infinity];
  for (let round = 0; round < rounds; round++) {
    await one.run();
    spunOneS = Math.min(spunOneS, await spinners.spin(1));
    await two.run();
    spunTwoS = Math.min(spunTwoS, await spinners.spin(2));
    if (hasTaskset) await oneCore.run();
  }
  await spinners.close();
  const hashes = new Set([...one.hashes, ...two.hashes, ...oneCore.hashes]);
  if (hashes.size !== 1) throw new Error(`the sweeps did not find the same: ${[...hashes].join(', ')}`);
  return {
    scenario,
    set,
    seeds,
    rounds,
    one: one.cost,
    two: two.cost,
    oneCore: hasTaskset ? oneCore.cost : undefined,
    speedUp: one.cost.wallS / two.cost.wallS,
    speedUpOfCores: hasTaskset ? oneCore.cost.wallS / two.cost.wallS : undefined,
    ceiling: (2 * spunOneS) / spunTwoS,
    overhead: two.cost.processorS / one.cost.processorS,
    hash: [...hashes].join(),
  };
}

/** One way to sweep, again and again. */
class Best {
  readonly cost: SweepCost = { wallS: Infinity, processorS: Infinity };
  readonly hashes: string[] = [];
  readonly #args: readonly string[];
  readonly #pinned: boolean;

  constructor({ scenario, set }: Subject, seeds: number, jobs: number, pinned: boolean) {
    const changes = set.flatMap((change) => ['--set', change]);
    this.#args = [scenario, '--seeds', `1..${seeds}`, '--jobs', String(jobs), ...changes];
    this.#pinned = pinned;
  }

  async run(): Promise<void> {
    const { wallS, processorS, hash } = await sweepProcess(this.#args, this.#pinned);
    this.cost.wallS = Math.min(this.cost.wallS, wallS);
    this.cost.processorS = Math.min(this.cost.processorS, processorS);
    this.hashes.push(hash);
  }
}

/** For people. */
export function sweepLines(figures: SweepFigures): string[] {
  const { scenario, set, seeds, rounds, one, two, oneCore, speedUp, speedUpOfCores, ceiling, overhead } =
    figures;
  const row = (label: string, { wallS, processorS }: SweepCost): string =>
    `  ${label.padEnd(22)}${wallS.toFixed(2).padStart(8)} s  ${processorS.toFixed(2).padStart(9)} s`;
  return [
    `dcquic sweep of ${seeds} seeds of ${[scenario, ...set].join(', ')}: whole processes, ${rounds === 1 ? 'one round' : `the best of ${rounds} rounds`}`,
    '                           wall    processor',
    row('--jobs 1', one),
    row('--jobs 2', two),
    ...(oneCore === undefined ? [] : [row('--jobs 1 on one core', oneCore)]),
    `  two workers over one   ${speedUp.toFixed(2)}`,
    ...(speedUpOfCores === undefined ? [] : [`  two cores over one     ${speedUpOfCores.toFixed(2)}`]),
    `  bare arithmetic        ${ceiling.toFixed(2)}, two threads over one in the same rounds`,
    `  processor time of two workers over one ${overhead.toFixed(2)}`,
  ];
}
