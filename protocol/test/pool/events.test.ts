import { describe, expect, test } from 'vitest';
import type { TelemetryEvent } from '../../telemetry/generated/events.ts';
import { failureOf, makePools, settled } from '../support/pools.ts';
import { pattern } from '../support/pair.ts';

/** REQ EVT-1, HEALTH-12, OBS-3, OBS-10. */
describe('a listener of pool.events', () => {
  test('hears of exchanges, requests and peers', async () => {
    const pools = makePools(({ body }) => body);
    const [here, there]: [TelemetryEvent[], TelemetryEvent[]] = [[], []];
    pools.caller.events.subscribe((event) => here.push(event));
    pools.callee.events.subscribe((event) => there.push(event));
    await settled(pools, pools.caller.unaryRpc(pools.toServer, pattern(1)));
    pools.net.hook = () => [];
    const error = await failureOf(pools, pools.caller.unaryRpc(pools.toServer, pattern(1)));
    expect(error.reason).toBe('peer-timeout');
    expect(pools.caller.peerHealth(pools.toServer)?.state).toBe('failed');
    expect(pools.caller.peerHealth(99)).toBeUndefined();
    expect(here).toMatchObject([
      { name: 'exchangeBegun', peer: pools.toServer, requestBytes: 1 },
      { name: 'exchangeAnswered', peer: pools.toServer, responseBytes: 1 },
      { name: 'exchangeBegun' },
      { name: 'peerChanged', peer: pools.toServer, from: 'healthy', to: 'degraded', cause: 'failing' },
      { name: 'peerChanged', from: 'degraded', to: 'probing', cause: 'unanswered' },
      { name: 'peerTimedOut', silentNs: expect.any(Number) },
      { name: 'peerChanged', from: 'probing', to: 'failed', cause: 'silence' },
      { name: 'exchangeFailed', reason: 'peer-timeout' },
    ]);
    expect(there).toMatchObject([{ name: 'requestTaken', peer: pools.toClient }, { name: 'requestServed' }]);
  });

  test('that throws harms nobody: calls, other listeners and its own next event go on', async () => {
    const pools = makePools(({ body }) => body);
    let heard = 0;
    const bad = pools.caller.events.subscribe(() => {
      heard += 1;
      throw new Error('mine');
    });
    const good: string[] = [];
    pools.caller.events.subscribe(({ name }) => good.push(name));
    const result = await settled(pools, pools.caller.unaryRpc(pools.toServer, pattern(1)));
    expect(result.status).toBe('fulfilled');
    expect(good).toEqual(['exchangeBegun', 'exchangeAnswered']);
    expect([heard, bad.thrown, (bad.lastError as Error).message]).toEqual([2, 2, 'mine']);
  });

  test('that calls the pool does not keep it from ending the turn', async () => {
    const pools = makePools(({ body }) => body);
    let calls = 0;
    const subscription = pools.caller.events.subscribe(
      () => {
        calls += 1;
        if (calls < 5) void pools.caller.unaryRpc(pools.toServer, pattern(1));
      },
      { names: ['exchangeBegun'] },
    );
    await settled(pools, pools.caller.unaryRpc(pools.toServer, pattern(1)));
    expect([calls, subscription.dropped]).toEqual([5, 0]);
    subscription.close();
    await settled(pools, pools.caller.unaryRpc(pools.toServer, pattern(1)));
    expect(calls).toBe(5);
  });

  test.each([
    [{ level: 'debug' }, /trace or info or warning/],
    [{ names: ['nothing'] }, /peerChanged/],
    [{ names: [] }, /an array of/],
    [{ depth: -1 }, /whole number/],
  ])('with options %j is refused, and told what would be right', (options, text) => {
    const { caller } = makePools(undefined);
    expect(() => caller.events.subscribe(() => {}, options as never)).toThrow(text);
  });
});
