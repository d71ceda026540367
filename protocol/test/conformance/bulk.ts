import { expect } from 'vitest';
import { BulkTarget } from '../../pool/bulk-target.ts';
import { pattern, sameBytes } from '../support/pair.ts';
import type { Case } from './bed.ts';
import { failureOf, pairOf } from './bed.ts';

const SIZE = 2_000_000;

function expectRising(figures: readonly number[], last: number): void {
  expect(figures.length).toBeGreaterThan(2);
  expect(figures).toEqual(figures.toSorted((a, b) => a - b));
  expect(figures.at(-1)).toBe(last);
}

export const BULK: Case[] = [
  {
    name: 'many bytes into memory of the callee, told at both sides; paused, nothing comes; resumed, the rest. REQ PAT-5, POOL-7, FLOW-1',
    async run(bed) {
      const memory = new Uint8Array(SIZE);
      const arrived: number[] = [];
      const acknowledged: number[] = [];
      const target: BulkTarget = new BulkTarget(memory, {
        onProgress: (bytes) => {
          arrived.push(bytes);
          if (arrived.length === 2) target.pause();
        },
      });
      const { server, client, peer } = await pairOf(bed, { accept: () => ({ into: target }) });
      const { pool } = client;
      const onProgress = (bytes: number): number => acknowledged.push(bytes);
      const call = pool.rawBulkTransfer(peer, pattern(SIZE), { onProgress, headers: { name: 'photo' } });
      await bed.until(() => target.isPaused && server.state().pulledBytes === 0);
      expect(target.arrivedBytes).toBeLessThan(SIZE / 2);
      target.resume();
      expect((await call).body.length).toBe(0);
      expect(sameBytes(memory, pattern(SIZE))).toBe(true);
      expectRising(arrived, SIZE);
      expectRising(acknowledged, acknowledged.at(-1)!);
    },
  },
  {
    name: 'one that was given up goes on with what is lacking. REQ PAT-5, XFER-6, BUF-4',
    async run(bed) {
      const memory = new Uint8Array(SIZE);
      const controller = new AbortController();
      const ends: unknown[] = [];
      const target: BulkTarget = new BulkTarget(memory, {
        onProgress: (bytes) => {
          if (bytes > SIZE / 4 && bytes < SIZE / 2) controller.abort();
        },
        onEnd: (error) => ends.push(error?.reason),
      });
      const { server, client, peer } = await pairOf(bed, { accept: () => ({ into: target }) });
      const { signal } = controller;
      const first = client.pool.rawBulkTransfer(peer, pattern(SIZE), { signal });
      expect(await failureOf(first)).toMatchObject({ reason: 'aborted' });
      await bed.until(() => server.state().inbound === 0);
      const had = target.arrivedBytes;
      expect(had).toBeGreaterThan(SIZE / 4);
      // What is there is not asked for again, so it survives although the sender has other bytes now.
      memory.fill(0, 0, 100);
      await client.pool.rawBulkTransfer(peer, pattern(SIZE));
      expect(ends).toEqual(['cancelled', undefined]);
      expect(target.arrivedBytes).toBe(SIZE);
      expect(sameBytes(memory.subarray(0, 100), new Uint8Array(100))).toBe(true);
      expect(sameBytes(memory.subarray(100), pattern(SIZE).subarray(100))).toBe(true);
    },
  },
];
