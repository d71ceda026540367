import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { faultDrafts, loadedRig, offers, type FaultDraft, type Offer } from './traffic.ts';
import { Rig, numbered } from './rig.ts';

async function digest(all: readonly Offer[], drafts: readonly FaultDraft[], seed: number): Promise<string> {
  const rig = loadedRig(all, drafts, seed);
  await rig.run();
  return rig.trace.digest();
}

describe('REQ DST-1: equal runs, equal hashes', () => {
  test.prop([offers, faultDrafts, fc.integer()], { numRuns: 50 })(
    'the same run twice',
    async (all, drafts, seed) => {
      expect(await digest(all, drafts, seed)).toBe(await digest(all, drafts, seed));
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
