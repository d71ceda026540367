import { seconds } from './duration.ts';
import { checkNames } from './check.ts';
import { SimError } from './errors.ts';
import { Runtime } from './runtime.ts';
import { Scheduler } from './scheduler.ts';
import { Sim } from './sim.ts';
import { StallError } from './stall.ts';
import { Kernel, type KernelOptions, type RunEnd } from '../kernel/kernel.ts';
import { RecordingChooser, ReplayChooser } from '../explore/choosers.ts';
import { Rng } from '../random/rng.ts';
import { Trace, type TraceOptions } from '../trace/trace.ts';
import type { Fault } from './fault-plan.ts';
import type { Note } from './notes.ts';
import type { Task } from './task.ts';
import type { Network } from '../net/network.ts';
import type { RunObserver } from '../socket/run-observer.ts';
import type { NetworkOptions } from '../socket/internet.ts';
import type { Nanos } from '../../protocol/core/units.ts';

const UNTIL_NS_DEFAULT = seconds(3600);
const EVENTS_MAX_DEFAULT = 2_000_000;
const LOCATIONS_MAX_DEFAULT = 100;

export interface SimulateOptions extends KernelOptions {
  /** Any safe integer, default 1: all randomness of the run comes from it. */
  readonly seed?: number;
  /** Virtual time at which a run whose primary tasks have not ended is given up, default one hour. */
  readonly untilNs?: Nanos;
  /** Events after which it is given up, default 2,000,000: a few seconds. */
  readonly eventsMax?: number;
  /** Default: `{ kind: 'wires' }`, any number of hosts, 50 µs from one to the other. */
  readonly network?: NetworkOptions;
  /** What goes wrong, and when: `sim.fault()` for each. What is to begin at 0 begins after the first step of the program. */
  readonly faults?: readonly Fault[];
  /** Whether to keep the records of the trace; the hash is always there. */
  readonly trace?: TraceOptions;
  /** Instead of a chooser: the choices of an earlier run, `result.choices` or `error.simulation.choices`. */
  readonly choices?: readonly number[];
  /** Told of packets that are hit; for test kits. */
  readonly observer?: RunObserver;
  /** Tasks whose place of spawning is kept for reports, a few microseconds each. Default: the first 100. */
  readonly locationsMax?: number;
}

const OPTIONS = {
  seed: true,
  untilNs: true,
  eventsMax: true,
  network: true,
  faults: true,
  chooser: true,
  choices: true,
  windowNs: true,
  trace: true,
  observer: true,
  locationsMax: true,
  guards: true,
  onProgress: true,
} as const satisfies Record<keyof SimulateOptions, true>;

/** What is known of a run, also of one that failed: an error has it as `error.simulation`. */
export interface SimulationSummary {
  readonly seed: number;
  readonly endedAtNs: Nanos;
  readonly events: number;
  /** 128 bits over everything that happened, in hexadecimal: equal on every machine. */
  readonly traceHash: string;
  /** What the chooser chose; empty without one. */
  readonly choices: readonly number[];
  readonly notes: readonly Note[];
  /** Of an error that a task threw: which, `group/name`. */
  readonly task?: string;
}

export interface SimResult<T> extends SimulationSummary {
  /** What the main task returned. */
  readonly value: T;
  readonly trace: Trace;
  /** The network, if the program used one. */
  readonly network: Network | undefined;
}

/**
 * Runs `main` as the first primary task of a simulation, until all primary tasks have ended. Rejects with what a task
 * throws, with StallError if the primary tasks cannot end, with KernelError if simulated code reads a real clock or
 * real randomness. Such an error has the SimulationSummary as `error.simulation`.
 */
export async function simulate<T>(
  options: SimulateOptions,
  main: (sim: Sim) => T | PromiseLike<T>,
): Promise<SimResult<T>> {
  checkNames('simulate()', options, OPTIONS);
  const { seed = 1, untilNs = UNTIL_NS_DEFAULT, eventsMax = EVENTS_MAX_DEFAULT } = options;
  const recorder = recorderOf(options);
  const kernel = new Kernel({
    ...options,
    eventsMax,
    ...(recorder === undefined ? {} : { chooser: recorder }),
  });
  const trace = new Trace(options.trace);
  const scheduler = new Scheduler(kernel, trace, new Rng(seed));
  const runtime = new Runtime(
    scheduler,
    options.network ?? { kind: 'wires' },
    options.locationsMax ?? LOCATIONS_MAX_DEFAULT,
    options.observer,
  );
  const sim = new Sim(runtime);
  const task = runtime.start(() => main(sim));
  for (const fault of options.faults ?? []) runtime.fault(fault);
  const summary = (): SimulationSummary => ({
    seed,
    endedAtNs: kernel.now,
    events: kernel.events,
    traceHash: trace.digest(),
    choices: recorder?.choices ?? [],
    notes: runtime.notes.kept,
  });
  try {
    const end = await kernel.run(untilNs);
    if (scheduler.primaries > 0) throw unfinished(end, scheduler);
    const value = (await outcomeOf(task)) as T;
    return { ...summary(), value, trace, network: runtime.internet.networkIfBuilt };
  } catch (error) {
    const thrown = scheduler.thrown?.error === error ? { task: scheduler.thrown?.task ?? '' } : {};
    throw withSummary(error, { ...summary(), ...thrown });
  } finally {
    scheduler.isOver = true;
  }
}

function recorderOf({ chooser, choices }: SimulateOptions): RecordingChooser | undefined {
  if (chooser !== undefined && choices !== undefined) {
    throw new SimError('bad-argument', 'a run has a chooser or recorded choices, not both');
  }
  if (choices !== undefined) return new RecordingChooser(new ReplayChooser(choices));
  return chooser === undefined ? undefined : new RecordingChooser(chooser);
}

function unfinished(end: RunEnd, { kernel, tasks }: Scheduler): StallError {
  if (end === 'idle') return new StallError('stalled', 'nothing is left to happen', kernel.now, tasks);
  if (end === 'until') return new StallError('out-of-time', 'the time is up', kernel.now, tasks);
  if (end === 'busy') {
    const why = `${kernel.events} events have happened (eventsMax; untilNs sets an earlier end)`;
    return new StallError('busy', why, kernel.now, tasks);
  }
  return new StallError('stopped', `the run was stopped (${kernel.stopReason ?? ''})`, kernel.now, tasks);
}

/** What the main task returned; it has ended, but may have been aborted. */
function outcomeOf(task: Task): Promise<unknown> {
  return task.join();
}

/** Test runners print what is enumerable, or what toJSON() says: the seed, and not pages of choices and notes. */
function withSummary(error: unknown, { choices, notes, ...shown }: SimulationSummary): unknown {
  if (!(error instanceof Error) || !Object.isExtensible(error)) return error;
  const hidden = { choices: { value: choices }, notes: { value: notes }, toJSON: { value: () => shown } };
  return Object.assign(error, { simulation: Object.defineProperties({ ...shown }, hidden) });
}
