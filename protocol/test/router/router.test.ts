import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rng } from '../../../sim/random/rng.ts';
import { chanceOfFirst } from '../../router/logistic.ts';
import { lanesBetween } from '../../router/lanes.ts';
import { Router } from '../../router/router.ts';

const load = fc.integer({ min: 0, max: 2 ** 40 });

describe('the choice between two candidates. REQ ROUTE-4, MNIC-4', () => {
  test('is even for equal loads, prefers the less loaded, and never excludes the other', () => {
    fc.assert(
      fc.property(load, load, (a, b) => {
        const chance = chanceOfFirst(a, b);
        expect(chance + chanceOfFirst(b, a)).toBe(65_536);
        if (a > b) expect(chance).toBeLessThanOrEqual(32_768);
        expect(chance).toBeGreaterThanOrEqual(162);
        expect(chance).toBeLessThanOrEqual(65_536 - 162);
      }),
    );
    expect([chanceOfFirst(0, 0), chanceOfFirst(7, 7), chanceOfFirst(0, 5), chanceOfFirst(5, 0)]).toEqual([
      32_768, 32_768, 65_374, 162,
    ]);
  });

  test('falls with the load of the first, never rising', () => {
    fc.assert(
      fc.property(load, load, load, (a, b, c) => {
        expect(chanceOfFirst(Math.max(a, b), c)).toBeLessThanOrEqual(chanceOfFirst(Math.min(a, b), c));
      }),
    );
  });

  test('is the table of 1 / (1 + e^x)', () => {
    for (let i = 0; i <= 32; i++) {
      // Loads whose difference is i / 32 of their sum.
      const exact = 65_536 / (1 + Math.exp((6 * i) / 32));
      expect(Math.abs(chanceOfFirst(32 + i, 32 - i) - exact), `${i}`).toBeLessThanOrEqual(1);
    }
  });
});

describe('the router. REQ TEST-U2', () => {
  const router = (workers: number): Router => new Router(workers, new Rng(1));
  const all = (workers: number): number[] => Array.from({ length: workers }, (_, i) => i);

  test('a peer that calls one at a time stays with its worker. REQ ROUTE-5, ROUTE-7', () => {
    const one = router(8);
    const peer = one.addPeer(all(8));
    const workers = new Set<number>();
    for (let i = 0; i < 100; i++) {
      const worker = one.begin(peer, 1000);
      workers.add(worker);
      one.end(peer, worker, 1000);
    }
    expect(workers.size).toBe(1);
    expect(one.counters).toMatchObject({ routed: 100, lanesOpened: 1 });
  });

  test('one that calls much comes to use all workers, about evenly', () => {
    const one = router(96);
    const peer = one.addPeer(all(96));
    const calls: number[] = [];
    for (let i = 0; i < 960; i++) calls.push(one.begin(peer, 1_000_000));
    const counts = one.workers.map(({ calls: count }) => count);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...counts)).toBeLessThanOrEqual(16);
    for (const worker of calls) one.end(peer, worker, 1_000_000);
    expect(one.workers.every(({ calls: count, bytes }) => count === 0 && bytes === 0)).toBe(true);
  });

  test('new peers avoid a worker that is loaded, but not all of them. REQ ROUTE-4', () => {
    const one = router(2);
    const busy = one.addPeer([0]);
    for (let i = 0; i < 10; i++) one.begin(busy, 1_000_000);
    let atBusy = 0;
    for (let i = 0; i < 2000; i++) {
      const peer = one.addPeer([0, 1]);
      const worker = one.begin(peer, 0);
      if (worker === 0) atBusy += 1;
      one.end(peer, worker, 0);
    }
    // One in 400, as the other has nothing.
    expect(atBusy).toBeGreaterThan(0);
    expect(atBusy).toBeLessThan(20);
    expect(one.counters.worseChosen).toBe(atBusy);
  });

  test('keeps its books whatever begins and ends', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(100_000)), { maxLength: 200 }), (steps) => {
        const one = router(5);
        const peers = [0, 1, 2, 3].map((i) => one.addPeer(all(5).slice(0, i + 1)));
        const open: { peer: number; worker: number; bytes: number }[] = [];
        for (const [which, bytes] of steps) {
          const peer = peers[which]!;
          if (bytes % 3 === 0 && open.length > 0) {
            const { peer: of, worker, bytes: size } = open.splice(bytes % open.length, 1)[0]!;
            one.end(of, worker, size);
          } else {
            const worker = one.begin(peer, bytes);
            expect(worker, 'a lane of the peer').toBeLessThanOrEqual(which);
            open.push({ peer, worker, bytes });
          }
          one.workers.forEach((load, worker) => {
            const mine = open.filter((call) => call.worker === worker);
            expect(load.calls).toBe(mine.length);
            expect(load.bytes).toBe(mine.reduce((sum, call) => sum + Math.max(call.bytes, 4096), 0));
          });
        }
      }),
      { numRuns: 50 },
    );
  });
});

// MUST LANE-1
test('lanes, REQ ROUTE-2: each worker of the smaller host in one of them, NIC by NIC where the numbers divide', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 96 }),
      fc.integer({ min: 1, max: 96 }),
      fc.nat(1000),
      (a, b, start) => {
        const lanes = lanesBetween(a, b, start);
        expect(lanes).toHaveLength(Math.min(a, b));
        expect(new Set(lanes.map(({ client }) => client)).size).toBe(lanes.length);
        expect(new Set(lanes.map(({ server }) => server)).size).toBe(lanes.length);
        for (const { client, server } of lanes) {
          expect(client).toBeLessThan(a);
          expect(server).toBeLessThan(b);
          if (a % 8 === 0 && b % 8 === 0) expect(client % 8).toBe(server % 8);
        }
      },
    ),
  );
});
