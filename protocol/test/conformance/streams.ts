import { expect } from 'vitest';
import type { IncomingStream } from '../../pool/incoming-stream.ts';
import type { Service } from '../../pool/pool.ts';
import { pattern, sameBytes } from '../support/pair.ts';
import type { Bed, Case } from './bed.ts';
import { collect, deferred, failureOf, pairOf } from './bed.ts';

const BODIES = [0, 1, 500, 1400, 5000, 66_000, 0, 200].map((size, i) => pattern(size, i));

function expectBodies(got: readonly Uint8Array[], wanted: readonly Uint8Array[] = BODIES): void {
  expect(got.map(({ length }) => length)).toEqual(wanted.map(({ length }) => length));
  expect(got.every((body, i) => sameBytes(body, wanted[i]!))).toBe(true);
}

const echo: Service = {
  stream: async function* (call) {
    for await (const body of call) yield body;
  },
};

/** Where a stream ends: what its handler saw. */
function ends(): { seen: unknown[]; stream: (call: IncomingStream) => Promise<void> } {
  const seen: unknown[] = [];
  const stream = async (call: IncomingStream): Promise<void> => {
    try {
      for await (const body of call) seen.push(body.length);
      seen.push('end');
    } catch (error) {
      const { reason, status } = error as { reason: string; status: number };
      seen.push([reason, status, call.signal.aborted]);
    }
  };
  return { seen, stream };
}

/** A writer never gets further ahead of a reader than both sides buffer. */
async function expectLead(
  bed: Bed,
  size: number,
  limits: { messages: number; bytes: number },
  leadMax: number,
): Promise<void> {
  const count = 40;
  let [read, written, lead] = [0, 0, 0];
  const { client, peer } = await pairOf(bed, {
    unary: ({ body }) => body,
    stream: async (call) => {
      for await (const _ of call) {
        read += 1;
        // Time enough to send much more, if nothing stops the writer.
        for (let i = 0; i < 3; i += 1) await client.pool.unaryRpc(peer, pattern(1));
        lead = Math.max(lead, written - read);
      }
    },
  });
  const stream = client.pool.bidirectional(peer, { limits });
  const done = collect(stream);
  for (; written < count; written += 1) await stream.write(pattern(size, written));
  stream.end();
  await done;
  expect(read).toBe(count);
  expect(lead).toBeLessThanOrEqual(leadMax);
  expect(lead).toBeGreaterThan(0);
}

export const STREAMS: Case[] = [
  {
    name: 'a streamed response comes whole and in order, with headers both ways. REQ PAT-2, PAT-6, POOL-4, POOL-12, POOL-13',
    async run(bed) {
      const { client, peer } = await pairOf(bed, {
        stream: async function* (call) {
          expect([call.headers['ask'], call.request.length, call.priority]).toEqual(['all', 2000, 1]);
          call.setHeaders({ count: '8' });
          yield* BODIES;
        },
      });
      const options = { headers: { ask: 'all' }, priority: 1 };
      const stream = client.pool.streamingResponse(peer, pattern(2000), options);
      expect({ ...(await stream.headers) }).toEqual({ count: '8' });
      expectBodies(await collect(stream));
    },
  },
  {
    name: 'a streamed request, and its one response, with headers both ways. REQ PAT-3, PAT-6, POOL-5',
    async run(bed) {
      const { client, peer } = await pairOf(bed, {
        stream: async (call) => {
          const got = await collect(call);
          expectBodies(got);
          call.setHeaders({ seen: `${got.length} ${call.headers['name']}` });
          return pattern(70_000, 3);
        },
      });
      const response = await client.pool.streamingRequest(peer, BODIES, { headers: { name: 'é' } });
      expect(sameBytes(response.body, pattern(70_000, 3))).toBe(true);
      expect({ ...response.headers }).toEqual({ seen: '8 é' });
    },
  },
  {
    name: 'messages of both directions, each in order. REQ PAT-4, POOL-6, TEST-I8',
    async run(bed) {
      const { client, peer } = await pairOf(bed, echo);
      const stream = client.pool.bidirectional(peer);
      const bodies = Array.from({ length: 50 }, (_, i) => pattern((i * 1999) % 30_000, i));
      const got = collect(stream);
      for (const body of bodies) await stream.write(body);
      stream.end();
      expectBodies(await got, bodies);
    },
  },
  {
    name: 'a side that has ended still reads what the other writes. REQ STREAM-4',
    async run(bed) {
      const { client, peer } = await pairOf(bed, {
        stream: async function* (call) {
          const got = await collect(call);
          yield* got;
          yield pattern(got.length);
        },
      });
      const stream = client.pool.bidirectional(peer);
      for (const body of BODIES) await stream.write(body);
      stream.end();
      await expect(stream.write(pattern(1))).rejects.toMatchObject({ reason: 'closed' });
      expectBodies(await collect(stream), [...BODIES, pattern(8)]);
    },
  },
  {
    name: 'a callee closes with a status and a reason, which the caller sees. REQ STREAM-1, STREAM-3, STREAM-5',
    async run(bed) {
      const { client, peer } = await pairOf(bed, {
        stream: async (call) => {
          await call.write(pattern(10));
          for await (const _ of call) call.close(300, 'no more of this');
        },
      });
      const stream = client.pool.bidirectional(peer);
      const [first] = [await stream[Symbol.asyncIterator]().next()];
      expect(first.value).toEqual(pattern(10));
      await stream.write(pattern(1));
      const error = await failureOf(collect(stream));
      expect(error).toMatchObject({ reason: 'rejected', status: 300, peer });
      expect(error.message).toContain('no more of this');
    },
  },
  {
    name: 'a caller closes with a status: the handler learns it, and its writes end. REQ STREAM-1, STREAM-4, STREAM-6, STREAM-7',
    async run(bed) {
      const { seen, stream } = ends();
      const { client, peer } = await pairOf(bed, { stream });
      const opened = client.pool.bidirectional(peer);
      await opened.write(pattern(7));
      await bed.until(() => seen.length === 1);
      opened.close(301);
      await bed.until(() => seen.length === 2);
      expect(seen).toEqual([7, ['rejected', 301, true]]);
      await expect(opened.write(pattern(1))).rejects.toMatchObject({ status: 301 });
    },
  },
  {
    name: 'a signal, a deadline, and leaving the iteration close a stream at both sides. REQ STREAM-6, POOL-8, XFER-6',
    async run(bed) {
      const { seen, stream } = ends();
      let begun = 0;
      const { client, peer } = await pairOf(bed, {
        stream: (call) => {
          begun += 1;
          void call.write(pattern(1)).catch(() => {});
          return stream(call);
        },
      });
      const controller = new AbortController();
      const aborted = client.pool.bidirectional(peer, { signal: controller.signal });
      await aborted.headers;
      controller.abort();
      expect(await failureOf(collect(aborted))).toMatchObject({ reason: 'aborted' });
      for await (const _ of client.pool.bidirectional(peer)) break;
      await bed.until(() => seen.length === 2);
      expect(seen).toEqual([
        ['cancelled', 3, true],
        ['cancelled', 3, true],
      ]);
      const deadlineNs = client.pool.now() + 20_000_000;
      expect(await failureOf(collect(client.pool.bidirectional(peer, { deadlineNs })))).toMatchObject({
        reason: 'deadline',
      });
      // On a busy machine it may pass before the callee has heard of the stream.
      await bed.until(() => seen.length === begun);
      for (const [, , isAborted] of seen.slice(2) as unknown[][]) expect(isAborted).toBe(true);
    },
  },
  {
    name: 'a stream whose handler throws ends with its words. REQ PAT-12, STREAM-5',
    async run(bed) {
      const { client, peer } = await pairOf(bed, {
        // oxlint-disable-next-line require-yield
        stream: async function* () {
          throw new Error('out of paper');
        },
      });
      const error = await failureOf(collect(client.pool.streamingResponse(peer, pattern(0))));
      expect(error).toMatchObject({ reason: 'handler-failed', status: 1 });
      expect(error.message).toContain('out of paper');
    },
  },
  {
    name: 'a slow reader holds up the writes of its writer: by messages. REQ BP-1, BP-2, BP-3',
    options: { streamMessagesMax: 4 },
    run: (bed) => expectLead(bed, 900, { messages: 4, bytes: 1_000_000 }, 10),
  },
  {
    name: 'a slow reader holds up the writes of its writer: by bytes. REQ BP-1, BP-2, BP-3',
    options: { streamBytesMax: 20_000 },
    run: (bed) => expectLead(bed, 9000, { messages: 64, bytes: 20_000 }, 8),
  },
  {
    name: 'a stream that nobody reads stops no other stream and no call. REQ BP-1, FLOW-3',
    async run(bed) {
      const { promise: over, resolve: finish } = deferred<void>();
      const { client, peer } = await pairOf(bed, {
        unary: ({ body }) => body,
        stream: async (call) => {
          if (call.headers['idle'] === undefined) for await (const body of call) await call.write(body);
          else await over;
        },
      });
      const { pool } = client;
      const idle = pool.bidirectional(peer, { headers: { idle: 'yes' } });
      let written = 0;
      const stuck = (async () => {
        for (; written < 1000; written += 1) await idle.write(pattern(9000));
      })();
      const busy = pool.bidirectional(peer);
      const got = collect(busy);
      for (const body of BODIES) await busy.write(body);
      busy.end();
      expectBodies(await got);
      expect((await pool.unaryRpc(peer, pattern(100_000))).body.length).toBe(100_000);
      expect(written).toBeLessThan(100);
      finish();
      await failureOf(stuck);
    },
  },
];
