import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadScenario } from '../../language/index.ts';
import { runScenario } from '../../run/index.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'regressions');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

test.each(FILES)('%s does not fail again', async (name) => {
  const loaded = loadScenario(join(FOLDER, name), {});
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const { result, exitCode } = await runScenario(loaded.scenario);
  expect({ exitCode, violations: result.violations, expectations: result.expectations }).toMatchObject({
    exitCode: 0,
    violations: [],
  });
});
