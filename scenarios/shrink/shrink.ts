import { runScenario } from '../run/index.ts';
import type { Extension, RunOutcome } from '../run/index.ts';
import { type Case, type CaseSize, sizeOf } from './case.ts';
import { concreteScenario, splitFaults } from './concrete.ts';
import { brokenOff, type Failure, failureOf } from './failure.ts';
import * as passes from './passes.ts';
import * as plain from './plain-passes.ts';
import { runCase, Search, SearchOver } from './search.ts';

const RUNS_MAX = 2000;
/** Other seeds that are tried when a smaller scenario does not fail with its own. */
const OTHER_SEEDS = 3;

export interface ShrinkOptions {
  extensions?: readonly Extension[];
  /** Runs at most; default 2000. */
  runsMax?: number;
  /** Asked before each run, to stop with the smallest case so far. */
  isCancelled?: () => boolean;
  onProgress?: (progress: ShrinkProgress) => void;
}

export interface ShrinkProgress {
  runs: number;
  runsMax: number;
  size: CaseSize;
}

export interface Shrunk {
  failure: Failure;
  /** The smallest case that fails in the same way. */
  smallest: Case;
  before: CaseSize;
  after: CaseSize;
  runs: number;
  /** Whether nothing that is tried makes it any smaller; false: the runs were used up, or it was stopped. */
  isMinimal: boolean;
}

const STRUCTURE: readonly passes.Pass[] = [
  passes.schedule,
  plain.until,
  passes.faults,
  passes.workloads,
  passes.topology,
  passes.hosts,
];
const DETAILS: readonly passes.Pass[] = [passes.ends, passes.traffic, plain.defaults, plain.faultDetails];

/**
 * Looks for a small case that fails as the given one does: fewest hosts first, then fewest injected events, then smallest sizes.
 * Deterministic, but for when it is stopped. Undefined if the given case does not fail at all. REQ DST-3
 */
export async function shrink(start: Case, options: ShrinkOptions = {}): Promise<Shrunk | undefined> {
  const { extensions = [], runsMax = RUNS_MAX, isCancelled = () => false, onProgress } = options;
  const first = await firstRun(start, extensions);
  if (first.failure === undefined) return undefined;
  const search = new Search(start, first.failure, first.events, extensions, {
    runsMax,
    isCancelled,
    onRun: ({ runs, best }) => onProgress?.({ runs, runsMax, size: sizeOf(best) }),
  });
  const isMinimal = await isFinished(search, extensions);
  return {
    failure: first.failure,
    smallest: search.best,
    before: sizeOf(start),
    after: sizeOf(search.best),
    runs: search.runs,
    isMinimal,
  };
}

async function firstRun(
  start: Case,
  extensions: readonly Extension[],
): Promise<{ failure: Failure | undefined; events: number }> {
  try {
    const outcome: RunOutcome = await runCase(start, extensions);
    return { failure: failureOf(outcome), events: outcome.result.events };
  } catch (error) {
    return { failure: brokenOff(error), events: 0 };
  }
}

async function isFinished(search: Search, extensions: readonly Extension[]): Promise<boolean> {
  try {
    await repeat(search, [...STRUCTURE, otherSeeds, ...DETAILS]);
    await concrete(search, extensions);
    await repeat(search, [...STRUCTURE, ...DETAILS]);
    return true;
  } catch (error) {
    if (error instanceof SearchOver) return false;
    throw error;
  }
}

/** Until none of them changes anything. */
async function repeat(search: Search, list: readonly passes.Pass[]): Promise<void> {
  let before: Case;
  do {
    before = search.best;
    for (const pass of list) await pass(search);
  } while (search.best !== before);
}

/** Where chance decides, a smaller scenario may fail with another seed only. */
const otherSeeds: passes.Pass = async (search) => {
  const { scenario } = search.best;
  if (search.best.schedule !== undefined || scenario.topology.hosts <= 2) return;
  for (let i = 1; i <= OTHER_SEEDS; i++) {
    const before = search.best;
    const hostsBefore = before.scenario.topology.hosts;
    if (!(await passes.attempt(search, { ...scenario, seed: scenario.seed + i }))) continue;
    for (const pass of [passes.topology, passes.hosts]) await pass(search);
    if (search.best.scenario.topology.hosts < hostsBefore) return;
    search.restore(before);
  }
};

/** From shares of packets to the packets themselves. */
async function concrete(search: Search, extensions: readonly Extension[]): Promise<void> {
  const { schedule } = search.best;
  const scenario = splitFaults(search.best.scenario);
  try {
    const outcome = await runScenario(scenario, {
      extensions,
      injections: true,
      ...(schedule === undefined ? {} : { schedule }),
    });
    await passes.attempt(search, concreteScenario(scenario, outcome.injections ?? []));
  } catch (error) {
    if (error instanceof SearchOver) throw error;
    // A run that breaks off keeps no record; it stays as it is.
  }
}
