import { describe, expect, test } from 'vitest';
import { RttEstimator } from '../../recovery/rtt.ts';
import { SentPackets } from '../../recovery/sent-packets.ts';
import type { AckOutcome } from '../../recovery/sent-packets.ts';
import { Ack } from '../../wire/index.ts';
import type { AckRecord } from '../../wire/index.ts';
import { Net, TEST_OPTIONS } from '../support/net.ts';
import { pattern } from '../support/pair.ts';
import { HandPeer, frame, inlineNotify } from './hand-peer.ts';

const ACK_DELAY = TEST_OPTIONS.ackDelayNs!;

function handPeer(role: 'client' | 'server' = 'client'): HandPeer {
  const net = new Net();
  const node = net.addNode();
  node.endpoint.serve();
  return new HandPeer(net, node, role);
}

const PROBE = frame('Probe', { nonce: { hi: 1, lo: 2 } });

/** Handlers that never answer: nothing but acknowledgements comes back. */
function silentServer(): HandPeer {
  const hand = handPeer();
  hand.node.handler = () => {};
  return hand;
}

/** MUST ACK-1, ACK-2. */
describe('an acknowledgement', () => {
  test('comes within the delay, and tells how long it waited', () => {
    const hand = silentServer();
    hand.net.at(1000, () => hand.send(inlineNotify(0, 1, pattern(5))));
    hand.net.run(1_000_000);
    const [ack] = hand.only('Ack');
    expect(ack!.atNs).toBeLessThanOrEqual(1000 + ACK_DELAY);
    expect(ack!.record).toMatchObject({ largest: 0, delayNs: ack!.atNs - 1000, firstRange: 0, ranges: [] });
  });

  test('names what arrived, gaps left out, whether it elicits one or not', () => {
    const hand = silentServer();
    for (const packetNumber of [0, 1, 4]) hand.deliver(hand.seal(PROBE, { packetNumber }));
    hand.deliver(hand.seal(inlineNotify(0, 1, pattern(5)), { packetNumber: 9 }));
    hand.deliver(hand.seal(PROBE, { packetNumber: 8 }));
    hand.net.run(1_000_000);
    expect(hand.only('Ack')[0]!.record).toMatchObject({
      largest: 9,
      firstRange: 1,
      ranges: [
        { gap: 3, length: 0 },
        { gap: 2, length: 1 },
      ],
    });
  });

  test('is not caused by packets that do not elicit one', () => {
    const hand = handPeer();
    hand.send(PROBE);
    hand.send(frame('Ack', { largest: 0, delayNs: 0, firstRange: 0, ranges: [] }));
    hand.send(frame('TransferAccept', { notifyLimit: 9, transfers: [] }));
    hand.send(
      frame('RangeAck', { transferSlot: 0, transferGeneration: 1, flags: { final: true }, ranges: [] }),
    );
    expect(hand.net.run(1_000_000)).toBe('idle');
    expect(hand.received().map(({ name }) => name)).toEqual(['ProbeResponse']);
  });

  test('keeps the ranges of 32 gaps', () => {
    const hand = silentServer();
    for (let i = 0; i < 40; i += 1) hand.deliver(hand.seal(PROBE, { packetNumber: i * 2 }));
    hand.deliver(hand.seal(inlineNotify(0, 1, pattern(5)), { packetNumber: 80 }));
    hand.net.run(1_000_000);
    expect(hand.only('Ack')[0]!.record.ranges.length).toBeGreaterThanOrEqual(31);
  });
});

/** MUST ACK-3: if the work followed the span, this would not end. */
test('an acknowledgement of 2^50 packets is settled at once', () => {
  const sent = new SentPackets();
  for (const packetNumber of [3, 2 ** 40]) {
    sent.add({ packetNumber, sentAt: 0, notifies: [], resets: [], credits: [], timed: true, settled: false });
  }
  const ack = new Ack().load({ largest: 2 ** 50, delayNs: 0, firstRange: 2 ** 50 - 10, ranges: [] });
  const outcome: AckOutcome = { largestSentAt: -1, acked: [], lost: [] };
  expect(sent.onAck(5, ack, 1, 2 ** 51, outcome)).toBe(true);
  expect(outcome.acked.map(({ packetNumber }) => packetNumber)).toEqual([2 ** 40]);
  expect(outcome.lost.map(({ packetNumber }) => packetNumber)).toEqual([3]);
});

/** MUST ACK-4. */
test.each<[string, AckRecord]>([
  ['a number never sent', { largest: 1, delayNs: 0, firstRange: 0, ranges: [] }],
  ['numbers below 0', { largest: 0, delayNs: 0, firstRange: 1, ranges: [] }],
  ['a range below 0', { largest: 0, delayNs: 0, firstRange: 0, ranges: [{ gap: 1, length: 0 }] }],
  ['a gap of 0', { largest: 0, delayNs: 0, firstRange: 0, ranges: [{ gap: 0, length: 0 }] }],
])('an acknowledgement of %s is a violation', (_what, record) => {
  const hand = handPeer('server');
  hand.node.call(hand.id, pattern(5));
  hand.net.run(1000);
  hand.send(frame('Ack', record));
  expect(hand.node.endpoint.counters.violations).toBe(1);
});

/** MUST ACK-5. */
describe('the round-trip time', () => {
  test('is that of RFC 9002', () => {
    const rtt = new RttEstimator(100_000);
    expect([rtt.smoothedNs, rtt.variationNs]).toEqual([100_000, 50_000]);
    rtt.update(40_000, 10_000);
    // The first sample is the minimum: nothing is taken off it.
    expect([rtt.smoothedNs, rtt.variationNs]).toEqual([40_000, 20_000]);
    rtt.update(60_000, 12_000);
    expect([rtt.variationNs, rtt.smoothedNs]).toEqual([(3 * 20_000 + 8000) / 4, (7 * 40_000 + 48_000) / 8]);
    rtt.update(41_000, 5000);
    expect(rtt.latestNs).toBe(41_000);
  });

  test('a peer takes off no more than the delay both sides know', () => {
    const hand = handPeer('server');
    const sample = (tripNs: number, delayNs: number): void => {
      hand.node.call(hand.id, pattern(5));
      hand.net.drain(hand.node);
      const largest = hand.node.endpoint.counters.controlOut - 1;
      hand.net.run(hand.net.now + tripNs);
      hand.send(frame('Ack', { largest, delayNs, firstRange: 0, ranges: [] }));
    };
    sample(2000, 0);
    expect(hand.node.endpoint.rttNs(hand.id)).toBe(2000);
    sample(9000, 8999);
    expect(hand.node.endpoint.rttNs(hand.id)).toBe((7 * 2000 + 9000 - ACK_DELAY) / 8);
  });
});

/** MUST LOSS-3. */
describe('the loss of a control packet', () => {
  function callsUnacknowledged(count: number): HandPeer {
    const hand = handPeer('server');
    for (let i = 0; i < count; i += 1) {
      hand.node.call(hand.id, pattern(1200, i));
      hand.net.drain(hand.node);
    }
    expect(hand.only('TransferNotify').length).toBe(count);
    return hand;
  }
  const only = (largest: number): Uint8Array =>
    frame('Ack', { largest, delayNs: 0, firstRange: 0, ranges: [] });

  test('shows when a packet three numbers later is acknowledged, not two', () => {
    const hand = callsUnacknowledged(4);
    hand.net.run(100);
    hand.send(only(2));
    expect(hand.only('TransferNotify')).toEqual([]);
    hand.send(only(3));
    expect(hand.only('TransferNotify').map(({ record }) => record.transferSlot)).toEqual([0]);
  });

  test('shows by a later acknowledgement when 9/8 of a round trip have passed', () => {
    for (const [waitNs, lost] of [
      [10_000, false],
      [22_000, false],
      [23_000, true],
    ] as const) {
      const hand = callsUnacknowledged(1);
      hand.net.run(waitNs);
      hand.node.call(hand.id, pattern(5));
      hand.net.drain(hand.node);
      hand.received();
      hand.send(only(1));
      expect(hand.only('TransferNotify').length, `after ${waitNs} ns`).toBe(lost ? 1 : 0);
    }
  });
});
