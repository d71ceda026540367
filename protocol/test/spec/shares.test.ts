/** Minimum shares: whatever is more urgent, each of the eight levels gets on. REQ PQ-7 */
import { describe, expect, test } from 'vitest';
import { Net, TEST_OPTIONS } from '../support/net.ts';
import { pattern } from '../support/pair.ts';
import { Feeder } from './feeder.ts';
import { HandPeer, frame } from './hand-peer.ts';

const LEVELS = 8;
const SHARE = 16;
const levels = Array.from({ length: LEVELS }, (_, level) => level);

/** For each level a sixteenth of all but two quanta. */
function expectShares(bytes: readonly number[], quantum: number): void {
  const total = bytes.reduce((sum, one) => sum + one, 0);
  expect(total).toBeGreaterThan(4 * SHARE * quantum);
  for (const level of levels)
    expect(bytes[level], `level ${level} of ${total}`).toBeGreaterThanOrEqual(total / SHARE - 2 * quantum);
}

/** MUST SHARE-1 */
describe('of what a receiver pulls', () => {
  const GRANT = 6000;
  /** What was pulled of each level once `totalBytes` were in all; the level is the slot modulo 8. */
  function pulledOf(feeder: Feeder, totalBytes: number): number[] {
    let total = 0;
    for (let seen = 0; total < totalBytes;) {
      for (; seen < feeder.pulls.length; seen += 1)
        for (const { length } of feeder.pulls[seen]!.record.ranges) total += length;
      if (!feeder.step()) break;
      feeder.collect();
    }
    const bytes = levels.map(() => 0);
    for (const { record } of feeder.pulls) {
      const level = record.transferSlot % LEVELS;
      for (const { length } of record.ranges) bytes[level] = bytes[level]! + length;
    }
    return bytes;
  }

  test('each of eight levels that all want everything has its share, and the most urgent the rest', () => {
    const feeder = new Feeder({ pullBytesMax: GRANT });
    for (const level of levels) feeder.announce(level, level === 0 ? 500_000 : 120_000, level);
    const bytes = pulledOf(feeder, 600_000);
    expectShares(bytes, GRANT);
    expect(bytes[0]).toBeGreaterThan(300_000);
    // Pulls leave no faster than the link allows.
    const { net } = feeder.hand;
    for (let i = 0; i < 10; i += 1) {
      feeder.finish();
      net.run(net.now + 10_000);
      feeder.collect();
    }
    expect(feeder.bodies()).toHaveLength(LEVELS);
  });

  test('a level with nothing leaves its share to the most urgent', () => {
    const feeder = new Feeder({ pullBytesMax: GRANT });
    feeder.announce(0, 800_000, 0);
    feeder.announce(7, 300_000, 7);
    const bytes = pulledOf(feeder, 600_000);
    expect(bytes[0]! + bytes[7]!).toBe(bytes.reduce((sum, one) => sum + one, 0));
    expect(bytes[0]).toBeGreaterThan(540_000);
    expect(bytes[7]).toBeGreaterThan(600_000 / SHARE - 2 * GRANT);
  });

  /** MUST SHARE-3 */
  test('a level that is due and finds no room keeps no short message waiting', () => {
    const feeder = new Feeder({ pullBytesMax: 60_000 });
    feeder.announce(0, 2_000_000, 0);
    feeder.announce(7, 600_000, 7);
    for (let slot = 8; slot < 88; slot += 8) {
      for (let i = 0; i < 100; i += 1) if (feeder.step()) feeder.collect();
      feeder.announce(slot, 3000, 0);
      expect(feeder.begun).toContain(slot);
    }
    expect(feeder.begun).toContain(7);
  });
});

/** A node with a hand that pulls at once what is announced to it. */
function puller(): { hand: HandPeer; call(level: number, bytes: number): void; pullAll(): void } {
  const net = new Net({ peerTimeoutNs: 4e9 });
  const hand = new HandPeer(net, net.addNode(), 'server');
  return {
    hand,
    call: (level, bytes) => void hand.node.call(hand.id, pattern(bytes, level), { priority: level }),
    pullAll: () => {
      const pulls = hand.only('TransferNotify').map(({ record }) => {
        const { transferSlot, transferGeneration, priority, size } = record;
        return frame('PullRequest', {
          transferSlot,
          transferGeneration,
          flags: { retransmission: false },
          pullSlot: priority,
          token: { hi: 1, lo: 2 },
          rateMbps: TEST_OPTIONS.rateBps! / 1e6,
          ranges: [{ offset: 0, length: size }],
        });
      });
      hand.send(...pulls);
    },
  };
}

/** MUST SHARE-1 */
test('of what a sender sends each of eight levels that were pulled has its share, and the most urgent the rest', () => {
  const { hand, call, pullAll } = puller();
  for (const level of levels) call(level, level === 0 ? 2_000_000 : 300_000);
  hand.net.run(5000);
  pullAll();
  hand.net.run(5_000_000);
  const sent = levels.map(() => 0);
  let total = 0;
  for (const { record } of hand.only('Data')) {
    const level = record.pullSlot;
    if (total < 2_000_000) sent[level] = sent[level]! + record.payload.length;
    total += record.payload.length;
  }
  expect(total).toBe(2_000_000 + 7 * 300_000);
  expectShares(sent, 16 * 1500);
  expect(sent[0]).toBeGreaterThan(1_000_000);
});

/** MUST SHARE-2 */
test('of what is announced to a peer each level has its share, and the most urgent the rest', () => {
  const net = new Net({ peerTimeoutNs: 4e9, notifyWindow: 600 });
  const hand = new HandPeer(net, net.addNode(), 'server');
  for (let i = 0; i < 600; i += 1) hand.node.call(hand.id, pattern(20, i), { priority: 0 });
  for (const level of levels.slice(1))
    for (let i = 0; i < 40; i += 1) hand.node.call(hand.id, pattern(20, i), { priority: level });
  net.run(5000);
  const announced = hand.only('TransferNotify').map(({ record }) => record.priority);
  expect(announced).toHaveLength(600);
  const counts = levels.map((level) => announced.filter((one) => one === level).length);
  for (const level of levels) expect(counts[level]).toBeGreaterThanOrEqual(600 / SHARE - 2);
  // The most urgent first, as far as nobody is due.
  expect(announced.slice(0, SHARE)).toEqual(Array.from({ length: SHARE }, () => 0));
  expect(counts[0]).toBeGreaterThan(300);
});
