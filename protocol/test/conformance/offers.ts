import { expect } from 'vitest';
import type { Offer, Verdict } from '../../pool/acceptance.ts';
import { pattern, sameBytes } from '../support/pair.ts';
import type { Case } from './bed.ts';
import { collect, deferred, failureOf, pairOf } from './bed.ts';

export const OFFERS: Case[] = [
  {
    name: 'an acceptor sees what a request is before its payload comes, and may take its time. REQ PAT-6, POOL-8, POOL-13, XFER-2',
    async run(bed) {
      const offers: Offer[] = [];
      const { promise: verdict, resolve: decide } = deferred<Verdict>();
      const { server, client, peer } = await pairOf(bed, {
        unary: ({ body }) => body,
        accept: (offer) => {
          offers.push(offer);
          return verdict;
        },
      });
      const deadlineNs = client.pool.now() + 60_000_000_000;
      const options = { headers: { method: 'put' }, priority: 2, deadlineNs };
      const call = client.pool.unaryRpc(peer, pattern(300_000), options);
      await bed.until(() => offers.length === 1);
      const [offer] = offers;
      expect(offer).toMatchObject({ sizeBytes: 300_000, priority: 2, isStream: false });
      expect([offer!.headers['method'], offer!.deadlineNs !== undefined]).toEqual(['put', true]);
      expect(server.state()).toMatchObject({ memoryBytes: 0, pulledBytes: 0 });
      decide({});
      expect(sameBytes((await call).body, pattern(300_000))).toBe(true);
    },
  },
  {
    name: 'a rejected request ends with reason and status at the caller, and is not handled. REQ PAT-12',
    async run(bed) {
      let handled = 0;
      const { client, peer } = await pairOf(bed, {
        unary: () => {
          handled += 1;
          return pattern(1);
        },
        stream: () => {
          handled += 1;
        },
        accept: ({ headers }) => ({ reject: `no ${headers['what']}`, status: 404 }),
      });
      const { pool } = client;
      const calls = [
        pool.unaryRpc(peer, pattern(10), { headers: { what: 'inline' } }),
        pool.unaryRpc(peer, pattern(200_000), { headers: { what: 'pulled' } }),
        collect(pool.streamingResponse(peer, pattern(1), { headers: { what: 'stream' } })),
      ];
      // All at once: with several workers any of them may be the first to fail.
      const errors = await Promise.all(calls.map((call) => failureOf(call)));
      for (const [i, what] of ['inline', 'pulled', 'stream'].entries()) {
        const error = errors[i]!;
        expect(error).toMatchObject({ reason: 'rejected', status: 404 });
        expect(error.message).toContain(`no ${what}`);
      }
      expect(handled).toBe(0);
    },
  },
  {
    name: 'a request taken into a buffer lies there. REQ PAT-5',
    async run(bed) {
      const into = new Uint8Array(250_000);
      const { client, peer } = await pairOf(bed, {
        unary: ({ body }) => Uint8Array.of(Number(body.buffer === into.buffer)),
        accept: () => ({ into }),
      });
      for (const size of [100, 200_000]) {
        const { body } = await client.pool.unaryRpc(peer, pattern(size));
        expect([...body]).toEqual([1]);
        expect(sameBytes(into.subarray(0, size), pattern(size))).toBe(true);
      }
    },
  },
  {
    name: 'no more requests of a peer are undecided than it has credit for. REQ RDP-12, BP-2, CONF-4',
    ofOneWorker: true,
    options: { notifyWindow: 4 },
    async run(bed) {
      const held: (() => void)[] = [];
      let undecided = 0;
      let most = 0;
      const { client, peer } = await pairOf(bed, {
        unary: ({ body }) => body,
        accept: () => {
          undecided += 1;
          most = Math.max(most, undecided);
          return new Promise((resolve) =>
            held.push(() => {
              undecided -= 1;
              resolve({});
            }),
          );
        },
      });
      const calls = Array.from({ length: 12 }, (_, i) => client.pool.unaryRpc(peer, pattern(3000, i)));
      for (let decided = 0; decided < 12; decided += 1) {
        await bed.until(() => held.length > 0);
        held.shift()!();
      }
      const responses = await Promise.all(calls);
      expect(responses.every(({ body }, i) => sameBytes(body, pattern(3000, i)))).toBe(true);
      expect(most).toBeLessThanOrEqual(4);
    },
  },
];
