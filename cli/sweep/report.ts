import type { ColdMark, Shard, SweepSummary } from '../../scenarios/sweep/index.ts';
import type { ShrunkSeed } from './shrink-failing.ts';

/** A sweep that has ended, with what its reader can do next. */
export interface SweepReport {
  summary: SweepSummary;
  shard: Shard | undefined;
  jobs: number;
  wallMs: number;
  /** Seeds run by this call. */
  doneHere: number;
  isInterrupted: boolean;
  /** Marks that were required and not reached. */
  cold: readonly ColdMark[];
  commandOf(seed: number): string;
  capsuleOf(seed: number): string | undefined;
}

/** What `--json` prints and `summary.json` holds. */
export function sweepJson(report: SweepReport, shrunk: readonly ShrunkSeed[]): object {
  const { summary, shard, jobs, wallMs, doneHere, isInterrupted, cold, commandOf, capsuleOf } = report;
  const { failing, marks, hash, ...rest } = summary;
  return {
    ...rest,
    shard: shard ?? null,
    failing: failing.map(({ seed, verdict, why, traceHash }) => {
      return { seed, verdict, why, traceHash, command: commandOf(seed), capsule: capsuleOf(seed) ?? null };
    }),
    shrunk: shrunk.map(
      ({ seed, shrunk: { failure, before, after, runs, isMinimal }, scenarioFile, command }) => {
        return { seed, failure, before, after, runs, isMinimal, scenarioFile, command };
      },
    ),
    marks: { ...marks, cold },
    hash,
    isInterrupted,
    jobs,
    doneHere,
    wallMs: Math.round(wallMs),
  };
}
