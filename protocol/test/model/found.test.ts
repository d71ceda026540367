import { expect, test } from 'vitest';
import { CancelSignal } from '../../pool/abort.ts';
import type { TransferError } from '../../pool/transfer-error.ts';
import { framesIn } from '../support/frames.ts';
import { expectClean, makePair, pathSecret, pattern, resultOf } from '../support/pair.ts';
import { driven, failureOf, makePools, quiet, reactions } from '../support/pools.ts';
import { Players } from './players.ts';
import { Reference } from './reference.ts';
import { settle } from './settle.ts';

/** What the model found, each in the smallest form. */

/** MUST LIVE-2, LIVE-3: a handler may work for long, but not for nobody. */
test.each(['for good', 'and comes back'])(
  'a caller dies %s: the handler that works for it learns it',
  async (how) => {
    let reason: unknown;
    const pools = makePools(({ signal }) => {
      signal.addEventListener('abort', () => (reason = (signal.reason as { reason: string }).reason));
      return new Promise(() => {});
    });
    const { net, caller, client, server, toServer } = pools;
    caller.unaryRpc(toServer, pattern(10)).catch(() => {});
    net.run(1_000_000);
    client.crash();
    if (how === 'and comes back') {
      net.run(2_000_000);
      client.pool = undefined;
      client.restart();
      const secret = pathSecret();
      client.endpoint.addPeer(net.now, { address: server.address, secret, role: 'client', usedBefore: true });
    }
    net.run(200_000_000);
    await reactions();
    expect(reason).toBe(how === 'for good' ? 'peer-timeout' : 'peer-restarted');
    expectClean(server);
  },
);

/** Answers of an acceptor that come late. */
test.each(['unary', 'stream'] as const)(
  'who has given up a %s is not served when it is accepted',
  async (kind) => {
    let accept = (): void => {};
    let ran = false;
    const pools = makePools({
      unary: () => {
        ran = true;
        return pattern(1);
      },
      stream: () => void (ran = true),
      accept: () => new Promise((resolve) => (accept = () => resolve({}))),
    });
    const { net, caller, callee, toServer } = pools;
    const signal = new CancelSignal();
    if (kind === 'unary') caller.unaryRpc(toServer, pattern(10), { signal }).catch(() => {});
    else caller.streamingResponse(toServer, pattern(10), { signal });
    net.run(1_000_000);
    signal.abort('enough');
    net.run(2_000_000);
    accept();
    await reactions();
    await quiet(pools);
    expect(ran).toBe(false);
    expect(callee.isBusy()).toBe(false);
    expectClean(pools.client, pools.server);
  },
);

/** MUST STRM-1: the handler begins late, and misses nothing. */
test('what comes on a stream while its acceptor decides is kept', async () => {
  let accept = (): void => {};
  const seen: number[] = [];
  const pools = makePools({
    stream: async (call) => {
      for await (const { length } of call) seen.push(length);
    },
    accept: () => new Promise((resolve) => (accept = () => resolve({}))),
  });
  const stream = pools.caller.bidirectional(pools.toServer);
  for (let i = 1; i <= 3; i += 1) void stream.write(pattern(i));
  stream.end();
  pools.net.run(1_000_000);
  accept();
  for await (const _ of { [Symbol.asyncIterator]: () => driving(pools, stream) })
    expect.fail('nothing was written');
  expect(seen).toEqual([1, 2, 3]);
  await quiet(pools);
  expectClean(pools.client, pools.server);
});

function driving(
  pools: ReturnType<typeof makePools>,
  stream: AsyncIterable<Uint8Array>,
): AsyncIterator<Uint8Array> {
  const iterator = stream[Symbol.asyncIterator]();
  return { next: () => driven(pools, iterator.next()) };
}

/** REQ PAT-12: the cause, not its consequence. */
test('a write that waits for room is refused with what ended the stream', async () => {
  const pools = makePools({ stream: () => new Promise<void>(() => {}) });
  const signal = new CancelSignal();
  const stream = pools.caller.bidirectional(pools.toServer, { signal, limits: { messages: 1, bytes: 100 } });
  const waiting = stream.write(pattern(90));
  signal.abort('enough');
  expect((await failureOf(pools, waiting)).reason).toBe('aborted');
  const failing = makePools({
    stream: () => {
      throw new Error('no');
    },
  });
  const other = failing.caller.bidirectional(failing.toServer, { limits: { messages: 1, bytes: 100 } });
  expect((await failureOf(failing, other.write(pattern(90)))).reason).toBe('handler-failed');
});

/** MUST RESET-3, CREDIT-2: all tries are lost while nothing waits for the peer; the credit hangs on the reset. */
test('a call given up in a long partition gives its credit back after it', () => {
  const { net, client, server, toServer } = makePair({ options: { notifyWindow: 1 } });
  net.hook = () => [];
  client.call(toServer, pattern(10), { deadlineNs: 1_000_000 });
  expect(net.run(2_000_000_000), 'its tries have an end').toBe('idle');
  net.hook = undefined;
  const id = client.call(toServer, pattern(10));
  net.run();
  expect(resultOf(client, id).reason).toBeUndefined();
  expectClean(client, server);
});

/** REQ BUF-9: neither a dead peer nor one without credit lets what has ended pile up. */
test.each(['is dead', 'grants nothing'])(
  'calls with deadlines to a peer that %s leave nothing in line',
  (how) => {
    const { net, client, server, toServer } = makePair({
      options: { notifyWindow: 1, peerTimeoutNs: 100_000_000 },
    });
    server.handler = () => {};
    if (how === 'is dead') server.crash();
    client.call(toServer, pattern(10));
    if (how === 'is dead') net.run(300_000_000);
    // It waits for good, in front of the others.
    else client.call(toServer, pattern(10));
    for (let i = 0; i < 1000; i += 1) {
      client.call(toServer, pattern(10), { deadlineNs: net.now + 1_000_000 });
      net.run(net.now + 2_000_000);
      expect(client.endpoint.state.announcements).toBeLessThan(70);
    }
  },
);

/** MUST STRM-7: its caller is done, says so once, and uses the slot for another. */
test('a callee whose STREAM_CLOSE_ACK got lost takes a new generation of the slot for it', async () => {
  const pools = makePools({
    stream: (call) => call.close(300, 'no'),
    unary: () => pattern(1),
  });
  const { net, caller, client, server, toServer } = pools;
  const stream = caller.bidirectional(toServer);
  let lost = 0;
  net.hook = ({ bytes }) => {
    if (!framesIn(net.crypto, bytes).includes('StreamCloseAck')) return undefined;
    lost += 1;
    return [];
  };
  await failureOf(pools, stream[Symbol.asyncIterator]().next());
  await driven(pools, caller.unaryRpc(toServer, pattern(1)));
  expect(lost).toBeGreaterThan(0);
  await quiet(pools);
  expectClean(client, server);
});

/** MUST EXCH-5: the endpoint of a closed pool may live on, and look alive. */
test('who waits for a pool that closes is told', async () => {
  const pools = makePools({ unary: () => new Promise(() => {}), stream: () => new Promise<void>(() => {}) });
  const { net, caller, callee, toServer } = pools;
  net.at(50_000, () => {
    callee.close();
    net.drain(pools.server);
  });
  const waiting = [
    caller.unaryRpc(toServer, pattern(10)),
    caller.unaryRpc(toServer, pattern(5000)),
    caller.bidirectional(toServer)[Symbol.asyncIterator]().next(),
  ];
  const ends = await driven(pools, Promise.allSettled<unknown>(waiting));
  expect(ends.map((end) => (end as PromiseRejectedResult).reason as TransferError)).toMatchObject([
    { reason: 'rejected', status: 3 },
    { reason: 'rejected', status: 3 },
    { reason: 'cancelled', status: 3 },
  ]);
  const late = await failureOf(pools, caller.unaryRpc(toServer, pattern(1), { retriesMax: 0 }));
  expect(late.reason).toBe('refused');
  await quiet(pools);
  expectClean(pools.client, pools.server);
});

/** MUST EXCH-5, REQ PAT-3: a source waits for its own reasons, and for longer than the stream lives. */
test.each(['is closed', 'is gone'])(
  'who streams requests to a pool that %s is told, whatever his source does',
  async (how) => {
    const pools = makePools({ stream: () => new Promise<void>(() => {}) });
    const { net, caller, callee, toServer } = pools;
    async function* source(): AsyncGenerator<Uint8Array, void> {
      yield pattern(10);
      await new Promise(() => {});
    }
    net.at(50_000, () => {
      if (how === 'is gone') pools.server.crash();
      else callee.close();
      net.drain(pools.server);
    });
    const ended = caller.streamingRequest(toServer, source()).catch((error: TransferError) => error.reason);
    expect(await driven(pools, ended)).toBe(how === 'is gone' ? 'peer-timeout' : 'cancelled');
  },
);

/** MUST FRESH-6, FRESH-10, CREDIT-2: what comes before the proof has no effect, though it is acknowledged; the credit hangs on the reset. */
test('a call given up while its host proves that it has restarted gives its credit back', async () => {
  for (let deadlineNs = 12_000; deadlineNs <= 20_000; deadlineNs += 1000) {
    const players = new Players(
      { hosts: 2, accepting: false, options: { notifyWindow: 1 } },
      new Reference(2),
    );
    const { stage } = players;
    const plan = { verdict: 'accept', answer: 'now' } as const;
    await stage.act(() => void players.unary(0, 1, 8, { plan }));
    // The answer meets the next incarnation.
    await stage.advance(1000);
    await stage.act(() => players.crash(0));
    await stage.act(() => {
      players.restart(0);
      players.unary(0, 1, 8, { plan, deadlineNs });
      players.unary(0, 1, 8, { plan });
    });
    await settle(players);
    expect(players.reference.differences).toEqual([]);
  }
});

/** REQ XFER-6: also while it waits for another try. */
test('a call that is refused and tried again ends at its deadline', async () => {
  const pools = makePools({ unary: () => pattern(1) });
  const { net, caller, callee, toServer } = pools;
  callee.close();
  net.drain(pools.server);
  const deadlineNs = net.now + 60_000;
  const call = caller.unaryRpc(toServer, pattern(1), { deadlineNs, idempotent: true });
  let endedAt = 0;
  const ended = call.catch(() => (endedAt = net.now));
  await driven(pools, ended, 1000);
  expect(endedAt).toBeLessThanOrEqual(deadlineNs);
  await quiet(pools);
  expectClean(pools.client, pools.server);
});

/** MUST EXCH-5, LIVE-2: whom they work for was told that nothing comes; also who asks for the signal only then, and in spite of one who throws. */
test('handlers and acceptors of a pool that closes learn it, and the calls they began end for it', async () => {
  const ends: string[] = [];
  const inner: Promise<unknown>[] = [];
  let askLate = (): void => {};
  const pools = makePools({
    unary: (request) => {
      if (request.headers['how'] === 'asks late') {
        askLate = () => void ends.push(`late ${(request.signal.reason as TransferError).reason}`);
        return new Promise(() => {});
      }
      const call = callee.unaryRpc(pools.toClient, pattern(1), { signal: request.signal });
      inner.push(call.catch(({ reason }: TransferError) => ends.push(`call ${reason}`)));
      return listen('unary', request.signal);
    },
    stream: ({ signal }) => listen('stream', signal) as Promise<void>,
    accept: ({ headers, signal }) => (headers['how'] === 'asked' ? listen('acceptor', signal) : {}),
  });
  function listen(name: string, signal: CancelSignal): Promise<never> {
    signal.addEventListener('abort', () => {
      const { reason, peer } = signal.reason as TransferError;
      ends.push(`${name} ${reason} ${peer === pools.toClient}`);
      throw new Error(name);
    });
    return new Promise(() => {});
  }
  const { net, caller, callee, toServer } = pools;
  caller.serve(() => new Promise(() => {}));
  const waiting = [
    caller.unaryRpc(toServer, pattern(10)),
    caller.unaryRpc(toServer, pattern(10), { headers: { how: 'asks late' } }),
    caller.unaryRpc(toServer, pattern(10), { headers: { how: 'asked' } }),
    caller.bidirectional(toServer)[Symbol.asyncIterator]().next(),
  ];
  const told = Promise.allSettled<unknown>(waiting);
  net.run(1_000_000);
  await reactions();
  expect(() => callee.close()).toThrow('unary');
  askLate();
  await Promise.all(inner);
  expect(ends.sort()).toEqual([
    'acceptor closed true',
    'call closed',
    'late closed',
    'stream closed true',
    'unary closed true',
  ]);
  net.drain(pools.server);
  await driven(pools, told);
  await quiet(pools);
  expectClean(pools.client, pools.server);
});
