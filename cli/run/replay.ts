import { join } from 'node:path';
import { type DivergingRecord, firstDivergingRecord } from '../../sim/trace/divergence.ts';
import { type ReplayOutcome, replayCapsule, runScenario } from '../../scenarios/run/index.ts';
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

/** Looks for the very record, if the trace of the saved run lies beside its capsule. That takes one more run. */
export async function findDivergingRecord(
  { capsule, scenario, folder }: SavedRun,
  { divergence }: ReplayOutcome,
): Promise<DivergingRecord | undefined> {
  if (divergence === undefined) return undefined;
  const saved = readStoredTrace(join(folder, TRACE_FILE), divergence);
  if (saved === undefined || saved.length === 0) return undefined;
  const extensions = await loadExtensions(capsule.extensions);
  const { fromRecord } = divergence;
  const { schedule } = capsule;
  const store = { fromRecord, recordsMax: saved.length };
  const again = await simulate(
    scenario,
    capsule.command,
    (hooks) =>
      runScenario(scenario, {
        ...hooks,
        extensions,
        trace: { store },
        ...(schedule === undefined ? {} : { schedule }),
      }),
    (outcome) => outcome,
  );
  return again?.store === undefined ? undefined : firstDivergingRecord(saved, again.store);
}
