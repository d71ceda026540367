import { readFileSync, readdirSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import type { TransportEvent } from '../../events.ts';
import { loadFfi } from '../../native/load.ts';
import { PresharedSecret } from '../../psk/preshared-secret.ts';
import { createUdpPool } from '../../udp/pool.ts';
import { lookAtMachine } from '../../workers/cores.ts';
import { createPool, type PoolOptions } from '../../workers/create-pool.ts';
import type { WorkerPool } from '../../workers/worker-pool.ts';

const entry = new URL('../support/faulty-worker.mjs', import.meta.url);
const secret = PresharedSecret.generate();
const open: { close(): Promise<void> }[] = [];
const events: TransportEvent[] = [];

async function pool(options: Partial<PoolOptions> = {}): Promise<WorkerPool> {
  const onEvent = (event: TransportEvent): void => void events.push(event);
  const made = await createPool({ secret, bind: '127.0.0.1:0', onEvent, ...options }, { entry });
  open.push(made);
  return made;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
  events.length = 0;
});

const bytes = (length: number, fill = 7): Uint8Array => new Uint8Array(length).fill(fill);
const reasonOf = (error: { reason?: string; cause?: Error }): unknown => [error.reason, error.cause?.message];

/** REQ POOL-1, POOL-2, POOL-9, POOL-10, NIC-1, NIC-9, OPS-5, HEALTH-9, MNIC-2 */
describe('pools whose endpoints are in threads', () => {
  test('call and serve: short and long messages, headers, priorities, failures', async () => {
    const server = await pool();
    server.serve(({ body, headers, priority, deadlineNs }) => {
      if (headers['fail'] !== undefined) throw new Error('as the caller asked');
      return { body, headers: { priority: String(priority), timed: String(deadlineNs !== undefined) } };
    });
    const client = await pool();
    const peer = await client.connect(server.addresses);
    const short = await client.unaryRpc(peer, bytes(100), {
      priority: 1,
      headers: { 'x-a': 'b' },
      deadlineNs: client.now() + 60e9,
    });
    expect([short.body, short.headers]).toEqual([bytes(100), { priority: '1', timed: 'true' }]);
    expect(short.metrics.latencyNs).toBeGreaterThan(0);
    const shared = new Uint8Array(new SharedArrayBuffer(1_000_000)).fill(9);
    for (const body of [bytes(0), bytes(20_000), bytes(1_000_000), shared]) {
      const { body: answer } = await client.unaryRpc(peer, body);
      expect(Buffer.compare(answer, body)).toBe(0);
    }
    await expect(client.unaryRpc(peer, bytes(1), { headers: { fail: 'yes' } })).rejects.toMatchObject({
      reason: 'handler-failed',
    });
    await expect(client.unaryRpc(peer, bytes(1), { signal: AbortSignal.abort('no') })).rejects.toMatchObject({
      reason: 'aborted',
    });
    await expect(client.unaryRpc(peer, bytes(1), { priority: 7, deadlineNs: 1 })).rejects.toMatchObject({
      reason: 'deadline',
    });
    await expect(client.unaryRpc(peer + 1, bytes(1))).rejects.toMatchObject({ code: 'ERR_DCQUIC_PEER' });
    await expect(client.connect('127.0.0.1:0')).rejects.toMatchObject({ code: 'BAD_ADDRESS' });
    expect(server.stuck).toEqual([]);
  });

  test('wake each other every time: calls one by one between threads that sleep at once', async () => {
    const server = await pool({ spinNs: 0 });
    server.serve(({ body }) => body);
    const client = await pool({ spinNs: 0 });
    const peer = await client.connect(server.addresses);
    for (let i = 0; i < 500; i += 1) {
      const { body } = await client.unaryRpc(peer, bytes(10, i & 255));
      expect(body[0]).toBe(i & 255);
    }
  });

  test('wait where a ring is full, and every call is answered', async () => {
    const server = await pool();
    server.serve(({ body }) => body);
    const client = await pool();
    const peer = await client.connect(server.addresses);
    // 512 KiB of each priority: less than half of that.
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => client.unaryRpc(peer, bytes(6000, i))),
    );
    expect(answers.map(({ body }) => [body.length, body[0]])).toEqual(
      Array.from({ length: 200 }, (_, i) => [6000, i]),
    );
  });

  test('give up a call whose signal is aborted', async () => {
    const server = await pool();
    let arrived = (): void => {};
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    server.serve(() => {
      arrived();
      return new Promise(() => {});
    });
    const client = await pool();
    const abort = new AbortController();
    const call = client.unaryRpc(await client.connect(server.addresses), bytes(1), { signal: abort.signal });
    const failed = call.catch((error: Error) => error);
    await arrival;
    abort.abort();
    expect(await failed).toMatchObject({ reason: 'aborted' });
  });

  test('one worker that throws ends its own transfers with a cause; the others go on', async () => {
    const server = await createUdpPool({ secret, bind: '127.0.0.1:0' });
    open.push(server);
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    let held = 0;
    server.pool.serve(async ({ body }) => {
      if (body[0] === 1) held += 1;
      if (body[0] === 1) await gate;
      return body;
    });
    const client = await pool({ cores: 2 });
    const peer = await client.connect(server.address);
    // Both workers are used, as a call under way opens a further lane.
    const calls = Array.from({ length: 8 }, () =>
      client.unaryRpc(peer, bytes(1, 1)).then(() => 'ok', reasonOf),
    );
    while (held < 8) await new Promise(setImmediate);
    const faults = new BroadcastChannel('faults');
    faults.postMessage({ worker: 1, fault: 'throw' });
    while (!events.some(({ type }) => type === 'worker-failed')) await new Promise(setImmediate);
    faults.close();
    release();
    const ends = await Promise.all(calls);
    expect(new Set(ends.map(String))).toEqual(new Set(['ok', 'closed,as the test says']));
    expect(events).toContainEqual(expect.objectContaining({ type: 'worker-failed', worker: 1 }));
    const later = await Promise.all(Array.from({ length: 20 }, () => client.unaryRpc(peer, bytes(10))));
    expect(later).toHaveLength(20);
    expect((await client.stats()).map((stats) => stats === undefined)).toEqual([false, true]);
  });

  test('one that stands still is told of, and that it goes on', async () => {
    const client = await pool({ stuckNs: 50e6 });
    const gate = new SharedArrayBuffer(4);
    const faults = new BroadcastChannel('faults');
    faults.postMessage({ worker: 0, fault: 'stall', gate });
    while (!events.some(({ type }) => type === 'worker-stuck')) await new Promise(setImmediate);
    expect(client.stuck).toEqual([0]);
    Atomics.store(new Int32Array(gate), 0, 1);
    Atomics.notify(new Int32Array(gate), 0);
    while (!events.some(({ type }) => type === 'worker-resumed')) await new Promise(setImmediate);
    faults.close();
    expect(client.stuck).toEqual([]);
  });

  test('say what they chose, and why they cannot begin', async () => {
    const chosen = await pool({ cores: 2 });
    expect(new Set(chosen.addresses).size).toBe(2);
    expect(chosen.workers.map(({ worker }) => worker)).toEqual([0, 1]);
    const taken = pool({ bind: chosen.addresses[0]! });
    await expect(taken).rejects.toMatchObject({ code: 'BIND_FAILED' });
    await expect(pool({ cores: [] })).rejects.toMatchObject({ code: 'BAD_OPTION' });
    await chosen.close();
    await chosen.close();
  });

  test.skipIf(process.platform !== 'linux' || loadFfi(() => {}) === undefined)(
    'are kept on the core that was named, alone of all threads. REQ NIC-2, CORE-3',
    async () => {
      const { allowed = [] } = lookAtMachine();
      // With a single core every thread is on it.
      if (allowed.length < 2) return;
      const core = allowed[1] as number;
      const pinned = (): string[] =>
        readdirSync('/proc/self/task').flatMap((thread) => {
          const status = readFileSync(`/proc/self/task/${thread}/status`, 'latin1');
          return status.includes(`Cpus_allowed_list:\t${core}\n`) ? [thread] : [];
        });
      const before = pinned().length;
      const { workers } = await pool({ cores: [core] });
      expect(workers).toMatchObject([{ core, isPinned: true }]);
      expect(pinned()).toHaveLength(before + 1);
      expect(events.map(({ type }) => type)).not.toContain('core-unavailable');
    },
  );
});
