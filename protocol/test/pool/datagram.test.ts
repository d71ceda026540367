import { describe, expect, test } from 'vitest';
import type { EndpointOptions } from '../../endpoint/options.ts';
import { framesIn } from '../support/frames.ts';
import { expectClean, pattern, sameBytes } from '../support/pair.ts';
import { makePools } from '../support/pools.ts';
import type { Pools } from '../support/pools.ts';

interface Got {
  peer: number;
  body: Uint8Array;
  name: string | undefined;
}

function makeTaking(options: Partial<EndpointOptions> = {}): Pools & { got: Got[] } {
  const got: Got[] = [];
  const pools = makePools(
    { datagram: ({ peer, body, headers }) => got.push({ peer, body, name: headers['name'] }) },
    options,
  );
  return { ...pools, got };
}

/** REQ PAT-16 · MUST DGRAM-1. */
describe('a datagram', () => {
  test.each([0, 1, 700, 1363])('of %d bytes arrives in one packet that nobody acknowledges', (size) => {
    const pools = makeTaking();
    expect(pools.caller.datagram(pools.toServer, pattern(size))).toBe(true);
    expect(pools.net.run()).toBe('idle');
    expect(pools.got.map(({ peer }) => peer)).toEqual([pools.toClient]);
    expect(sameBytes(pools.got[0]!.body, pattern(size))).toBe(true);
    expect(pools.net.sent.map(({ bytes }) => framesIn(pools.net.crypto, bytes))).toEqual([['Datagram']]);
    expectClean(pools.client, pools.server);
  });

  test('has headers, if it has', () => {
    const pools = makeTaking();
    pools.caller.datagram(pools.toServer, pattern(5), { headers: { name: 'é' } });
    pools.net.run();
    expect(pools.got[0]).toMatchObject({ name: 'é', body: pattern(5) });
  });

  test('that is lost is lost, one that comes twice comes once, and order is of no concern', () => {
    const pools = makeTaking();
    pools.net.hook = ({ index }) => [[], [{}, { delayNs: 50_000 }], [{ delayNs: 90_000 }], [{}]][index];
    for (let i = 0; i < 4; i += 1) {
      pools.caller.datagram(pools.toServer, pattern(10, i));
      pools.net.drain(pools.client);
    }
    expect(pools.net.run()).toBe('idle');
    expect(pools.got.map(({ body }) => body)).toEqual([1, 3, 2].map((i) => pattern(10, i)));
    expect(pools.net.sent.length).toBe(4);
  });

  test('many share packets', () => {
    const pools = makeTaking();
    for (let i = 0; i < 20; i += 1) pools.caller.datagram(pools.toServer, pattern(60, i));
    pools.net.run();
    expect(pools.got.length).toBe(20);
    expect(pools.net.sent.length).toBe(1);
  });

  test('that nobody takes is dropped', () => {
    const pools = makePools(() => pattern(1));
    pools.caller.datagram(pools.toServer, pattern(1));
    expect(pools.net.run()).toBe('idle');
    expect(pools.server.endpoint.counters.violations).toBe(0);
  });

  test('that does not fit a packet is misuse', () => {
    const pools = makeTaking();
    const send = (): boolean => pools.caller.datagram(pools.toServer, pattern(1364));
    expect(send).toThrow('a datagram has 1364 bytes; the limit is 1363');
    expect(() => pools.caller.datagram(99, pattern(1))).toThrow('there is no peer 99');
  });
});

/** REQ BP-2 · MUST DGRAM-1, DGRAM-2. */
describe('datagrams are bounded', () => {
  test('as they wait for the network', () => {
    const pools = makeTaking({ datagramsMax: 3 });
    const sent = Array.from({ length: 5 }, (_, i) => pools.caller.datagram(pools.toServer, pattern(1, i)));
    expect(sent).toEqual([true, true, true, false, false]);
  });

  test('as they wait for the application', () => {
    const pools = makeTaking({ datagramsMax: 3 });
    // An application that does not look: its pool hands nothing on.
    pools.server.pool = undefined;
    pools.server.onEvent = () => {};
    pools.net.drain = ((drain) => (node) => {
      if (node !== pools.server) drain.call(pools.net, node);
    })(pools.net.drain);
    for (let turn = 0; turn < 3; turn += 1) {
      for (let i = 0; i < 3; i += 1) pools.caller.datagram(pools.toServer, pattern(1, i));
      pools.net.run(pools.net.now + 100_000);
    }
    let events = 0;
    while (pools.server.endpoint.pollEvent() !== undefined) events += 1;
    expect(events).toBe(3);
  });

  test('and dropped while their peer is dead', async () => {
    const pools = makeTaking();
    pools.net.hook = () => [];
    const call = pools.caller.unaryRpc(pools.toServer, pattern(1)).catch(() => {});
    pools.net.run(100_000_000);
    await call;
    expect(pools.caller.datagram(pools.toServer, pattern(1))).toBe(false);
  });
});
