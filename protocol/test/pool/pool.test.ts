import { describe, expect, test } from 'vitest';
import { TransferError } from '../../pool/pool.ts';
import type { Handler } from '../../pool/pool.ts';
import { expectClean, pattern } from '../support/pair.ts';
import { failureOf, makePools, settled } from '../support/pools.ts';

/** REQ XFER-7, TEST-U1. What all pools promise is in conformance/. */
describe('unaryRpc', () => {
  test('counts what had to be sent again', async () => {
    const pools = makePools(() => pattern(3000));
    let data = 0;
    pools.net.hook = ({ index, bytes }) => {
      if (index === 0) return [];
      if (bytes[0]! >>> 6 !== 1) return undefined;
      data += 1;
      return data === 1 ? [] : undefined;
    };
    const call = pools.caller.unaryRpc(pools.toServer, pattern(10));
    const result = await settled(pools, call);
    const { metrics } = (result as PromiseFulfilledResult<Awaited<typeof call>>).value;
    expect(metrics.notifyRetries).toBe(1);
    expect(metrics.repulledBytes).toBeGreaterThan(0);
    expect(metrics.repulledBytes).toBeLessThan(3016);
  });
});

/** REQ PAT-12. */
describe('a handler that fails', () => {
  test.each<[string, Handler, string]>([
    [
      'throws',
      () => {
        throw new Error('no such thing');
      },
      'no such thing',
    ],
    ['rejects', () => Promise.reject(new Error('not today')), 'not today'],
    [
      'throws no error',
      () => {
        throw 'just text'; // oxlint-disable-line no-throw-literal
      },
      'just text',
    ], // oxlint-disable-line no-throw-literal
    [
      'throws what has no text',
      () => {
        throw Object.create(null);
      },
      '',
    ], // oxlint-disable-line no-throw-literal
    [
      'throws a novel',
      () => {
        throw new Error('é'.repeat(100_000));
      },
      'ééé',
    ],
    ['returns too much', () => pattern(2000), '2000 bytes'],
    ['returns nothing', (() => undefined) as unknown as Handler, ''],
    ['returns a number', (() => 7) as unknown as Handler, ''],
  ])('%s: the caller learns it', async (_name, handler, text) => {
    const pools = makePools(handler, { messageBytesMax: 1000 });
    const error = await failureOf(pools, pools.caller.unaryRpc(pools.toServer, pattern(10)));
    expect(error).toBeInstanceOf(TransferError);
    expect([error.code, error.reason]).toEqual(['ERR_DCQUIC_TRANSFER', 'handler-failed']);
    expect(error.message).toContain('the handler at the peer failed');
    expect(error.message).toContain(text);
    expectClean(pools.client, pools.server);
  });

  test('its message fits whatever the limit of messages is', async () => {
    const handler = (): never => {
      throw new Error('é'.repeat(100));
    };
    const pools = makePools(handler, { messageBytesMax: 11, headerBytesMax: 0 });
    const error = await failureOf(pools, pools.caller.unaryRpc(pools.toServer, pattern(10)));
    expect(error.message).toBe('the handler at the peer failed: ééééé');
  });
});

describe('what is not headers', () => {
  test('in a request fails the handler', async () => {
    const pools = makePools(() => pattern(1));
    pools.client.pool = undefined;
    const id = pools.client.call(pools.toServer, pattern(1), { headers: Uint8Array.of(9, 9) });
    pools.net.run(1_000_000_000);
    expect(pools.client.results.get(id)?.status).toBe(1);
    expectClean(pools.client, pools.server);
  });

  test('in a response is a violation of the peer', async () => {
    const pools = makePools(undefined);
    pools.server.pool = undefined;
    pools.server.endpoint.serve();
    pools.server.handler = (node, { exchange }) =>
      node.reply(exchange, pattern(1), { headers: Uint8Array.of(9, 9) });
    const error = await failureOf(pools, pools.caller.unaryRpc(pools.toServer, pattern(1)));
    expect(error.reason).toBe('protocol-violation');
  });
});

describe('misuse', () => {
  test('is an error with a code', async () => {
    const pools = makePools(() => pattern(1), { messageBytesMax: 100, headerBytesMax: 50 });
    const { caller, toServer } = pools;
    const codes = [
      await failureOf(pools, caller.unaryRpc(toServer + 1, pattern(1))),
      await failureOf(pools, caller.unaryRpc(toServer, pattern(1), { priority: 8 })),
      await failureOf(pools, caller.unaryRpc(toServer, pattern(1), { priority: 0.5 })),
      await failureOf(pools, caller.unaryRpc(toServer, pattern(101))),
      await failureOf(pools, caller.unaryRpc(toServer, pattern(1), { headers: { x: 'y'.repeat(60) } })),
    ].map(({ code }) => code);
    expect(codes).toEqual([
      'ERR_DCQUIC_PEER',
      'ERR_DCQUIC_PRIORITY',
      'ERR_DCQUIC_PRIORITY',
      'ERR_DCQUIC_SIZE',
      'ERR_DCQUIC_HEADERS',
    ]);
    expect(caller.isBusy()).toBe(false);
  });

  test('after close nothing can be called, and what was pending ends with closed', async () => {
    const pools = makePools(() => new Promise(() => {}));
    const pending = pools.caller.unaryRpc(pools.toServer, pattern(1));
    pools.net.run(1_000_000);
    pools.caller.close();
    pools.caller.close();
    expect((await failureOf(pools, pending)).reason).toBe('closed');
    expect((await failureOf(pools, pools.caller.unaryRpc(pools.toServer, pattern(1)))).code).toBe(
      'ERR_DCQUIC_CLOSED',
    );
  });
});
