import { describe, expect, test } from 'vitest';
import { Net } from '../support/net.ts';
import { expectEcho, pattern } from '../support/pair.ts';
import { HandPeer, concat, frame, inlineNotify } from './hand-peer.ts';

/** A server, and a client played by hand. */
function handClient(): HandPeer {
  const net = new Net();
  const server = net.addNode();
  server.endpoint.serve();
  return new HandPeer(net, server);
}

const PROBE = (nonce: number): Uint8Array => frame('Probe', { nonce: { hi: 0, lo: nonce } });

function noncesEchoed(hand: HandPeer): number[] {
  return hand.only('ProbeResponse').map(({ record }) => record.nonce.lo);
}

/** MUST WIRE-1, WIRE-2. */
describe('datagrams', () => {
  test('hold packets that are read one after the other', () => {
    const hand = handClient();
    hand.deliver(concat(hand.seal(PROBE(1)), hand.seal(PROBE(2)), hand.seal(PROBE(3))));
    expect(noncesEchoed(hand)).toEqual([1, 2, 3]);
  });

  test.each([
    ['of another kind', (packet: Uint8Array) => void (packet[0]! |= 0xc0)],
    ['of another version', (packet: Uint8Array) => void (packet[0]! ^= 0x10)],
    ['with a reserved bit', (packet: Uint8Array) => void (packet[0]! |= 4)],
    ['shorter than its header', (packet: Uint8Array) => packet.set([0, 33], 1)],
    ['longer than the datagram', (packet: Uint8Array) => packet.set([0xff, 0xff], 1)],
  ])('a packet %s ends the datagram, and what came before it stands', (_what, spoil) => {
    const hand = handClient();
    const bad = hand.seal(PROBE(2));
    spoil(bad);
    hand.deliver(concat(hand.seal(PROBE(1)), bad, hand.seal(PROBE(3))));
    expect(noncesEchoed(hand)).toEqual([1]);
    expect(hand.node.endpoint.counters.refusedMalformed).toBe(1);
  });

  test('a control packet too short for its tag is refused', () => {
    const hand = handClient();
    const packet = hand.seal(PROBE(1)).slice(0, 26 + 15);
    packet.set([0, packet.length], 1);
    hand.deliver(packet);
    expect(hand.node.endpoint.counters.refusedMalformed).toBe(1);
  });
});

/** MUST WIRE-4. */
test.each([256, 600, 1500, 9000])('no datagram exceeds an MTU of %d, and data fills it', (mtuBytes) => {
  const { net } = expectEcho(30_000, undefined, { options: { mtuBytes } });
  const sizes = net.sent.map(({ bytes }) => bytes.length);
  expect(Math.max(...sizes)).toBe(mtuBytes - 28);
});

/** MUST WIRE-5. */
test('a packet with any one bit changed does nothing', () => {
  const hand = handClient();
  const good = hand.seal(inlineNotify(0, 1, pattern(20)));
  const { endpoint } = hand.node;
  const before = JSON.stringify(endpoint.state);
  for (let bit = 0; bit < good.length * 8; bit += 1) {
    const bad = good.slice();
    bad[bit >>> 3]! ^= 1 << (bit & 7);
    hand.deliver(bad);
  }
  expect(hand.net.sent).toEqual([]);
  expect(hand.node.requests).toEqual([]);
  expect(JSON.stringify(endpoint.state)).toBe(before);
  hand.deliver(good);
  expect(hand.node.requests.length).toBe(1);
});

/** MUST WIRE-6. */
describe('a frame against the rules', () => {
  const unknownType = Uint8Array.of(0x3f);
  const reservedFlag = frame('FlowReset', {
    transferSlot: 5,
    transferGeneration: 1,
    flags: { byReceiver: true },
    code: 1,
  });
  reservedFlag[9] = 0x80;
  test.each([
    ['of an unknown type', unknownType],
    ['that does not parse', reservedFlag],
  ])('%s ends the packet, and what came before it stands', (_what, bad) => {
    const hand = handClient();
    hand.send(inlineNotify(0, 1, pattern(5)), bad, inlineNotify(1, 1, pattern(6)));
    expect(hand.node.requests.map(({ body }) => body.length)).toEqual([5]);
    expect(hand.node.endpoint.counters.violations).toBe(1);
    // The packet counts as received all the same.
    hand.net.run(1_000_000);
    expect(hand.only('Ack')[0]?.record.largest).toBe(0);
  });
});
