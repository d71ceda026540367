import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { hostAddress } from '../../net/address.ts';
import { flowHash, type Spray } from '../../net/routing.ts';
import { fatTreeNetwork } from '../../net/topology/fat-tree.ts';
import { leafSpineNetwork } from '../../net/topology/leaf-spine.ts';
import { PLAIN, Rig, numberOf, numbered } from './rig.ts';

/** NICs that hold whatever a test sends at once. */
const HOST = { nicQueueBytesMax: 1_000_000 };
const CORE = { rateBps: 400_000_000_000, delayNs: 500 };

function leafSpine(spray: Spray, spines = 4, seed = 1): Rig {
  const shape = { leaves: 2, hostsPerLeaf: 8, spines, core: CORE };
  const config = { ...PLAIN, ...shape, host: HOST, switch: { bufferBytes: Infinity, spray } };
  return new Rig((environment) => leafSpineNetwork(environment, config), seed);
}

function fatTree(spray: Spray, seed = 1): Rig {
  const config = { ...PLAIN, k: 4, host: HOST, switch: { bufferBytes: Infinity, spray } };
  return new Rig((environment) => fatTreeNetwork(environment, config), seed);
}

/** How many of `paths` went over each spine, by number. */
function bySpine(paths: Iterable<readonly string[]>, spines: number): number[] {
  const counts = Array.from({ length: spines }, () => 0);
  for (const path of paths) {
    const spine = path.map((name) => /port\(spine(\d+)\)/.exec(name)?.[1]).find((one) => one !== undefined);
    if (spine !== undefined) counts[Number(spine)]!++;
  }
  return counts;
}

describe('spray: each packet for itself', () => {
  test('all ways get their share, also within a short time', async () => {
    const rig = leafSpine('packet');
    const paths = rig.watchPaths();
    for (let n = 0; n < 4000; n++) rig.sendAt(n * 200, { from: n % 8, to: 8, data: 10 });
    await rig.run();
    expect(bySpine(paths.values(), 4)).toEqual([1000, 1000, 1000, 1000]);
    const all = [...paths.values()];
    for (let i = 0; i < 4000; i += 400) {
      for (const count of bySpine(all.slice(i, i + 400), 4))
        expect(Math.abs(count - 100)).toBeLessThanOrEqual(1);
    }
  });

  // Taking turns in a fixed order would send every other packet, and so one of two alternating flows, over half of the ways.
  test('packets that alternate between two flows do not fall in step', async () => {
    const rig = leafSpine('packet');
    const paths = rig.watchPaths();
    for (let n = 0; n < 4000; n++) rig.sendAt(n * 200, { from: n % 2, to: 8, data: 10 });
    await rig.run();
    const ofFirst = bySpine(
      [...paths].filter(([id]) => id % 2 === 0).map(([, path]) => path),
      4,
    );
    // 2000 packets: mean 500, standard deviation below 19.4; five of them.
    for (const count of ofFirst) expect(Math.abs(count - 500)).toBeLessThan(97);
  });

  test('switches do not choose alike, and another seed chooses otherwise', async () => {
    const ways = async (seed: number): Promise<string[]> => {
      const rig = leafSpine('packet', 4, seed);
      const paths = rig.watchPaths();
      for (let n = 0; n < 40; n++) {
        rig.sendAt(n * 1000, { from: 0, to: 8, data: 10 });
        rig.sendAt(n * 1000, { from: 8, to: 0, data: 10 });
      }
      await rig.run();
      const spines = [...paths.values()].map((path) => path[1]!.replace(/^leaf\d/, ''));
      return [0, 1].map((k) => spines.filter((_, i) => i % 2 === k).join());
    };
    const [there, back] = await ways(1);
    expect(there).not.toBe(back);
    expect(await ways(1)).toEqual([there, back]);
    expect(await ways(2)).not.toEqual([there, back]);
  });
});

describe('ECMP: each flow as a whole', () => {
  const flows = fc.array(
    fc.record({
      from: fc.nat(15),
      to: fc.nat(15),
      fromPort: fc.nat(65_535),
      toPort: fc.nat(3),
      count: fc.integer({ min: 2, max: 30 }),
    }),
    { minLength: 1, maxLength: 12 },
  );

  test.prop([flows, fc.boolean(), fc.integer()])(
    'a flow keeps to one path, and its packets to their order',
    async (all, isFatTree, seed) => {
      const rig = isFatTree ? fatTree('ecmp', seed) : leafSpine('ecmp', 4, seed);
      const paths = rig.watchPaths();
      const flowOf: number[] = [];
      const rounds = Math.max(...all.map(({ count }) => count));
      for (let n = 0; n < rounds; n++) {
        all.forEach(({ count, ...flow }, i) => {
          if (n >= count || flow.from === flow.to) return;
          // Of different lengths, so that on different paths some would overtake others.
          rig.send({ ...flow, data: numbered(n, 4 + ((n * 397) % 1400)) });
          flowOf.push(i);
        });
      }
      await rig.run();
      expect(rig.received.length).toBe(flowOf.length);
      const pathOf = new Map<number, string>();
      const last = new Map<number, number>();
      for (const { id, bytes } of rig.received) {
        const flow = flowOf[id]!;
        const path = paths.get(id)!.join();
        expect(path).toBe(pathOf.get(flow) ?? path);
        pathOf.set(flow, path);
        expect(numberOf(bytes)).toBeGreaterThan(last.get(flow) ?? -1);
        last.set(flow, numberOf(bytes));
      }
    },
  );

  test('many flows use all ways, and ports tell flows apart', async () => {
    const rig = leafSpine('ecmp');
    const paths = rig.watchPaths();
    for (let fromPort = 0; fromPort < 4000; fromPort++) {
      rig.sendAt(fromPort * 200, { from: 0, to: 8, fromPort, data: 10 });
    }
    await rig.run();
    // Mean 1000, standard deviation 27.4; five of them.
    for (const count of bySpine(paths.values(), 4)) expect(Math.abs(count - 1000)).toBeLessThan(137);
  });

  // With one hash for all, the flows that reach an aggregation switch would all choose the same of its ways.
  test('switches in a row choose independently', async () => {
    const rig = fatTree('ecmp');
    const paths = rig.watchPaths();
    for (let fromPort = 0; fromPort < 400; fromPort++) {
      rig.sendAt(fromPort * 200, { from: 0, to: 15, fromPort, data: 10 });
    }
    await rig.run();
    const cores = [...paths.values()].map((path) => /port\((core\d)\)/.exec(path[2]!)![1]);
    expect(new Set(cores).size).toBe(4);
    for (const core of new Set(cores)) {
      // Mean 100, standard deviation 8.7; five of them.
      expect(Math.abs(cores.filter((one) => one === core).length - 100)).toBeLessThan(44);
    }
  });

  test('the hash has the values it had: a change would change every trace hash', () => {
    const hashes = [0, 1].map((salt) => flowHash(hostAddress(3, 1, 9), hostAddress(40_000, 0, 4433), salt));
    expect(hashes).toMatchInlineSnapshot(`
      [
        61536210,
        2756219513,
      ]
    `);
  });
});

describe('a switch whose link is down', () => {
  test('uses the other ways at once, and the link again when it is up', async () => {
    const rig = leafSpine('packet', 2);
    const paths = rig.watchPaths();
    const { there, back } = rig.network.trunks[0]!;
    rig.faults.add({ kind: 'link-down', atNs: 20_000, forNs: 20_000, on: [there, back] });
    for (let n = 0; n < 30; n++) rig.sendAt(n * 2000, { from: 0, to: 8, data: 10 });
    await rig.run();
    expect(rig.network.statistics.droppedPackets).toBe(0);
    const over = (from: number, to: number): number[] => bySpine([...paths.values()].slice(from, to), 2);
    expect(over(0, 10)).toEqual([5, 5]);
    expect(over(10, 20)).toEqual([0, 10]);
    expect(over(20, 30)).toEqual([5, 5]);
  });

  test('does not know of links further on: what comes to a spine without a way is lost there', async () => {
    const rig = leafSpine('packet', 2);
    const toOther = rig.network.trunks.find(({ name }) => name === 'leaf1-spine0')!;
    rig.faults.add({ kind: 'link-down', atNs: 0, on: [toOther.there, toOther.back] });
    for (let n = 0; n < 20; n++) rig.sendAt(n * 1000, { from: 0, to: 8, data: 10 });
    await rig.run();
    expect(rig.network.statistics.dropsByName()).toEqual({ 'link-down': 10 });
    expect(rig.received.length).toBe(10);
  });
});
