import { join } from 'node:path';
import {
  type DivergingInterval,
  type DivergingRecord,
  firstDivergingRecord,
} from '../../sim/trace/divergence.ts';
import type { TraceRecord } from '../../sim/trace/trace-store.ts';
import { type Extension, type ReplayOutcome, replayCapsule, runScenario } from '../../scenarios/run/index.ts';
import { loadExtensions } from './extensions.ts';
import { TRACE_FILE, type SavedRun } from './saved-run.ts';
import { simulate } from './simulate.ts';
import { readStoredTrace } from './stored-trace.ts';

/** Runs a saved run again. Undefined if it was stopped by the user. Throws CommandError. */
export async function replay({ capsule, scenario }: SavedRun): Promise<ReplayOutcome | undefined> {
  const extensions = await loadExtensions(capsule.extensions);
  const { command } = capsule;
  return simulate(
    scenario,
    command,
    (hooks) => replayCapsule(capsule, scenario, { ...hooks, extensions, command }),
    ({ outcome }) => outcome,
  );
}

/** Where a saved run and its repetition part. */
export interface Divergence {
  /** The very record, if the trace of the saved run has it. */
  record: DivergingRecord | undefined;
  /** The records of the repetition where it parts, from `fromRecord` on, at most STORED_MAX. */
  now: readonly TraceRecord[];
  /** Names of the places in the network. */
  locations: readonly string[];
}

/** A checkpoint of a very long run is no reason to keep more than that. */
const STORED_MAX = 1_000_000;

/**
 * Runs once more and keeps the interval in which the runs part. If the trace of the saved run lies beside its capsule, the
 * first record that differs is found.
 */
export async function explainDivergence(
  { capsule, scenario, folder }: SavedRun,
  { fromRecord, toRecord }: DivergingInterval,
): Promise<Divergence | undefined> {
  const extensions = await loadExtensions(capsule.extensions);
  let locations: readonly string[] = [];
  const places: Extension = {
    path: 'places',
    extend: ({ network }) => void (locations = network.fabric.locations),
  };
  const { schedule } = capsule;
  const store = { fromRecord, recordsMax: Math.min(toRecord - fromRecord, STORED_MAX) };
  const again = await simulate(
    scenario,
    capsule.command,
    (hooks) =>
      runScenario(scenario, {
        ...hooks,
        extensions: [places, ...extensions],
        trace: { store },
        ...(schedule === undefined ? {} : { schedule }),
      }),
    (outcome) => outcome,
  );
  if (again?.store === undefined) return undefined;
  const saved = readStoredTrace(join(folder, TRACE_FILE), { fromRecord, toRecord });
  const now: TraceRecord[] = [];
  again.store.forEach((timeNs, kind, where, a, b, c, d) => now.push({ timeNs, kind, where, a, b, c, d }));
  const record =
    saved === undefined || saved.length === 0 ? undefined : firstDivergingRecord(saved, again.store);
  return { record, now, locations };
}
