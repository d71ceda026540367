import { describe, expect, test } from 'vitest';
import { BulkTarget } from '../../pool/bulk-target.ts';
import type { Pool, Service } from '../../pool/pool.ts';
import { expectClean, pattern } from '../support/pair.ts';
import { driven, failureOf, makePools, settled, valueOf } from '../support/pools.ts';

// What TypeScript would not let pass, and a program without it gives.
type Loose = (...args: unknown[]) => Promise<unknown>;
const ECHO: Service = {
  unary: ({ body }) => body,
  async *stream(call) {
    for await (const body of call) yield body;
  },
};
const METHODS = [
  'unaryRpc',
  'rawBulkTransfer',
  'broadcast',
  'streamingRequest',
  'streamingResponse',
  'bidirectional',
  'datagram',
] as const;
type Method = (typeof METHODS)[number];

/** A call as this method wants it, but for what is given. */
function begin(pool: Pool, method: Method, peer: unknown, body: unknown, options: unknown): unknown {
  const loose = pool as unknown as Record<Method, Loose>;
  if (method === 'bidirectional') return loose.bidirectional(peer, options);
  if (method === 'broadcast') return loose.broadcast([peer], body, options);
  return loose[method](peer, method === 'streamingRequest' ? [body] : body, options);
}

/** The error, thrown or rejected, with which it ends. */
async function errorOf(
  pools: ReturnType<typeof makePools>,
  method: Method,
  ...[peer, body, options]: unknown[]
): Promise<{ code?: string; message: string }> {
  try {
    return await failureOf(pools, begin(pools.caller, method, peer, body, options) as Promise<unknown>);
  } catch (error) {
    return error as Error;
  }
}

/** REQ CONF-6. */
describe.each(METHODS)('%s', (method) => {
  const wrong: [what: string, options: unknown, code: string, text: RegExp][] = [
    ['no object', 'x', 'ARGUMENT', /it must be an object/],
    ['an unknown name', { deadline: 5 }, 'ARGUMENT', /there is no deadline; there are .*headers/],
    ['headers of numbers', { headers: { a: 5 } }, 'HEADERS', /header a: 5 \(number\); .*texts/],
    ['headers in a Map', { headers: new Map([['a', 'b']]) }, 'HEADERS', /headers: of class Map; .*texts/],
    ['a negative deadline', { deadlineNs: -1 }, 'DEADLINE', /-1 .*pool\.now\(\)/],
    ['a bigint as deadline', { deadlineNs: 5n }, 'DEADLINE', /5 \(bigint\)/],
    [
      'a controller as signal',
      { signal: new AbortController() },
      'ARGUMENT',
      /signal is of class AbortController/,
    ],
    ['what is no list to wait for', { after: 5 }, 'ARGUMENT', /after is 5 \(number\); it must be an array/],
    ['an entry without call', { after: [{}] }, 'ARGUMENT', /call is undefined; .*its token/],
    [
      'an entry with another wait',
      { after: [{ call: 1, wait: 'reply' }] },
      'ARGUMENT',
      /request or response/,
    ],
    ['an unknown priority', { priority: 'high' }, 'PRIORITY', /'high'; it must be 0 \(highest\) to 7/],
  ];
  const known = method === 'datagram' ? wrong.slice(0, 4) : wrong;

  test.each(known)('refuses %s, says what it wants, and begins nothing', async (_, options, code, text) => {
    const pools = makePools(ECHO);
    const error = await errorOf(pools, method, pools.toServer, pattern(3), options);
    expect(error).toMatchObject({ code: `ERR_DCQUIC_${code}` });
    expect(error.message).toMatch(text);
    expect(pools.net.sent).toEqual([]);
    expectClean(pools.client, pools.server);
  });

  test('refuses a peer that is none, and says what one is', async () => {
    const pools = makePools(ECHO);
    const error = await errorOf(pools, method, '127.0.0.1:5000', pattern(3), {});
    expect(error).toMatchObject({ code: 'ERR_DCQUIC_PEER', message: expect.stringMatching(/connect gives/) });
  });

  // Their lengths are not those of bytes, and some would have travelled as zeros.
  test.skipIf(method === 'bidirectional').each([
    ['text', 'hello'],
    ['nothing', undefined],
    ['numbers', [1, 2, 3]],
    ['words', new Uint16Array(4)],
    ['memory', new ArrayBuffer(4)],
  ])('refuses %s in place of bytes', async (_, body) => {
    const pools = makePools(ECHO);
    const error = await errorOf(pools, method, pools.toServer, body, {});
    expect(error).toMatchObject({ code: 'ERR_DCQUIC_ARGUMENT' });
    expect(error.message).toMatch(/it must be a Uint8Array/);
    expect(await valueOf(pools, pools.caller.unaryRpc(pools.toServer, pattern(9)))).toMatchObject({
      body: pattern(9),
    });
    expectClean(pools.client, pools.server);
  });
});

/** REQ CONF-6. */
describe('a pool', () => {
  const make = (): { pools: ReturnType<typeof makePools>; loose: Record<string, Loose> } => {
    const pools = makePools(ECHO);
    return { pools, loose: pools.caller as unknown as Record<string, Loose> };
  };

  test.each<[unknown, RegExp]>([
    [undefined, /what is served is undefined/],
    [{ unari: () => pattern(1) }, /there is no unari; there are unary, stream, accept, datagram/],
    [{ unary: 5 }, /unary is 5 \(number\); it must be a function/],
  ])('serves no %o', (service, text) => {
    expect(() => make().loose['serve']!(service)).toThrow(text);
  });

  test('that is closed takes no peer and serves nothing more', () => {
    const { caller } = make().pools;
    caller.close();
    const closed = expect.objectContaining({ code: 'ERR_DCQUIC_CLOSED' });
    expect(() => caller.serve(() => pattern(1))).toThrow(closed);
    expect(() => caller.addPeer({} as never)).toThrow(closed);
  });

  test.each<[string, unknown, RegExp]>([
    ['retries below none', { retriesMax: -1 }, /retriesMax is -1 \(number\); it must be a whole number/],
    ['retries in words', { retriesMax: 'x' }, /retriesMax is 'x'/],
    ['a doubt about idempotence', { idempotent: 'no' }, /idempotent is 'no'; it must be true or false/],
  ])('refuses %s', async (_, options, text) => {
    const { pools } = make();
    expect((await errorOf(pools, 'unaryRpc', pools.toServer, pattern(1), options)).message).toMatch(text);
  });

  test.each<[string, unknown, RegExp]>([
    ['of no number', { messages: NaN }, /messages is NaN \(number\)/],
    ['of text', { bytes: '1MB' }, /bytes is '1MB'; it must be a whole number/],
    ['of another name', { byte: 1 }, /there is no byte; there are messages, bytes/],
  ])('opens no stream with limits %s', (_, limits, text) => {
    const { pools } = make();
    expect(() => pools.caller.bidirectional(pools.toServer, { limits } as never)).toThrow(text);
    expectClean(pools.client, pools.server);
  });

  test.each([['text'], [Uint8Array.of(1, 2)], [5], [undefined]])('reads no %o', async (source) => {
    const { pools, loose } = make();
    const error = await failureOf(pools, loose['streamingRequest']!(pools.toServer, source));
    expect(error.message).toMatch(/the source of messages is .*; it must be iterable/);
  });

  test('allocates no buffer with an option that there is not, or in another way', async () => {
    const { pools } = make();
    for (const options of [{ seal: 1 }, { sealing: 'none' }, { whenFull: 'x' }, { signal: 5 }]) {
      const error = await failureOf(pools, pools.caller.buffers.allocate(5, options as never));
      expect(error).toMatchObject({ code: 'ERR_DCQUIC_ARGUMENT' });
    }
    expectClean(pools.client, pools.server);
  });

  test('makes no target of what is none', () => {
    expect(() => new BulkTarget(5 as never)).toThrow('it must be a Uint8Array or a sink');
    expect(() => new BulkTarget({ write() {} } as never)).toThrow('it must be a Uint8Array or a sink');
    expect(() => new BulkTarget(pattern(1), { onEnded() {} } as never)).toThrow('there is no onEnded');
  });
});

/** REQ CONF-6, PAT-12. */
describe('a callee that is wrong tells its caller:', () => {
  test.each<[string, unknown, RegExp]>([
    ['returns text', () => 'abc', /what the handler returned is 'abc'/],
    ['returns nothing', () => undefined, /what the handler returned is undefined/],
    [
      'returns another name',
      () => ({ body: pattern(1), header: {} }),
      /there is no header; there are body, headers/,
    ],
    ['returns text as body', () => ({ body: 'x' }), /it must be a Uint8Array/],
    ['returns headers of numbers', () => ({ body: pattern(1), headers: { a: 1 } }), /header a: 1 \(number\)/],
  ])('a handler %s', async (_, unary, text) => {
    const pools = makePools({ unary } as Service);
    const error = await failureOf(pools, pools.caller.unaryRpc(pools.toServer, pattern(1)));
    expect(error).toMatchObject({ reason: 'handler-failed', message: expect.stringMatching(text) });
    expectClean(pools.client, pools.server);
  });

  test.each<[string, unknown, RegExp]>([
    ['returns text', () => 'abc', /a message is 'abc'/],
    [
      'yields text',
      async function* () {
        yield 'abc';
      },
      /a message is 'abc'/,
    ],
    [
      'has headers of numbers',
      (call: { setHeaders(h: unknown): void }) => call.setHeaders({ a: 1 }),
      /header a: 1/,
    ],
    [
      'closes with words',
      (call: { close(s: unknown): void }) => call.close('x'),
      /the status of a stream is 'x'/,
    ],
  ])('a stream handler that %s', async (_, stream, text) => {
    const pools = makePools({ stream } as Service);
    const iterator = pools.caller.streamingResponse(pools.toServer, pattern(1))[Symbol.asyncIterator]();
    const error = await driven(
      pools,
      iterator.next().then(
        () => undefined,
        (thrown: Error) => thrown,
      ),
    );
    expect(error).toMatchObject({ reason: 'handler-failed', message: expect.stringMatching(text) });
  });

  test.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /the verdict of the acceptor is undefined/],
    ['a typo', { rejct: 'no' }, /there is no rejct; there are into, reject, status/],
    ['no text', { reject: 5 }, /reject is 5 \(number\); it must be text/],
    ['no place', { into: 'x' }, /into is 'x'; it must be a Uint8Array or a BulkTarget/],
  ])('an acceptor says %s, which takes nothing', async (_, verdict, text) => {
    const pools = makePools({ accept: () => verdict, unary: ({ body }) => body } as Service);
    for (const size of [10, 100_000]) {
      const error = await failureOf(pools, pools.caller.unaryRpc(pools.toServer, pattern(size)));
      expect(error).toMatchObject({ reason: 'rejected', message: expect.stringMatching(text) });
    }
  });
});

/** REQ BP-2, CONF-6: what cannot be sent is refused when it is written, not when there is room for it and nobody to hear of it. */
test('a message too large for a stream is refused while others wait, and the stream goes on', async () => {
  const pools = makePools({ stream: () => new Promise(() => {}) }, { messageBytesMax: 5000 });
  const stream = pools.caller.bidirectional(pools.toServer, { limits: { messages: 1, bytes: 1000 } });
  for (let i = 0; i < 40; i += 1) void stream.write(pattern(1000)).catch(() => {});
  const error = await failureOf(pools, stream.write(pattern(5001)));
  expect(error).toMatchObject({ code: 'ERR_DCQUIC_SIZE' });
  stream.end();
  expect((await failureOf(pools, stream.write(pattern(1)))).message).toMatch(/a stream that has ended/);
  stream.close();
  expect(() => stream.close(-1)).toThrow('the status of a stream is -1');
});

describe('what callbacks of the application throw comes out, and keeps nobody waiting:', () => {
  test('of a target at the end: the caller is told', async () => {
    const target = new BulkTarget(new Uint8Array(100_000), {
      onEnd: () => {
        throw new Error('my end');
      },
    });
    const pools = makePools({ accept: () => ({ into: target }) });
    const error = await failureOf(pools, pools.caller.rawBulkTransfer(pools.toServer, pattern(100_000)));
    expect(error).toMatchObject({ reason: 'handler-failed', message: expect.stringContaining('my end') });
    expectClean(pools.client, pools.server);
  });

  test('of a broadcast with an outcome: the outcome is there', async () => {
    const pools = makePools(ECHO);
    const outcomes = pools.caller.broadcast([pools.toServer], pattern(5), {
      onOutcome: () => {
        throw new Error('my outcome');
      },
    });
    expect(() => pools.net.run(1_000_000_000)).toThrow('my outcome');
    expect(await settled(pools, outcomes)).toMatchObject({ value: [{ response: { body: pattern(5) } }] });
  });
});
