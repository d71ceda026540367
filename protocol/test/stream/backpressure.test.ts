import { describe, expect, test } from 'vitest';
import type { Node } from '../support/node.ts';
import { expectClean, pattern } from '../support/pair.ts';
import { driven, makePools, quiet, reactions } from '../support/pools.ts';
import type { Pools } from '../support/pools.ts';
import type { Stream } from '../../stream/stream.ts';

function streamOf(node: Node): Stream | undefined {
  let found: Stream | undefined;
  node.endpoint['exchanges']['table'].forEach((exchange) => {
    if (exchange.kind === 'stream') found = exchange;
  });
  return found;
}

/** Bytes that have come, or are on their way, and were not taken by the reader. */
function unreadBytes(node: Node): number {
  const flow = streamOf(node)?.incoming;
  if (flow === undefined) return 0;
  return flow['pulledBytes'] + flow['inlineReceived'] - flow['inlineTaken'];
}

function sleep({ net }: Pools, ns: number): Promise<void> {
  return new Promise((resolve) => net.at(net.now + ns, resolve));
}

/** REQ BP-1, BP-2, BP-3 · MUST STRM-3, STRM-4, STRM-5. */
describe.each([
  ['small messages, which come inside their announcements', 900, 4, 8000],
  ['messages that are pulled', 9000, 4, 40_000],
  ['messages larger than the limit of bytes', 50_000, 4, 20_000],
  ['messages of a limit of one', 300, 1, 1000],
  ['messages under a limit of no bytes', 700, 8, 0],
])('a reader that takes a message a millisecond: %s', (_name, size, messages, bytes) => {
  test.each(['caller', 'callee'])('slows the %s down, and nothing piles up', async (writer) => {
    const count = 40;
    const limits = { messages, bytes };
    const options = { streamMessagesMax: messages, streamBytesMax: bytes, peerTimeoutNs: 1_000_000_000 };
    let read = 0;
    let written = 0;
    const write = async (target: { write(body: Uint8Array): Promise<void> }): Promise<void> => {
      for (; written < count; written += 1) await target.write(pattern(size, written));
    };
    const readAll = async (source: AsyncIterable<Uint8Array>): Promise<void> => {
      for await (const _ of source) {
        read += 1;
        await sleep(pools, 1_000_000);
      }
    };
    const pools: Pools = makePools(
      { stream: (call) => (writer === 'caller' ? readAll(call) : write(call)) },
      options,
    );
    const stream = pools.caller.bidirectional(pools.toServer, { limits });
    const [sender, receiver] =
      writer === 'caller' ? [pools.client, pools.server] : [pools.server, pools.client];
    let worstLead = 0;
    const watch = async (): Promise<void> => {
      while (read < count) {
        const out = streamOf(sender)?.outgoing;
        expect(out?.messages ?? 0).toBeLessThanOrEqual(messages);
        expect(out?.bytes ?? 0).toBeLessThanOrEqual(Math.max(bytes, size));
        expect(unreadBytes(receiver)).toBeLessThanOrEqual(Math.max(bytes, bytes / 2 + size));
        worstLead = Math.max(worstLead, written - read);
        await sleep(pools, 50_000);
      }
    };
    const job = writer === 'caller' ? write(stream).then(() => stream.end()) : readAll(stream);
    await driven(pools, Promise.all([job, watch()]), 100_000);
    expect(read).toBe(count);
    // What the writer has in hand, what it buffers, what the reader has unread: no more than that runs ahead.
    expect(worstLead).toBeLessThanOrEqual(2 * messages + 2);
    await quiet(pools);
    expectClean(pools.client, pools.server);
  });
});

/** REQ BP-1, BP-2: the limit holds at every instant of a long run, not at those that somebody happens to look at. */
test.each([
  ['inline', 900],
  ['pulled', 9000],
])(
  'a writer has within its limit at each event of 1,000 messages read one a millisecond: %s',
  async (_name, size) => {
    const limits = { messages: 8, bytes: 40_000 };
    const count = 1000;
    let read = 0;
    const pools: Pools = makePools(
      {
        stream: async (call) => {
          for await (const _ of call) {
            read += 1;
            await sleep(pools, 1_000_000);
          }
        },
      },
      { streamMessagesMax: limits.messages, streamBytesMax: limits.bytes, peerTimeoutNs: 1_000_000_000 },
    );
    const { net, client, server } = pools;
    const stream = pools.caller.bidirectional(pools.toServer, { limits });
    const worst = { events: 0, messages: 0, bytes: 0, unread: 0, heldBytes: 0 };
    const drain = net.drain.bind(net);
    net.drain = (node) => {
      drain(node);
      net.sent.length = 0;
      const { messages, bytes } = stream.backlog;
      worst.events += 1;
      worst.messages = Math.max(worst.messages, messages);
      worst.bytes = Math.max(worst.bytes, bytes);
      worst.unread = Math.max(worst.unread, unreadBytes(server));
      worst.heldBytes = Math.max(worst.heldBytes, client.endpoint.state.recordBuffers);
    };
    const write = async (): Promise<void> => {
      for (let i = 0; i < count; i += 1) await stream.write(pattern(size, i));
      stream.end();
      for await (const _ of stream);
    };
    await driven(pools, write(), 100_000);
    expect(read).toBe(count);
    expect(worst.events).toBeGreaterThan(2 * count);
    expect(worst.messages).toBeLessThanOrEqual(limits.messages);
    expect(worst.bytes).toBeLessThanOrEqual(limits.bytes);
    expect(worst.bytes).toBeGreaterThan(limits.bytes / 8);
    expect(worst.unread).toBeLessThanOrEqual(limits.bytes / 2 + size);
    // A record buffer for each message that is pulled and not acknowledged.
    expect(worst.heldBytes).toBeLessThanOrEqual(limits.messages);
    await quiet(pools);
    expectClean(client, server);
  },
);

test('a stream nobody reads stops its writer, and no other stream', async () => {
  const pools = makePools(
    { stream: (call) => (call.headers['idle'] === undefined ? echo(call) : new Promise<void>(() => {})) },
    { notifyWindow: 4, streamMessagesMax: 64 },
  );
  const { caller, toServer } = pools;
  const controller = new AbortController();
  const idle = [1, 2].map(() =>
    caller.bidirectional(toServer, { headers: { idle: 'yes' }, signal: controller.signal }),
  );
  for (const stream of idle) void fill(stream);
  pools.net.run(5_000_000);
  await reactions();
  // The two took all that streams may hold beyond one message each.
  expect(pools.server.endpoint['peers'].get(pools.toClient)!.streamExtra).toBe(16);
  const busy = caller.bidirectional(toServer);
  const talk = async (): Promise<number> => {
    let answers = 0;
    const iterator = busy[Symbol.asyncIterator]();
    for (let i = 0; i < 50; i += 1) {
      await busy.write(pattern(100));
      if ((await iterator.next()).done !== true) answers += 1;
    }
    busy.end();
    await iterator.next();
    return answers;
  };
  expect(await driven(pools, talk())).toBe(50);
  controller.abort();
  await quiet(pools);
  expect(pools.server.endpoint['peers'].get(pools.toClient)!.streamExtra).toBe(0);
  expectClean(pools.client, pools.server);
});

async function* echo(call: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const body of call) yield body;
}

async function fill(stream: { write(body: Uint8Array): Promise<void> }): Promise<void> {
  try {
    for (;;) await stream.write(pattern(100));
  } catch {
    // The stream has ended.
  }
}

/** REQ BP-2. */
test('writes that nobody waits for are bounded', async () => {
  const pools = makePools({ stream: () => new Promise<void>(() => {}) });
  const stream = pools.caller.bidirectional(pools.toServer, { limits: { messages: 2 } });
  const results = Array.from({ length: 1100 }, () =>
    stream.write(pattern(10)).catch((error: unknown) => error),
  );
  const refused = await results.at(-1);
  expect(refused).toMatchObject({ reason: 'limit' });
  stream.close();
  await driven(pools, Promise.all(results));
  await quiet(pools);
  expectClean(pools.client, pools.server);
});
