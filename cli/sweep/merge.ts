import { coldMarks, mergeShards } from '../../scenarios/sweep/index.ts';
import { CommandError } from '../command-error.ts';
import { CapsuleFolders, capsulePrefix } from './capsule-folders.ts';
import type { SweepValues } from './values.ts';
import type { SweepReport } from './report.ts';
import { commandOf } from './reproduction.ts';

/** `dcquic sweep --merge DIR…`. Throws CommandError or SweepError. */
export function mergeFolders(
  folders: readonly string[],
  values: SweepValues,
  required: readonly string[],
): SweepReport {
  const given = (['seeds', 'shard', 'set', 'with'] as const).find((name) => {
    const value = values[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  });
  if (given !== undefined)
    throw new CommandError(`--merge takes no --${given}: the shards say what they are`);
  const { plan, summary, folderOf } = mergeShards(folders);
  const command = commandOf(plan);
  return {
    summary,
    shard: undefined,
    jobs: 0,
    wallMs: 0,
    doneHere: 0,
    isInterrupted: false,
    cold: coldMarks(required, summary),
    commandOf: command,
    capsuleOf: (seed) => new CapsuleFolders(capsulePrefix(folderOf(seed), plan.scenario), command).file(seed),
  };
}
