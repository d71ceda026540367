import { describe, expect, test } from 'vitest';
import { CancelSignal } from '../../pool/abort.ts';
import type { IncomingRequest } from '../../pool/incoming.ts';
import { expectClean, pattern } from '../support/pair.ts';
import { failureOf, makePools, settled, valueOf } from '../support/pools.ts';

/** REQ XFER-6, POOL-8. */
describe('a signal', () => {
  test('that is aborted ends the call, with the cause, and the handler learns it', async () => {
    let served: IncomingRequest | undefined;
    const ended: unknown[] = [];
    const pools = makePools((request) => {
      served = request;
      request.signal.addEventListener('abort', () => ended.push(request.signal.reason));
      return new Promise(() => {});
    });
    const controller = new AbortController();
    const call = pools.caller.unaryRpc(pools.toServer, pattern(10), { signal: controller.signal });
    pools.net.run(1_000_000);
    expect(served?.signal.aborted).toBe(false);
    controller.abort(new Error('changed my mind'));
    const error = await failureOf(pools, call);
    expect([error.reason, (error.cause as Error).message]).toEqual(['aborted', 'changed my mind']);
    expect(ended).toMatchObject([{ reason: 'cancelled', peer: pools.toClient }]);
    expect(served?.signal.aborted).toBe(true);
    expect(() => served?.signal.throwIfAborted()).toThrow('cancelled');
    expectClean(pools.client, pools.server);
  });

  test('that was aborted before begins nothing', async () => {
    const pools = makePools(() => pattern(1));
    const call = pools.caller.unaryRpc(pools.toServer, pattern(1), { signal: AbortSignal.abort('early') });
    const error = await failureOf(pools, call);
    expect([error.reason, error.cause]).toEqual(['aborted', 'early']);
    expect(pools.net.sent).toEqual([]);
  });

  test('that is aborted after the response changes nothing, and is let go of', async () => {
    const pools = makePools(() => pattern(1));
    const listeners = new Set<() => void>();
    const signal = {
      aborted: false,
      reason: undefined,
      addEventListener: (_type: 'abort', listener: () => void) => listeners.add(listener),
      removeEventListener: (_type: 'abort', listener: () => void) => listeners.delete(listener),
    };
    const call = pools.caller.unaryRpc(pools.toServer, pattern(1), { signal });
    expect(listeners.size).toBe(1);
    await valueOf(pools, call);
    expect(listeners.size).toBe(0);
  });

  test('of a handler whose caller is served has nothing to tell', async () => {
    let served: IncomingRequest | undefined;
    const pools = makePools((request) => {
      served = request;
      return pattern(1);
    });
    await valueOf(pools, pools.caller.unaryRpc(pools.toServer, pattern(1)));
    // Asked for when all is over: nobody waits any more.
    expect(served?.signal.aborted).toBe(true);
    expect(served?.signal).not.toBe(served?.signal.reason);
  });

  test('calls all its listeners although one throws, and each once', () => {
    const signal = new CancelSignal();
    const called: number[] = [];
    signal.addEventListener('abort', () => {
      throw new Error('first');
    });
    signal.addEventListener('abort', () => called.push(2));
    const never = (): void => void called.push(3);
    signal.addEventListener('abort', never);
    signal.removeEventListener('abort', never);
    expect(() => signal.abort('x')).toThrow('first');
    signal.abort('y');
    expect([called, signal.reason]).toEqual([[2], 'x']);
  });
});

describe('a deadline', () => {
  test('is told to the handler on its clock, and a signal of it', async () => {
    const requests: IncomingRequest[] = [];
    const pools = makePools((request) => {
      requests.push(request);
      request.signal.addEventListener('abort', () => {});
      return new Promise(() => {});
    });
    const deadlineNs = pools.caller.now() + 3_000_000;
    const error = await failureOf(pools, pools.caller.unaryRpc(pools.toServer, pattern(1), { deadlineNs }));
    expect(error.reason).toBe('deadline');
    expect(requests[0]!.deadlineNs).toBe(deadlineNs + pools.net.latencyNs);
    expect(requests[0]!.signal.aborted).toBe(true);
    expectClean(pools.client, pools.server);
  });

  test('that is not set is none', async () => {
    let deadlineNs: number | undefined = 5;
    const pools = makePools((request) => {
      ({ deadlineNs } = request);
      return pattern(1);
    });
    await valueOf(pools, pools.caller.unaryRpc(pools.toServer, pattern(1)));
    expect(deadlineNs).toBeUndefined();
  });
});

/** REQ PAT-11, XFER-3, XFER-4. */
describe('a transient failure', () => {
  test('is tried again, and the application sees nothing of it', async () => {
    // The server has room for one exchange, which another call holds for a while.
    const pools = makePools(undefined, { exchangesMax: 2 });
    let runs = 0;
    let release: (() => void) | undefined;
    pools.callee.serve(() => {
      runs += 1;
      if (runs > 2) return pattern(1);
      return new Promise((resolve) => {
        release = () => resolve(pattern(1));
      });
    });
    const first = pools.caller.unaryRpc(pools.toServer, pattern(1));
    pools.net.run(1_000_000);
    pools.callee.serve(() => pattern(2));
    release?.();
    expect((await valueOf(pools, first)).body.length).toBe(1);
    expect((await valueOf(pools, pools.caller.unaryRpc(pools.toServer, pattern(1)))).body.length).toBe(2);
  });

  test('a server that begins to serve a little later is not missed', async () => {
    const pools = makePools(undefined);
    const call = pools.caller.unaryRpc(pools.toServer, pattern(1));
    pools.net.at(80_000, () => pools.callee.serve(() => pattern(7)));
    expect((await valueOf(pools, call)).body.length).toBe(7);
    expectClean(pools.client, pools.server);
  });

  test('that lasts ends the call after the tries it has, each later than the one before', async () => {
    const pools = makePools(undefined);
    const times: number[] = [];
    pools.net.hook = ({ from }) => {
      if (from === pools.server.address) times.push(pools.net.now);
      return undefined;
    };
    const call = pools.caller.unaryRpc(pools.toServer, pattern(1), { retriesMax: 4 });
    expect(pools.caller.isBusy()).toBe(true);
    expect((await failureOf(pools, call)).reason).toBe('refused');
    const refusals = times.filter((at, i) => i === 0 || at - times[i - 1]! > 20_000);
    expect(refusals.length).toBe(5);
    const gaps = refusals.slice(1).map((at, i) => at - refusals[i]!);
    expect(gaps.at(-1)).toBeGreaterThan(3 * gaps[0]!);
    expectClean(pools.client, pools.server);
  });

  test('a call that waits before another try can be aborted, closed, and has its deadline', async () => {
    const pools = makePools(undefined);
    const controller = new AbortController();
    const options = { retriesMax: 20 };
    const aborted = pools.caller.unaryRpc(pools.toServer, pattern(1), {
      ...options,
      signal: controller.signal,
    });
    const late = pools.caller.unaryRpc(pools.toServer, pattern(1), { ...options, deadlineNs: 400_000 });
    const closed = pools.caller.unaryRpc(pools.toServer, pattern(1), options);
    pools.net.run(300_000);
    controller.abort();
    pools.net.run(5_000_000);
    pools.caller.close();
    const reasons = await Promise.all([aborted, late, closed].map((call) => settled(pools, call)));
    expect(reasons.map((result) => (result as PromiseRejectedResult).reason.reason)).toEqual([
      'aborted',
      'deadline',
      'closed',
    ]);
    expect(pools.caller.isBusy()).toBe(false);
    expectClean(pools.client, pools.server);
  });

  /** What may have been handled is tried again only if the application says that this does no harm. */
  test.each([
    [true, 'fulfilled'],
    [false, 'rejected'],
  ])('a request of unknown fate, idempotent %s', async (idempotent, outcome) => {
    const pools = makePools(() => pattern(1));
    let lost = true;
    pools.net.hook = () => (lost ? [] : undefined);
    pools.caller.events.subscribe((event) => {
      if (event.name === 'peerChanged' && event.to === 'failed') lost = false;
    });
    const result = await settled(pools, pools.caller.unaryRpc(pools.toServer, pattern(1), { idempotent }));
    expect(result.status).toBe(outcome);
    if (result.status === 'rejected') expect(result.reason.reason).toBe('peer-timeout');
  });
});
