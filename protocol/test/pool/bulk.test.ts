import { describe, expect, test } from 'vitest';
import { BulkTarget } from '../../pool/bulk-target.ts';
import type { EndpointOptions } from '../../endpoint/options.ts';
import type { TransferError } from '../../pool/transfer-error.ts';
import { expectClean, pattern, sameBytes } from '../support/pair.ts';
import { failureOf, makePools, quiet, reactions, settled, valueOf } from '../support/pools.ts';
import type { Pools } from '../support/pools.ts';
import { troubled } from '../support/trouble.ts';

const SIZE = 3_000_000;
const RECORD = 65_520;
const NOBODY = { hold: () => {}, fail: () => {} };

interface Bulk extends Pools {
  memory: Uint8Array;
  target: BulkTarget;
  arrivals: number[];
  ends: (TransferError | undefined)[];
}

/** A server that puts every request into the same memory. */
function makeBulk(options: Partial<EndpointOptions> = {}, sizeBytes = SIZE): Bulk {
  const pools = makePools(undefined, options);
  const memory = new Uint8Array(sizeBytes);
  const arrivals: number[] = [];
  const ends: (TransferError | undefined)[] = [];
  const target = new BulkTarget(memory, {
    onProgress: (bytes) => arrivals.push(bytes),
    onEnd: (error) => ends.push(error),
  });
  pools.callee.serve({ accept: () => ({ into: target }) });
  return { ...pools, memory, target, arrivals, ends };
}

/** REQ PAT-5, POOL-7, POOL-8. */
describe('a bulk transfer', () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    'lies in the memory of the receiver; both sides see it progress and end; network %d',
    async (seed) => {
      const bulk = makeBulk({ peerTimeoutNs: 1e9 });
      const { net, caller, toServer, memory, target, arrivals, ends } = bulk;
      if (seed > 0) net.hook = troubled(net, seed, 50_000_000);
      const acknowledged: number[] = [];
      const call = caller.rawBulkTransfer(toServer, pattern(SIZE), {
        headers: { name: 'x' },
        onProgress: (bytes) => acknowledged.push(bytes),
      });
      const response = await valueOf(bulk, call);
      expect(response.body.length).toBe(0);
      expect(sameBytes(memory, pattern(SIZE))).toBe(true);
      expect(ends).toEqual([undefined]);
      expect(target.arrivedRanges).toEqual([[0, SIZE]]);
      for (const steps of [arrivals, acknowledged]) {
        expect(steps.length).toBeGreaterThan(10);
        expect(steps.length).toBeLessThanOrEqual(100);
        expect(steps).toEqual([...steps].sort((a, b) => a - b));
        expect(steps.at(-1)).toBeLessThanOrEqual(SIZE);
        expect(steps.at(-1)).toBeGreaterThan(SIZE / 2);
      }
      await quiet(bulk);
      expectClean(bulk.client, bulk.server);
    },
  );

  test('that travels inside its announcement is no different', async () => {
    const bulk = makeBulk({}, 100);
    await valueOf(bulk, bulk.caller.rawBulkTransfer(bulk.toServer, pattern(100)));
    expect([sameBytes(bulk.memory, pattern(100)), bulk.ends]).toEqual([true, [undefined]]);
    expect(bulk.target.arrivedBytes).toBe(100);
  });

  test('that is given up ends on both sides, and the receiver knows what it has', async () => {
    const bulk = makeBulk();
    const { net, caller, toServer, target, ends } = bulk;
    const controller = new AbortController();
    const call = caller.rawBulkTransfer(toServer, pattern(SIZE), { signal: controller.signal });
    net.run(1_000_000);
    controller.abort();
    expect((await failureOf(bulk, call)).reason).toBe('aborted');
    expect(ends.map((error) => error?.reason)).toEqual(['cancelled']);
    expect(target.arrivedBytes).toBeGreaterThan(5 * RECORD);
    expect(target.arrivedBytes).toBeLessThan(SIZE);
    expectClean(bulk.client, bulk.server);
  });

  /** REQ FLOW-1 */
  test('waits while its receiver pauses', async () => {
    const bulk = makeBulk({ peerTimeoutNs: 1e9 });
    const { net, caller, toServer, target } = bulk;
    target.pause();
    const call = caller.rawBulkTransfer(toServer, pattern(SIZE));
    net.run(500_000_000);
    await reactions();
    expect(target.arrivedBytes).toBe(0);
    target.resume();
    expect((await settled(bulk, call)).status).toBe('fulfilled');
    expectClean(bulk.client, bulk.server);
  });
});

/** REQ PAT-5, RDP-5 · MUST PULL-8. */
describe('a bulk transfer that failed', () => {
  const payloadOf = ({ server }: Bulk): number => server.endpoint.counters.payloadBytesFirst;

  test.each([0, 1, 2, 3, 4, 5, 6])(
    'by a cut is resumed: only what lacks is sent; network %d',
    async (seed) => {
      const bulk = makeBulk();
      const { net, caller, toServer, memory, target, ends } = bulk;
      if (seed > 0) net.hook = troubled(net, seed, 1_000_000_000);
      const first = caller.rawBulkTransfer(toServer, pattern(SIZE));
      net.run(1_200_000);
      net.hook = () => [];
      expect((await failureOf(bulk, first)).reason).toBe('peer-timeout');
      const before = target.arrivedBytes;
      expect(before).toBeGreaterThanOrEqual(RECORD);
      expect(before).toBeLessThan(SIZE);
      const payload = payloadOf(bulk);
      net.hook = seed > 0 ? troubled(net, seed, net.now + 50_000_000) : undefined;
      await valueOf(bulk, caller.rawBulkTransfer(toServer, pattern(SIZE)));
      expect(sameBytes(memory, pattern(SIZE))).toBe(true);
      expect(payloadOf(bulk) - payload).toBeLessThan(SIZE - before + 2000);
      expect([ends[0]?.reason, ends.at(-1)]).toEqual(['cancelled', undefined]);
      expect([bulk.client, bulk.server].map((node) => node.endpoint.counters.violations)).toEqual([0, 0]);
      await quiet(bulk);
      expectClean(bulk.client, bulk.server);
    },
  );

  test.each([
    ['the front', [[0, 10]]],
    ['the end', [[30, 46]]],
    [
      'the middle',
      [
        [3, 5],
        [9, 20],
      ],
    ],
    ['every other record', Array.from({ length: 23 }, (_, i) => [2 * i, 2 * i + 1])],
    [
      'all but one record',
      [
        [0, 17],
        [18, 46],
      ],
    ],
    ['everything', [[0, 46]]],
  ] as [string, [number, number][]][])('and brought %s is resumed with the rest', async (_what, records) => {
    const bulk = makeBulk();
    const { caller, toServer, memory, target } = bulk;
    target.begin(SIZE, 1 << 22, NOBODY);
    for (const [from, to] of records) {
      const [start, end] = [from * RECORD, Math.min(to * RECORD, SIZE)];
      memory.set(pattern(SIZE).subarray(start, end), start);
      target.arrived.add(start, end);
    }
    const lacking = SIZE - target.arrivedBytes;
    await valueOf(bulk, caller.rawBulkTransfer(toServer, pattern(SIZE)));
    expect(sameBytes(memory, pattern(SIZE))).toBe(true);
    expect(bulk.ends).toEqual([undefined]);
    expect(payloadOf(bulk) - lacking).toBeLessThan(2000);
    expect(payloadOf(bulk)).toBeGreaterThanOrEqual(lacking);
    expect([bulk.client, bulk.server].map((node) => node.endpoint.counters.violations)).toEqual([0, 0]);
    expectClean(bulk.client, bulk.server);
  });

  test('of another size starts anew', async () => {
    const bulk = makeBulk();
    bulk.target.begin(SIZE, 1 << 22, NOBODY);
    bulk.target.arrived.add(0, 20 * RECORD);
    await valueOf(bulk, bulk.caller.rawBulkTransfer(bulk.toServer, pattern(SIZE - 1)));
    expect(sameBytes(bulk.memory.subarray(0, SIZE - 1), pattern(SIZE - 1))).toBe(true);
  });

  test('and whose end was not noticed gives its place to the next', async () => {
    const bulk = makeBulk();
    const { net, caller, toServer, memory, ends } = bulk;
    const first = caller.rawBulkTransfer(toServer, pattern(SIZE));
    const outcome = Promise.allSettled([first]);
    net.run(1_000_000);
    const second = caller.rawBulkTransfer(toServer, pattern(SIZE));
    await valueOf(bulk, second);
    expect((await outcome)[0]).toMatchObject({ status: 'rejected', reason: { reason: 'rejected' } });
    expect(sameBytes(memory, pattern(SIZE))).toBe(true);
    expect(ends.map((error) => error?.reason)).toEqual(['cancelled', undefined]);
    expectClean(bulk.client, bulk.server);
  });
});
