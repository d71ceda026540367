import { describe, expect, test } from 'vitest';
import { expectClean, makePair, pathSecret, pattern, resultOf, sameBytes } from './support/pair.ts';
import type { Pair } from './support/pair.ts';
import { framesIn } from './support/frames.ts';

const SMALL_WINDOW = { options: { notifyWindow: 4 } };

/** `count` calls at once; returns the virtual time until all of them had their answers. */
function expectAll(pair: Pair, count: number, sizeBytes: number): number {
  const { net, client, server, toServer } = pair;
  const began = net.now;
  const ids = Array.from({ length: count }, (_, i) => client.call(toServer, pattern(sizeBytes, i)));
  expect(net.run(net.now + 60_000_000_000)).toBe('idle');
  ids.forEach((id, i) => {
    expect(sameBytes(resultOf(client, id).body, pattern(sizeBytes, i)), `answer ${i}`).toBe(true);
  });
  expect(server.requests.length, 'handler runs').toBe(count);
  expectClean(client, server);
  return Math.max(...ids.map((id) => resultOf(client, id).atNs)) - began;
}

/** REQ RDP-12 · MUST CREDIT-1, CREDIT-2. */
describe('notification credit', () => {
  test('100 small calls through a window of 4 complete, at four a round trip or so', () => {
    const tookNs = expectAll(makePair(SMALL_WINDOW), 100, 64);
    // 25 windows of one round trip (20 us) each, with the delay of the acknowledgement that frees a window: never a timeout.
    expect(tookNs).toBeLessThan(25 * 2 * 25_000);
  });

  test('100 pulled calls through a window of 4 complete', () => {
    expect(expectAll(makePair(SMALL_WINDOW), 100, 5000)).toBeLessThan(100 * 100_000);
  });

  test('a window of 1 is enough for any number of calls', () => {
    expectAll(makePair({ options: { notifyWindow: 1 } }), 20, 64);
  });

  test('more calls than the default window holds complete', () => {
    expectAll(makePair(), 3000, 16);
  });

  test.each(['NotifyBlocked', 'TransferAccept'] as const)(
    'the loss of every %s costs time, not the calls',
    (frame) => {
      const pair = makePair(SMALL_WINDOW);
      for (let lost = 1; lost < 4; lost += 1) {
        let left = lost;
        pair.net.hook = ({ bytes }) => {
          if (left === 0 || !framesIn(pair.net.crypto, bytes).includes(frame)) return undefined;
          left -= 1;
          return [];
        };
        pair.server.requests = [];
        expect(expectAll(pair, 20, 2000)).toBeLessThan(2_000_000);
        expect(left, 'frames that were there to be lost').toBe(0);
      }
    },
  );

  test('a request that was lost is repeated although all credit is used', () => {
    const pair = makePair(SMALL_WINDOW);
    let sent = 0;
    pair.net.hook = ({ from }) => {
      sent += from === pair.client.address ? 1 : 0;
      return sent <= 3 ? [] : undefined;
    };
    expect(expectAll(pair, 20, 64)).toBeLessThan(5_000_000);
  });

  test('two peers full of requests to each other still answer', () => {
    const pair = makePair({ options: { notifyWindow: 2 } });
    const { net, client, server, toServer, toClient } = pair;
    client.endpoint.serve();
    const ids: [typeof client, number][] = [];
    for (let i = 0; i < 10; i += 1) {
      ids.push(
        [client, client.call(toServer, pattern(100 * i))],
        [server, server.call(toClient, pattern(100 * i))],
      );
    }
    expect(net.run(10_000_000_000)).toBe('idle');
    for (const [node, id] of ids) expect(resultOf(node, id).reason).toBeUndefined();
    expectClean(client, server);
  });

  test.each([0, 2000, 5000, 10_000, 15_000, 25_000, 35_000])(
    'a request that finds no room beside a response waits for no credit that it holds itself: peers %d ns apart',
    (apartNs) => {
      const { net, client, server, toServer, toClient } = makePair({ options: { notifyWindow: 1 } });
      client.endpoint.serve();
      const ids: [typeof client, number][] = [];
      const callTwenty = (node: typeof client, peer: number): void => {
        for (let i = 0; i < 20; i += 1) ids.push([node, node.call(peer, pattern(700 + i))]);
      };
      callTwenty(client, toServer);
      net.run(apartNs);
      callTwenty(server, toClient);
      expect(net.run(1_000_000_000)).toBe('idle');
      for (const [node, id] of ids) expect(resultOf(node, id).reason).toBeUndefined();
      expectClean(client, server);
    },
  );

  test('calls made before the first contact do not use credit up when they are announced again', () => {
    const pair = makePair({ ...SMALL_WINDOW, resolve: true });
    // Without it the first window would count twice and the second would never open.
    expect(expectAll(pair, 20, 64)).toBeLessThan(1_000_000);
  });

  test('a peer that stops answering requests holds its own credit, not that of others', () => {
    const { net, client, server, toServer } = makePair(SMALL_WINDOW);
    const other = net.addNode();
    const secret = pathSecret(5);
    const toOther = server.endpoint.addPeer(0, { address: other.address, secret, role: 'server' });
    const fromOther = other.endpoint.addPeer(0, { address: server.address, secret, role: 'client' });
    server.handler = (node, { exchange, body, peer }) => {
      if (peer === toOther) node.reply(exchange, body);
    };
    for (let i = 0; i < 10; i += 1) client.call(toServer, pattern(10));
    const id = other.call(fromOther, pattern(10));
    net.run(1_000_000);
    expect(resultOf(other, id).reason).toBeUndefined();
    expect(server.requests.length).toBe(5);
  });
});
