import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Scenario } from '../../scenarios/language/index.ts';
import { type Capsule, parseCapsule } from '../../scenarios/run/index.ts';
import { CommandError, problemsError, systemReason } from '../command-error.ts';

export const CAPSULE_FILE = 'capsule.json';
export const DATA_FILE = 'report-data.json';
export const TRACE_FILE = 'trace.bin';

const FILE_BYTES_MAX = 512 * 1024 * 1024;

/** A saved run, on disk. */
export interface SavedRun {
  capsule: Capsule;
  scenario: Scenario;
  /** Where the capsule lies; a trace may lie beside it. */
  folder: string;
}

/** Reads a capsule, named itself or by its folder. Throws CommandError. */
export function readSavedRun(path: string): SavedRun {
  const file = isFolder(path) ? join(path, CAPSULE_FILE) : path;
  const parsed = parseCapsule(readWhole(file), file);
  if (!parsed.ok) throw problemsError(parsed.problems);
  return { capsule: parsed.capsule, scenario: parsed.scenario, folder: dirname(file) };
}

/** Where the data of a report lie, if `path` is them or the folder that has them. */
export function reportDataFile(path: string): string | undefined {
  if (!isFolder(path)) return basename(path) === DATA_FILE ? path : undefined;
  const file = join(path, DATA_FILE);
  return existsSync(file) ? file : undefined;
}

/** Throws CommandError. */
export function readWhole(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > FILE_BYTES_MAX) throw new CommandError(`${file} has ${size} bytes: is it the right file?`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`cannot read ${file}: ${systemReason(error)}`, 1, { cause: error });
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
