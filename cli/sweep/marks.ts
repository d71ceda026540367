import { parseMarkNames } from '../../scenarios/sweep/index.ts';
import { readWhole } from '../run/saved-run.ts';
import type { SweepValues } from './values.ts';

/** Names of the marks that must be reached. Throws CommandError. */
export function requiredMarks(values: SweepValues): string[] {
  const file = values['marks-file'];
  const inFile = file === undefined ? [] : parseMarkNames(readWhole(file));
  const named = values['require-marks'].flatMap((names) => names.split(','));
  return [...named.map((name) => name.trim()).filter((name) => name !== ''), ...inFile];
}
