import { FifoChooser, PctChooser, RandomChooser, type Chooser } from '../../../sim/index.ts';
import { controlledRun, type ProgramOptions, type SimulatedProgram } from './controlled-run.ts';
import { shrinkCase, type ShrunkCase } from './shrink-case.ts';
import { formatCase, nameOf, parseCase, REPLAY_VARIABLE, type SimulationCase } from './simulation-case.ts';

const SEEDS = 100;
const SHRINK_RUNS_MAX = 1000;
const PCT_DEPTH = 3;
const PCT_STEPS = 1000;
const STORY_MAX = 30;

export type OrderOfSteps = 'fifo' | 'random' | 'pct';

export interface SimulationOptions extends ProgramOptions {
  /** How many seeds, from 1, or which. Default 100. */
  readonly seeds?: number | readonly number[];
  /** Who decides which of several steps is next at an instant; the seeds take them in turn. Default: all three. */
  readonly orders?: readonly OrderOfSteps[];
  /** Runs that shrinking may take. Default 1000. */
  readonly shrinkRunsMax?: number;
}

/** A program failed in the simulation. The message begins with the smallest case that was found; `cause` is the error in it. */
export class SimulationFailure extends Error {
  override readonly name = 'SimulationFailure';
  /** Runs alone with `DCQUIC_REPLAY=…`, as in the message. */
  readonly replay: string;

  constructor(message: string, replay: string, cause: Error) {
    super(message, { cause });
    this.replay = replay;
  }
}

/**
 * A test of asynchronous code in the simulator: `test('name', simulation(async (sim) => { … }))`, with vitest, node:test, or any
 * other runner. Runs the program for many seeds and orders of steps. The first failure is shrunk: choices of the order, packets that monitors
 * or loss have spoiled, and faults of the options that it does not need are taken away. Rejects with SimulationFailure. REQ DST-3
 */
export function simulation(program: SimulatedProgram, options: SimulationOptions = {}): () => Promise<void> {
  return async () => {
    const {
      seeds = SEEDS,
      orders = ['fifo', 'random', 'pct'],
      shrinkRunsMax = SHRINK_RUNS_MAX,
      ...rest
    } = options;
    const test = nameOf(program);
    const only = process.env[REPLAY_VARIABLE];
    const replayed = only === undefined ? undefined : parseCase(test, only);
    if (replayed !== undefined) {
      const run = await controlledRun(program, rest, replayed);
      if (run.error !== undefined)
        throw failure(test, 'The case to replay fails.', { one: replayed, run, runs: 0 });
      return;
    }
    const list = typeof seeds === 'number' ? Array.from({ length: seeds }, (_, i) => i + 1) : seeds;
    const faults = (options.faults ?? []).map((_, i) => i);
    for (const [i, seed] of list.entries()) {
      const order = orders[i % orders.length] ?? 'fifo';
      const one = { seed, choices: [], faults };
      const run = await controlledRun(program, rest, one, chooserOf(order, seed));
      if (run.error === undefined) continue;
      const shrunk = await shrinkCase(program, rest, { one, run }, shrinkRunsMax);
      const found = `Failed after ${i + 1} of ${list.length} runs (order: ${order}), shrunk in ${shrunk.runs} more.`;
      throw failure(test, found, shrunk);
    }
  };
}

function chooserOf(order: OrderOfSteps, seed: number): Chooser {
  if (order === 'fifo') return new FifoChooser();
  if (order === 'random') return new RandomChooser(seed);
  return new PctChooser({ seed, depth: PCT_DEPTH, steps: PCT_STEPS });
}

function failure(test: string, found: string, { one, run }: ShrunkCase): SimulationFailure {
  const error = run.error as Error;
  const replay = formatCase(test, one);
  const lines = [
    found,
    `Counterexample: ${counterexample(one)}`,
    ...run.story.slice(0, STORY_MAX).map((line) => `  ${line}`),
    ...(run.story.length > STORY_MAX ? [`  and ${run.story.length - STORY_MAX} more`] : []),
    `Replay it alone: ${REPLAY_VARIABLE}='${replay}' and the command of this test`,
    `Got ${error.name}: ${error.message}`,
  ];
  return new SimulationFailure(lines.join('\n'), replay, error);
}

function counterexample({ seed, choices, faults, packets = [] }: SimulationCase): string {
  const list = (name: string, numbers: readonly number[]): string[] =>
    numbers.length === 0 ? [] : [`${name} ${numbers.join(', ')}`];
  return [
    `seed ${seed}`,
    choices.length === 0 ? 'steps first in, first out' : `choices ${choices.join(', ')}`,
    ...list('faults', faults),
    ...list(
      'packets',
      packets.map(({ number }) => number),
    ),
  ].join('; ');
}
