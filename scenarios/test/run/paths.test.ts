import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../language/index.ts';
import { runScenario } from '../../run/index.ts';
import type { Simulation } from '../../run/index.ts';

/** Two hosts at two leaves, four spines, of which the way over one is slow. */
async function run(
  paths: number,
  slow: boolean,
): Promise<{ spanNs: number; controlPorts: Set<number>; ports: Set<number> }> {
  const parsed = parseScenario(
    `
version: 1
scenario: paths
until: 1s
topology:
  { kind: leaf-spine, leaves: 2, hostsPerLeaf: 1, spines: 4, core: { rate: 40Gbps, delay: 650ns }, switch: { port: 200KB, buffer: unlimited, spray: ecmp } }
endpoint: { paths: ${paths} }
workload:
  - { name: bulk, pattern: unary, from: host[0], to: host[1], request: 4MB, response: 0B, count: 2 }
${slow ? 'faults: [{ kind: rate, rate: 1/20, on: link(leaf0, spine1) }]' : ''}
`,
    'paths.yaml',
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const ports = new Set<number>();
  const controlPorts = new Set<number>();
  const extend = ({ network }: Simulation): void =>
    network.addMonitor({
      onPacket: (point, packet) => {
        if (point === 'egress') (packet.priority === 0 ? controlPorts : ports).add(packet.source % 65_536);
        return 'pass';
      },
    });
  const { result, exitCode } = await runScenario(parsed.scenario, {
    extensions: [{ path: 'ports', extend }],
  });
  expect(exitCode).toBe(0);
  return { spanNs: result.workloads['bulk']?.spanNs ?? 0, ports, controlPorts };
}

/** REQ NIC-10 · MUST PATH-1 */
describe('data over several UDP flows', () => {
  test('leaves from as many ports, control from one', async () => {
    const { ports, controlPorts } = await run(16, false);
    expect([...ports].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, port) => port));
    expect([...controlPorts]).toEqual([0]);
    expect([...(await run(1, false)).ports]).toEqual([0]);
  });

  test('uses all links where one flow would have one, and hardly notices that one of them is slow', async () => {
    const [one, all, slow] = [await run(1, false), await run(16, false), await run(16, true)];
    expect(all.spanNs).toBeLessThan(one.spanNs / 1.5);
    expect(slow.spanNs).toBeLessThan(all.spanNs * 1.25);
  });
});
