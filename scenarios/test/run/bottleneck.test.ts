/** A cable in the core that is narrower than what is pulled: the sender finds out and paces by it. */
import { expect, test } from 'vitest';
import { parseScenario } from '../../language/index.ts';
import type { RunResult } from '../../result.ts';
import { runScenario } from '../../run/index.ts';

async function resultOf(rate: string): Promise<RunResult> {
  const parsed = parseScenario(
    `
version: 1
scenario: narrow
until: 1s
topology:
  kind: graph
  hosts: 2
  switches: [a, b]
  links:
    - { between: ['host[0]', a] }
    - { between: ['host[1]', b] }
    - { between: [a, b], rate: ${rate}, delay: 650ns }
  switch: { port: 8packets }
workload:
  - { name: long, pattern: unary, from: 'host[0]', to: 'host[1]', request: 2MB, response: 64B, count: 1 }
`,
    'narrow.yaml',
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return (await runScenario(parsed.scenario)).result;
}

/** REQ CC-1, CC-3, CC-6, TEST-I6 · MUST BBR-1, BBR-3, BBR-5. At the rate of the pulls three of four packets get lost here, and it takes twice the time. */
test('over a cable with a tenth of the rate most of what is sent arrives, in little more time than the cable needs', async () => {
  const { goodput, latencyNs, violations } = await resultOf('10Gbps');
  expect(violations).toEqual([]);
  expect(goodput).toBeGreaterThan(0.7);
  expect(latencyNs.max).toBeLessThan(1.3 * ((2e6 * 8) / 10));
});

/** MUST BBR-1. One frame more, and these would be others. */
test('where nothing is lost nothing is said, and nobody slower', async () => {
  const { goodput, packets, latencyNs } = await resultOf('100Gbps');
  expect(packets.dropped).toBe(0);
  expect(goodput).toBeGreaterThan(0.95);
  expect(latencyNs.max).toBeLessThan(1.3 * ((2e6 * 8) / 100));
});
