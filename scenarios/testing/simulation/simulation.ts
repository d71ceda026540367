import {
  FifoChooser,
  formatDuration,
  PctChooser,
  RandomChooser,
  SimError,
  type Chooser,
} from '../../../sim/index.ts';
import {
  controlledRun,
  type ControlledRun,
  type ProgramOptions,
  type SimulatedProgram,
  type TestContext,
} from './controlled-run.ts';
import { captureLocation, formatLocation } from '../../../sim/task/location.ts';
import { testName, type NamedTest } from './test-name.ts';
import { shrinkCase, type ShrunkCase } from './shrink-case.ts';
import { formatCase, keyOf, parseCase, REPLAY_VARIABLE, type SimulationCase } from './simulation-case.ts';

const SEEDS = 100;
const SHRINK_RUNS_MAX = 1000;
const PCT_DEPTH = 3;
const PCT_STEPS = 1000;
const STORY_MAX = 30;

const ORDERS: readonly OrderOfSteps[] = ['fifo', 'random', 'pct'];

export type OrderOfSteps = 'fifo' | 'random' | 'pct';

export interface SimulationOptions extends ProgramOptions {
  /** How many seeds, from 1, or which. Default 100. */
  readonly seeds?: number | readonly number[];
  /** Who decides which of several steps is next at an instant; the seeds take them in turn. Default: all three. */
  readonly orders?: readonly OrderOfSteps[];
  /** Runs that shrinking may take. Default 1000. */
  readonly shrinkRunsMax?: number;
  /** Names the test in the line that replays it. Default: what vitest or node:test call it. */
  readonly name?: string;
  /** Runs this case alone, as a test of what failed once: `error.replay`, and the message of a failure. */
  readonly replay?: string;
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

  /** For test runners, which print what they find: the message says it all. */
  toJSON(): object {
    return { name: this.name, message: this.message };
  }
}

/**
 * A test of asynchronous code in the simulator: `test('name', simulation(async (sim) => { … }))`, with vitest, node:test, or any
 * other runner. Runs the program for many seeds and orders of steps. The first failure is shrunk: choices of the order, packets that monitors
 * or loss have spoiled, and faults of the options that it does not need are taken away. Rejects with SimulationFailure. REQ DST-3
 */
export function simulation(
  program: SimulatedProgram,
  options: SimulationOptions = {},
): (context?: TestContext & NamedTest) => Promise<void> {
  const location = captureLocation(simulation);
  // Runners take a parameter without default for a callback.
  return async (context = {}) => {
    const {
      seeds = SEEDS,
      orders = ORDERS,
      shrinkRunsMax = SHRINK_RUNS_MAX,
      name,
      replay,
      ...rest
    } = options;
    for (const order of orders) if (!ORDERS.includes(order)) throw noSuchOrder(order);
    const test = name ?? (testName(context) || (location === undefined ? '' : formatLocation(location)));
    const given = replay ?? process.env[REPLAY_VARIABLE];
    if (given !== undefined) {
      await replayCase(program, rest, test, given, replay === undefined, context);
      return;
    }
    const list = typeof seeds === 'number' ? Array.from({ length: seeds }, (_, i) => i + 1) : seeds;
    const faults = (options.faults ?? []).map((_, i) => i);
    for (const [i, seed] of list.entries()) {
      const order = orders[i % orders.length] ?? 'fifo';
      const one = { seed, choices: [], faults };
      const run = await controlledRun(program, rest, one, chooserOf(order, seed), context);
      if (context.signal?.aborted === true) return;
      if (run.error === undefined) continue;
      const shrunk = await shrinkCase(program, rest, { one, run }, isLong(run) ? 0 : shrinkRunsMax, context);
      const found = `Failed after ${i + 1} of ${list.length} runs (order: ${order}), shrunk in ${shrunk.runs} more.`;
      throw failure(test, found, shrunk, options);
    }
  };
}

/** Runs that are broken off take seconds each. */
function isLong({ error }: ControlledRun): boolean {
  return error instanceof SimError && error.code === 'busy';
}

function noSuchOrder(order: string): Error {
  return new SimError('bad-argument', `no such order '${order}'; there are: ${ORDERS.join(', ')}`);
}

/** @param isDebugging the case comes from the environment, and is of one test. */
async function replayCase(
  program: SimulatedProgram,
  options: ProgramOptions,
  test: string,
  text: string,
  isDebugging: boolean,
  context: TestContext,
): Promise<void> {
  const { test: of, one } = parseCase(text);
  if (isDebugging && of !== keyOf(test)) {
    const remedy = `run the test it is of alone, or unset it; an edited name makes another test`;
    throw new Error(`${REPLAY_VARIABLE} is not of this test, '${test}': ${remedy}`);
  }
  const run = await controlledRun(program, options, one, undefined, context);
  if (run.error !== undefined)
    throw failure(test, 'The case to replay fails.', { one, run, runs: 0 }, options);
  if (isDebugging && run.misfit !== undefined) {
    const remedy = `the program has changed since. Unset it to search anew`;
    throw new Error(`the case in ${REPLAY_VARIABLE} passes, but ${run.misfit} did not occur: ${remedy}`);
  }
}

function chooserOf(order: OrderOfSteps, seed: number): Chooser {
  if (order === 'fifo') return new FifoChooser();
  if (order === 'random') return new RandomChooser(seed);
  return new PctChooser({ seed, depth: PCT_DEPTH, steps: PCT_STEPS });
}

function failure(
  test: string,
  found: string,
  { one, run }: ShrunkCase,
  { faults = [] }: ProgramOptions,
): SimulationFailure {
  const error = run.error as Error & { simulation?: { task?: string; endedAtNs: number } };
  const replay = formatCase(keyOf(test), one);
  const { task, endedAtNs = 0 } = error.simulation ?? {};
  const where = task === undefined ? '' : ` in ${task} at ${formatDuration(endedAtNs)}`;
  const lines = [
    found,
    `Counterexample: ${counterexample(one, faults.length)}`,
    ...run.story.slice(0, STORY_MAX).map((line) => `  ${line}`),
    ...(run.story.length > STORY_MAX ? [`  and ${run.story.length - STORY_MAX} more`] : []),
    `Replay it alone: ${REPLAY_VARIABLE}='${replay}' and the command of this test`,
    `Got ${error.name}${where}: ${error.message}`,
  ];
  return new SimulationFailure(lines.join('\n'), replay, error);
}

function counterexample({ seed, choices, faults, packets = [] }: SimulationCase, faultsMax: number): string {
  const list = (name: string, numbers: readonly number[]): string[] =>
    numbers.length === 0 ? [] : [`${name} ${numbers.join(', ')}`];
  return [
    `seed ${seed}`,
    choices.length === 0 ? 'steps first in, first out' : `choices ${choices.join(', ')}`,
    ...(faults.length === 0 ? [] : [`${faults.length} of ${faultsMax} faults`]),
    ...list(
      'packets',
      packets.map(({ number }) => number),
    ),
  ].join('; ');
}
