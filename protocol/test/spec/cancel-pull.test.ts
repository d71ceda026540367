import { describe, expect, test } from 'vitest';
import { Net } from '../support/net.ts';
import { readFrames } from '../support/frames.ts';
import { expectClean, makePair, pattern, resultOf, sameBytes } from '../support/pair.ts';
import type { Pair } from '../support/pair.ts';
import { troubled } from '../support/trouble.ts';
import { HandPeer, frame } from './hand-peer.ts';

/** REQ FLOW-1 · MUST CANCEL-1. */
describe('the sender of a message', () => {
  test('sends nothing more of what was pulled before a CANCEL_PULL, and goes on with the next pull', () => {
    const net = new Net({ peerTimeoutNs: 10e9 });
    const node = net.addNode();
    const hand = new HandPeer(net, node, 'server');
    node.call(hand.id, pattern(200_000));
    net.drain(node);
    const { transferSlot, transferGeneration } = hand.only('TransferNotify')[0]!.record;
    const id = { transferSlot, transferGeneration };
    const pull = (offset: number, length: number): void => {
      const rest = { flags: { retransmission: false }, pullSlot: 7, token: { hi: 1, lo: 2 }, rateMbps: 1000 };
      hand.send(frame('PullRequest', { ...id, ...rest, ranges: [{ offset, length }] }));
    };
    pull(0, 150_000);
    net.run(400_000);
    const before = hand.only('Data').length;
    expect(before).toBeGreaterThan(16);
    hand.send(frame('CancelPull', id));
    net.run(5_000_000);
    expect(hand.only('Data')).toEqual([]);
    expect(node.endpoint.counters.violations).toBe(0);
    pull(140_000, 20_000);
    net.run(10_000_000);
    const offsets = hand.only('Data').map(({ record }) => record.offset);
    expect([offsets[0], offsets.length]).toEqual([140_000, 14]);
  });

  test('does not mind a CANCEL_PULL of what it does not know', () => {
    const net = new Net();
    const node = net.addNode();
    const hand = new HandPeer(net, node, 'server');
    hand.send(frame('CancelPull', { transferSlot: 3, transferGeneration: 3 }));
    expect(node.endpoint.counters.violations).toBe(0);
  });
});

const SIZE = 2_000_000;

/** A request half of which has arrived. */
function halfway(): Pair & { id: number; served: number } {
  const pair = makePair({ options: { peerTimeoutNs: 1e9 } });
  const { net, client, server, toServer } = pair;
  const served: number[] = [];
  server.endpoint.serve(true);
  const { onEvent } = server;
  server.onEvent = (event) => {
    if (event.type === 'offer') {
      served.push(event.exchange);
      server.endpoint.accept(net.now, event.exchange);
    } else onEvent.call(server, event);
  };
  const id = client.call(toServer, pattern(SIZE));
  net.run(600_000);
  return { ...pair, id, served: served[0]! };
}

function framesTo({ net, client }: Pair, name: string): number {
  return net.sent
    .filter(({ to }) => to === client.address)
    .flatMap(({ bytes }) => readFrames(net.crypto, bytes))
    .filter((one) => one.name === name).length;
}

/** REQ FLOW-1, FLOW-3 · MUST CANCEL-2. */
describe('the receiver of a message', () => {
  test('that pauses frees the budget at once, pulls nothing, takes what comes, and goes on with what it lacks', () => {
    const pair = halfway();
    const { net, client, server, toServer, id, served } = pair;
    expect(server.endpoint.state.pulledBytes).toBeGreaterThan(0);
    const before = server.endpoint.counters.payloadBytesFirst;
    expect(before).toBeGreaterThan(100_000);
    server.endpoint.pause(net.now, served, true);
    expect(server.endpoint.state.pulledBytes).toBe(0);
    const { pullsOut } = server.endpoint.counters;
    net.run(net.now + 100_000);
    const { payloadBytesFirst } = server.endpoint.counters;
    expect(payloadBytesFirst, 'what was on its way is taken').toBeGreaterThan(before);
    expect(framesTo(pair, 'CancelPull')).toBe(1);
    net.run(net.now + 400_000_000);
    expect(server.endpoint.counters.payloadBytesFirst, 'and then no more').toBe(payloadBytesFirst);
    expect(server.endpoint.counters.pullsOut).toBe(pullsOut);
    expect(client.results.size, 'the transfer lives').toBe(0);
    // Others go on meanwhile.
    const other = client.call(toServer, pattern(500_000));
    net.run(net.now + 10_000_000);
    expect(sameBytes(resultOf(client, other).body, pattern(500_000))).toBe(true);
    server.endpoint.pause(net.now, served, false);
    net.run(net.now + 5_000_000_000);
    expect(sameBytes(resultOf(client, id).body, pattern(SIZE))).toBe(true);
    expect(server.endpoint.pause(net.now, served, true), 'it is over').toBe(false);
    expectClean(client, server);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('that pauses often on a bad network ends rightly, seed %d', (seed) => {
    const pair = halfway();
    const { net, client, server, id, served } = pair;
    net.hook = troubled(net, seed, 100_000_000);
    const rng = net.fork(`pauses/${seed}`);
    for (let i = 0; i < 20; i += 1) {
      server.endpoint.pause(net.now, served, i % 2 === 0);
      net.run(net.now + rng.below(500_000));
    }
    net.run(net.now + 5_000_000_000);
    expect(sameBytes(resultOf(client, id).body, pattern(SIZE))).toBe(true);
    expectClean(client, server);
  });

  test('that gives a paused message up leaves nothing behind', () => {
    const { net, client, server, id, served } = halfway();
    server.endpoint.pause(net.now, served, true);
    client.endpoint.cancel(net.now, id, 'aborted');
    net.run(net.now + 5_000_000_000);
    expect(resultOf(client, id).reason).toBe('aborted');
    expect(server.served.at(-1)?.reason).toBe('cancelled');
    expectClean(client, server);
  });
});
