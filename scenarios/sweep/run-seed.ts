import { capsuleOf, runScenario, type Capsule, type Extension } from '../run/index.ts';
import type { Scenario } from '../language/index.ts';
import { brokenOutcome, outcomeOf, type SeedOutcome } from './seed-outcome.ts';

/** The run of one seed, as a worker hands it over. */
export interface SeedRun {
  outcome: SeedOutcome;
  /** Marks that the run could have reached. */
  declared: readonly string[];
  /** Of a run that failed and did not break off; its command is filled in by whoever keeps it. */
  capsule?: Capsule;
}

/** Never rejects: a run that breaks off is an outcome. */
export async function runSeed(
  scenario: Scenario,
  seed: number,
  extensions: readonly Extension[],
): Promise<SeedRun> {
  const seeded = { ...scenario, seed };
  try {
    const run = await runScenario(seeded, { extensions });
    const finished = { outcome: outcomeOf(run), declared: run.marks.declared };
    if (run.exitCode === 0) return finished;
    const paths = extensions.map(({ path }) => path);
    return { ...finished, capsule: capsuleOf(seeded, run, { command: '', extensions: paths }) };
  } catch (error) {
    return { outcome: brokenOutcome(seed, error), declared: [] };
  }
}
