import { describe, expect, test } from 'vitest';
import { ControlPacket } from '../../wire/index.ts';
import { Net } from '../support/net.ts';
import { makePair, pathSecret, pattern, resultOf } from '../support/pair.ts';
import { HandPeer, frame, inlineNotify } from './hand-peer.ts';

const PROBE = frame('Probe', { nonce: { hi: 1, lo: 2 } });

function handPeer(known: boolean): HandPeer {
  const net = new Net();
  const node = net.addNode(known ? {} : { resolve: () => pathSecret() });
  node.endpoint.serve();
  return new HandPeer(net, node, 'client', known);
}

/** MUST FRESH-8, KEY-4. */
test('a packet names the epoch of its receiver that is current, a challenge and the first packets none', () => {
  const { net, client, server, toServer } = makePair({ resolve: true });
  client.call(toServer, pattern(5000));
  net.run();
  server.restart();
  server.endpoint.serve();
  for (let i = 0; i < 2; i += 1) {
    client.call(toServer, pattern(10));
    net.run();
  }
  const epochs = new Map([client, server].map(({ address }) => [address, new Set([0])]));
  const named = new Map([client, server].map(({ address }) => [address, new Set<number>()]));
  const packet = new ControlPacket();
  for (const { from, to, bytes } of net.sent) {
    if (bytes[0]! >>> 6 !== ControlPacket.KIND) continue;
    packet.parse(bytes, 0, bytes.length);
    epochs.get(from)!.add(packet.epochLo);
    named.get(to)!.add(packet.receiverTag);
  }
  for (const { address } of [client, server]) expect(named.get(address)).toEqual(epochs.get(address));
  expect(epochs.get(server.address)!.size, 'nobody, and two incarnations').toBe(3);
});

/** MUST FRESH-9, ACK-2, LIVE-1. */
describe('a packet for an incarnation that is gone', () => {
  test('of the current epoch does nothing and is answered with a PROBE', () => {
    for (const known of [true, false]) {
      const hand = handPeer(known);
      if (known) hand.send(PROBE);
      else hand.prove();
      hand.received();
      hand.deliver(hand.seal(inlineNotify(0, 1, pattern(5)), { receiverTag: 99 }));
      hand.net.run(hand.net.now + 1_000_000);
      expect(hand.received().map(({ name }) => name)).toEqual(['Probe']);
      expect(hand.node.requests).toEqual([]);
      expect(hand.node.endpoint.counters).toMatchObject({ refusedMisaddressed: 1, violations: 0 });
      hand.tag = hand.headers().at(-1)!.epoch.lo;
      hand.send(inlineNotify(0, 1, pattern(6)));
      expect(hand.node.requests.map(({ body }) => body.length)).toEqual([6]);
    }
  });

  test('of another epoch proves nothing, whatever it answers', () => {
    for (const known of [true, false]) {
      const hand = handPeer(known);
      if (known) hand.send(PROBE);
      hand.epoch = 5;
      hand.send();
      const { nonce } = hand.only('Probe').at(-1)!.record;
      const answer = frame('ProbeResponse', { nonce });
      hand.deliver(hand.seal(answer, { receiverTag: 99 }));
      expect(hand.node.peerStates).toEqual([]);
      hand.deliver(hand.seal(answer, { receiverTag: hand.headers().at(-1)!.epoch.lo }));
      expect(hand.node.peerStates).toEqual([known ? 'restarted' : 'up']);
    }
  });

  test('is no first contact', () => {
    const hand = handPeer(true);
    hand.deliver(hand.seal(inlineNotify(0, 1, pattern(5)), { receiverTag: 99 }));
    expect(hand.received().map(({ name }) => name)).toEqual(['Probe']);
    expect(hand.node.requests).toEqual([]);
  });
});

/** MUST FRESH-10. */
test('of a peer that had to prove itself, packets that name nobody may hold PROBEs and nothing else', () => {
  const hand = handPeer(false);
  hand.prove();
  hand.received();
  hand.deliver(hand.seal(PROBE, { receiverTag: 0 }));
  expect(hand.received().map(({ name }) => name)).toEqual(['ProbeResponse']);
  hand.deliver(hand.seal(inlineNotify(0, 1, pattern(5)), { receiverTag: 0 }));
  expect(hand.node.requests).toEqual([]);
  expect(hand.node.endpoint.counters.violations).toBe(1);
});

/** MUST FRESH-2: one that records what a dead incarnation said can neither become current nor keep another from it. */
test('replays of other epochs do not invalidate the answer of the living one', () => {
  const hand = handPeer(true);
  hand.send(PROBE);
  const replays = [7, 8, 9].map((epoch) => hand.seal(PROBE, { epoch, packetNumber: 3 }));
  hand.epoch = 5;
  hand.send();
  const { nonce } = hand.only('Probe').at(-1)!.record;
  for (const replay of replays) hand.deliver(replay);
  hand.send(frame('ProbeResponse', { nonce }));
  expect(hand.node.peerStates).toEqual(['restarted']);
  for (const replay of replays) hand.deliver(replay);
  expect(hand.only('Probe').at(-1)!.record.nonce).not.toEqual(nonce);
});

/** REQ SEC-1. */
test('a credential belongs to one peer: a second one under it is a misuse, an unproven one makes room', () => {
  const hand = handPeer(true);
  const { endpoint } = hand.node;
  const config = { address: 9, secret: pathSecret(), role: 'client' } as const;
  expect(() => endpoint.addPeer(0, config)).toThrow('a peer with this credential');
  hand.send(PROBE);
  expect(hand.only('ProbeResponse').length, 'the first one is still heard').toBe(1);

  const other = handPeer(false);
  other.send();
  expect(other.node.endpoint.state).toMatchObject({ peers: 0, embryos: 1 });
  other.node.endpoint.addPeer(0, { address: other.address, secret: pathSecret(), role: 'server' });
  expect(other.node.endpoint.state).toMatchObject({ peers: 1, embryos: 0 });
});

/** MUST FRESH-6. */
test('a first packet that says its secret was used before ends what was announced: somebody may have run it', () => {
  const { net, client, server, toServer, toClient } = makePair();
  net.hook = ({ to }) => (to === client.address ? [] : undefined);
  const lost = client.call(toServer, pattern(10));
  net.run(50_000);
  expect([server.requests.length, toClient]).toEqual([1, 0]);
  server.restart();
  server.endpoint.serve();
  const peer = { address: client.address, secret: pathSecret(), role: 'server', usedBefore: true } as const;
  server.endpoint.addPeer(net.now, peer);
  net.hook = undefined;
  net.run();
  expect(resultOf(client, lost).reason).toBe('peer-restarted');
  expect(server.requests.length).toBe(1);
});
