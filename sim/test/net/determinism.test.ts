import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { TOPOLOGIES, faultDrafts, loadedRig, offers, topologies } from './traffic.ts';
import type { FaultDraft, Offer, TopologyName } from './traffic.ts';
import { Rig, numbered } from './rig.ts';

async function digest(
  all: readonly Offer[],
  drafts: readonly FaultDraft[],
  seed: number,
  topology: TopologyName = 'star',
): Promise<string> {
  const rig = loadedRig(all, drafts, seed, topology);
  await rig.run();
  return rig.trace.digest();
}

describe('REQ DST-1: equal runs, equal hashes', () => {
  test.prop([offers, faultDrafts, fc.integer(), topologies], { numRuns: 50 })(
    'the same run twice',
    async (all, drafts, seed, topology) => {
      const first = await digest(all, drafts, seed, topology);
      expect(await digest(all, drafts, seed, topology)).toBe(first);
    },
  );

  test('another seed draws other faults', async () => {
    const all = Array.from({ length: 200 }, (_, n) => ({
      atNs: n * 100,
      from: 0,
      to: 1,
      priority: 0,
      size: 100,
    }));
    const drafts: FaultDraft[] = [{ kind: 'loss', numerator: 1, atNs: 0, forNs: 30_000, line: -1 }];
    const digests = await Promise.all([1, 2, 3, 4].map((seed) => digest(all, drafts, seed)));
    expect(new Set(digests).size).toBe(4);
  });

  // Pinned: a change of it changes what every saved scenario with these faults does.
  test('has the hash it had', async () => {
    const all = Array.from({ length: 400 }, (_, n) => ({
      atNs: n * 70,
      from: n % 4,
      to: (n * 7 + 1) % 5,
      priority: n % 8,
      size: (n * 211) % 1480,
    }));
    const drafts: FaultDraft[] = (
      [
        'burst-loss',
        'delay',
        'rate',
        'ecn-bleach',
        'partition',
        'link-down',
        'nic-down',
        'mtu',
        'icmp',
      ] as const
    ).map((kind, i) => ({ kind, numerator: 3, atNs: i * 3000, forNs: 4000, line: i }));
    const digests = await Promise.all(TOPOLOGIES.map((topology) => digest(all, drafts, 1, topology)));
    expect(digests).toMatchInlineSnapshot(`
      [
        "c39c254ac2592de96ff73c7f50986d1e",
        "bc6cd1e2a06b068513ed5b751ac6d23c",
        "ca71accedbd3cbd9b5d745f0e661a9b5",
        "df9c1dbf38a87da491c4770e9addf14c",
      ]
    `);
  });

  test('what is in a datagram is part of the hash', async () => {
    const hashes = new Set<string>();
    for (const content of [1, 2]) {
      const rig = new Rig();
      rig.send({ from: 0, to: 1, data: numbered(content, 1000) });
      await rig.run();
      hashes.add(rig.trace.digest());
    }
    expect(hashes.size).toBe(2);
  });

  test('a monitor that only looks changes nothing', async () => {
    const run = async (watched: boolean): Promise<string> => {
      const rig = loadedRig([{ atNs: 5, from: 0, to: 1, priority: 2, size: 700 }], []);
      if (watched) rig.network.addMonitor({ onPacket: () => 'pass' });
      await rig.run();
      return rig.trace.digest();
    };
    expect(await run(true)).toBe(await run(false));
  });
});
