import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../transports/crypto/node-crypto.ts';
import { NEVER } from '../core/units.ts';
import { framesIn } from './support/frames.ts';
import {
  expectClean,
  expectEcho,
  expectEchoed,
  makePair,
  pattern,
  resultOf,
  sameBytes,
} from './support/pair.ts';
import type { Pair } from './support/pair.ts';

/** What fits inside a NOTIFY with the default MTU: 1,500 - 28 less 101 of packet and frame. */
const INLINE_MAX = 1363;

function countFrames({ net }: Pair, name: string): number {
  return net.sent.flatMap(({ bytes }) => framesIn(net.crypto, bytes)).filter((frame) => frame === name)
    .length;
}

/** REQ PAT-1, RDP-1, RDP-2, RDP-3, RDP-4, RDP-5, RDP-11. */
describe('one call', () => {
  test.each([0, 1, 200, INLINE_MAX - 1, INLINE_MAX])(
    'of %d bytes takes one packet each way, and an acknowledgement',
    (size) => {
      const pair = expectEcho(size);
      expect(pair.net.sent.length).toBe(3);
      expect(countFrames(pair, 'TransferNotify')).toBe(2);
      expect(countFrames(pair, 'PullRequest')).toBe(0);
    },
  );

  test.each([INLINE_MAX + 1, 65_519, 65_520, 65_521, 131_040, 131_041, 450_000])(
    'of %d bytes is pulled',
    (size) => {
      const pair = expectEcho(size);
      expect(countFrames(pair, 'TransferNotify')).toBe(2);
      expect(countFrames(pair, 'PullRequest')).toBeGreaterThanOrEqual(2);
      // No byte is sent twice on a network that loses nothing.
      const { client, server } = pair;
      for (const { endpoint } of [client, server]) {
        expect(endpoint.counters.payloadBytesDuplicate).toBe(0);
        expect(endpoint.counters.repulledBytes).toBe(0);
        expect(endpoint.counters.violations).toBe(0);
        expect(endpoint.counters.dataBytesOut).toBe(size + 16 * Math.ceil(size / 65_520));
      }
    },
  );

  test('of 450 KB takes three round trips and the time its bytes need', () => {
    const pair = expectEcho(450_000);
    const wireNs = (2 * 450_000 * 8 * 1e9) / 10e9;
    const tookNs = resultOf(pair.client, 0).atNs;
    expect(tookNs).toBeLessThan(wireNs * 1.06 + 3 * 20_000);
  });

  test('carries headers both ways, inline and pulled, also as the whole message', () => {
    for (const [head, body] of [
      [5, 10],
      [300, 0],
      [3000, 0],
      [3000, 100_000],
      [16_384, 60_000],
    ] as const) {
      const pair = makePair();
      const { net, client, server, toServer } = pair;
      const headers = pattern(head, 3);
      const id = client.call(toServer, pattern(body), { headers });
      expect(net.run(10_000_000_000)).toBe('idle');
      expectEchoed(pair, id, pattern(body));
      expect(sameBytes(server.requests[0]!.headers, headers)).toBe(true);
      expect(sameBytes(resultOf(client, id).headers, headers)).toBe(true);
      expectClean(client, server);
    }
  });

  test('works with the production suite', () => {
    expect(expectEcho(100_000, undefined, { crypto: nodeCrypto }).server.requests.length).toBe(1);
    expect(expectEcho(100, undefined, { crypto: nodeCrypto, resolve: true }).server.requests.length).toBe(1);
  });

  test('hands the status of the handler to the caller', () => {
    const { net, client, server, toServer } = makePair();
    server.handler = (node, { exchange }) => node.reply(exchange, pattern(5), { status: 1 });
    const id = client.call(toServer, pattern(5));
    expect(net.run(10_000_000_000)).toBe('idle');
    expect(resultOf(client, id)).toMatchObject({ status: 1 });
  });

  test('needs no more than the two nodes know: both may call each other', () => {
    const { net, client, server, toServer, toClient } = makePair();
    client.endpoint.serve();
    const ids = [100, 100_000].flatMap((size) => [
      [client, client.call(toServer, pattern(size, 1))] as const,
      [server, server.call(toClient, pattern(size, 2))] as const,
    ]);
    expect(net.run(10_000_000_000)).toBe('idle');
    for (const [node, id] of ids) expect(resultOf(node, id).reason).toBeUndefined();
    expectClean(client, server);
  });

  test('is answered once: a second reply is refused', () => {
    const { net, client, server, toServer } = makePair();
    const replies: boolean[] = [];
    server.handler = (node, { exchange }) => {
      replies.push(node.reply(exchange, pattern(1)), node.reply(exchange, pattern(2)));
      net.at(net.now + 1_000_000, () => replies.push(node.reply(exchange, pattern(3))));
    };
    const id = client.call(toServer, pattern(5));
    expect(net.run(10_000_000_000)).toBe('idle');
    expect(replies).toEqual([true, false, false]);
    expect(sameBytes(resultOf(client, id).body, pattern(1))).toBe(true);
    expectClean(client, server);
  });
});

describe('many calls', () => {
  /** REQ RDP-1: many notifications share one packet and one seal. */
  test('100 small ones made together share packets', () => {
    const pair = makePair();
    const { net, client, server, toServer } = pair;
    const ids = Array.from({ length: 100 }, (_, i) => client.call(toServer, pattern(64, i)));
    expect(net.run(10_000_000_000)).toBe('idle');
    ids.forEach((id, i) => expect(sameBytes(resultOf(client, id).body, pattern(64, i))).toBe(true));
    // 64 bytes in a frame of 85 at most: 16 to a packet, 7 packets each way, and what acknowledges the last ones.
    expect(net.sent.filter(({ from }) => from === client.address).length).toBeLessThanOrEqual(10);
    expect(net.sent.length).toBeLessThanOrEqual(20);
    expectClean(client, server);
  });

  /** REQ PAT-7, PQ-2 · MUST PULL-2. */
  test('pulled ones arrive by priority, then the shorter first', () => {
    const { net, client, server, toServer } = makePair();
    const calls = [
      { priority: 7, size: 30_000 },
      { priority: 3, size: 300_000 },
      { priority: 3, size: 200_000 },
      { priority: 0, size: 250_000 },
      { priority: 1, size: 240_000 },
    ];
    // A first one keeps the receiver's budget busy, so that the others stand in line together.
    client.call(toServer, pattern(400_000), { priority: 0 });
    for (const { priority, size } of calls) client.call(toServer, pattern(size), { priority });
    expect(net.run(10_000_000_000)).toBe('idle');
    const order = server.requests.map(({ body }) => body.length).filter((size) => size !== 400_000);
    expect(order).toEqual([250_000, 240_000, 200_000, 300_000, 30_000]);
    expectClean(client, server);
  });

  test('the announcements of higher priority leave first', () => {
    const { net, client, server, toServer } = makePair({ options: { rateBps: 100_000_000 } });
    // Too few for a share (SHARE-2).
    for (let i = 0; i < 16; i += 1) client.call(toServer, pattern(1000, i), { priority: 7 - (i % 8) });
    expect(net.run(10_000_000_000)).toBe('idle');
    const seen = server.requests.map(({ body }) =>
      Array.from({ length: 16 }, (_, i) => i).find((i) => sameBytes(body, pattern(1000, i)))!,
    );
    const priorities = seen.map((i) => 7 - (i % 8));
    expect(priorities).toEqual(priorities.toSorted((a, b) => a - b));
    expectClean(client, server);
  });
});

/** MUST ACK-1: two endpoints do not acknowledge each other's acknowledgements. */
describe('when nothing is in flight', () => {
  test.each([100, 100_000])('nothing is sent and no timer is armed, after a call of %d bytes', (size) => {
    const pair = expectEcho(size);
    const { net, client, server } = pair;
    const sent = net.sent.length;
    expect([client.endpoint.nextTimeout(), server.endpoint.nextTimeout()]).toEqual([NEVER, NEVER]);
    net.run(net.now + 100_000_000_000);
    expect(net.sent.length).toBe(sent);
  });

  /** A driver on an ordinary event loop spins for what is near. */
  test('an acknowledgement that goes with the next call leaves no timer behind', () => {
    const { net, client, toServer } = makePair();
    const { ackDelayNs } = client.endpoint.options;
    for (let calls = 0; calls < 3; calls += 1) {
      const call = client.call(toServer, pattern(100));
      while (client.results.get(call) === undefined) net.run(net.now + 1000);
      expect(client.timeoutAt).toBeLessThanOrEqual(net.now + ackDelayNs);
    }
    client.call(toServer, pattern(100));
    net.run(net.now);
    expect(client.timeoutAt).toBeGreaterThan(net.now + ackDelayNs);
  });

  test('the last packet of a call is sent soon after its response', () => {
    const { net, client } = expectEcho(100);
    expect(net.sent.at(-1)!.sentAt).toBeLessThanOrEqual(resultOf(client, 0).atNs + 20_000);
  });
});

/** The core contract. */
describe('misuse by the driver is noticed', () => {
  test('nextTimeout before the drain', () => {
    const { client, toServer } = makePair();
    client.endpoint.handleTimeout(0);
    expect(() => client.endpoint.nextTimeout()).toThrow('before the drain was complete');
    client.call(toServer, pattern(1));
    expect(() => client.endpoint.nextTimeout()).toThrow('before the drain was complete');
  });

  test('time that goes backwards', () => {
    const { client, toServer, net } = makePair();
    client.endpoint.handleTimeout(1000);
    net.now = 999;
    expect(() => client.endpoint.handleTimeout(999)).toThrow('time went backwards');
    expect(() => client.endpoint.handleDatagram(999, 2, new Uint8Array(1))).toThrow('time went backwards');
    expect(() => client.call(toServer, pattern(1))).toThrow('time went backwards');
  });
});

/** REQ CONF-4, CONF-6. */
describe('limits', () => {
  test('of own exchanges: one more is refused by an error, and all is well afterwards', () => {
    const { net, client, server, toServer } = makePair({ client: { options: { exchangesMax: 3 } } });
    for (let round = 0; round < 3; round += 1) {
      for (let i = 0; i < 3; i += 1) client.call(toServer, pattern(10));
      expect(() => client.call(toServer, pattern(10))).toThrow('there are 3 exchanges already');
      expect(net.run(net.now + 10_000_000_000)).toBe('idle');
    }
    expect(server.requests.length).toBe(9);
    expectClean(client, server);
  });

  test('of served exchanges: what does not fit is refused, inline or pulled', () => {
    const { net, client, server, toServer } = makePair({ server: { options: { exchangesMax: 3 } } });
    server.handler = (node, { exchange, body }) => {
      net.at(net.now + 3_000_000, () => {
        node.reply(exchange, body);
        net.drain(node);
      });
    };
    const ids = [100, 20_000, 100, 20_000, 100, 20_000].map((size) => client.call(toServer, pattern(size)));
    expect(net.run(10_000_000_000)).toBe('idle');
    const reasons = ids.map((id) => resultOf(client, id).reason);
    expect(reasons.filter((reason) => reason === undefined).length).toBe(3);
    expect(reasons.filter((reason) => reason === 'refused').length).toBe(3);
    expectClean(client, server);
  });

  test('a request admitted keeps its place while it is pulled, though the endpoint calls as well', () => {
    const { net, client, server, toServer, toClient } = makePair({
      server: { options: { exchangesMax: 1 } },
    });
    client.endpoint.serve();
    const id = client.call(toServer, pattern(200_000));
    net.run(60_000);
    expect(server.endpoint.state.inbound).toBe(1);
    expect(() => server.call(toClient, pattern(1))).toThrow('exchanges already');
    expect(net.run(10_000_000_000)).toBe('idle');
    expect(resultOf(client, id).reason).toBeUndefined();
    expectClean(client, server);
  });

  test('of memory: messages beyond it are received one after the other', () => {
    const { net, client, server, toServer } = makePair({ server: { options: { receiveBytesMax: 150_000 } } });
    const sizes = [100_000, 140_000, 120_000, 500_000, 90_000, 60_000];
    let most = 0;
    net.hook = () => {
      if (server.endpoint.state.inbound > 0) most = Math.max(most, server.endpoint.state.memoryBytes);
      return undefined;
    };
    const ids = sizes.map((size, i) => client.call(toServer, pattern(size), { priority: i % 3 }));
    expect(net.run(10_000_000_000)).toBe('idle');
    expect(ids.map((id) => resultOf(client, id).reason)).toEqual(sizes.map(() => undefined));
    expect(most, 'one message alone may be larger').toBe(500_000);
    expectClean(client, server);
  });

  test.each([
    ['an option out of range', { mtuBytes: 10 }, 'mtuBytes is 10; it must be a whole number between'],
    ['an option that is no number', { worker: '1' }, 'worker is 1'],
    ['NaN', { rateBps: Number.NaN }, 'rateBps is NaN'],
    ['an option that does not exist', { mtu: 1500 }, 'there is no endpoint option mtu'],
  ])('%s is refused by name', (_name, options, text) => {
    expect(() => makePair({ options: options as object })).toThrow(text);
  });
});

/** MUST KEY-2: rotation interrupts nothing. REQ SEC-3. */
test('transfers go on while keys rotate every three packets, in any order of arrival', () => {
  const pair = makePair({ options: { keyPacketsMax: 3 } });
  const { net, client, server, toServer } = pair;
  // Every other datagram is a little late: packets of two phases cross.
  net.hook = ({ index }) => (index % 2 === 0 ? undefined : [{ delayNs: 12_000 }]);
  const ids = Array.from({ length: 30 }, (_, i) => client.call(toServer, pattern(20_000, i)));
  expect(net.run(10_000_000_000)).toBe('idle');
  ids.forEach((id, i) => expect(sameBytes(resultOf(client, id).body, pattern(20_000, i))).toBe(true));
  const phases = new Set(net.sent.filter(({ bytes }) => bytes[0]! >>> 6 === 0).map(({ bytes }) => bytes[32]));
  expect(phases.size).toBeGreaterThan(5);
  expectClean(client, server);
});
