import { describe, expect, test } from 'vitest';
import { Net, TEST_OPTIONS } from '../support/net.ts';
import { pattern, pathSecret, resultOf } from '../support/pair.ts';
import { HandPeer, frame, handTransfer, inlineNotify } from './hand-peer.ts';

const TIMEOUT = TEST_OPTIONS.peerTimeoutNs!;
const INTERVAL = TIMEOUT / 8;
const PROBE = frame('Probe', { nonce: { hi: 1, lo: 2 } });

function handPeer(role: 'client' | 'server' = 'server', known = true): HandPeer {
  const net = new Net();
  const node = net.addNode(known ? {} : { resolve: () => pathSecret() });
  node.endpoint.serve();
  return new HandPeer(net, node, role, known);
}

/** Sends something every millisecond, as long as `until` has not come. */
function keepTalking(hand: HandPeer, untilNs: number, say: () => void): void {
  for (let at = 1_000_000; at < untilNs; at += 1_000_000) hand.net.at(at, say);
}

/** MUST LIVE-1, LIVE-2. */
describe('a peer', () => {
  test('is dead after the timeout, and everything that waits ends at that moment', () => {
    const hand = handPeer();
    const ids = [10, 5000].map((size) => hand.node.call(hand.id, pattern(size)));
    hand.net.at(5_000_000, () => {
      ids.push(hand.node.call(hand.id, pattern(20)));
      hand.net.drain(hand.node);
    });
    hand.send(frame('TransferNotify', handTransfer(hand.net, pattern(5000)).notify));
    expect(hand.net.run(100 * TIMEOUT)).toBe('idle');
    expect(ids.map((id) => resultOf(hand.node, id))).toMatchObject(
      ids.map(() => ({ reason: 'peer-timeout', atNs: TIMEOUT })),
    );
    expect(hand.node.endpoint.state).toMatchObject({ exchanges: 0, inbound: 0, outbound: 0, creditsHeld: 0 });
    expect(hand.node.peerStates).toEqual(['down']);
  });

  test('is never dead while nothing waits for it', () => {
    const hand = handPeer();
    hand.send(PROBE);
    expect(hand.net.run(TIMEOUT * 10)).toBe('idle');
    expect(hand.node.peerStates).toEqual([]);
  });

  test('lives as long as it says anything that authenticates', () => {
    const hand = handPeer();
    const id = hand.node.call(hand.id, pattern(10));
    keepTalking(hand, TIMEOUT * 3, () => hand.send(new Uint8Array(1)));
    hand.net.run(TIMEOUT * 3);
    expect(hand.node.results.has(id)).toBe(false);
    hand.net.run(TIMEOUT * 5);
    expect(resultOf(hand.node, id).reason).toBe('peer-timeout');
  });

  test.each<[string, (hand: HandPeer) => Uint8Array]>([
    ['forged packets', (hand) => hand.seal(PROBE).map((byte, i) => (i === 40 ? byte ^ 1 : byte))],
    ['packets of an epoch that has not proven itself', (hand) => hand.seal(PROBE, { epoch: 5 })],
    ['data packets', () => Uint8Array.of(0x60, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)],
  ])('is not kept alive by %s', (_what, packet) => {
    const hand = handPeer();
    hand.send(PROBE);
    const id = hand.node.call(hand.id, pattern(10));
    keepTalking(hand, TIMEOUT * 2, () => hand.deliver(packet(hand)));
    hand.net.run(TIMEOUT * 2);
    expect(resultOf(hand.node, id)).toMatchObject({ reason: 'peer-timeout', atNs: TIMEOUT });
  });
});

/** MUST LIVE-3. */
test('a silent peer is probed every eighth of the timeout', () => {
  const hand = handPeer();
  hand.node.call(hand.id, pattern(10));
  hand.net.run(TIMEOUT - 1);
  const times = hand.only('Probe').map(({ atNs }) => atNs);
  const offset = (times[0] as number) - INTERVAL;
  expect(times).toEqual([1, 2, 3, 4, 5, 6, 7].map((i) => i * INTERVAL + offset));
});

/** MUST LIVE-3. Their answers would come at the same moment as well, and overrun a port. */
test('peers that are silent since the same moment are probed at moments of their own', () => {
  const net = new Net();
  const node = net.addNode();
  const hands = Array.from({ length: 40 }, (_, i) => new HandPeer(net, node, 'server', true, i));
  for (const { id } of hands) node.call(id, pattern(10));
  net.run(1.5 * INTERVAL);
  const firsts = hands.map((hand) => hand.only('Probe')[0]!.atNs).sort((a, b) => a - b);
  expect(firsts[0]).toBeGreaterThanOrEqual(INTERVAL);
  // Of each fifth of the time there are some.
  for (let fifth = 0; fifth < 5; fifth += 1) {
    const from = INTERVAL * (1 + fifth / 10);
    expect(firsts.some((at) => at >= from && at <= from + INTERVAL / 10)).toBe(true);
  }
});

/** MUST LIVE-4. */
test('PROBEs are answered at once, eight of a packet at least', () => {
  const hand = handPeer();
  const probes = Array.from({ length: 10 }, (_, lo) => frame('Probe', { nonce: { hi: 9, lo } }));
  hand.send(...probes);
  const echoes = hand.only('ProbeResponse').map(({ record }) => record.nonce);
  expect(echoes.slice(0, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((lo) => ({ hi: 9, lo })));
});

/** MUST LIVE-5. */
describe('a dead peer', () => {
  test('is told of nothing new until it has answered a PROBE', () => {
    const hand = handPeer();
    hand.node.call(hand.id, pattern(10));
    hand.net.run(TIMEOUT + 1);
    hand.received();
    const calledAt = hand.net.now;
    const id = hand.node.call(hand.id, pattern(20));
    hand.net.drain(hand.node);
    hand.net.run(calledAt + INTERVAL * 2);
    const frames = hand.received();
    const probes = frames.filter(({ name }) => name === 'Probe');
    expect(probes[0]?.atNs).toBe(calledAt);
    expect(frames.filter(({ name }) => name === 'TransferNotify')).toEqual([]);
    hand.send(PROBE);
    expect(hand.only('TransferNotify')).toEqual([]);
    hand.send(frame('ProbeResponse', probes.at(-1)!.record as { nonce: { hi: number; lo: number } }));
    expect(hand.only('TransferNotify').map(({ record }) => record.size)).toEqual([20]);
    expect(hand.node.results.has(id)).toBe(false);
    expect(hand.node.peerStates).toEqual(['down', 'up']);
  });

  test('that was resolved is forgotten', () => {
    const hand = handPeer('client', false);
    hand.prove();
    hand.send(inlineNotify(0, 1, pattern(5)));
    expect(hand.node.endpoint.state.peers).toBe(1);
    hand.net.run(1e9);
    expect(hand.node.endpoint.state).toMatchObject({ peers: 0, exchanges: 0, outbound: 0 });
  });
});

/** MUST FRESH-1, FRESH-3, FRESH-4. */
describe('a peer that was resolved', () => {
  test('gets a PROBE for each packet, and nothing acts, until it proves itself', () => {
    const hand = handPeer('client', false);
    for (let i = 0; i < 3; i += 1) hand.send(inlineNotify(i, 1, pattern(5)));
    const frames = hand.received();
    expect(frames.map(({ name }) => name)).toEqual(['Probe', 'Probe', 'Probe']);
    expect(hand.node.endpoint.state).toMatchObject({ peers: 0, embryos: 1, exchanges: 0 });
    const { nonce } = frames[0]!.record as { nonce: { hi: number; lo: number } };
    hand.tag = hand.headers()[0]!.epoch.lo;
    const answer = frame('ProbeResponse', { nonce });
    hand.send(frame('ProbeResponse', { nonce: { hi: nonce.hi, lo: nonce.lo ^ 1 } }));
    hand.send(inlineNotify(3, 1, pattern(6)), answer);
    expect(hand.node.requests).toEqual([]);
    const late = hand.seal(inlineNotify(4, 1, pattern(7)));
    hand.send(answer, inlineNotify(5, 1, pattern(8)));
    hand.deliver(late);
    expect(hand.node.requests.map(({ body }) => body.length)).toEqual([8]);
    expect(hand.node.endpoint.counters.refusedReplay).toBe(1);
  });

  test('proves one epoch with an answer, and the next must give another', () => {
    const hand = handPeer('client', false);
    hand.prove();
    hand.epoch = 5;
    hand.send(inlineNotify(0, 1, pattern(5)));
    const { nonce } = hand.only('Probe')[0]!.record;
    hand.send(frame('ProbeResponse', { nonce }), inlineNotify(1, 1, pattern(5)));
    expect(hand.node.requests.length).toBe(1);
    hand.epoch = 6;
    hand.send(frame('ProbeResponse', { nonce }), inlineNotify(2, 1, pattern(5)));
    expect(hand.node.requests.length).toBe(1);
    expect(hand.only('Probe')[0]!.record.nonce).not.toEqual(nonce);
  });
});

/** MUST FRESH-5. */
test('when another epoch proves itself, what the former one may have seen ends, and credit begins again', () => {
  const hand = handPeer('client');
  hand.node.handler = () => {};
  hand.send(inlineNotify(0, 1, pattern(5)));
  hand.send(frame('TransferNotify', handTransfer(hand.net, pattern(5000), { transferSlot: 1 }).notify));
  const id = hand.node.call(hand.id, pattern(5));
  hand.net.drain(hand.node);
  expect(hand.node.endpoint.state).toMatchObject({ exchanges: 3, inbound: 1, creditsHeld: 2 });
  const before = hand.epoch;
  hand.epoch = 5;
  hand.send();
  const { nonce } = hand.only('Probe')[0]!.record;
  // A late packet of the former self: its final RANGE_ACK and ACK would mean something else to the new one.
  hand.deliver(hand.seal(inlineNotify(2, 1, pattern(5)), { epoch: before, packetNumber: 100 }));
  hand.send(frame('ProbeResponse', { nonce }));
  expect(resultOf(hand.node, id).reason).toBe('peer-restarted');
  expect(hand.node.served.map(({ reason }) => reason)).toEqual(['peer-restarted', 'peer-restarted']);
  expect(hand.node.endpoint.state).toMatchObject({ exchanges: 0, inbound: 0, outbound: 0, creditsHeld: 0 });
  hand.net.run(hand.net.now + 1_000_000);
  expect(hand.received().map(({ name }) => name)).toEqual([]);
  expect(hand.node.peerStates).toEqual(['restarted']);
});

/** MUST FRESH-6. */
test('a configured peer that begins with a PROBE has not acted on what was announced: it is announced again, as it was', () => {
  const hand = handPeer();
  const id = hand.node.call(hand.id, pattern(5));
  hand.net.drain(hand.node);
  const [before] = hand.only('TransferNotify');
  hand.send(PROBE);
  const frames = hand.received();
  expect(frames.map(({ name }) => name)).toEqual(['ProbeResponse', 'TransferNotify']);
  expect(frames[1]!.record).toEqual(before!.record);
  expect(hand.node.results.has(id)).toBe(false);
});
