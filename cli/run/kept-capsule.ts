import { join } from 'node:path';
import { CommandError } from '../command-error.ts';
import { OutputFolder } from './output-folder.ts';
import { CAPSULE_FILE } from './saved-run.ts';

/**
 * A run that fails always leaves a capsule. Where it lies, or why it does not.
 *
 * @param given has the capsule already
 * @param elsewhere folder in out/ for it if no folder was given
 */
export function keepCapsule(elsewhere: string, given: OutputFolder | undefined, capsule: string): string {
  if (given !== undefined) return given.file(CAPSULE_FILE);
  try {
    const folder = new OutputFolder(join('out', elsewhere));
    folder.write({ [CAPSULE_FILE]: `${capsule}\n` });
    return folder.file(CAPSULE_FILE);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return `none: ${error.message}`;
  }
}
