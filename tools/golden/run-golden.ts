import { join } from 'node:path';
import { formatProblem, loadScenario } from '../../scenarios/language/index.ts';
import { runScenario } from '../../scenarios/run/index.ts';
import { goldenRun } from './golden-file.ts';

/**
 * Runs one golden run in this process and returns its trace hash, hex. Rejects when its file is not a scenario, or when
 * the run is not as its own `expect` says: the hash of a broken run is worth nothing.
 *
 * @param root the project's folder
 */
export async function runGolden(root: string, key: string): Promise<string> {
  const { file, seed } = goldenRun(key);
  const loaded = loadScenario(join(root, file), { seed });
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'));
  const { result, exitCode } = await runScenario(loaded.scenario);
  if (exitCode !== 0) {
    const failed = result.expectations.filter(({ ok }) => !ok).map(({ text }) => text);
    const wrong = [...failed, ...result.violations.map((violation) => JSON.stringify(violation))];
    throw new Error(`${key} ends with exit code ${exitCode}: ${wrong.join('; ')}`);
  }
  return result.traceHash;
}
