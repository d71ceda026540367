import { readJournal } from './journal.ts';
import type { JournalContent } from './journal-text.ts';
import type { SeedOutcome } from './seed-outcome.ts';
import { seedCount, WHOLE } from './seed-range.ts';
import { SweepError } from './sweep-error.ts';
import { planDifference, type SweepPlan } from './sweep-plan.ts';
import { summaryOf, type SweepSummary } from './sweep-summary.ts';

const NAMED_MAX = 10;

interface ShardFolder extends JournalContent {
  folder: string;
}

export interface Merged {
  /** Of the whole sweep. */
  plan: SweepPlan;
  summary: SweepSummary;
  /** In which folder the outcome of a seed was found. */
  folderOf(seed: number): string | undefined;
}

/**
 * The summary of a sweep whose shards lie in several folders: the same as if they had been run as one. Throws SweepError if
 * shards are of different sweeps, missing, unfinished or there twice.
 */
export function mergeShards(folders: readonly string[]): Merged {
  const shards = folders.map(readShard);
  const [first] = shards;
  if (first === undefined) throw new SweepError('there is nothing to merge; name the folders of the shards');
  for (const shard of shards) {
    const difference = planDifference(first.plan, shard.plan, { shard: false });
    const isAlike = first.plan.shard.count === shard.plan.shard.count;
    if (difference !== undefined) {
      throw new SweepError(`${first.folder} and ${shard.folder} are of different sweeps: ${difference}`);
    }
    if (!isAlike) {
      throw new SweepError(
        `${first.folder} is a shard of ${first.plan.shard.count}, ${shard.folder} one of ${shard.plan.shard.count}`,
      );
    }
  }
  const byIndex = checkComplete(shards, first.plan.shard.count);
  const plan = { ...first.plan, shard: WHOLE };
  const outcomes: SeedOutcome[] = shards.flatMap((shard) => [...shard.outcomes.values()]);
  const declared = shards.flatMap((shard) => [...shard.declared]);
  const shardCount = first.plan.shard.count;
  return {
    plan,
    summary: summaryOf(plan, outcomes, declared),
    folderOf: (seed) => byIndex.get(((seed - plan.seeds.from) % shardCount) + 1)?.folder,
  };
}

function readShard(folder: string): ShardFolder {
  const content = readJournal(folder);
  if (content === undefined) throw new SweepError(`${folder} has no journal of a sweep`);
  return { ...content, folder };
}

function checkComplete(shards: readonly ShardFolder[], count: number): Map<number, ShardFolder> {
  const byIndex = new Map<number, ShardFolder>();
  for (const shard of shards) {
    const { index } = shard.plan.shard;
    const other = byIndex.get(index);
    if (other !== undefined) {
      throw new SweepError(`shard ${index}/${count} is there twice: ${other.folder} and ${shard.folder}`);
    }
    byIndex.set(index, shard);
  }
  const missing = Array.from({ length: count }, (_, i) => i + 1).filter((index) => !byIndex.has(index));
  if (missing.length > 0) {
    const names = missing.slice(0, NAMED_MAX).map((index) => `${index}/${count}`);
    const more = missing.length > NAMED_MAX ? ` and ${missing.length - NAMED_MAX} more` : '';
    throw new SweepError(`shards are missing: ${names.join(', ')}${more}`);
  }
  for (const { folder, plan, outcomes } of shards) {
    const left = seedCount(plan.seeds, plan.shard) - outcomes.size;
    if (left > 0) throw new SweepError(`${folder} is not finished: ${left} of its seeds have not been run`);
  }
  return byIndex;
}
