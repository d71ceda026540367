import { describe, expect, test } from 'vitest';
import { CausalityMap } from '../../causality/causality-map.ts';
import { OptionError } from '../../endpoint/options.ts';
import type { EndpointOptions } from '../../endpoint/options.ts';
import type { UnaryResponse } from '../../pool/pool.ts';
import { Pool } from '../../pool/pool.ts';
import { expectClean, pattern } from '../support/pair.ts';
import { makePools, valueOf } from '../support/pools.ts';
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
