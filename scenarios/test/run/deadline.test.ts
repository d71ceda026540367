import { describe, expect, it } from 'vitest';
import { runScenario } from '../../run/index.ts';
import { parseScenario } from '../../testing/index.ts';

function scenarioOf(deadline: string): string {
  return `
version: 1
scenario: hasty
seed: 1
until: 1s
topology:
  kind: star
  hosts: 2
  link: { rate: 100Gbps, delay: 650ns, mtu: 1500 }
  switch: { buffer: 500KB }
workload:
  - { name: reads, pattern: unary, from: host[0], to: host[1], request: 1MB, response: 64B, count: 3, deadline: ${deadline} }
`;
}

/** REQ PAT-1 · MUST EXCH-6 */
describe('a workload with a deadline', () => {
  it.each([
    ['1us', 0, 3],
    ['100ms', 3, 0],
  ])('of %s completes %i and gives %i up, and leaves nothing behind', async (deadline, completed, failed) => {
    const parsed = parseScenario(scenarioOf(deadline), 'hasty.yaml');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed));
    const { result } = await runScenario(parsed.scenario);
    expect(result.transfers).toMatchObject({ completed, failed });
    expect(result.violations).toEqual([]);
  });
});
