import { expect } from 'vitest';
import type { HandlerResult } from '../../pool/pool.ts';
import { pattern } from '../support/pair.ts';
import type { Bed, Case, Station } from './bed.ts';
import { failureOf, pairOf } from './bed.ts';

/** Headers say the name of a call; names that begin with `!` fail, with `.` are answered at once, the others when the test says so. */
interface Stage {
  client: Station;
  peers: [number, number];
  ran: string[];
  answer: Map<string, () => void>;
}

async function stage(bed: Bed): Promise<Stage> {
  const ran: string[] = [];
  const answer = new Map<string, () => void>();
  const unary = ({
    headers,
  }: {
    headers: Record<string, string>;
  }): HandlerResult | Promise<HandlerResult> => {
    const name = headers['name'] ?? '';
    ran.push(name);
    if (name.startsWith('!')) throw new Error(name);
    if (name.startsWith('.')) return pattern(1);
    return new Promise((resolve) => answer.set(name, () => resolve(pattern(1))));
  };
  const { client, peer } = await pairOf(bed, unary);
  const other = await bed.open(unary);
  return { client, peers: [peer, await bed.connect(client, other)], ran, answer };
}

export const CAUSALITY: Case[] = [
  {
    name: 'a call goes on when the request, or the response, of others has come, also at other peers. REQ PAT-10, CAUSE-9, CAUSE-11',
    async run(bed) {
      for (const size of [10, 50_000]) {
        const { client, peers, ran, answer } = await stage(bed);
        const { pool } = client;
        const call = (to: 0 | 1, name: string, after = {}): ReturnType<typeof pool.unaryRpc> =>
          pool.unaryRpc(peers[to], pattern(size), { headers: { name }, ...after });
        const a = call(0, 'a');
        const b = call(1, '.b', { after: [{ call: a, wait: 'request' }] });
        const c = call(1, '.c', { after: [{ call: a }, { call: b.token }] });
        await b;
        expect(ran).toEqual(['a', '.b']);
        answer.get('a')!();
        await Promise.all([a, c]);
        expect(ran).toEqual(['a', '.b', '.c']);
        expect([pool.causality.pending, pool.causality.waits]).toEqual([0, 0]);
      }
    },
  },
  {
    name: 'a failure ends those that depend on it, with the cause, before anything of them is sent; not those without cascade. REQ PAT-8, PAT-9, PAT-12, CAUSE-10',
    async run(bed) {
      const { client, peers, ran } = await stage(bed);
      const { pool } = client;
      const call = (name: string, after = {}): ReturnType<typeof pool.unaryRpc> =>
        pool.unaryRpc(peers[0], pattern(5), { headers: { name }, ...after });
      const a = call('!a');
      const b = call('.b', { after: [{ call: a }] });
      const c = call('.c', { after: [{ call: b }] });
      const d = call('.d', { after: [{ call: c, cascade: false }] });
      const stream = pool.bidirectional(peers[1], { after: [{ call: b }] });
      const [cause, error] = [await failureOf(a), await failureOf(c)];
      expect(error).toMatchObject({ reason: 'dependency-failed', cause: { reason: 'dependency-failed' } });
      expect((error.cause as Error).cause).toBe(cause);
      expect(await failureOf(b)).toMatchObject({ reason: 'dependency-failed' });
      expect(await failureOf(stream[Symbol.asyncIterator]().next())).toMatchObject({
        reason: 'dependency-failed',
      });
      await d;
      expect(ran).toEqual(['!a', '.d']);
      expect([pool.causality.pending, pool.causality.waits]).toEqual([0, 0]);
    },
  },
];
