import { describe, expect, test } from 'vitest';
import type { EndpointOptions } from '../endpoint/options.ts';
import { Net } from './support/net.ts';
import type { Node } from './support/node.ts';
import { expectClean, pathSecret, pattern, resultOf, sameBytes } from './support/pair.ts';

interface Star {
  net: Net;
  hub: Node;
  leaves: Node[];
  /** Per leaf, its id of the hub. */
  ids: number[];
}

function makeStar(leafCount: number, options: Partial<EndpointOptions> = {}): Star {
  const net = new Net(options);
  const hub = net.addNode();
  hub.endpoint.serve();
  const leaves: Node[] = [];
  const ids: number[] = [];
  for (let i = 0; i < leafCount; i += 1) {
    const leaf = net.addNode();
    const secret = pathSecret(i);
    hub.endpoint.addPeer(0, { address: leaf.address, secret, role: 'server' });
    ids.push(leaf.endpoint.addPeer(0, { address: hub.address, secret, role: 'client' }));
    leaves.push(leaf);
  }
  return { net, hub, leaves, ids };
}

/** The response is short, the request is what counts. */
function answerShortly(hub: Node): void {
  hub.handler = (node, { exchange, body }) => node.reply(exchange, body.subarray(0, 10));
}

function expectAllAnswered({ net, hub, leaves }: Star, calls: number[], untilNs = 10_000_000_000): void {
  expect(net.run(untilNs)).toBe('idle');
  leaves.forEach((leaf, i) => expect(resultOf(leaf, calls[i]!).reason, `leaf ${i}`).toBeUndefined());
  expect(hub.requests.length).toBe(leaves.length);
  expectClean(hub, ...leaves);
}

/** REQ PERF-2, NIC-8 · MUST PULL-1. */
describe('many senders, one receiver', () => {
  test('no more is pulled than the budget and one grant', () => {
    const star = makeStar(30);
    const { net, hub, leaves, ids } = star;
    answerShortly(hub);
    let most = 0;
    net.hook = () => {
      most = Math.max(most, hub.endpoint.state.pulledBytes);
      return undefined;
    };
    const calls = leaves.map((leaf, i) => leaf.call(ids[i]!, pattern(200_000, i)));
    expectAllAnswered(star, calls);
    const { budgetRatio, rateBps, pullBytesMax } = hub.endpoint.options;
    const budget = Math.floor((budgetRatio * rateBps * 20_000) / 8e9);
    expect(most).toBeGreaterThan(budget / 2);
    expect(most).toBeLessThan(budget + pullBytesMax);
    expect(
      hub.requests.every(({ body }) => [...leaves.keys()].some((i) => sameBytes(body, pattern(200_000, i)))),
    ).toBe(true);
  });

  test('the receive buffer is never overrun', () => {
    const star = makeStar(20, { receiveBufferBytes: 20_000 });
    const { net, hub, leaves, ids } = star;
    answerShortly(hub);
    net.hook = () => {
      if (hub.endpoint.state.pulledBytes > 20_000) throw new Error('more was pulled than fits');
      return undefined;
    };
    expectAllAnswered(
      star,
      leaves.map((leaf, i) => leaf.call(ids[i]!, pattern(50_000, i))),
    );
  });

  test('senders that fall silent do not keep the others waiting', () => {
    const star = makeStar(24);
    const { net, hub, leaves, ids } = star;
    answerShortly(hub);
    const mute = new Set(leaves.slice(0, 12).map(({ address }) => address));
    net.hook = ({ from, bytes }) => (mute.has(from) && bytes[0]! >>> 6 === 1 ? [] : undefined);
    const calls = leaves.map((leaf, i) => leaf.call(ids[i]!, pattern(60_000, i)));
    // Half of the peer timeout: by then all the others are through.
    net.run(10_000_000);
    leaves.slice(12).forEach((leaf, i) => expect(resultOf(leaf, calls[i + 12]!).reason).toBeUndefined());
    expect(hub.requests.length).toBe(12);
    // And those who speak again are heard.
    net.hook = undefined;
    expectAllAnswered(star, calls);
  });

  test('senders that fall silent are pulled again although shorter messages wait to begin', () => {
    const star = makeStar(20);
    const { net, hub, leaves, ids } = star;
    answerShortly(hub);
    let deaf = true;
    net.hook = ({ bytes }) => (deaf && bytes[0]! >>> 6 === 1 ? [] : undefined);
    const calls = leaves.slice(0, 10).map((leaf, i) => leaf.call(ids[i]!, pattern(300_000, i)));
    net.run(3_000_000);
    // Longer than what begins in spite of stalled senders, shorter than what they still have to send.
    calls.push(...leaves.slice(10).map((leaf, i) => leaf.call(ids[i + 10]!, pattern(250_000, i))));
    net.run(3_100_000);
    deaf = false;
    expectAllAnswered(star, calls, 60_000_000);
  });

  test('a message without memory does not stop the one that holds it', () => {
    const star = makeStar(3, { receiveBytesMax: 1_000_000 });
    const { net, hub, leaves, ids } = star;
    answerShortly(hub);
    const calls = [leaves[0]!.call(ids[0]!, pattern(900_000), { priority: 7 })];
    net.run(100_000);
    expect(hub.endpoint.state.memoryBytes).toBe(900_000);
    calls.push(leaves[1]!.call(ids[1]!, pattern(800_000), { priority: 0 }));
    calls.push(leaves[2]!.call(ids[2]!, pattern(100_000), { priority: 6 }));
    expectAllAnswered(star, calls);
    // The one of high priority that had to wait goes before a smaller one of lower priority that would have fitted.
    expect(hub.requests.map(({ body }) => body.length)).toEqual([900_000, 800_000, 100_000]);
  });
});
