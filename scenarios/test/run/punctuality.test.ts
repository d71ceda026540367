import { expect, it } from 'vitest';
import { runScenario } from '../../run/index.ts';
import { scenarioOf } from '../language/example.ts';

/** A message for which a cable between switches takes a hundred times as long as those of the hosts. */
const NARROW = `
version: 1
scenario: narrow
seed: 1
until: 1s
topology:
  kind: leaf-spine
  leaves: 2
  hostsPerLeaf: 1
  spines: 1
  link: { rate: 100Gbps, delay: 100ns, mtu: 9000 }
  core: { rate: 1Gbps, delay: 100ns }
  switch: { buffer: unlimited }
workload:
  - { name: w, pattern: unary, from: host[0], to: host[1], request: 10MB, response: 0B, count: 1 }
`;

it('what the slowest cable takes is not late: it is what bytes are judged by', async () => {
  const { result } = await runScenario(scenarioOf(NARROW));
  expect([result.violations, result.transfers.completed]).toEqual([[], 1]);
});
