import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadScenario } from '../../language/index.ts';
import { runScenario } from '../../run/run-scenario.ts';

const LIBRARY = join(import.meta.dirname, '..', '..', 'library');

/** The one with the failure has what the others have. */
const NAMES =
  process.env['DEEP'] === '1'
    ? ['eight-nics', 'eight-nics-failover', 'workers-192']
    : ['eight-nics-failover'];

test.each(NAMES)('%s: 3.2 Tbit/s and what the scenario expects. REQ PERF-3, PERF-4, PERF-5', async (name) => {
  const loaded = loadScenario(join(LIBRARY, `${name}.yaml`));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded));
  const { result, exitCode } = await runScenario(loaded.scenario);
  expect(result.expectations.filter(({ ok }) => !ok)).toEqual([]);
  expect(exitCode).toBe(0);
});
