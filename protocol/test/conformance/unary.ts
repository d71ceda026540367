import { expect } from 'vitest';
import type { HandlerResult } from '../../pool/pool.ts';
import { pattern, sameBytes } from '../support/pair.ts';
import type { Case } from './bed.ts';
import { failureOf, pairOf } from './bed.ts';

const sizes: Case[] = [0, 1, 1000, 1400, 70_000, 1_000_000].map((size) => ({
  name: `a call of ${size} bytes brings its response, headers both ways, and figures. REQ PAT-1, PAT-6, POOL-3, POOL-11, POOL-13, XFER-7`,
  async run(bed) {
    const { client, peer } = await pairOf(bed, ({ body, headers }) => {
      expect(sameBytes(body, pattern(size))).toBe(true);
      return { body: pattern(size, 1), headers: { answer: `to ${headers['question']}` } };
    });
    const response = await client.pool.unaryRpc(peer, pattern(size), { headers: { question: 'größe' } });
    expect(sameBytes(response.body, pattern(size, 1))).toBe(true);
    expect({ ...response.headers }).toEqual({ answer: 'to größe' });
    expect(response.metrics.requestBytes).toBeGreaterThan(size);
    expect(response.metrics.responseBytes).toBeGreaterThan(size);
    expect(response.metrics.latencyNs).toBeGreaterThan(0);
  },
}));

export const UNARY: Case[] = [
  ...sizes,
  {
    name: 'calls are answered in any order, each with its own answer. REQ PAT-1, POOL-2',
    async run(bed) {
      const count = 100;
      const held: (() => void)[] = [];
      const { client, peer } = await pairOf(
        bed,
        ({ body }) =>
          new Promise<HandlerResult>((resolve) => {
            held.push(() => resolve(body));
            // The last to come is answered first.
            if (held.length === count) for (const answer of held.reverse()) answer();
          }),
      );
      const bodies = Array.from({ length: count }, (_, i) => pattern((i * 97) % 3000, i));
      const responses = await Promise.all(bodies.map((body) => client.pool.unaryRpc(peer, body)));
      expect(responses.every(({ body }, i) => sameBytes(body, bodies[i]!))).toBe(true);
    },
  },
  {
    name: 'two pools call each other at once. REQ POOL-1, POOL-2',
    async run(bed) {
      const a = await bed.open(({ body }) => body.slice().reverse());
      const b = await bed.open(({ body }) => Promise.resolve(body));
      const [toB, toA] = [await bed.connect(a, b), await bed.connect(b, a)];
      const [x, y] = await Promise.all([
        a.pool.unaryRpc(toB, pattern(200_000, 1)),
        b.pool.unaryRpc(toA, pattern(100_000, 2)),
      ]);
      expect(sameBytes(x.body, pattern(200_000, 1))).toBe(true);
      expect(sameBytes(y.body, pattern(100_000, 2).reverse())).toBe(true);
    },
  },
  {
    name: 'a handler sees peer, priority and deadline of a request. REQ POOL-8, PAT-7',
    async run(bed) {
      const seen: unknown[] = [];
      const { client, peer } = await pairOf(bed, ({ priority, deadlineNs, body }) => {
        seen.push([priority, deadlineNs !== undefined]);
        return body;
      });
      for (const priority of [0, 3, 7]) {
        await client.pool.unaryRpc(peer, pattern(5), { priority });
        const deadlineNs = client.pool.now() + 60_000_000_000;
        await client.pool.unaryRpc(peer, pattern(3000), { priority, deadlineNs });
      }
      expect(seen).toEqual([0, 3, 7].flatMap((priority) => [[priority, false], [priority, true]])); // prettier-ignore
    },
  },
  {
    name: 'a handler that throws or rejects fails its call alone, with its words. REQ PAT-12',
    async run(bed) {
      const { client, peer } = await pairOf(bed, ({ body }) => {
        if (body.length === 1) throw new Error('no such row');
        return body.length === 2 ? Promise.reject(new Error('not today')) : body;
      });
      const call = (size: number): Promise<unknown> => client.pool.unaryRpc(peer, pattern(size));
      const thrown = await failureOf(call(1));
      expect(thrown).toMatchObject({ code: 'ERR_DCQUIC_TRANSFER', reason: 'handler-failed', peer });
      expect(thrown.message).toContain('no such row');
      expect((await failureOf(call(2))).message).toContain('not today');
      expect(await call(3)).toMatchObject({ body: pattern(3) });
    },
  },
  {
    name: 'of requests that wait together, the most urgent arrives first, whoever sends it. REQ PAT-7, PQ-2',
    ofOneWorker: true,
    // Room for one at a time. With room for all, a sender that is late, as on a busy machine, does not keep others waiting: MUST PULL-10.
    options: { receiveBytesMax: 500_000 },
    async run(bed) {
      const priorities = [7, 5, 4, 2, 1];
      const verdicts: (() => void)[] = [];
      const order: number[] = [];
      const server = await bed.open({
        unary: ({ priority }) => {
          order.push(priority);
          return pattern(1);
        },
        accept: () =>
          new Promise((resolve) => {
            verdicts.push(() => resolve({}));
            if (verdicts.length === priorities.length) for (const accept of verdicts) accept();
          }),
      });
      const calls: Promise<unknown>[] = [];
      for (const priority of priorities) {
        const client = await bed.open();
        const peer = await bed.connect(client, server);
        calls.push(client.pool.unaryRpc(peer, pattern(400_000), { priority }));
      }
      await Promise.all(calls);
      expect(order).toEqual([1, 2, 4, 5, 7]);
    },
  },
];
