import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { BulkTarget } from '../../../protocol/pool/bulk-target.ts';
import type { Service } from '../../../protocol/pool/pool.ts';
import type { TransportEvent } from '../../events.ts';
import { PresharedSecret } from '../../psk/preshared-secret.ts';
import { createUdpPool } from '../../udp/pool.ts';
import { createPool, type PoolOptions } from '../../workers/create-pool.ts';
import type { WorkerPool } from '../../workers/worker-pool.ts';

const entry = new URL('../support/faulty-worker.mjs', import.meta.url);
const secret = PresharedSecret.generate();
const open: { close(): Promise<unknown> }[] = [];
const events: TransportEvent[] = [];

async function pool(options: Partial<PoolOptions> = {}): Promise<WorkerPool> {
  const onEvent = (event: TransportEvent): void => void events.push(event);
  const made = await createPool({ secret, bind: '127.0.0.1:0', onEvent, ...options }, { entry });
  open.push(made);
  return made;
}

async function inline(service: Service): Promise<string> {
  const made = await createUdpPool({ secret, bind: '127.0.0.1:0' });
  open.push(made);
  made.pool.serve(service);
  return made.address;
}

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
  events.length = 0;
});

const bytes = (length: number, fill = 7): Uint8Array => new Uint8Array(length).fill(fill);
const until = async (done: () => boolean): Promise<void> => {
  while (!done()) await new Promise(setImmediate);
};
const failed = (promise: Promise<unknown>): Promise<Record<string, unknown> & { cause?: Error }> =>
  promise.then(
    () => ({}),
    (error: unknown) => error as Record<string, unknown>,
  );

/** A thread of the application, and what it says. */
class Thread {
  readonly worker = new Worker(new URL('../support/pool-thread.mjs', import.meta.url));
  readonly #said: Record<string, number>[] = [];

  constructor() {
    this.worker.on('message', (what: Record<string, number>) => this.#said.push(what));
  }

  async next(): Promise<Record<string, number>> {
    await until(() => this.#said.length > 0);
    return this.#said.shift()!;
  }
}

/** REQ POOL-2, POOL-9, POOL-14, PAT-5, OPS-5, HEALTH-8 */
describe('pools whose endpoints are in threads', () => {
  test('a worker that throws in the midst of a stream and a bulk transfer ends them with its cause; others go on', async () => {
    const target = new BulkTarget(bytes(4_000_000, 0));
    const server = await inline({
      unary: ({ body }) => body,
      stream: async (call) => {
        await call.write(bytes(1));
        await new Promise(() => {});
      },
      accept: ({ isStream, sizeBytes }) => {
        if (isStream || sizeBytes < 1_000_000) return {};
        target.pause();
        return { into: target };
      },
    });
    const client = await pool({ cores: 2 });
    const peer = await client.connect(server);
    // Both workers are used, as a call under way opens a further lane.
    const streams = Array.from({ length: 8 }, () => client.bidirectional(peer));
    await Promise.all(streams.map((stream) => stream[Symbol.asyncIterator]().next()));
    const reads = streams.map((stream) => failed(stream[Symbol.asyncIterator]().next()));
    const faults = new BroadcastChannel('faults');
    faults.postMessage({ worker: 1, fault: 'throw' });
    await until(() => events.some(({ type }) => type === 'worker-failed'));
    const { body } = await client.unaryRpc(peer, bytes(10));
    expect(body).toEqual(bytes(10));
    const bulk = failed(client.rawBulkTransfer(peer, bytes(4_000_000)));
    await until(() => target.isPaused);
    faults.postMessage({ worker: 0, fault: 'throw' });
    expect(await bulk).toMatchObject({ reason: 'closed', cause: { message: 'as the test says' } });
    faults.close();
    for (const end of await Promise.all(reads))
      expect(end).toMatchObject({ reason: 'closed', cause: { message: 'as the test says' } });
    expect(await failed(client.unaryRpc(peer, bytes(1)))).toMatchObject({ reason: 'closed' });
  });

  test('buffers are sealed here, sent by any worker to any number of peers, and freed when the last has them', async () => {
    const got: number[] = [];
    const servers = await Promise.all(
      [0, 1, 2].map((i) =>
        inline({
          unary: ({ body }) => {
            got.push(i);
            return bytes(1, body.every((byte) => byte === 7) ? 1 : 0);
          },
        }),
      ),
    );
    const client = await pool({ cores: 2 });
    const peers = await Promise.all(servers.map((one) => client.connect(one)));
    const { buffers } = client;
    const id = await buffers.allocate(200_000);
    buffers.encrypt(id, bytes(200_000));
    buffers.fill(id);
    const outcomes = await client.broadcast(peers, id);
    expect(outcomes.map(({ response }) => response?.body[0])).toEqual([1, 1, 1]);
    expect(outcomes.map(({ peer }) => peer)).toEqual(peers);
    const calls = Array.from({ length: 8 }, () => client.unaryRpc(peers[0]!, id, { headers: { a: 'b' } }));
    buffers.release(id);
    for (const { body } of await Promise.all(calls)) expect(body[0]).toBe(1);
    expect(got.length).toBe(11);
    const held = client.pools[0] as unknown as { endpoint: { buffers: { heldBytes: number } } };
    await until(() => held.endpoint.buffers.heldBytes === 0);
  });

  test('other threads of the application have the same pool by a handle, its peers and tokens; one that ends takes only its own calls along', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const sizes: number[] = [];
    const cut: number[] = [];
    const server = await inline({
      unary: async ({ body, signal }) => {
        sizes.push(body.length);
        signal.addEventListener('abort', () => cut.push(body.length));
        if (body.length === 1) await gate;
        if (body.length === 4) await new Promise(() => {});
        return body;
      },
    });
    const client = await pool({ cores: 2 });
    const peer = await client.connect(server);
    const [one, other] = [new Thread(), new Thread()];
    for (const { worker } of [one, other]) {
      const { handle, transfer } = client.share();
      worker.postMessage({ handle, peer }, transfer);
    }
    await Promise.all([one.next(), other.next()]);
    const first = client.unaryRpc(peer, bytes(1));
    one.worker.postMessage({ peer, size: 150_000, after: first.token });
    const { token } = await one.next();
    other.worker.postMessage({ peer, size: 4 });
    await other.next();
    const third = client.unaryRpc(peer, bytes(3), { after: [{ call: token as never }] });
    // From two threads, in any order.
    await until(() => sizes.includes(1) && sizes.includes(4));
    expect(sizes.toSorted((a, b) => a - b)).toEqual([1, 4]);
    release();
    await Promise.all([first, third]);
    expect(await one.next()).toEqual({ length: 150_000 });
    expect(sizes.slice(2)).toEqual([150_000, 3]);
    // Without a word to the pool.
    await other.worker.terminate();
    await until(() => cut.includes(4));
    expect(cut).toEqual([4]);
    // It serves from now on, until it leaves.
    one.worker.postMessage({ serve: true });
    await one.next();
    const caller = await pool();
    const back = await caller.connect(client.addresses);
    await expect(caller.unaryRpc(back, bytes(100), { retriesMax: 30 })).resolves.toMatchObject({
      body: bytes(1),
    });
    one.worker.postMessage({ close: true });
    await one.next();
    const refused = failed(caller.unaryRpc(back, bytes(100), { retriesMax: 0 }));
    expect(await refused).toMatchObject({ reason: 'refused' });
    await expect(client.unaryRpc(peer, bytes(2))).resolves.toMatchObject({ body: bytes(2) });
  });
});
