import { test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { NetworkConfigError } from '../../net/config-error.ts';
import { fatTreeHosts, fatTreeNetwork } from '../../net/topology/fat-tree.ts';
import { graphNetwork, type GraphConfig } from '../../net/topology/graph.ts';
import { leafSpineNetwork, type LeafSpineConfig } from '../../net/topology/leaf-spine.ts';
import { starNetwork } from '../../net/topology/star.ts';
import { anyGraph, distances, linkCount } from './graphs.ts';
import { FULL, PLAIN, Rig } from './rig.ts';
import type { NetworkConfig } from '../../net/topology/config.ts';

const COMMON: NetworkConfig = { link: PLAIN.link, switch: PLAIN.switch };
const CORE = { rateBps: 400_000_000_000, delayNs: 500 };

function leafSpine(config: Partial<LeafSpineConfig> = {}): Rig {
  const shape = { leaves: 3, hostsPerLeaf: 2, spines: 2, core: CORE };
  return new Rig((environment) => leafSpineNetwork(environment, { ...COMMON, ...shape, ...config }));
}

async function delayOf(rig: Rig, from: number, to: number, data: number): Promise<number> {
  const startNs = rig.kernel.now;
  rig.send({ from, to, data });
  await rig.run();
  expect(rig.received.at(-1)?.host).toBe(to);
  return rig.received.at(-1)!.atNs - startNs;
}

describe('path delays, hand-computed: REQ SIM-3', () => {
  test('leaf-spine: two links within a leaf, two more across', async () => {
    const rig = leafSpine();
    // 1500 bytes: 120 ns at 100 Gbit/s, 30 ns at 400.
    expect(await delayOf(rig, 0, 1, FULL)).toBe(2 * (120 + 650));
    expect(await delayOf(rig, 0, 2, FULL)).toBe(2 * (120 + 650) + 2 * (30 + 500));
    expect(await delayOf(rig, 5, 0, FULL)).toBe(2 * (120 + 650) + 2 * (30 + 500));
  });

  test('leaf-spine: as the published set-up has it, 0.65 µs per hop and stored and forwarded', async () => {
    const core = { rateBps: 400_000_000_000, delayNs: 650 };
    const rig = leafSpine({ leaves: 9, hostsPerLeaf: 16, spines: 4, core });
    expect(rig.network.hosts.length).toBe(144);
    expect(await delayOf(rig, 0, 143, FULL)).toBe(4 * 650 + 1500 * 0.08 * 2.5);
    expect(await delayOf(rig, 16, 31, FULL)).toBe(2 * 650 + 1500 * 0.08 * 2);
  });

  test('fat tree: two, four or six links', async () => {
    const rig = new Rig((environment) => fatTreeNetwork(environment, { ...COMMON, k: 4 }));
    expect(rig.network.hosts.length).toBe(16);
    expect(await delayOf(rig, 0, 1, FULL)).toBe(2 * (120 + 650));
    expect(await delayOf(rig, 0, 3, FULL)).toBe(4 * (120 + 650));
    expect(await delayOf(rig, 0, 15, FULL)).toBe(6 * (120 + 650));
  });

  test('fat tree with faster links between switches', async () => {
    const rig = new Rig((environment) => fatTreeNetwork(environment, { ...COMMON, k: 4, core: CORE }));
    expect(await delayOf(rig, 0, 15, FULL)).toBe(2 * (120 + 650) + 4 * (30 + 500));
  });

  test('graph: the shortest path by number of links, however slow', async () => {
    const slow = { rateBps: 1_000_000_000, delayNs: 5000 };
    const config: GraphConfig = {
      ...COMMON,
      hosts: 2,
      switches: ['a', 'b', 'c'],
      attach: [['a'], ['c']],
      trunks: [
        { between: ['a', 'b'], ...CORE },
        { between: ['b', 'c'], ...CORE },
        { between: ['a', 'c'], ...slow },
      ],
    };
    const rig = new Rig((environment) => graphNetwork(environment, config));
    expect(await delayOf(rig, 0, 1, FULL)).toBe(2 * (120 + 650) + (12_000 + 5000));
  });

  test('host processing comes once, whatever the path', async () => {
    const rig = leafSpine({ host: { processingNs: 777 } });
    expect(await delayOf(rig, 0, 2, FULL)).toBe(2 * (120 + 650) + 2 * (30 + 500) + 777);
  });
});

describe('what is built', () => {
  test('a fat tree has k³/4 hosts and 5k²/4 switches of k ports', () => {
    for (const k of [2, 4, 6]) {
      const rig = new Rig((environment) => fatTreeNetwork(environment, { ...COMMON, k }));
      expect(rig.network.hosts.length).toBe(fatTreeHosts(k));
      expect(rig.network.switches.length).toBe((5 * k * k) / 4);
      for (const node of rig.network.switches) expect([node.name, node.ports.length]).toEqual([node.name, k]);
      expect(new Set(rig.network.switches.map(({ name }) => name)).size).toBe(rig.network.switches.length);
    }
  });

  test('a leaf-spine links each leaf to each spine, both directions', () => {
    const { network } = leafSpine();
    expect(network.switches.map(({ name }) => name)).toEqual(['leaf0', 'leaf1', 'leaf2', 'spine0', 'spine1']);
    expect(network.trunks.map(({ name }) => name)).toEqual([
      'leaf0-spine0',
      'leaf0-spine1',
      'leaf1-spine0',
      'leaf1-spine1',
      'leaf2-spine0',
      'leaf2-spine1',
    ]);
    expect(network.lines.length).toBe(2 * (6 + 6));
    expect(new Set(network.lines).size).toBe(24);
    expect(
      network
        .linesAt(network.switch('spine1'))
        .map(({ name }) => name)
        .sort(),
    ).toEqual([0, 1, 2].flatMap((leaf) => [`link/leaf${leaf}-spine1`, `link/spine1-leaf${leaf}`]).sort());
    expect(network.linesAt(network.switch('leaf0')).length).toBe(2 * 4);
    expect(network.capacityBps).toBe(6 * 100_000_000_000);
  });

  test('NIC k of each host is in plane k, and planes do not meet', async () => {
    for (const planes of [1, 2]) {
      const rig = leafSpine({ nics: 2, planes });
      const paths = rig.watchPaths();
      for (const nic of [0, 1])
        for (const toNic of [0, 1]) rig.send({ from: 0, to: 5, nic, toNic, data: 10 });
      await rig.run();
      const arrived = rig.received.map(({ nic }) => nic).sort();
      expect(arrived).toEqual(planes === 1 ? [0, 0, 1, 1] : [0, 1]);
      if (planes === 1) continue;
      expect(rig.network.statistics.dropsByName()).toEqual({ 'no-route': 2 });
      for (const [id, nic] of [
        [0, 0],
        [3, 1],
      ] as const) {
        const between = paths.get(id)!.slice(1, -1);
        expect(between.length).toBe(3);
        for (const name of between) expect(name).toMatch(`plane${nic}-`);
      }
    }
  });

  test('a star in two planes is two switches', () => {
    const rig = new Rig((environment) =>
      starNetwork(environment, { ...COMMON, hosts: 3, nics: 4, planes: 2 }),
    );
    expect(rig.network.switches.map(({ name, ports }) => [name, ports.length])).toEqual([
      ['plane0-switch', 6],
      ['plane1-switch', 6],
    ]);
  });

  test.prop([anyGraph])(
    'any graph: each pair is as many links apart as a slow search says, or not at all',
    async (graph) => {
      const rig = new Rig((environment) => graphNetwork(environment, { ...COMMON, ...graph }));
      const paths = rig.watchPaths();
      const expected = distances(graph);
      const sent: [number, number][] = [];
      for (let from = 0; from < graph.hosts; from++) {
        for (let to = 0; to < graph.hosts; to++) {
          if (from === to) continue;
          sent.push([from, to]);
          rig.send({ from, to, data: 4 });
        }
      }
      await rig.run();
      sent.forEach(([from, to], id) => {
        const links = linkCount(graph, expected, from, to);
        const arrived = rig.received.some((one) => one.id === id);
        expect(arrived).toBe(Number.isFinite(links));
        if (arrived) expect(paths.get(id)!.length - 1).toBe(links);
      });
      expect(rig.network.packets.inUse).toBe(0);
    },
  );
});

describe('REQ CONF-6: a topology that cannot be built is refused, and the message names the field', () => {
  const graph = (change: Partial<GraphConfig>) => (rig: Parameters<typeof graphNetwork>[0]) =>
    graphNetwork(rig, { ...COMMON, hosts: 1, switches: ['a', 'b'], attach: [['a']], trunks: [], ...change });
  const trunk = { between: ['a', 'b'] as const, ...CORE };
  test.each<[string, ConstructorParameters<typeof Rig>[0]]>([
    ['k', (rig) => fatTreeNetwork(rig, { ...COMMON, k: 3 })],
    ['k', (rig) => fatTreeNetwork(rig, { ...COMMON, k: 34 })],
    ['core.rateBps', (rig) => fatTreeNetwork(rig, { ...COMMON, k: 4, core: { ...CORE, rateBps: 0 } })],
    [
      'leaves',
      (rig) => leafSpineNetwork(rig, { ...COMMON, leaves: 0, hostsPerLeaf: 1, spines: 1, core: CORE }),
    ],
    [
      'spines',
      (rig) => leafSpineNetwork(rig, { ...COMMON, leaves: 1, hostsPerLeaf: 1, spines: 0, core: CORE }),
    ],
    ['planes', (rig) => starNetwork(rig, { ...PLAIN, planes: 2 })],
    ['switch.portBytes', (rig) => starNetwork(rig, { ...PLAIN, switch: { bufferBytes: 1, portBytes: -1 } })],
    [
      'switch.portPackets',
      (rig) => starNetwork(rig, { ...PLAIN, switch: { bufferBytes: 1, portPackets: 0.5 } }),
    ],
    ['switches', graph({ switches: ['a', 'a'] })],
    ['attach[0][0]', graph({ attach: [['z']] })],
    ['attach[0][0]', graph({ attach: [] })],
    ['attach[0][1]', graph({ nics: 2 })],
    ['trunks[0]', graph({ trunks: [{ ...trunk, between: ['a', 'a'] }] })],
    ['trunks[0]', graph({ trunks: [{ ...trunk, between: ['a', 'z'] }] })],
    [
      'trunks[1].delayNs',
      graph({
        trunks: [
          { ...trunk, between: ['a', 'b'] },
          { ...trunk, between: ['a', 'b'], delayNs: -1 },
        ],
      }),
    ],
  ])('%s', (field, build) => {
    expect(() => new Rig(build)).toThrow(NetworkConfigError);
    expect(() => new Rig(build)).toThrow(`${field}: `);
  });
});
