import { dirname, join } from 'node:path';
import { readSavedRun } from '../run/saved-run.ts';
import { type ShrunkRun, shrinkSaved } from '../run/shrink.ts';
import type { SweepReport } from './report.ts';

const RUNS_MAX = 2000;
/** Ways of failing that are shrunk: of more, the first. */
const WAYS_MAX = 5;

export interface ShrunkSeed extends ShrunkRun {
  seed: number;
}

/** Shrinks the lowest seed of each way of failing that has a capsule, until Ctrl-C. Throws CommandError. */
export async function shrinkFailing({ summary, capsuleOf }: SweepReport): Promise<ShrunkSeed[]> {
  const ways = new Map<string, { seed: number; capsule: string }>();
  for (const { seed, verdict, why } of summary.failing) {
    const way = `${verdict} ${why.split(/ at \d| does not hold/)[0]}`;
    const capsule = capsuleOf(seed);
    if (capsule !== undefined && !ways.has(way)) ways.set(way, { seed, capsule });
  }
  const shrunk: ShrunkSeed[] = [];
  for (const { seed, capsule } of [...ways.values()].slice(0, WAYS_MAX)) {
    const out = join(dirname(capsule), 'shrunk');
    const run = await shrinkSaved(readSavedRun(capsule), out, { runs: RUNS_MAX, seconds: undefined });
    shrunk.push({ ...run, seed });
    if (run.isInterrupted) break;
  }
  return shrunk;
}
