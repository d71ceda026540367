/** Where buffers are shallow senders take turns, whose rates are never more than the link carries. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NANOS_PER_SECOND } from '../../core/units.ts';
import { DEFAULT_OPTIONS } from '../../endpoint/options.ts';
import type { Peer } from '../../peer/peer.ts';
import { PullTurns } from '../../transfer/pull-turns.ts';
import { pattern } from '../support/pair.ts';
import { Net } from '../support/net.ts';
import { HandPeer, frame, handTransfer } from './hand-peer.ts';

const RATE_BPS = 100e9;
const RTT_NS = 3000;
const OPTIONS = { ...DEFAULT_OPTIONS, rateBps: RATE_BPS, portBufferBytes: 12_000 };

/** What turns read and write of a peer. */
function somebody(): Peer {
  return { turnBps: 0, pulledBytes: 0, rtt: { minNs: RTT_NS } } as unknown as Peer;
}

/** MUST PULL-12 */
test('the rates of all turns together are at most that of the link, whatever comes', () => {
  const act = fc.record({
    peer: fc.nat(5),
    what: fc.constantFrom('begin', 'arrive', 'mark', 'control'),
    contested: fc.boolean(),
    bytes: fc.integer({ min: 1, max: 200_000 }),
  });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 300 }), (acts) => {
      const turns = new PullTurns(OPTIONS);
      const peers = Array.from({ length: 6 }, somebody);
      for (const { peer: index, what, contested, bytes } of acts) {
        const peer = peers[index]!;
        if (what === 'mark') turns.onMarked();
        else if (what === 'control') turns.onSurplus(bytes % 1500);
        else if (what === 'begin') {
          const rateBps = turns.rateFor(peer, contested);
          if (rateBps === 0) continue;
          turns.begin(peer, rateBps);
          peer.pulledBytes = bytes;
        } else {
          peer.pulledBytes = Math.max(0, peer.pulledBytes - bytes);
          turns.settle(peer);
        }
        const open = peers.filter(({ turnBps }) => turnBps > 0);
        expect(open.length).toBeLessThanOrEqual(2);
        expect(open.reduce((sum, { turnBps }) => sum + turnBps, 0)).toBeLessThanOrEqual(RATE_BPS);
        expect(open.length > 0).toBe(turns.anyOpen);
      }
      // Whoever has nothing outstanding any more has no turn, and the next one may begin.
      for (const peer of peers) {
        peer.pulledBytes = 0;
        turns.settle(peer);
      }
      expect(turns.anyOpen).toBe(false);
      expect(turns.rateFor(somebody(), false)).toBeGreaterThanOrEqual(RATE_BPS / 2);
    }),
  );
});

/** MUST PULL-12 */
test('the next turn begins when the rest of the one before is on its way, later if something else came, and after marks', () => {
  const flightBytes = (RATE_BPS * (15 / 16) * RTT_NS) / (8 * NANOS_PER_SECOND);
  const endsAt = (prepare: (turns: PullTurns) => void): number => {
    const turns = new PullTurns(OPTIONS);
    const [peer, other] = [somebody(), somebody()];
    turns.begin(other, 1);
    other.pulledBytes = 1e6;
    peer.pulledBytes = 100_000;
    turns.begin(peer, RATE_BPS * (15 / 16));
    prepare(turns);
    while (!turns.settle(peer)) peer.pulledBytes -= 50;
    return peer.pulledBytes;
  };
  const plain = endsAt(() => {});
  expect(plain).toBeGreaterThan(flightBytes - 51);
  expect(plain).toBeLessThanOrEqual(flightBytes);
  expect(plain - endsAt((turns) => turns.onSurplus(1000))).toBe(1000);
  expect(plain - endsAt((turns) => turns.onMarked())).toBe(3000);
});

/** MUST PULL-12 */
test('a lone sender is given the link, several a part of it each, and none more than their turn', () => {
  const net = new Net({ peerTimeoutNs: 4e9, portBufferBytes: 12_000 });
  const node = net.addNode();
  node.endpoint.serve();
  const hand = new HandPeer(net, node);
  const transfer = handTransfer(net, pattern(300_000), { transferSlot: 0 });
  hand.send(frame('TransferNotify', transfer.notify));
  const [first] = hand.only('PullRequest');
  // 31/32 of 10 Gbit/s.
  expect(first!.record.rateMbps).toBe(9687);
  const { token, pullSlot, ranges } = first!.record;
  expect(ranges[0]!.length).toBeGreaterThan(100_000);
  // No more is pulled before the rest of it is on its way: 20 us at that rate.
  let left = ranges[0]!.length;
  for (let offset = 0; left > 0; offset += 1400) {
    hand.sendData({ pullSlot, token, offset, payload: transfer.sealed.slice(offset, offset + 1400) });
    left -= 1400;
    if (hand.only('PullRequest').length > 0) break;
  }
  expect(left).toBeLessThanOrEqual(24_219);
  expect(left).toBeGreaterThan(20_000);
});

/** MUST PULL-12 */
test('a turn is a round trip long, however short pulls are: else a sender would wait for most of it', () => {
  const net = new Net({ peerTimeoutNs: 4e9, portBufferBytes: 12_000, pullBytesMax: 1024 });
  const node = net.addNode();
  node.endpoint.serve();
  const hand = new HandPeer(net, node);
  hand.send(frame('TransferNotify', handTransfer(net, pattern(300_000), { transferSlot: 0 }).notify));
  const lengths = hand
    .only('PullRequest')
    .flatMap(({ record }) => record.ranges.map(({ length }: { length: number }) => length));
  const bytes = lengths.reduce((sum, length) => sum + length);
  expect(bytes).toBeGreaterThanOrEqual(24_219);
  expect(bytes).toBeLessThan(24_219 + 1024);
});

/** MUST PULL-4 */
test('all messages to one peer together leave no faster than its last pull allows', () => {
  const net = new Net({ peerTimeoutNs: 4e9 });
  const node = net.addNode();
  const hand = new HandPeer(net, node);
  for (let i = 0; i < 3; i += 1) node.call(hand.id, pattern(60_000, i));
  net.run(1000);
  const pulls = hand
    .only('TransferNotify')
    .map(({ record: { transferSlot, transferGeneration } }, pullSlot) =>
      frame('PullRequest', {
        transferSlot,
        transferGeneration,
        flags: { retransmission: false },
        pullSlot,
        token: { hi: 1, lo: pullSlot },
        rateMbps: 1000,
        ranges: [{ offset: 0, length: 60_000 }],
      }),
    );
  expect(pulls).toHaveLength(3);
  hand.send(...pulls);
  const startNs = net.now;
  net.run(startNs + 10_000_000);
  let bytes = 0;
  for (const { record, atNs } of hand.only('Data')) {
    // One packet at once, then at 1 Gbit/s.
    expect(bytes).toBeLessThanOrEqual(1500 + (atNs - startNs) / 8);
    bytes += record.length + 28;
  }
  expect(bytes).toBeGreaterThan(180_000);
});
