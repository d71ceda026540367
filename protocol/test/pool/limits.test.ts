import { describe, expect, test } from 'vitest';
import { CausalityMap } from '../../causality/causality-map.ts';
import { OptionError } from '../../endpoint/options.ts';
import type { EndpointOptions } from '../../endpoint/options.ts';
import type { UnaryResponse } from '../../pool/pool.ts';
import { Pool } from '../../pool/pool.ts';
import { expectClean, pattern } from '../support/pair.ts';
import { driven, makePools, quiet, reactions, valueOf } from '../support/pools.ts';
import type { Pools } from '../support/pools.ts';

interface Held extends Pools {
  /** Lets the handler answer what came so far, and from now on at once. */
  answer(): void;
}

/** A server that answers when it is told to. */
function makeHeld(options: Partial<EndpointOptions>): Held {
  let answer = (): void => {};
  const gate = new Promise<void>((resolve) => (answer = resolve));
  const pools = makePools(() => gate.then(() => pattern(1)), options);
  return { ...pools, answer };
}

const BODY = pattern(1);

/** REQ CONF-1, CONF-6 · MUST AFTER-4: what cannot be named is not begun, and an error says which bound that is. */
describe('the causality map of a pool', () => {
  test('takes as many calls as tokensMax, of which those that ended keep endedTokensMax', async () => {
    const held = makeHeld({ tokensMax: 256, endedTokensMax: 64 });
    const { caller, toServer, client, server } = held;
    const call = (): Promise<UnaryResponse> => caller.unaryRpc(toServer, BODY);
    const calls = Array.from({ length: 256 }, call);
    expect(call).toThrow('there are 256 calls with tokens already (tokensMax)');
    expect(caller.causality.pending).toBe(256);
    held.answer();
    expect((await valueOf(held, Promise.all(calls))).length).toBe(256);
    // The last 64 can still be named.
    const more = Array.from({ length: 190 }, call);
    // A broadcast has a token for each peer, or none.
    expect(() => caller.broadcast([toServer, toServer, toServer], BODY)).toThrow('(tokensMax)');
    more.push(call(), call());
    expect(call).toThrow(expect.objectContaining({ code: 'ERR_DCQUIC_TOKENS' }));
    await valueOf(held, Promise.all(more));
    expect(caller.causality.pending).toBe(0);
    expectClean(client, server);
  });

  test('that is shared has room for what each pool remembers', () => {
    const { endpoint } = makePools(undefined).client;
    const driver = { now: () => 0, kick: () => {} };
    const tokens = (slots: number): Pool => new Pool(endpoint, driver, CausalityMap.sharedMemory(slots));
    expect(() => tokens(8191 - 64)).toThrow(OptionError);
    expect(() => tokens(1024)).toThrow('the shared tokens have 1024 slots; there must be at least 8192');
    expect(tokens(8192).causality.pending).toBe(0);
  });
});

/** REQ CONF-3, CONF-5, PQ-5, PQ-6, BP-2. */
describe('the queue of a priority', () => {
  test('takes queueDepthMax calls, of one peer or of many, and leaves the others theirs', async () => {
    const held = makeHeld({ queueDepthMax: 4, notifyWindow: 2 });
    const { caller, toServer, client, net } = held;
    const depths = (): number[] => [2, 3, 4].map((priority) => client.endpoint.queueDepth(priority));
    const call = (priority?: number): Promise<UnaryResponse> =>
      caller.unaryRpc(toServer, BODY, priority === undefined ? {} : { priority });
    const first = Array.from({ length: 4 }, () => call());
    const refusal = { code: 'ERR_DCQUIC_QUEUE' };
    await expect(call()).rejects.toMatchObject(refusal);
    await expect(call()).rejects.toThrow(
      '4 calls of priority 3 wait to be announced already, of 4 (queueDepthMax)',
    );
    expect(() => caller.bidirectional(toServer)).toThrow(expect.objectContaining(refusal));
    expect(() => caller.broadcast([toServer], BODY)).toThrow(expect.objectContaining(refusal));
    expect(depths()).toEqual([0, 4, 0]);
    const urgent = call(2);
    expect(() =>
      caller.broadcast(
        Array.from({ length: 4 }, () => toServer),
        BODY,
        { priority: 2 },
      ),
    ).toThrow('1 calls of priority 2');
    const stream = caller.bidirectional(toServer, { priority: 4 });
    expect(depths()).toEqual([1, 4, 1]);
    // With credit for two, the urgent one and one more leave.
    net.run(net.now + 1_000_000);
    expect(depths()).toEqual([0, 3, 1]);
    held.answer();
    stream.close();
    await valueOf(held, Promise.all([urgent, ...first]));
    expect(caller.causality.pending).toBe(0);
    expectClean(client, held.server);
  });

  test('tells who asked when half of it has left, announced or given up', async () => {
    const held = makeHeld({ queueDepthMax: 4, notifyWindow: 1 });
    const { caller, toServer, client, net } = held;
    const abort = new AbortController();
    const one = (signal?: AbortSignal): Promise<unknown> =>
      caller.unaryRpc(toServer, BODY, signal === undefined ? {} : { signal }).catch(() => {});
    await caller.whenRoom();
    expect(() => caller.whenRoom(8)).toThrow(expect.objectContaining({ code: 'ERR_DCQUIC_PRIORITY' }));
    const calls = [one(), one(), one(), one(abort.signal)];
    let told = 0;
    const room = caller.whenRoom();
    expect(caller.whenRoom()).toBe(room);
    void room.then(() => (told += 1));
    await caller.whenRoom(2);
    const pass = async (): Promise<void> => {
      net.run(net.now + 1_000_000);
      await reactions();
    };
    await pass();
    expect([client.endpoint.queueDepth(3), told]).toEqual([3, 0]);
    abort.abort();
    await pass();
    expect([client.endpoint.queueDepth(3), told]).toEqual([2, 1]);
    calls.push(one(), one());
    const last = caller.whenRoom();
    caller.close();
    await last;
    await valueOf(held, Promise.all(calls));
    await quiet(held);
    expectClean(client, held.server);
  });

  test('of a producer that waits for room stays bounded, and everything arrives', async () => {
    const held = makeHeld({ queueDepthMax: 8, notifyWindow: 4 });
    const { caller, toServer, client } = held;
    held.answer();
    let deepest = 0;
    const produce = async (): Promise<unknown> => {
      const calls: Promise<UnaryResponse>[] = [];
      for (let i = 0; i < 200; i += 1) {
        await caller.whenRoom();
        calls.push(caller.unaryRpc(toServer, BODY));
        deepest = Math.max(deepest, client.endpoint.queueDepth(3));
      }
      return Promise.all(calls);
    };
    await driven(held, produce());
    expect(deepest).toBe(8);
    await quiet(held);
    expectClean(client, held.server);
  });
});
