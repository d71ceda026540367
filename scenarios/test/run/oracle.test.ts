import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../language/index.ts';
import { Simulation } from '../../run/index.ts';

function simulation(topology: string): Simulation {
  const parsed = parseScenario(
    `
version: 1
scenario: oracle
until: 1ms
topology: ${topology}
workload:
  - { name: reads, pattern: unary, from: 'host[0]', to: 'host[1]', request: 1KB, response: 0B, count: 1 }
`,
    'test.yaml',
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return new Simulation(parsed.scenario);
}

const DCPIM =
  '{ kind: leaf-spine, leaves: 9, hostsPerLeaf: 16, spines: 4, link: { rate: 100Gbps, delay: 650ns, mtu: 1500 }, core: { rate: 400Gbps } }';

describe('what slowdown is measured against', () => {
  // As published with dcPIM (SIGCOMM 2022, figure 3): size is payload, in packets of 1460 bytes.
  const crossRackNs = (size: number): number =>
    (size * 8) / 100 + 8 * 650 + ((1.5 * 1500 + 2.5 * 40) * 8) / 100;
  const sameRackNs = (size: number): number => (size * 8) / 100 + 4 * 650 + ((1500 + 80) * 8) / 100;

  test('leaf-spine: the published formulas, across racks and within one', () => {
    const { oracle } = simulation(DCPIM);
    for (const packets of [1, 2, 40, 2107]) {
      const size = packets * 1460;
      for (const [from, to] of [
        [0, 143],
        [16, 15],
        [100, 3],
      ] as const) {
        expect(oracle.exchangeNs(size, 0, from, to)).toBeCloseTo(crossRackNs(size), 6);
      }
      for (const [from, to] of [
        [0, 15],
        [143, 128],
      ] as const) {
        expect(oracle.exchangeNs(size, 0, from, to)).toBeCloseTo(sameRackNs(size), 6);
      }
    }
    // Part of a packet counts as a packet.
    expect(oracle.exchangeNs(1461, 0, 0, 143)).toBeCloseTo(crossRackNs(2920), 6);
  });

  test('a response is carried by what else would be an acknowledgement', () => {
    const { oracle } = simulation(DCPIM);
    const ns = oracle.exchangeNs(1460, 64, 0, 143) - oracle.exchangeNs(1460, 0, 0, 143);
    expect(ns).toBeCloseTo((2.5 * 64 * 8) / 100, 6);
  });

  test('an endpoint expects the round trip of the longest path', () => {
    // A full packet there and 40 bytes back, 2.5 times a cable of 100 Gbit/s each, and eight delays.
    expect(simulation(DCPIM).oracle.rttNs).toBe(Math.ceil(8 * 650 + (2.5 * 1540 * 8) / 100));
    const alone = '{ kind: leaf-spine, leaves: 1, hostsPerLeaf: 4, spines: 2 }';
    const star = '{ kind: star, hosts: 4 }';
    expect(simulation(alone).oracle.rttNs).toBe(simulation(star).oracle.rttNs);
    const fatTree = simulation('{ kind: fat-tree, k: 4 }').oracle;
    expect(fatTree.rttNs).toBe(Math.ceil(12 * 650 + (6 * 1540 * 8) / 100));
  });

  test('graph: along the path that packets take', () => {
    const { oracle } = simulation(
      `{ kind: graph, hosts: 3, switches: [a, b], links: [{ between: ['host[0..1]', a] }, { between: ['host[2]', b] }, { between: [a, b], rate: 1Gbps, delay: 10us }] }`,
    );
    expect(oracle.exchangeNs(1460, 0, 0, 1)).toBeCloseTo(sameRackNs(1460), 6);
    const slow = 2 * 10_000 + (1500 + 40) * 8;
    expect(oracle.exchangeNs(1460, 0, 0, 2)).toBeCloseTo(sameRackNs(1460) + slow, 6);
  });
});
