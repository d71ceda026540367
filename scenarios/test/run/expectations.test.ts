/** Scenarios of the library meet what they expect; those that take long with DEEP=1. REQ PERF-2, PQ-7 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadScenario } from '../../language/index.ts';
import { runScenario } from '../../run/index.ts';

const LIBRARY = join(import.meta.dirname, '..', '..', 'library');
const SHORT = ['outcast', 'priorities-16'];
const LONG = process.env['DEEP'] === '1' ? ['websearch-16', 'websearch-16-faults'] : [];

test.each([...SHORT, ...LONG])(
  '%s',
  async (name) => {
    const loaded = loadScenario(join(LIBRARY, `${name}.yaml`));
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    const { result, exitCode } = await runScenario(loaded.scenario);
    expect(result.expectations.filter(({ ok }) => !ok)).toEqual([]);
    expect(result.expectations.length).toBeGreaterThan(2);
    expect(exitCode).toBe(0);
  },
  300_000,
);
