import { randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CausalityMap } from '../../protocol/index.ts';
import type { PeerId, Token, TransferError } from '../../protocol/index.ts';
import { PresharedSecret } from '../psk/preshared-secret.ts';
import { createUdpPool } from '../udp/pool.ts';
import type { UdpPool } from '../udp/pool.ts';

interface Message {
  token?: Token;
  end?: string;
  issued?: Token[];
  ready?: true;
}

/** What the thread says, in its order. */
class Thread {
  readonly worker: Worker;
  private readonly messages: Message[] = [];
  private wake: () => void = () => {};

  constructor(secret: string, server: string, tokens: SharedArrayBuffer) {
    const url = new URL('support/caller.mjs', import.meta.url);
    this.worker = new Worker(url, { workerData: { secret, server, tokens } });
    this.worker.on('message', (message: Message) => {
      this.messages.push(message);
      this.wake();
    });
    this.worker.on('error', (error) => {
      throw error;
    });
  }

  async next(): Promise<Message> {
    while (this.messages.length === 0) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.messages.shift()!;
  }

  async call(body: Uint8Array): Promise<Token> {
    this.worker.postMessage({ call: body });
    return (await this.next()).token!;
  }
}

const ANSWER = new Uint8Array(1);
const SIZES = [1, 20_000] as const;

let server: UdpPool;
let client: UdpPool;
let peer: PeerId;
let thread: Thread;
let tokens: SharedArrayBuffer;
let ran: number[];
let answers: Map<number, (body: Uint8Array) => void>;

/** Byte 0 names a request: from 200 on it fails, from 100 on it is answered when the test says so. */
beforeEach(async () => {
  const hex = randomBytes(32).toString('hex');
  const secret = PresharedSecret.fromHex(hex);
  ran = [];
  answers = new Map();
  tokens = CausalityMap.sharedMemory(1 << 17);
  server = await createUdpPool({ secret, bind: '127.0.0.1:0' });
  server.pool.serve(({ body }) => {
    const name = body[0]!;
    ran.push(name);
    if (name >= 200) throw new Error('no');
    return name < 100 ? ANSWER : new Promise((resolve) => answers.set(name, resolve));
  });
  client = await createUdpPool({ secret, bind: '127.0.0.1:0', tokens });
  peer = await client.connect(server.address);
  thread = new Thread(hex, server.address, tokens);
  expect(await thread.next()).toEqual({ ready: true });
});

afterEach(async () => {
  thread.worker.postMessage({ close: true });
  await new Promise((resolve) => thread.worker.on('exit', resolve));
  await Promise.all([client.close(), server.close()]);
});

/** Answers a request, which may be on its way. */
async function answer(name: number): Promise<void> {
  while (!answers.has(name)) await new Promise(setImmediate);
  answers.get(name)!(ANSWER);
}

const body = (name: number, size: number): Uint8Array => new Uint8Array(size).fill(name, 0, 1);

/** REQ CAUSE-2, CAUSE-9, CAUSE-10, CAUSE-11, POOL-2 · MUST AFTER-2, AFTER-3 */
describe('calls of a pool in another thread', () => {
  test.each(SIZES)('are waited for, their requests and their responses (%i bytes)', async (size) => {
    const token = await thread.call(body(100, 1));
    const late = client.pool.unaryRpc(peer, body(2, size), { after: [{ call: token }] });
    const early = client.pool.unaryRpc(peer, body(1, size), { after: [{ call: token, wait: 'request' }] });
    await early;
    expect(ran).toEqual([100, 1]);
    await answer(100);
    await late;
    expect(ran).toEqual([100, 1, 2]);
    expect(await thread.next()).toEqual({ end: 'ok' });
    // It has long ended.
    await client.pool.unaryRpc(peer, body(3, size), { after: [{ call: token }] });
    expect(client.pool.causality.waits).toBe(0);
  });

  test.each(SIZES)(
    'fail those that depend on them, or not, and make up a quorum (%i bytes)',
    async (size) => {
      const { pool } = client;
      const first = await thread.call(body(100, 1));
      const own = pool.unaryRpc(peer, body(201, 1));
      own.catch(() => {});
      const quorum = pool.unaryRpc(peer, body(4, size), { after: [{ call: [own, first], quorum: 1 }] });
      const failed = await own.catch((error: TransferError) => error.reason);
      expect(failed).toBe('handler-failed');
      await answer(100);
      await quorum;
      expect(await thread.next()).toEqual({ end: 'ok' });
      const bad = await thread.call(body(200, 1));
      const fallen = pool.unaryRpc(peer, body(5, size), { after: [{ call: bad }] });
      const going = pool.unaryRpc(peer, body(6, size), { after: [{ call: bad, cascade: false }] });
      const error = await fallen.catch((thrown: TransferError) => thrown);
      expect(error).toMatchObject({ reason: 'dependency-failed' });
      expect(((error as TransferError).cause as Error).message).toBe(`the call of token ${bad} has failed`);
      await going;
      expect(ran).not.toContain(5);
      expect(await thread.next()).toEqual({ end: 'handler-failed' });
      expect(pool.causality.waits).toBe(0);
    },
  );

  test('never share a slot with calls of this one, however many begin at once', async () => {
    const count = 20_000;
    const map = new CausalityMap(tokens);
    thread.worker.postMessage({ count });
    const issued: Token[] = [];
    let theirs: Token[] | undefined;
    void thread.next().then((message) => (theirs = message.issued));
    // Both issue at the same time, and the map grows meanwhile.
    while (theirs === undefined || issued.length < count) {
      if (issued.length < count) for (let i = 0; i < 100; i += 1) issued.push(map.issue()!);
      await new Promise(setImmediate);
    }
    expect(new Set([...issued, ...theirs]).size).toBe(2 * count);
    expect(theirs.every((token) => map.stateOf(token) === 'arrived' && !map.owns(token))).toBe(true);
    expect(issued.every((token) => map.stateOf(token) === 'pending' && map.owns(token))).toBe(true);
  });
});
