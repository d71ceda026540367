import { describe, expect, test } from 'vitest';
import { Net, TEST_OPTIONS } from '../support/net.ts';
import { pattern, pathSecret } from '../support/pair.ts';
import { HandPeer, frame, handTransfer } from './hand-peer.ts';

const TIMEOUT = TEST_OPTIONS.peerTimeoutNs!;
const INTERVAL = TIMEOUT / 8;

/** A peer by hand that the node has heard. */
function heardPeer(): HandPeer {
  const net = new Net();
  const node = net.addNode({});
  node.endpoint.serve();
  const hand = new HandPeer(net, node);
  hand.send(frame('Probe', { nonce: { hi: 1, lo: 2 } }));
  hand.received();
  return hand;
}

/** The network reports that the packet with these first bytes was not delivered. */
function report(hand: HandPeer, quoted: Uint8Array): void {
  hand.node.endpoint.handleSignal(hand.net.now, { type: 'unreachable', quoted });
  hand.net.drain(hand.node);
}

/** The first bytes of the last packet that the node sent. */
function lastSent({ net }: HandPeer): Uint8Array {
  return net.sent.at(-1)!.bytes.slice(0, 40);
}

/** MUST LIVE-6. */
describe('a report that a packet could not be delivered', () => {
  test('causes a PROBE at once, not more than one in an eighth of the timeout, and ends nothing', () => {
    const hand = heardPeer();
    const id = hand.node.call(hand.id, pattern(10));
    hand.net.run(1_000_000);
    hand.received();
    const quoted = lastSent(hand);
    for (let i = 0; i < 50; i += 1) report(hand, quoted);
    expect(hand.only('Probe').map(({ atNs }) => atNs)).toEqual([1_000_000]);
    hand.net.run(1_000_000 + INTERVAL - 1);
    hand.received();
    hand.net.run(1_000_000 + INTERVAL);
    report(hand, quoted);
    expect(hand.only('Probe').at(-1)?.atNs).toBe(1_000_000 + INTERVAL);
    expect(hand.node.results.has(id)).toBe(false);
    expect(hand.node.endpoint.counters.unreachables).toBe(51);
  });

  test('that quotes no control packet to a known peer changes nothing', () => {
    const hand = heardPeer();
    hand.node.call(hand.id, pattern(10));
    hand.net.run(1_000_000);
    hand.received();
    const quoted = lastSent(hand);
    const stranger = quoted.map((byte, i) => (i === 10 ? byte ^ 1 : byte));
    const data = quoted.map((byte, i) => (i === 0 ? 0x60 : byte));
    for (const bytes of [stranger, data, quoted.slice(0, 18), new Uint8Array(0)]) report(hand, bytes);
    expect(hand.received()).toEqual([]);
  });

  test('changes nothing while nothing waits for the peer, nor before it has been heard', () => {
    const idle = heardPeer();
    report(idle, lastSent(idle));
    expect(idle.received()).toEqual([]);
    const net = new Net();
    const unheard = new HandPeer(net, net.addNode({}));
    unheard.node.call(unheard.id, pattern(10));
    net.run(1000);
    unheard.received();
    report(unheard, lastSent(unheard));
    expect(unheard.received()).toEqual([]);
    expect(lastSent(unheard).slice(3, 19)).toEqual(pathSecret().credential);
  });
});

/** MUST PULL-6. */
describe('room for messages', () => {
  function announce(hand: HandPeer, slot: number): void {
    const { notify } = handTransfer(hand.net, pattern(2000), { transferSlot: slot });
    hand.send(frame('TransferNotify', notify));
  }

  test('that the driver takes away keeps the next message from beginning, until it gives it back', () => {
    const hand = heardPeer();
    const room = (bytes: number): void => {
      hand.node.endpoint.handleSignal(hand.net.now, { type: 'receive-room', bytes });
      hand.net.drain(hand.node);
    };
    room(3000);
    announce(hand, 0);
    announce(hand, 1);
    expect(hand.node.endpoint.state).toMatchObject({ inbound: 2, memoryBytes: 2000 });
    room(4000);
    expect(hand.node.endpoint.state.memoryBytes).toBe(4000);
  });

  test('is never more than the option allows', () => {
    const net = new Net();
    const hand = new HandPeer(net, net.addNode({ options: { receiveBytesMax: 3000 } }));
    hand.node.endpoint.serve();
    hand.node.endpoint.handleSignal(0, { type: 'receive-room', bytes: 1e9 });
    announce(hand, 0);
    announce(hand, 1);
    expect(hand.node.endpoint.state.memoryBytes).toBe(2000);
  });
});
