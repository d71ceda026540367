import { describe, expect, test } from 'vitest';
import type { IncomingStream } from '../../pool/incoming-stream.ts';
import type { TransferError } from '../../pool/pool.ts';
import { expectClean, pattern } from '../support/pair.ts';
import { driven, failureOf, makePools, quiet, reactions } from '../support/pools.ts';
import type { Pools } from '../support/pools.ts';

/** How reading or writing ended. */
function endOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'fine',
    (error: TransferError) => [error.reason, error.status, error.message.split(': ')[1]],
  );
}

async function drain(messages: AsyncIterable<Uint8Array>): Promise<number> {
  let count = 0;
  for await (const _ of messages) count += 1;
  return count;
}

async function expectQuiet(pools: Pools): Promise<void> {
  await quiet(pools);
  expect(pools.caller.isBusy()).toBe(false);
  expect(pools.callee.isBusy()).toBe(false);
  expectClean(pools.client, pools.server);
}

/** REQ STREAM-3, STREAM-4, STREAM-5, STREAM-6 · MUST STRM-8. */
describe('a stream is closed with a status', () => {
  test('by its callee: the caller sees it, reading and writing, and the reason', async () => {
    const pools = makePools({
      stream: async (call) => {
        await call.write(pattern(10));
        await call[Symbol.asyncIterator]().next();
        call.close(300, 'quota of é');
      },
    });
    const stream = pools.caller.bidirectional(pools.toServer);
    const reading = endOf(drain(stream));
    await driven(pools, stream.write(pattern(5)));
    expect(await driven(pools, reading)).toEqual(['rejected', 300, 'quota of é']);
    expect(await endOf(stream.write(pattern(5)))).toEqual(['rejected', 300, 'quota of é']);
    await expectQuiet(pools);
  });

  test('by its caller: the handler sees it, reading and writing, and its signal is aborted', async () => {
    const seen: unknown[] = [];
    let call: IncomingStream | undefined;
    const pools = makePools({
      stream: async (incoming) => {
        call = incoming;
        incoming.signal.addEventListener('abort', () => seen.push('aborted'));
        seen.push(await endOf(drain(incoming)));
        seen.push(await endOf(incoming.write(pattern(1))));
      },
    });
    const stream = pools.caller.bidirectional(pools.toServer);
    await driven(pools, stream.write(pattern(5)));
    pools.net.run(pools.net.now + 1_000_000);
    stream.close(400, 'enough');
    expect(await driven(pools, endOf(drain(stream)))).toEqual(['rejected', 400, 'enough']);
    await expectQuiet(pools);
    expect(seen).toEqual(expect.arrayContaining([['rejected', 400, 'enough'], 'aborted']));
    expect(seen.length).toBe(3);
    expect(call?.signal.aborted).toBe(true);
  });

  test('by a handler that throws, with its message', async () => {
    const pools = makePools({
      stream: async function* () {
        yield pattern(1);
        throw new Error('out of paper');
      },
    });
    const stream = pools.caller.streamingResponse(pools.toServer, pattern(1));
    expect(await driven(pools, endOf(drain(stream)))).toEqual(['handler-failed', 1, 'out of paper']);
    await expectQuiet(pools);
  });

  test('by a pool that serves no streams', async () => {
    const pools = makePools(() => pattern(1));
    const stream = pools.caller.streamingResponse(pools.toServer, pattern(1));
    expect(await driven(pools, endOf(drain(stream)))).toEqual(['rejected', 2, 'no streams are served']);
    const streams = makePools({ stream: () => {} });
    const error = await failureOf(streams, streams.caller.unaryRpc(streams.toServer, pattern(1)));
    expect(error.message).toContain('only streams are served');
    await expectQuiet(pools);
  });

  test.each([10, 50_000])('by an acceptor, before %d bytes of its opening are taken', async (size) => {
    let ran = false;
    const pools = makePools({
      stream: () => void (ran = true),
      accept: ({ isStream, sizeBytes }) => ({ reject: `${isStream} ${sizeBytes}` }),
    });
    const stream = pools.caller.bidirectional(pools.toServer, { request: pattern(size) });
    expect(await driven(pools, endOf(drain(stream)))).toEqual(['rejected', 2, `true ${size}`]);
    expect(ran).toBe(false);
    await expectQuiet(pools);
  });
});

describe('a stream ends early', () => {
  test('when its reader leaves the loop', async () => {
    const seen: unknown[] = [];
    const pools = makePools({
      stream: async (call) => {
        for (let i = 0; ; i += 1) {
          const end = await endOf(call.write(pattern(2000)));
          if (end !== 'fine') return void seen.push(end, i < 200);
        }
      },
    });
    const read = async (): Promise<void> => {
      let count = 0;
      for await (const _ of pools.caller.streamingResponse(pools.toServer, pattern(1))) {
        count += 1;
        if (count === 3) break;
      }
    };
    await driven(pools, read());
    await expectQuiet(pools);
    expect(seen).toEqual([['cancelled', 3, undefined], true]);
  });

  /** MUST STRM-9: the handler is done before the caller has written all. */
  test('when its handler has enough; what is still written is not missed', async () => {
    const pools = makePools({
      stream: async (call) => {
        await call[Symbol.asyncIterator]().next();
        return pattern(3);
      },
    });
    const bodies = Array.from({ length: 200 }, (_, i) => pattern(3000, i));
    const { body } = await driven(pools, pools.caller.streamingRequest(pools.toServer, bodies));
    expect(body.length).toBe(3);
    await expectQuiet(pools);
  });

  test('by a signal, by a deadline, and with the pool', async () => {
    const pools = makePools({ stream: () => new Promise<void>(() => {}) });
    const controller = new AbortController();
    const { caller, toServer } = pools;
    const aborted = endOf(drain(caller.bidirectional(toServer, { signal: controller.signal })));
    const late = endOf(drain(caller.bidirectional(toServer, { deadlineNs: 500_000 })));
    const early = endOf(drain(caller.bidirectional(toServer, { signal: AbortSignal.abort() })));
    const closed = endOf(drain(caller.bidirectional(toServer)));
    await reactions();
    pools.net.run(1_000_000);
    controller.abort();
    pools.net.run(2_000_000);
    caller.close();
    const ends = await driven(pools, Promise.all([aborted, late, early, closed]));
    expect(ends.map((end) => (end as string[])[0])).toEqual(['aborted', 'deadline', 'aborted', 'closed']);
    await expectQuiet(pools);
  });

  test('with a failing source', async () => {
    const pools = makePools({ stream: async (call) => void (await drain(call)) });
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield pattern(1);
      throw new Error('the disk is gone');
    };
    const call = pools.caller.streamingRequest(pools.toServer, source());
    await expect(driven(pools, call)).rejects.toThrow('the disk is gone');
    await expectQuiet(pools);
  });

  test.each([0, 2])('with %d responses to a streamed request', async (count) => {
    const pools = makePools({
      stream: async function* () {
        for (let i = 0; i < count; i += 1) yield pattern(1);
      },
    });
    const call = pools.caller.streamingRequest(pools.toServer, []);
    await expect(driven(pools, call)).rejects.toMatchObject({ reason: 'protocol-violation' });
    await expectQuiet(pools);
  });

  test('with its peer', async () => {
    const pools = makePools({ stream: async (call) => void (await drain(call)) });
    const stream = pools.caller.bidirectional(pools.toServer);
    const end = endOf(drain(stream));
    pools.net.run(1_000_000);
    pools.server.crash();
    expect(await driven(pools, end, 1_000_000)).toEqual(['peer-timeout', 3, undefined]);
    expect(await endOf(stream.write(pattern(1)))).toEqual(['peer-timeout', 3, undefined]);
    expect(pools.client.endpoint.state).toMatchObject({ exchanges: 0, outbound: 0, transferTimers: 0 });
  });

  /** REQ STREAM-6, XFER-5: both sides learn that a cut path has ended it, also when it heals. */
  test('when the path is cut for long, at both sides', async () => {
    let served: unknown;
    const pools = makePools({ stream: async (call) => void (served = await endOf(drain(call))) });
    const stream = pools.caller.bidirectional(pools.toServer);
    const end = endOf(drain(stream));
    await driven(pools, stream.write(pattern(1)));
    pools.net.run(pools.net.now + 1_000_000);
    pools.net.hook = () => [];
    await driven(pools, end, 1_000_000);
    pools.net.run(pools.net.now + 100_000_000);
    pools.net.hook = undefined;
    await expectQuiet(pools);
    expect((served as string[])[0]).toBe('peer-timeout');
  });

  test('one message above the limit of its receiver ends it, at both sides', async () => {
    let served: unknown;
    const pools = makePools({ stream: async (call) => void (served = await endOf(drain(call))) });
    pools.server.endpoint.options.messageBytesMax = 5000;
    const stream = pools.caller.bidirectional(pools.toServer);
    const end = endOf(drain(stream));
    await driven(pools, stream.write(pattern(10_000)));
    expect(((await driven(pools, end)) as string[])[0]).toBe('message-too-large');
    await expectQuiet(pools);
    expect((served as string[])[0]).toBe('protocol-violation');
  });
});

/** REQ STREAM-6, STREAM-7, XFER-6, FLOW-3 · MUST STRM-7, STRM-10: closed at every datagram, by either side, on a good and a bad network. */
describe.each([
  ['caller', 'good'],
  ['callee', 'good'],
  ['caller', 'bad'],
  ['callee', 'bad'],
] as const)('a stream closed by its %s at each step, on a %s network', (side, network) => {
  test('leaves nothing, and both learn it', async () => {
    let closed = 0;
    for (let step = 0; step < 60; step += 1) {
      const ends: unknown[] = [];
      let call: IncomingStream | undefined;
      const pools = makePools({
        stream: async (incoming) => {
          call = incoming;
          ends.push(await endOf(drain(incoming)));
        },
      });
      const { net } = pools;
      const rng = net.fork(`close/${step}`);
      const stream = pools.caller.bidirectional(pools.toServer, { request: pattern(3000) });
      net.hook = ({ index }) => {
        if (index === step) {
          net.at(net.now + net.latencyNs, () => {
            if (side === 'caller') stream.close(300, 'x');
            else call?.close(300, 'x');
            for (const node of net.nodes) net.drain(node);
          });
        }
        return network === 'bad' && index > step && index < step + 20 && rng.ratio(1, 3) ? [] : undefined;
      };
      const reading = endOf(drain(stream));
      const writing = (async () => {
        for (let i = 0; i < 30; i += 1) await stream.write(pattern(i * 150));
        stream.end();
      })().catch(() => {});
      const end = await driven(pools, reading);
      await driven(pools, writing);
      await expectQuiet(pools);
      if (step < 3 && side === 'callee') continue;
      // Closed before the handler ran, the caller alone knows of it; after the last message, nobody noticed.
      if (call !== undefined) expect(ends.length, `step ${step}`).toBe(1);
      expect([['rejected', 300, 'x'], 'fine']).toContainEqual(end);
      if (end !== 'fine') closed += 1;
    }
    expect(closed).toBeGreaterThan(10);
  });
});
