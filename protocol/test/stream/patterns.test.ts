import { describe, expect, test } from 'vitest';
import type { IncomingStream } from '../../pool/incoming-stream.ts';
import type { Hook } from '../support/net.ts';
import { expectClean, pattern, sameBytes } from '../support/pair.ts';
import { driven, makePools, quiet } from '../support/pools.ts';
import type { Pools } from '../support/pools.ts';

const SIZES = [0, 1, 500, 1400, 5000, 66_000, 200];
const BODIES = SIZES.map((size, i) => pattern(size, i));

async function collect(messages: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const bodies: Uint8Array[] = [];
  for await (const body of messages) bodies.push(body);
  return bodies;
}

function expectBodies(got: Uint8Array[], wanted: Uint8Array[]): void {
  expect(got.map(({ length }) => length)).toEqual(wanted.map(({ length }) => length));
  expect(got.every((body, i) => sameBytes(body, wanted[i]!))).toBe(true);
}

async function* yielding(bodies: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* bodies;
}

/** A network that loses, doubles and delays, until `untilNs`. */
function bad(pools: Pools, seed: number, untilNs = 100_000_000): Hook {
  const rng = pools.net.fork(`streams/${seed}`);
  return () => {
    if (pools.net.now > untilNs) return undefined;
    if (rng.ratio(12, 100)) return [];
    const late = { delayNs: 10_000 + rng.below(200_000) };
    return rng.ratio(10, 100) ? [late, {}] : rng.ratio(25, 100) ? [late] : undefined;
  };
}

const OPTIONS = { peerTimeoutNs: 1_000_000_000 };
const NETWORKS = [0, 1, 2, 3, 4, 5] as const;

/** REQ PAT-2, PAT-3, PAT-4, PAT-6, POOL-4, POOL-5, POOL-6, POOL-12, POOL-13, XFER-3 · MUST STRM-1, STRM-6, STRM-7, STRM-10. */
describe.each(NETWORKS)('on network %d, 0 being a good one', (seed) => {
  function served(
    stream: (call: IncomingStream) => AsyncIterable<Uint8Array> | Promise<Uint8Array | void>,
  ): Pools {
    const pools = makePools({ stream }, OPTIONS);
    if (seed > 0) pools.net.hook = bad(pools, seed);
    return pools;
  }

  test('a streamed response comes whole and in order, with headers', async () => {
    const pools = served(async function* (call) {
      expect([call.headers['ask'], call.request.length, call.peer]).toEqual(['all', 10, pools.toClient]);
      call.setHeaders({ count: '7' });
      yield* BODIES;
    });
    const stream = pools.caller.streamingResponse(pools.toServer, pattern(10), { headers: { ask: 'all' } });
    const [bodies, headers] = await driven(pools, Promise.all([collect(stream), stream.headers]));
    expectBodies(bodies, BODIES);
    expect({ ...headers }).toEqual({ count: '7' });
    await quiet(pools);
    expectClean(pools.client, pools.server);
  });

  test('a streamed request, and its response', async () => {
    let got: Uint8Array[] = [];
    const pools = served(async (call) => {
      got = await collect(call);
      call.setHeaders({ seen: String(got.length) });
      return pattern(70_000, 3);
    });
    const call = pools.caller.streamingRequest(pools.toServer, yielding(BODIES));
    const { body, headers } = await driven(pools, call);
    expectBodies(got, BODIES);
    expect(sameBytes(body, pattern(70_000, 3))).toBe(true);
    expect({ ...headers }).toEqual({ seen: '7' });
    await quiet(pools);
    expectClean(pools.client, pools.server);
  });

  test('both directions at once, each message answered before the next is written', async () => {
    const pools = served(async function* (call) {
      for await (const body of call) yield body;
    });
    const stream = pools.caller.bidirectional(pools.toServer);
    const talk = async (): Promise<Uint8Array[]> => {
      const answers: Uint8Array[] = [];
      const iterator = stream[Symbol.asyncIterator]();
      for (const body of BODIES) {
        await stream.write(body);
        answers.push((await iterator.next()).value!);
      }
      stream.end();
      expect((await iterator.next()).done).toBe(true);
      return answers;
    };
    expectBodies(await driven(pools, talk()), BODIES);
    await quiet(pools);
    expectClean(pools.client, pools.server);
  });

  test('many messages both ways, neither waits for the other', async () => {
    const pools = served(async (call) => {
      const reading = collect(call);
      for (let i = 0; i < 60; i += 1) await call.write(pattern((i * 997) % 4000, i));
      expect((await reading).length).toBe(60);
    });
    const stream = pools.caller.bidirectional(pools.toServer, { priority: 0 });
    const writing = async (): Promise<void> => {
      for (let i = 0; i < 60; i += 1) await stream.write(pattern((i * 991) % 4000, i));
      stream.end();
    };
    const [, bodies] = await driven(pools, Promise.all([writing(), collect(stream)]));
    expectBodies(
      bodies,
      Array.from({ length: 60 }, (_, i) => pattern((i * 997) % 4000, i)),
    );
    await quiet(pools);
    expectClean(pools.client, pools.server);
  });

  test('twenty streams share a connection', async () => {
    const pools = served(async function* (call) {
      for await (const body of call) yield body;
    });
    const talk = async (seedOfOne: number): Promise<void> => {
      const stream = pools.caller.bidirectional(pools.toServer);
      const bodies = Array.from({ length: 5 }, (_, i) => pattern(300 * i * i, seedOfOne + i));
      const reading = collect(stream);
      for (const body of bodies) await stream.write(body);
      stream.end();
      expectBodies(await reading, bodies);
    };
    await driven(pools, Promise.all(Array.from({ length: 20 }, (_, i) => talk(i))));
    await quiet(pools);
    expectClean(pools.client, pools.server);
  });
});
