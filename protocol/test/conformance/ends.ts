import { expect } from 'vitest';
import type { IncomingRequest } from '../../pool/incoming.ts';
import { pattern } from '../support/pair.ts';
import type { Bed, Case } from './bed.ts';
import { PATIENT, failureOf, pairOf } from './bed.ts';

/** A pair whose callee never answers, and the requests that came to it. */
async function unanswered(
  bed: Bed,
): Promise<Awaited<ReturnType<typeof pairOf>> & { requests: IncomingRequest[] }> {
  const requests: IncomingRequest[] = [];
  const pair = await pairOf(bed, (request) => {
    requests.push(request);
    expect(request.signal.aborted).toBe(false);
    return new Promise(() => {});
  });
  return { ...pair, requests };
}

export const ENDS: Case[] = [
  {
    name: 'a deadline ends a call at the caller, and tells its handler. REQ POOL-8, XFER-3',
    async run(bed) {
      const { client, peer, requests } = await unanswered(bed);
      // Long enough for a request to arrive on a machine that has much else to do.
      const deadlineNs = client.pool.now() + 200_000_000;
      const error = await failureOf(client.pool.unaryRpc(peer, pattern(10), { deadlineNs }));
      expect(error).toMatchObject({ reason: 'deadline', peer });
      expect(client.pool.now()).toBeGreaterThanOrEqual(deadlineNs);
      await bed.until(() => requests[0]?.signal.aborted === true);
    },
  },
  {
    name: 'a signal ends a call at any size and time, with its cause, and tells the handler. REQ XFER-6, FLOW-2, FLOW-3',
    async run(bed) {
      const { client, peer, requests } = await unanswered(bed);
      for (const size of [10, 100_000]) {
        const controller = new AbortController();
        const { signal } = controller;
        const call = client.pool.unaryRpc(peer, pattern(size), { signal });
        await bed.until(() => requests.length === 1);
        controller.abort(new Error('changed my mind'));
        const error = await failureOf(call);
        expect([error['reason'], (error.cause as Error).message]).toEqual(['aborted', 'changed my mind']);
        await bed.until(() => requests[0]!.signal.aborted);
        expect(requests.pop()!.signal.reason).toMatchObject({ reason: 'cancelled' });
        // While it is on its way, and before it is.
        const early = new AbortController();
        const second = client.pool.unaryRpc(peer, pattern(size), { signal: early.signal });
        early.abort();
        expect(await failureOf(second)).toMatchObject({ reason: 'aborted' });
        expect(await failureOf(client.pool.unaryRpc(peer, pattern(size), { signal }))).toMatchObject({
          reason: 'aborted',
        });
        requests.length = 0;
      }
    },
  },
  {
    name: 'a pool that is closed ends what is pending, and its peer learns it. REQ HEALTH-8',
    async run(bed) {
      const { client, peer, requests } = await unanswered(bed);
      const call = client.pool.unaryRpc(peer, pattern(10));
      await bed.until(() => requests.length === 1);
      client.pool.close();
      expect(await failureOf(call)).toMatchObject({ reason: 'closed' });
      await bed.until(() => requests[0]!.signal.aborted);
      expect(await failureOf(client.pool.unaryRpc(peer, pattern(10)))).toMatchObject({
        code: 'ERR_DCQUIC_CLOSED',
      });
    },
  },
  {
    name: 'what a peer refuses at first is tried again. REQ PAT-11, XFER-4',
    async run(bed) {
      const { server, client, peer } = await pairOf(bed, undefined);
      const refused = failureOf(client.pool.unaryRpc(peer, pattern(9), { retriesMax: 0 }));
      const call = client.pool.unaryRpc(peer, pattern(10), { retriesMax: 30 });
      expect(await refused).toMatchObject({ reason: 'refused' });
      // What came with it was refused as well.
      server.pool.serve(({ body }) => body);
      expect((await call).body).toEqual(pattern(10));
    },
  },
  {
    name: 'a peer that is cut off ends its calls together, and is there again when it is heard. REQ HEALTH-1, HEALTH-12, EVT-1',
    options: PATIENT,
    async run(bed) {
      const { server, client, peer } = await pairOf(bed, ({ body }) => body, { mayFail: true });
      const states: string[] = [];
      client.pool.events.subscribe((event) => {
        if (event.name === 'peerChanged') states.push(event.to);
      });
      await client.pool.unaryRpc(peer, pattern(10));
      bed.cut(server);
      const calls = [10, 50_000].map((size) => failureOf(client.pool.unaryRpc(peer, pattern(size))));
      for (const error of await Promise.all(calls)) expect(error).toMatchObject({ reason: 'peer-timeout' });
      expect(states.at(-1)).toBe('failed');
      bed.mend(server);
      const { body } = await client.pool.unaryRpc(peer, pattern(10), { idempotent: true, retriesMax: 30 });
      expect(body).toEqual(pattern(10));
      expect(['degraded', 'healthy']).toContain(states.at(-1));
    },
  },
  {
    name: 'a peer that restarts is noticed: what it forgot fails or is asked again, and nothing is answered twice. REQ PAT-11, KEY-10, EVT-1',
    async run(bed) {
      let before = 0;
      let after = 0;
      const { server, client, peer } = await pairOf(
        bed,
        () => {
          before += 1;
          return new Promise(() => {});
        },
        { mayFail: true },
      );
      const states: string[] = [];
      client.pool.events.subscribe((event) => {
        states.push(event.name);
      });
      const lost = failureOf(client.pool.unaryRpc(peer, pattern(10)));
      const again = client.pool.unaryRpc(peer, pattern(60_000), { idempotent: true });
      await bed.until(() => before === 2);
      await bed.crash(server);
      server.pool.serve(({ body }) => {
        after += 1;
        return body;
      });
      // It too may be sent before the restart is known.
      const fresh = client.pool.unaryRpc(peer, pattern(20), { idempotent: true });
      expect((await fresh).body).toEqual(pattern(20));
      expect((await again).body).toEqual(pattern(60_000));
      expect(await lost).toMatchObject({ reason: 'peer-restarted' });
      expect(states).toContain('peerRestarted');
      expect([before, after]).toEqual([2, 2]);
    },
  },
];
