import type { Journal } from './journal.ts';
import type { KeptCapsules } from './kept-capsules.ts';
import type { SeedRun } from './run-seed.ts';
import type { SeedOutcome } from './seed-outcome.ts';
import { SeedPool } from './seed-pool.ts';
import { seedsOf } from './seed-range.ts';
import type { OpenStation } from './station.ts';
import { SweepError } from './sweep-error.ts';
import type { SweepPlan } from './sweep-plan.ts';
import { summaryOf, type SweepSummary } from './sweep-summary.ts';

export interface SweepOptions {
  jobs: number;
  open: OpenStation;
  /** Holds what earlier calls did, which is not run again. */
  journal?: Journal;
  capsules?: KeptCapsules;
  /** After each seed. */
  onOutcome?: (outcome: SeedOutcome) => void;
  /** Stops the sweep; its summary is then of what was done. */
  signal?: AbortSignal;
  /** Order in which the seeds are started, which changes nothing but what is known first. */
  order?: (seeds: number[]) => number[];
}

/** Runs the seeds of a plan that have not been run. Throws SweepError. REQ DST-9 */
export async function sweep(plan: SweepPlan, options: SweepOptions): Promise<SweepSummary> {
  const { journal, capsules, jobs, open, onOutcome, signal, order = (seeds) => seeds } = options;
  const planned = seedsOf(plan.seeds, plan.shard);
  if (!planned.ok) throw new SweepError(`${planned.message}: ${planned.remedy}`);
  const outcomes = new Map(journal?.before.outcomes);
  const declared = new Set(journal?.before.declared);
  const onRun = (run: SeedRun): void => {
    const { outcome, capsule } = run;
    // The capsule first: a seed in the journal is not run again.
    if (capsule !== undefined) capsules?.keep(outcome.seed, capsule);
    journal?.add(run);
    outcomes.set(outcome.seed, outcome);
    for (const name of run.declared) declared.add(name);
    onOutcome?.(outcome);
  };
  const left = planned.value.filter((seed) => !outcomes.has(seed));
  const pool = new SeedPool(order(left), { jobs, open, onRun, ...(signal === undefined ? {} : { signal }) });
  try {
    await pool.run();
  } finally {
    journal?.close();
  }
  return summaryOf(plan, outcomes.values(), declared);
}
