import { describe, expect, test } from 'vitest';
import { framesIn } from './support/frames.ts';
import type { Hook, Net } from './support/net.ts';
import { expectClean, makePair, pattern, resultOf, sameBytes } from './support/pair.ts';

/** Drops the first `count` datagrams with a FLOW_RESET. */
function withoutResets(net: Net, count: number): Hook {
  let left = count;
  return ({ bytes }) => {
    if (left === 0 || !framesIn(net.crypto, bytes).includes('FlowReset')) return undefined;
    left -= 1;
    return [];
  };
}

/** MUST RESET-1, RESET-2. */
describe('FLOW_RESET', () => {
  test.each([
    ['a request', 'request'],
    ['a response', 'response'],
  ])('%s larger than its receiver takes ends the call with message-too-large', (_name, which) => {
    const limit = { options: { messageBytesMax: 1000 } };
    const pair = makePair(which === 'request' ? { server: limit } : { client: limit });
    const { net, client, server, toServer } = pair;
    server.handler = (node, { exchange }) => node.reply(exchange, pattern(2000));
    const id = client.call(toServer, pattern(which === 'request' ? 2000 : 10));
    expect(net.run(10_000_000_000)).toBe('idle');
    expect(resultOf(client, id)).toMatchObject({ reason: 'message-too-large' });
    expect(resultOf(client, id).atNs).toBeLessThan(100_000);
    expect(server.requests.length).toBe(which === 'request' ? 0 : 1);
    expectClean(client, server);
  });

  test('headers larger than the receiver takes end the call', () => {
    const { net, client, server, toServer } = makePair({ server: { options: { headerBytesMax: 10 } } });
    const id = client.call(toServer, pattern(10), { headers: pattern(20) });
    expect(net.run(10_000_000_000)).toBe('idle');
    expect(resultOf(client, id).reason).toBe('message-too-large');
    expectClean(client, server);
  });

  test('nobody serves: the call ends with refused', () => {
    const { net, client, server, toClient } = makePair();
    const small = server.call(toClient, pattern(10));
    const large = server.call(toClient, pattern(100_000));
    expect(net.run(10_000_000_000)).toBe('idle');
    expect(resultOf(server, small).reason).toBe('refused');
    expect(resultOf(server, large).reason).toBe('refused');
    expect(client.requests).toEqual([]);
    expectClean(client, server);
  });

  test('reaches the sender although it is lost three times and its cause was acknowledged', () => {
    const { net, client, server, toServer } = makePair({ server: { options: { messageBytesMax: 1000 } } });
    net.hook = withoutResets(net, 3);
    const refused = client.call(toServer, pattern(2000));
    net.run(1000);
    const answered = client.call(toServer, pattern(10));
    expect(net.run(10_000_000_000)).toBe('idle');
    expect(resultOf(client, refused).reason).toBe('message-too-large');
    expect(sameBytes(resultOf(client, answered).body, pattern(10))).toBe(true);
    expectClean(client, server);
  });

  test('of a transfer whose receiver forgot it while it was pulled reaches the sender, lost or not', () => {
    for (const lost of [0, 1, 2]) {
      const { net, client, server, toServer } = makePair();
      const poison = new Set([1, 2]);
      net.hook = withoutResets(net, lost);
      const forward = net.hook;
      net.hook = (datagram) => {
        const isData = datagram.from === client.address && datagram.bytes[0]! >>> 6 === 1;
        if (!isData || poison.size === 0) return forward(datagram);
        const bytes = datagram.bytes.slice();
        bytes[bytes.length - 1]! ^= 1;
        return [{ bytes }];
      };
      const id = client.call(toServer, pattern(3000));
      expect(net.run(10_000_000_000)).toBe('idle');
      expect(resultOf(client, id).reason).toBe('integrity');
      expect(server.requests).toEqual([]);
      expectClean(client, server);
    }
  });
});

describe('a server that gave up a client that lives', () => {
  test.each([
    ['before it answered', 1_000_000_000, 10],
    ['while its answer was on the way', 25_000, 10],
    ['while its large answer was pulled', 0, 300_000],
  ])('tells it that no answer will come: %s', (_name, handlerNs, sizeBytes) => {
    const pair = makePair({
      client: { options: { peerTimeoutNs: 500_000_000 } },
      server: { options: { peerTimeoutNs: 5_000_000 } },
    });
    const { net, client, server, toServer, toClient } = pair;
    server.handler = (node, { exchange }) => {
      net.at(net.now + handlerNs, () => {
        node.reply(exchange, pattern(sizeBytes));
        net.drain(node);
      });
    };
    client.endpoint.serve();
    const id = client.call(toServer, pattern(100));
    // The server asks something too, so that it has a reason to look for signs of life.
    net.run(30_000);
    server.call(toClient, pattern(10));
    net.hook = () => [];
    net.run(100_000_000);
    expect(server.peerStates).toEqual(['down']);
    net.hook = undefined;
    expect(net.run(net.now + 20_000_000_000)).toBe('idle');
    expect(resultOf(client, id).reason).toBe('cancelled');
    expectClean(client, server);
  });
});
