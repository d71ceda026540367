import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../../transports/crypto/node-crypto.ts';
import type { EndpointOptions } from '../../endpoint/options.ts';
import type { Handler } from '../../pool/pool.ts';
import { RECORD_PLAIN_BYTES, sealedSize } from '../../records/layout.ts';
import { DataPacket } from '../../wire/index.ts';
import { expectClean, makePair, pattern, sameBytes } from '../support/pair.ts';
import { driven, failureOf, makePools, quiet, reactions, settled, valueOf } from '../support/pools.ts';
import type { Pools } from '../support/pools.ts';
import { makeStar, settle } from '../support/star.ts';
import { troubled } from '../support/trouble.ts';

const SIZE = 300_000;
const RECORDS = 5;
const BODY = pattern(SIZE);

const isBody: Handler = ({ body }) => Uint8Array.of(sameBytes(body, BODY) ? 1 : 0);

/** A filled buffer of BODY. */
async function filled({ caller }: Pools, sealing: 'encrypt' | 'authenticate' = 'encrypt'): Promise<number> {
  const id = await caller.buffers.allocate(SIZE, { sealing });
  caller.buffers.write(id, BODY);
  caller.buffers.fill(id);
  return id;
}

/** REQ BUF-1, BUF-2, BUF-3, BUF-7, BUF-8, BUF-9, POOL-14, PAT-15, TEST-U8. */
describe('a buffer', () => {
  test('is written in any order, or encrypted record by record, and arrives as it was written', async () => {
    const pools = makePools(isBody);
    const { buffers } = pools.caller;
    const parts: [number, number][] = [
      [200_000, SIZE],
      [0, 70_000],
      [60_000, 200_001],
    ];
    const written = await buffers.allocate(SIZE);
    expect(buffers.stateOf(written)).toEqual({ state: 'allocated', sizeBytes: SIZE });
    // What is written first is written over.
    buffers.write(written, new Uint8Array(SIZE));
    for (const [from, to] of parts) buffers.write(written, BODY.subarray(from, to), from);
    expect(buffers.stateOf(written).state).toBe('writing');
    const encrypted = await buffers.allocate(SIZE);
    buffers.encrypt(encrypted, BODY.subarray(2 * RECORD_PLAIN_BYTES), 2 * RECORD_PLAIN_BYTES);
    buffers.encrypt(encrypted, BODY.subarray(0, RECORD_PLAIN_BYTES));
    buffers.write(encrypted, BODY.subarray(RECORD_PLAIN_BYTES, 2 * RECORD_PLAIN_BYTES), RECORD_PLAIN_BYTES);
    for (const id of [written, encrypted]) {
      buffers.fill(id);
      expect(buffers.stateOf(id).state).toBe('filled');
      const call = pools.caller.unaryRpc(pools.toServer, id, { headers: { a: 'b' } });
      buffers.release(id);
      expect((await valueOf(pools, call)).body).toEqual(Uint8Array.of(1));
    }
    expectClean(pools.client, pools.server);
  });

  test('is sealed once, for all that ever carry it, at once and one after the other', async () => {
    const star = makeStar(5, BODY);
    const { buffers } = star.pool;
    const id = await buffers.allocate(SIZE);
    buffers.write(id, BODY);
    buffers.fill(id);
    for (let round = 0; round < 3; round += 1) {
      const outcomes = await settle(star, star.pool.broadcast(star.peers, id));
      expect(outcomes.map(({ response }) => response?.body.length)).toEqual([0, 1, 2, 3, 4]);
    }
    expect(star.crypto.records).toBe(RECORDS);
    expect(star.got.length).toBe(15);
    expect(star.hub.endpoint.state).toMatchObject({ buffers: 1, bufferBytes: sealedSize(SIZE) });
    buffers.release(id);
    expectClean(star.hub, ...star.rays);
  });

  test('that was let go is freed record by record as its last peer has them', async () => {
    const star = makeStar(3, BODY);
    const { buffers } = star.pool;
    const id = await buffers.allocate(SIZE);
    buffers.write(id, BODY);
    buffers.fill(id);
    const promise = star.pool.broadcast(star.peers, id);
    buffers.release(id);
    const { endpoint } = star.hub;
    expect(endpoint.state).toMatchObject({ buffers: 0, bufferBytes: sealedSize(SIZE), recordBuffers: 4 });
    const held: number[] = [];
    while (endpoint.state.outbound > 0) {
      star.net.run(star.net.now + 10_000);
      held.push(endpoint.state.bufferBytes);
    }
    expect(held).toEqual([...held].sort((a, b) => b - a));
    expect(new Set(held).size).toBeGreaterThan(3);
    await settle(star, promise);
    expectClean(star.hub, ...star.rays);
  });

  test('has as many ids as clones were made, and lives until the last is released', async () => {
    const pools = makePools(isBody);
    const { buffers } = pools.caller;
    const id = await filled(pools);
    const clone = buffers.clone(id);
    expect(clone).not.toBe(id);
    buffers.release(id);
    expect(() => buffers.stateOf(id)).toThrow(/there is no buffer/);
    expect((await valueOf(pools, pools.caller.unaryRpc(pools.toServer, clone))).body[0]).toBe(1);
    expect(pools.client.endpoint.state.bufferBytes).toBe(sealedSize(SIZE));
    buffers.release(clone);
    expectClean(pools.client, pools.server);
  });

  test('may be an answer', async () => {
    let id = 0;
    const handler: Handler = ({ body }) => (body.length === 0 ? id : { body: id, headers: { n: 'x' } });
    const pools = makePools(handler);
    const { buffers } = pools.callee;
    id = await buffers.allocate(SIZE);
    buffers.encrypt(id, BODY);
    buffers.fill(id);
    for (const body of [pattern(0), pattern(1), pattern(90_000)]) {
      const response = await valueOf(pools, pools.caller.unaryRpc(pools.toServer, body));
      expect(sameBytes(response.body, BODY)).toBe(true);
      expect(response.headers).toEqual(body.length === 0 ? {} : { n: 'x' });
    }
    buffers.release(id);
    const failure = await failureOf(pools, pools.caller.unaryRpc(pools.toServer, pattern(0)));
    expect(failure).toMatchObject({ reason: 'handler-failed' });
    expect(failure.message).toContain('there is no buffer');
    expectClean(pools.client, pools.server);
  });

  test.each([1, 2, 3, 4, 5, 6])('leaves nothing whatever network %d does to its transfers', async (seed) => {
    const pools = makePools(isBody, { peerTimeoutNs: 50_000_000 });
    pools.net.hook = troubled(pools.net, seed, 20_000_000);
    const id = await filled(pools, seed % 2 === 0 ? 'authenticate' : 'encrypt');
    const controller = new AbortController();
    pools.net.at(seed * 150_000, () => controller.abort());
    const { caller, toServer } = pools;
    const calls = [
      caller.unaryRpc(toServer, id),
      caller.rawBulkTransfer(toServer, id, { signal: controller.signal, idempotent: true }),
    ];
    caller.buffers.release(id);
    await driven(pools, Promise.allSettled(calls), 1_000_000);
    await quiet(pools);
    expectClean(pools.client, pools.server);
  });

  test('of which a call is refused for now is there for the next try, though it was released', async () => {
    const pools = makePools(undefined);
    const id = await filled(pools);
    const call = pools.caller.unaryRpc(pools.toServer, id, { retriesMax: 8 });
    pools.caller.buffers.release(id);
    pools.net.at(1_000_000, () => pools.callee.serve(isBody));
    expect((await valueOf(pools, call)).body[0]).toBe(1);
    expectClean(pools.client, pools.server);
  });

  test('is let go by a pool that is closed', async () => {
    const pools = makePools(isBody);
    const id = await filled(pools);
    const call = pools.caller.unaryRpc(pools.toServer, id);
    pools.caller.buffers.release(id);
    pools.caller.close();
    await settled(pools, call);
    expectClean(pools.client, pools.server);
  });
});

/** REQ BUF-6, BUF-8. */
describe('misuse of a buffer', () => {
  const codes = {
    state: 'ERR_DCQUIC_BUFFER_STATE',
    range: 'ERR_DCQUIC_BUFFER_RANGE',
    none: 'ERR_DCQUIC_BUFFER',
    size: 'ERR_DCQUIC_SIZE',
    headers: 'ERR_DCQUIC_HEADERS',
  };

  test('is told by a code, and changes nothing', async () => {
    const pools = makePools(isBody, { bufferBytesMax: 1_000_000, messageBytesMax: 2_000_000 });
    const { caller, toServer, client } = pools;
    const { buffers } = caller;
    const thrown = (code: string, misuse: () => unknown): void =>
      expect(misuse).toThrow(expect.objectContaining({ code }));
    const id = await buffers.allocate(SIZE);
    thrown(codes.state, () => buffers.fill(id));
    thrown(codes.state, () => buffers.clone(id) && caller.broadcast([toServer], id));
    thrown(codes.range, () => buffers.write(id, BODY, 1));
    thrown(codes.range, () => buffers.write(id, BODY, -1));
    thrown(codes.range, () => buffers.encrypt(id, BODY.subarray(5), 5));
    thrown(codes.range, () => buffers.encrypt(id, BODY.subarray(0, 5)));
    buffers.write(id, BODY.subarray(0, SIZE - 1));
    expect(() => buffers.fill(id)).toThrow(/\[299999, 300000\) .* was never written/);
    buffers.encrypt(id, BODY);
    thrown(codes.state, () => buffers.encrypt(id, BODY));
    thrown(codes.state, () => buffers.write(id, pattern(1)));
    buffers.fill(id);
    thrown(codes.state, () => buffers.write(id, pattern(1)));
    thrown(codes.headers, () => caller.broadcast([toServer], id, { headers: { a: 'x'.repeat(600) } }));
    thrown('ERR_DCQUIC_PEER', () => caller.broadcast([toServer, 99], id));
    thrown('ERR_DCQUIC_PRIORITY', () => caller.broadcast([toServer], id, { priority: 9 }));
    expect(await failureOf(pools, caller.unaryRpc(99, id))).toMatchObject({ code: 'ERR_DCQUIC_PEER' });
    for (const [size, code] of [
      [0, codes.size],
      [1.5, codes.size],
      [999_900, codes.size],
      [2_000_001, codes.size],
    ] as const)
      await expect(buffers.allocate(size)).rejects.toMatchObject({ code });
    expect(client.endpoint.state).toMatchObject({ buffers: 2, exchanges: 0, bufferBytes: sealedSize(SIZE) });
  });

  test('an id that was released is none for ever, also when its slot has another', async () => {
    const pools = makePools(isBody);
    const { caller, toServer } = pools;
    const { buffers } = caller;
    const old = await filled(pools);
    buffers.release(old);
    const id = await filled(pools);
    expect(id).not.toBe(old);
    for (const misuse of [
      () => buffers.write(old, pattern(1)),
      () => buffers.encrypt(old, pattern(1)),
      () => buffers.fill(old),
      () => buffers.clone(old),
      () => buffers.release(old),
      () => buffers.stateOf(old),
      () => caller.broadcast([toServer], old),
    ])
      expect(misuse).toThrow(expect.objectContaining({ code: codes.none }));
    expect(await failureOf(pools, caller.unaryRpc(toServer, old))).toMatchObject({ code: codes.none });
    buffers.release(id);
    expectClean(pools.client, pools.server);
  });
});

/** REQ BUF-6, CONF-2, CONF-5, BP-2. */
describe('memory for buffers', () => {
  const options: Partial<EndpointOptions> = { bufferBytesMax: 1000, bufferWaitersMax: 3 };
  const outcomes = async (promises: Promise<number>[]): Promise<string[]> => {
    for (const promise of promises) promise.catch(() => {});
    await reactions();
    const pending = Symbol('pending');
    return Promise.all(
      promises.map((promise) =>
        Promise.race([promise, Promise.resolve(pending)]).then(
          (value) => (value === pending ? 'waits' : 'has room'),
          (error: { code: string; reason?: string }) => error.reason ?? error.code,
        ),
      ),
    );
  };

  test('is waited for in the order of the calls, and nobody is overtaken', async () => {
    const { buffers } = makePools(undefined, options).caller;
    const first = await buffers.allocate(500);
    const second = await buffers.allocate(400);
    const large = buffers.allocate(900);
    const small = buffers.allocate(10);
    const refused = buffers.allocate(10, { whenFull: 'refuse' });
    expect(await outcomes([large, small, refused])).toEqual(['waits', 'waits', 'ERR_DCQUIC_BUFFERS_FULL']);
    buffers.release(first);
    expect(await outcomes([large, small])).toEqual(['waits', 'waits']);
    buffers.release(second);
    expect(await outcomes([large, small])).toEqual(['has room', 'has room']);
    expect(buffers.waitingCount).toBe(0);
    expect(await outcomes([buffers.allocate(500, { whenFull: 'refuse' })])).toEqual([
      'ERR_DCQUIC_BUFFERS_FULL',
    ]);
  });

  test('is waited for by so many, as long as they like, or until the pool is closed', async () => {
    const { caller } = makePools(undefined, options);
    const { buffers } = caller;
    await buffers.allocate(900);
    const controller = new AbortController();
    const waits = [
      buffers.allocate(500, { signal: controller.signal }),
      buffers.allocate(50),
      buffers.allocate(500),
      buffers.allocate(1),
    ];
    expect(await outcomes(waits)).toEqual(['waits', 'waits', 'waits', 'ERR_DCQUIC_BUFFERS_FULL']);
    controller.abort();
    // The one it held up has room.
    expect(await outcomes(waits.slice(0, 3))).toEqual(['aborted', 'has room', 'waits']);
    expect(await outcomes([buffers.allocate(1, { signal: controller.signal })])).toEqual(['aborted']);
    caller.close();
    expect(await outcomes(waits.slice(2, 3))).toEqual(['closed']);
    expect(await outcomes([buffers.allocate(1)])).toEqual(['ERR_DCQUIC_CLOSED']);
  });

  test('is free again as peers acknowledge, which lets the next begin', async () => {
    const pools = makePools(isBody, { bufferBytesMax: 400_000 });
    const { caller, toServer, client } = pools;
    const send = async (): Promise<number> => {
      const id = await filled(pools);
      const call = caller.unaryRpc(toServer, id);
      caller.buffers.release(id);
      return (await call).body[0] as number;
    };
    const jobs = Promise.all(Array.from({ length: 12 }, send));
    let mostBytes = 0;
    for (let turn = 0; turn < 400; turn += 1) {
      pools.net.run(pools.net.now + 10_000);
      mostBytes = Math.max(mostBytes, client.endpoint.state.bufferBytes);
      await reactions();
    }
    expect(await driven(pools, jobs)).toEqual(new Array<number>(12).fill(1));
    expect(mostBytes).toBeGreaterThan(SIZE);
    expect(mostBytes).toBeLessThanOrEqual(400_000);
    expectClean(pools.client, pools.server);
  });
});

/** REQ POOL-15 · MUST RECORD-5. */
describe('a buffer of what is encrypted already', () => {
  test.each(['encrypt', 'authenticate'] as const)('sealing: %s', async (sealing) => {
    const pair = makePair({ crypto: nodeCrypto });
    const pools = { ...pair, caller: pair.client.makePool(), callee: pair.server.makePool() };
    pools.callee.serve(isBody);
    const marker = Buffer.from(BODY.subarray(1000, 1032));
    let isSeen = false;
    let flips = 3;
    pools.net.hook = ({ bytes, from }) => {
      if (from !== pools.client.address) return undefined;
      isSeen ||= Buffer.from(bytes).includes(marker);
      const isData = bytes[0]! >>> 6 === DataPacket.KIND;
      if (!isData || flips === 0) return undefined;
      flips -= 1;
      // On its way, somebody changes a bit of the payload.
      return [{ bytes: bytes.map((byte, i) => (i === 700 ? byte ^ 4 : byte)) }];
    };
    const id = await filled(pools, sealing);
    const response = await valueOf(pools, pools.caller.unaryRpc(pools.toServer, id));
    pools.caller.buffers.release(id);
    expect(response.body[0]).toBe(1);
    expect(isSeen).toBe(sealing === 'authenticate');
    expect(pools.server.endpoint.counters.recordsPoisoned).toBeGreaterThan(0);
    expectClean(pools.client, pools.server);
  });
});
