import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { SeedRun } from '../../sweep/run-seed.ts';
import { brokenOutcome } from '../../sweep/seed-outcome.ts';
import { SeedPool } from '../../sweep/seed-pool.ts';
import { FakeStations } from './fake.ts';

const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1);

function scene(jobs: number, onRun?: (run: SeedRun) => void, signal?: AbortSignal) {
  const stations = new FakeStations();
  const runs: SeedRun[] = [];
  const pool = new SeedPool(SEEDS, {
    jobs,
    open: stations.open,
    onRun: onRun ?? ((run) => runs.push(run)),
    ...(signal === undefined ? {} : { signal }),
  });
  const seedsRun = (): number[] => runs.map(({ outcome }) => outcome.seed).sort((a, b) => a - b);
  return { stations, runs, seedsRun, done: pool.run() };
}

describe('a pool of workers (REQ DST-9)', () => {
  test.prop([fc.integer({ min: 1, max: 5 }), fc.infiniteStream(fc.nat(100))])(
    'runs each seed once, whichever ends first, and closes every worker',
    async (jobs, picks) => {
      const { stations, seedsRun, done } = scene(jobs);
      stations.finishAll((busy) => busy[(picks.next().value ?? 0) % busy.length]);
      await done;
      expect(seedsRun()).toEqual(SEEDS);
      expect(stations.opened.length).toBeLessThanOrEqual(jobs);
      expect(stations.opened.every(({ isClosed }) => isClosed)).toBe(true);
    },
  );

  test.prop([fc.integer({ min: 1, max: 3 }), fc.array(fc.nat(20), { maxLength: 40 })])(
    'a worker that crashes loses the seed that it ran, and no other',
    async (jobs, picks) => {
      const { stations, runs, seedsRun, done } = scene(jobs);
      const crashed: number[] = [];
      for (const pick of picks) {
        const station = stations.busy[pick % Math.max(stations.busy.length, 1)];
        if (station === undefined) break;
        if (pick % 3 === 0) {
          crashed.push(station.sent[0] ?? Number.NaN);
          station.crash(true);
        } else {
          station.finish();
        }
      }
      stations.finishAll();
      await done;
      expect(seedsRun()).toEqual(SEEDS);
      const broken = runs.filter(({ outcome }) => outcome.why.includes('out of memory'));
      expect(broken.map(({ outcome }) => outcome.seed)).toEqual(crashed);
      expect(broken.every(({ outcome }) => outcome.verdict === 3)).toBe(true);
    },
  );

  test('a worker in which a run broke off is replaced: what it left behind would spoil the next run', async () => {
    const { stations, done, seedsRun } = scene(1);
    const [first] = stations.opened;
    first?.finish({ outcome: brokenOutcome(1, new Error('assertion')), declared: [] });
    expect(first?.isClosed).toBe(true);
    expect(stations.opened).toHaveLength(2);
    stations.finishAll();
    await done;
    expect(seedsRun()).toEqual(SEEDS);
  });

  test('a worker that cannot start ends the sweep instead of failing every seed', async () => {
    const { stations, runs, done } = scene(2);
    stations.opened[0]?.crash(false);
    await expect(done).rejects.toThrow('out of memory');
    expect(runs).toEqual([]);
    expect(stations.opened[1]?.isClosed).toBe(true);
  });

  test('what goes wrong while a run is kept ends the sweep', async () => {
    const { stations, done } = scene(2, () => {
      throw new Error('disk full');
    });
    stations.finishAll();
    await expect(done).rejects.toThrow('disk full');
  });

  test('the signal ends it at once, and what was running is not reported', async () => {
    const abort = new AbortController();
    const { stations, seedsRun, done } = scene(2, undefined, abort.signal);
    stations.opened[0]?.finish();
    abort.abort();
    await done;
    stations.opened[1]?.finish();
    expect(seedsRun()).toEqual([1]);
    expect(stations.opened.every(({ isClosed }) => isClosed)).toBe(true);
  });
});
