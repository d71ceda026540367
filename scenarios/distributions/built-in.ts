import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatProblem } from '../language/problem.ts';
import { parseDistribution } from './csv.ts';
import { packageRoot } from './package-root.ts';
import type { SizeDistribution } from './size-distribution.ts';

/** The distributions that come with the package, by the names of the papers that use them. */
export const BUILT_IN_NAMES: readonly string[] = ['websearch', 'imc10', 'w3'];

const loaded = new Map<string, SizeDistribution>();

/** A distribution by its name. Throws if the package is incomplete: that is no fault of a scenario. */
export function builtInDistribution(name: string): SizeDistribution {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  if (!BUILT_IN_NAMES.includes(name)) throw new RangeError(`no built-in distribution ${name}`);
  const file = join(packageRoot(), 'scenarios', 'distributions', `${name}.csv`);
  const read = parseDistribution(readFileSync(file, 'utf8'), file);
  if (!read.ok) throw new Error(formatProblem(read.problems[0]!));
  loaded.set(name, read.distribution);
  return read.distribution;
}
