import { describe, expect, test } from 'vitest';
import { runScenario } from '../../run/index.ts';
import { example, scenarioOf } from '../language/example.ts';

/** What `second` waits for `first`, by the k-th exchange of each source. */
function run(first: string, second: string) {
  const text = example().split('  - name: reads')[0] as string;
  const common = 'pattern: unary, to: "host[0]", request: 1KB, response: 64B';
  return runScenario(
    scenarioOf(`${text}  - { name: first, ${common}, ${first} }
  - { name: second, ${common}, ${second}, after: [{ workload: first, wait: response, cascade: true }] }
`),
  );
}

describe('the k-th exchange waits for the k-th of another workload, if that has as many. REQ PAT-8', () => {
  test.each([
    ['fewer exchanges', 'from: "host[1]", count: 2', 'from: "host[1]", count: 5', 7],
    ['another source', 'from: "host[2]", count: 2', 'from: "host[1]", count: 5', 7],
    ['fewer at a load', 'from: "host[1]", load: 0.1, stop: 2us', 'from: "host[1]", count: 50', undefined],
    [
      'fewer that keep a concurrency',
      'from: "host[1]", concurrency: 1, stop: 20us',
      'from: "host[1]", count: 50',
      undefined,
    ],
    ['as many', 'from: "host[1]", count: 5', 'from: "host[1]", count: 5', 10],
  ])('%s', async (_, first, second, total) => {
    const { result, exitCode } = await run(first, second);
    expect(result.violations).toEqual([]);
    expect(exitCode).toBe(0);
    expect(result.transfers.completed).toBe(result.transfers.started);
    if (total !== undefined) expect(result.transfers.completed).toBe(total);
    expect(result.workloads['second']?.transfers.completed).toBeGreaterThanOrEqual(5);
  });
});

test('a source that has nobody else to call offers nothing, and holds nothing up', async () => {
  const { result, exitCode } = await runScenario(
    scenarioOf(example(['host[1..3]', 'all'], ['count: 1', 'concurrency: 2\n    stop: 50us'])),
  );
  expect(exitCode).toBe(0);
  expect(result.transfers.completed).toBeGreaterThanOrEqual(6);
});
