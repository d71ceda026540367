import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../scenarios/distributions/package-root.ts';
import type { Scenario } from '../../scenarios/language/index.ts';
import { scenarioOf } from './measure.ts';

/**
 * A scenario of the library with some of it set otherwise.
 *
 * @param sizes what stands in the distribution file that it names, if it names one
 */
export function libraryScenario(
  name: string,
  seed: number,
  set: readonly string[],
  sizes?: string,
): Scenario {
  const text = readFileSync(join(packageRoot(), 'scenarios', 'library', `${name}.yaml`), 'utf8');
  return scenarioOf(text, {
    seed,
    set,
    ...(sizes === undefined ? {} : { readFile: () => ({ ok: true, value: sizes }) }),
  });
}
