import { describe, expect, test } from 'vitest';
import { deploymentOptions } from '../../endpoint/deployments.ts';
import type { EndpointOptions } from '../../endpoint/options.ts';
import type { TransferError } from '../../pool/transfer-error.ts';
import { framesIn } from '../support/frames.ts';
import { expectClean, pattern } from '../support/pair.ts';
import { driven, failureOf, makePools, quiet, reactions, settled, valueOf } from '../support/pools.ts';
import type { Pools } from '../support/pools.ts';

/** Serves: byte 0 of a request says what becomes of it; the rest is its name. */
interface Bench extends Pools {
  /** Names in the order their handlers ran. */
  ran: string[];
  answers: Map<string, (body: Uint8Array) => void>;
}

const name = (text: string, size = 0): Uint8Array => {
  const bytes = new Uint8Array(Math.max(size, text.length + 1));
  bytes[0] = text.length;
  for (let i = 0; i < text.length; i += 1) bytes[i + 1] = text.charCodeAt(i);
  return bytes;
};
const nameOf = (body: Uint8Array): string => String.fromCharCode(...body.subarray(1, 1 + body[0]!));

/** Answers wait in `answers`, but those of names that begin with `!`, which fail at once, and with `.`, which succeed. */
function makeBench(options: Partial<EndpointOptions> = {}): Bench {
  const ran: string[] = [];
  const answers: Bench['answers'] = new Map();
  const pools = makePools(
    {
      unary: ({ body }) => {
        const text = nameOf(body);
        ran.push(text);
        if (text.startsWith('!')) throw new Error(`no ${text}`);
        if (text.startsWith('.')) return pattern(1);
        return new Promise((resolve) => answers.set(text, resolve));
      },
      stream: async (stream) => {
        ran.push('stream');
        for await (const body of stream) ran.push(nameOf(body));
        return pattern(2);
      },
    },
    options,
  );
  return { ...pools, ran, answers };
}

async function pass(bench: Bench): Promise<void> {
  for (let i = 0; i < 5; i += 1) {
    bench.net.run(bench.net.now + 500_000);
    await reactions();
  }
}

function expectNothingLeft({ caller, client, server }: Bench): void {
  expect([caller.causality.pending, caller.causality.waits]).toEqual([0, 0]);
  expectClean(client, server);
}

const ignore = (promise: Promise<unknown>): void => void promise.catch(() => {});

/** REQ PAT-8, PAT-9, PAT-10, CAUSE-3, CAUSE-4, CAUSE-9, CAUSE-11 · MUST AFTER-1, AFTER-2, AFTER-3 */
describe('a call that waits', () => {
  test.each([0, 20_000])(
    'for a request (%i bytes) goes on when that has arrived, before its response',
    async (size) => {
      const bench = makeBench();
      const { caller, toServer, ran, answers } = bench;
      const first = caller.unaryRpc(toServer, name('a', size));
      const second = caller.unaryRpc(toServer, name('.b'), { after: [{ call: first, wait: 'request' }] });
      await valueOf(bench, second);
      expect(ran).toEqual(['a', '.b']);
      answers.get('a')!(pattern(1));
      await valueOf(bench, first);
      expectNothingLeft(bench);
    },
  );

  test.each([0, 100_000])('for a response (%i bytes) is not handed over before that', async (size) => {
    const bench = makeBench();
    const { net, caller, toServer, ran, answers } = bench;
    const first = caller.unaryRpc(toServer, name('a'));
    await pass(bench);
    net.sent = [];
    const second = caller.unaryRpc(toServer, name('.b', size), { after: [{ call: first }] });
    net.run(net.now + 2_000_000);
    // What is pulled is there, and kept; of what is not, nothing is sent. Both sides look whether the other lives.
    const frames = net.sent.flatMap(({ bytes }) => framesIn(net.crypto, bytes));
    expect(frames.some((frame) => !frame.startsWith('Probe'))).toBe(size > 0);
    expect(ran).toEqual(['a']);
    answers.get('a')!(pattern(1));
    await valueOf(bench, second);
    expect(ran).toEqual(['a', '.b']);
    expectNothingLeft(bench);
  });

  test('waits for all of its dependencies, named by call or token, once each or twice', async () => {
    const bench = makeBench();
    const { caller, toServer, ran, answers } = bench;
    const a = caller.unaryRpc(toServer, name('a'));
    const b = caller.unaryRpc(toServer, name('b'));
    const after = [{ call: a }, { call: b.token }, { call: a, wait: 'request' as const }];
    const c = caller.unaryRpc(toServer, name('.c'), { after });
    await pass(bench);
    answers.get('b')!(pattern(1));
    await pass(bench);
    expect(ran).toEqual(['a', 'b']);
    answers.get('a')!(pattern(1));
    await valueOf(bench, c);
    expectNothingLeft(bench);
  });

  test('fails with a critical one, the cause in a chain, and is never handed over', async () => {
    const bench = makeBench();
    const { caller, toServer, ran } = bench;
    const a = caller.unaryRpc(toServer, name('!a'));
    const b = caller.unaryRpc(toServer, name('.b'), { after: [{ call: a }] });
    const c = caller.unaryRpc(toServer, name('.c'), { after: [{ call: b, wait: 'request' }] });
    const d = caller.unaryRpc(toServer, name('.d'), { after: [{ call: c, cascade: false }] });
    for (const promise of [a, b]) ignore(promise);
    const error = (await failureOf(bench, c)) as TransferError;
    const cause = error.cause as TransferError;
    expect([error.reason, cause.reason]).toEqual(['dependency-failed', 'dependency-failed']);
    expect(cause.cause).toBe((await failureOf(bench, a)) as TransferError);
    expect((cause.cause as TransferError).reason).toBe('handler-failed');
    await valueOf(bench, d);
    expect(ran).toEqual(['!a', '.d']);
    expectNothingLeft(bench);
  });

  test('for the request alone does not fail when only the response does', async () => {
    const bench = makeBench();
    const { caller, toServer, ran } = bench;
    const a = caller.unaryRpc(toServer, name('!a'));
    ignore(a);
    await valueOf(bench, caller.unaryRpc(toServer, name('.b'), { after: [{ call: a, wait: 'request' }] }));
    // The same when it is long over.
    await valueOf(bench, caller.unaryRpc(toServer, name('.c'), { after: [{ call: a, wait: 'request' }] }));
    const late = await failureOf(bench, caller.unaryRpc(toServer, name('.d'), { after: [{ call: a }] }));
    expect(late.reason).toBe('dependency-failed');
    expect(ran).toEqual(['!a', '.b', '.c']);
    expectNothingLeft(bench);
  });

  test('is cancelled, passes its deadline, or is closed, and those behind it hear of it', async () => {
    for (const way of ['aborted', 'deadline', 'closed'] as const) {
      const bench = makeBench();
      const { net, caller, toServer, ran } = bench;
      const controller = new AbortController();
      const a = caller.unaryRpc(toServer, name('a'), { deadlineNs: 15_000_000 });
      const { signal } = controller;
      const deadlineNs = way === 'deadline' ? { deadlineNs: net.now + 3_000_000 } : {};
      const b = caller.unaryRpc(toServer, name('.b'), { after: [{ call: a }], signal, ...deadlineNs });
      const c = caller.unaryRpc(toServer, name('.c'), { after: [{ call: b }] });
      for (const promise of [a, b, c]) ignore(promise);
      await pass(bench);
      if (way === 'aborted') controller.abort();
      if (way === 'closed') caller.close();
      expect((await failureOf(bench, b)).reason).toBe(way);
      if (way !== 'closed') expect((await failureOf(bench, c)).cause).toBe(await failureOf(bench, b));
      await settled(bench, a);
      await quiet(bench);
      expect(ran).toEqual(['a']);
      expectNothingLeft(bench);
    }
  });

  test('waits for the last try of a call that is tried again', async () => {
    const pools = makePools(undefined);
    const { net, caller, callee, client, toServer } = pools;
    const ran: string[] = [];
    const a = caller.unaryRpc(toServer, name('.a'));
    const b = caller.unaryRpc(toServer, name('.b'), { after: [{ call: a }] });
    net.run(30_000);
    expect(ran).toEqual([]);
    callee.serve(({ body }) => {
      ran.push(nameOf(body));
      return pattern(1);
    });
    await valueOf(pools, b);
    expect(ran).toEqual(['.a', '.b']);
    expect(client.endpoint.counters.notifiesOut, 'the first was announced twice').toBe(3);
    expect([caller.causality.pending, caller.causality.waits]).toEqual([0, 0]);
    expectClean(client, pools.server);
  });

  test.each(['service', 'workstation'] as const)(
    'on a call that nobody remembers (%s): a critical dependency is refused, an optional one is over. MUST AFTER-4',
    async (deployment) => {
      const bench = makeBench(deploymentOptions(deployment));
      const { endedTokensMax } = bench.client.endpoint.options;
      const { caller, toServer } = bench;
      const first = caller.unaryRpc(toServer, name('.a'));
      await valueOf(bench, first);
      const none = AbortSignal.abort();
      for (let i = 0; i < endedTokensMax - 1; i += 1)
        ignore(caller.unaryRpc(toServer, name('.x'), { signal: none }));
      await valueOf(bench, caller.unaryRpc(toServer, name('.d'), { after: [{ call: first }] }));
      const refused = await failureOf(
        bench,
        caller.unaryRpc(toServer, name('.b'), { after: [{ call: first }] }),
      );
      expect(refused.code).toBe('ERR_DCQUIC_TOKEN');
      await valueOf(
        bench,
        caller.unaryRpc(toServer, name('.c'), { after: [{ call: first, cascade: false }] }),
      );
      expectNothingLeft(bench);
    },
  );

  test('to a peer that is gone meanwhile fails with it', async () => {
    const bench = makeBench();
    const { caller, toServer, server } = bench;
    const a = caller.unaryRpc(toServer, name('a'));
    await pass(bench);
    server.crash();
    const b = caller.unaryRpc(toServer, name('b'), { after: [{ call: a, cascade: false }] });
    ignore(a);
    expect((await failureOf(bench, b)).reason).toBe('peer-timeout');
    expect([caller.causality.pending, caller.causality.waits]).toEqual([0, 0]);
    expectClean(bench.client);
  });
});

/** REQ PAT-8, PAT-10 · MUST AFTER-1, AFTER-2, AFTER-3 */
describe('streams and broadcasts', () => {
  test('a stream waits with its opening, and is waited for', async () => {
    const bench = makeBench();
    const { caller, toServer, ran, answers } = bench;
    const a = caller.unaryRpc(toServer, name('a'));
    const stream = caller.bidirectional(toServer, { after: [{ call: a }] });
    void stream.write(name('m'));
    const afterOpening = caller.unaryRpc(toServer, name('.o'), {
      after: [{ call: stream, wait: 'request' }],
    });
    const afterEnd = caller.unaryRpc(toServer, name('.e'), { after: [{ call: stream }] });
    await pass(bench);
    expect(ran).toEqual(['a']);
    answers.get('a')!(pattern(1));
    await driven(bench, afterOpening);
    expect(ran.slice(0, 2)).toEqual(['a', 'stream']);
    expect(ran).not.toContain('.e');
    stream.end();
    await driven(bench, afterEnd);
    expect(ran.toSorted()).toEqual(['.e', '.o', 'a', 'm', 'stream']);
    expect(ran.at(-1)).toBe('.e');
    await quiet(bench);
    expectNothingLeft(bench);
  });

  test('a stream, a streamed request and a broadcast fail with what they depend on', async () => {
    const bench = makeBench();
    const { caller, toServer, ran } = bench;
    const a = caller.unaryRpc(toServer, name('!a'));
    const after = [{ call: a }];
    const stream = caller.streamingResponse(toServer, name('s'), { after });
    const next = stream[Symbol.asyncIterator]().next();
    const request = caller.streamingRequest(toServer, [name('m')], { after });
    const broadcast = caller.broadcast([toServer], name('b'), { after });
    const behind = caller.unaryRpc(toServer, name('.z'), { after: [{ call: broadcast.tokens[0]! }] });
    for (const promise of [a, next, request, behind]) ignore(promise);
    const cause = await failureOf(bench, a);
    for (const promise of [next, request]) {
      expect(await failureOf(bench, promise)).toMatchObject({ reason: 'dependency-failed', cause });
    }
    const [outcome] = await valueOf(bench, broadcast);
    expect(outcome?.error).toMatchObject({ reason: 'dependency-failed', cause });
    expect((await failureOf(bench, behind)).cause).toBe(outcome?.error);
    await quiet(bench);
    expect(ran).toEqual(['!a']);
    expectNothingLeft(bench);
  });

  test('a broadcast waits at every peer, and each of its calls can be waited for', async () => {
    const bench = makeBench();
    const { caller, toServer, ran, answers } = bench;
    const a = caller.unaryRpc(toServer, name('a'));
    const broadcast = caller.broadcast([toServer], name('.b', 90_000), { after: [{ call: a }] });
    const c = caller.unaryRpc(toServer, name('.c'), { after: [{ call: broadcast.tokens[0]! }] });
    await pass(bench);
    expect(ran).toEqual(['a']);
    answers.get('a')!(pattern(1));
    await valueOf(bench, c);
    expect(ran).toEqual(['a', '.b', '.c']);
    expectNothingLeft(bench);
  });
});
