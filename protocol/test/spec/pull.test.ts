import { describe, expect, test } from 'vitest';
import { DataPacket } from '../../wire/index.ts';
import type { PullRequestRecord, TransferNotifyRecord } from '../../wire/index.ts';
import { Net, TEST_OPTIONS } from '../support/net.ts';
import { pattern, sameBytes } from '../support/pair.ts';
import { Feeder } from './feeder.ts';
import { HandPeer, frame, handTransfer } from './hand-peer.ts';

/** 1.5 x 10 Gbit/s x 20 us. */
const BUDGET = 37_500;
const GRANT = 131_072;

/** MUST PULL-1. */
describe('the budget', () => {
  test('is checked before each grant, and a grant has its own bound', () => {
    const feeder = new Feeder();
    for (let slot = 0; slot < 6; slot += 1) feeder.announce(slot, 300_000);
    expect(feeder.outstanding).toBeLessThanOrEqual(GRANT);
    expect(feeder.begun).toEqual([0]);
    let grants = 0;
    feeder.finish((before, granted) => {
      grants += 1;
      expect(before).toBeLessThan(BUDGET);
      expect(granted).toBeLessThanOrEqual(GRANT);
    });
    expect(grants).toBeGreaterThan(10);
    expect(feeder.bodies()).toEqual([1, 2, 3, 4, 5, 6].map(() => 300_000));
  });

  test('leaves a reserve of the same size to short messages', () => {
    const feeder = new Feeder();
    feeder.announce(0, 300_000);
    for (let slot = 1; slot <= 6; slot += 1) feeder.announce(slot, 9984);
    expect(feeder.begun).toEqual([0, 1, 2, 3]);
    feeder.finish();
    expect(feeder.bodies().length).toBe(7);
  });

  test('never exceeds the receive buffer', () => {
    const feeder = new Feeder({ receiveBufferBytes: 65_536 });
    for (let slot = 0; slot < 3; slot += 1) feeder.announce(slot, 300_000);
    for (let slot = 3; slot < 9; slot += 1) feeder.announce(slot, 9000);
    expect(feeder.outstanding).toBeLessThanOrEqual(65_536);
    feeder.finish(() => expect(feeder.outstanding).toBeLessThanOrEqual(65_536));
    expect(feeder.bodies().length).toBe(9);
  });
});

/** MUST PULL-10. */
test('what a late sender has outstanding is lent to others, as far as all of that may come at once', () => {
  const feeder = new Feeder({ pullBytesMax: 30_000 });
  for (let slot = 0; slot < 4; slot += 1) feeder.announce(slot, 300_000);
  const lateNs = 2 * TEST_OPTIONS.initialRttNs!;
  const begunAt = (atNs: number): number[] => {
    feeder.hand.net.run(atNs);
    feeder.collect();
    return [...feeder.begun];
  };
  expect(begunAt(lateNs - 1)).toEqual([0]);
  expect(begunAt(lateNs)).toEqual([0, 1]);
  // The second is late as well, but with both of them more than one and a half times the budget would be lent.
  expect(begunAt(2 * lateNs + 1000)).toEqual([0, 1]);
  feeder.finish();
  expect(feeder.bodies().length).toBe(4);
});

/** MUST PULL-10. A grant may be longer than all that may be lent of one; and what could not be lent when its sender became late may be later. */
test('of a late sender that was granted more than may be lent at once others have the budget all the same, one after the other', () => {
  const feeder = new Feeder({ lossDelayMinNs: 1e7 });
  for (let slot = 0; slot < 3; slot += 1) feeder.announce(slot, 300_000);
  feeder.hand.net.run(200_000);
  feeder.collect();
  expect(feeder.begun).toEqual([0, 1]);
  // All of the first comes while the second is silent, whose turn it is to lend now.
  const second = feeder.outstanding / 2;
  while (feeder.outstanding > second) feeder.step();
  const lateNs = 2 * TEST_OPTIONS.initialRttNs!;
  feeder.hand.net.run(feeder.hand.net.now + 2 * lateNs);
  expect(feeder.collect()).toBeGreaterThan(0);
  feeder.finish();
  expect(feeder.bodies().length).toBe(3);
});

/** MUST PULL-10. What is outstanding may stand in line behind what comes, and would come on top of what is granted for it. */
test.each([
  ['busy', 1, false],
  ['half idle', 2, true],
])('of a silent sender is lent while the link is %s: %#', (_, slowness, lent) => {
  const silent = new Feeder({ pullBytesMax: 15_000, lossDelayMinNs: 1e6 });
  const busy = new Feeder({}, silent);
  silent.announce(0, 14_000);
  busy.announce(0, 600_000);
  const { net } = busy.hand;
  const rateBps = 10e9;
  let most = 0;
  for (let i = 0; i < 100 && busy.step(); i += 1) {
    net.run(net.now + (slowness * 1440 * 8e9) / rateBps);
    busy.collect();
    most = Math.max(most, busy.outstanding);
  }
  // Each grant is made while less than the budget is outstanding, and is up to 15,000 bytes long.
  const withSilent = BUDGET + 15_000 - 14_000;
  expect(most > withSilent, String(most)).toBe(lent);
  busy.finish();
  silent.finish();
  expect(busy.bodies().toSorted((a, b) => a - b)).toEqual([14_000, 600_000]);
});

/** MUST PULL-1. */
test('of a long message the last bytes count among the short ones, and wait for no long grant', () => {
  const feeder = new Feeder({ receiveBufferBytes: 1 << 20, pullBytesMax: 65_536 });
  feeder.announce(0, 66_000);
  feeder.collect();
  // A more urgent one takes the budget while the first is on its way.
  feeder.announce(1, 300_000, 0);
  while (feeder.pulls.at(-1)?.record.transferSlot !== 1 && feeder.step()) feeder.collect();
  const urgent = feeder.pulls.length;
  expect(feeder.outstanding).toBeGreaterThanOrEqual(BUDGET);
  while (feeder.pulls.length === urgent && feeder.step()) feeder.collect();
  expect(feeder.pulls.slice(urgent).map(({ record }) => record.transferSlot)).toContain(0);
  feeder.finish();
  expect(feeder.bodies().length).toBe(2);
});

/** MUST PULL-2. */
test('the next pull is for the highest priority, and in it for the fewest bytes left', () => {
  const feeder = new Feeder();
  feeder.announce(0, 150_000);
  feeder.announce(1, 60_000, 7);
  feeder.announce(2, 90_000, 3);
  feeder.announce(3, 80_000, 3);
  feeder.announce(4, 300_000, 0);
  expect(feeder.begun).toEqual([0]);
  feeder.finish();
  // The first goes on after the most urgent one, because it has the fewest bytes left of its priority.
  expect(feeder.begun).toEqual([0, 4, 3, 2, 1]);
  const slots = feeder.pulls.map(({ record }) => record.transferSlot);
  expect(slots.lastIndexOf(4)).toBeLessThan(slots.lastIndexOf(0));
  expect(slots.lastIndexOf(0)).toBeLessThan(slots.indexOf(3));
});

/** MUST PULL-2. */
test('of two with equally many bytes left the next pull is for the one that has begun', () => {
  const nextAfterFirst = (feeder: Feeder): number | undefined => {
    while (feeder.pulls.length === 1 && feeder.step()) feeder.collect();
    return feeder.pulls[1]?.record.transferSlot;
  };
  const alone = new Feeder();
  alone.announce(0, 300_000);
  const pulled = alone.outstanding;
  expect(nextAfterFirst(alone)).toBe(0);
  const { length } = alone.pulls[1]?.record.ranges[0] ?? { length: 0 };
  // What had arrived when it was pulled again.
  const arrived = pulled + length - alone.outstanding;
  const left = (alone.transfers.get(0)?.sealed.length ?? 0) - arrived;
  const sealedOf = (bytes: number): number =>
    handTransfer(alone.hand.net, pattern(bytes, 1), { transferSlot: 1 }).sealed.length;
  const equal = left - (sealedOf(left) - left);
  expect(sealedOf(equal)).toBe(left);
  for (const [bytes, next] of [
    [equal - 1, 1],
    [equal, 0],
  ] as const) {
    const feeder = new Feeder();
    feeder.announce(0, 300_000);
    feeder.announce(1, bytes);
    expect(feeder.begun).toEqual([0]);
    expect(nextAfterFirst(feeder)).toBe(next);
  }
});

/** MUST PULL-5. */
test.each([600, 1500, 9000])('pulls end where a packet ends, at an MTU of %d', (mtuBytes) => {
  const feeder = new Feeder({ mtuBytes });
  feeder.announce(0, 500_000);
  feeder.finish();
  const { length } = feeder.transfers.get(0)!.sealed;
  expect(feeder.pulls.length).toBeGreaterThan(3);
  for (const { offset, length: bytes } of feeder.pulls.flatMap(({ record }) => record.ranges)) {
    let at = offset;
    while (at < offset + bytes) at += mtuBytes - 28 - DataPacket.headerLength(at);
    expect(Math.min(at, length)).toBe(offset + bytes);
  }
});

/** MUST PULL-6, PULL-7. */
describe('memory for messages', () => {
  test('is bounded, and what has begun goes on while the next one waits for it', () => {
    const feeder = new Feeder({ receiveBytesMax: 600_000 });
    feeder.announce(0, 500_000);
    // Fewer bytes left: its turn, but for the memory.
    feeder.announce(1, 200_000);
    feeder.announce(2, 150_000, 0);
    feeder.finish(() => expect(feeder.hand.node.endpoint.state.memoryBytes).toBeLessThanOrEqual(600_000));
    expect(feeder.begun).toEqual([0, 2, 1]);
    expect(feeder.bodies()).toEqual([500_000, 150_000, 200_000]);
  });

  test('is given to a message above the bound when it is alone', () => {
    const feeder = new Feeder({ receiveBytesMax: 100_000 });
    feeder.announce(0, 300_000);
    feeder.finish();
    expect(feeder.bodies()).toEqual([300_000]);
  });
});

/** MUST PULL-7. */
test('eight silent transfers keep long ones from beginning, not short ones, and not for ever', () => {
  const feeder = new Feeder();
  // As if they were of eight peers: of one that stalls so often they would be pulled one at a time (LIVE-10).
  feeder.hand.alwaysWell();
  for (let slot = 0; slot < 10; slot += 1) feeder.announce(slot, 300_000);
  feeder.hand.net.run(3_000_000);
  feeder.collect();
  // The ninth while the eighth was late, and not stalled yet.
  expect(feeder.begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  feeder.announce(10, 5000);
  expect(feeder.begun).toContain(10);
  feeder.hand.net.run(50_000_000);
  feeder.collect();
  expect(feeder.begun).toContain(9);
  feeder.finish();
  expect(feeder.bodies().length).toBe(11);
});

/** A node that calls with `bytes`, and whose data the hand pulls. */
function caller(bytes: number): {
  hand: HandPeer;
  notify: TransferNotifyRecord;
  pull(ranges: [offset: number, length: number][], rateMbps?: number): void;
} {
  const net = new Net({ peerTimeoutNs: 4e9 });
  const node = net.addNode();
  const hand = new HandPeer(net, node, 'server');
  node.call(hand.id, pattern(bytes));
  net.drain(node);
  const notify = hand.only('TransferNotify')[0]!.record;
  const { transferSlot, transferGeneration } = notify;
  const rest = { flags: { retransmission: false }, pullSlot: 7, token: { hi: 1, lo: 2 } };
  return {
    hand,
    notify,
    pull: (pairs, rateMbps = 100_000) => {
      const ranges = pairs.map(([offset, length]) => ({ offset, length }));
      hand.send(frame('PullRequest', { transferSlot, transferGeneration, ...rest, rateMbps, ranges }));
    },
  };
}

function dataOf(hand: HandPeer): { offset: number; end: number; again: boolean; atNs: number }[] {
  return hand.only('Data').map(({ record: { offset, payload, flags }, atNs }) => {
    return { offset, end: offset + payload.length, again: flags.retransmission, atNs };
  });
}

/** MUST PULL-3. */
describe('a pull against the rules', () => {
  test.each<[string, [number, number][]]>([
    ['of nothing', [[0, 0]]],
    [
      'of a range that overlaps the one before',
      [
        [0, 100],
        [99, 100],
      ],
    ],
    [
      'of a range below the one before',
      [
        [500, 100],
        [0, 100],
      ],
    ],
    ['beyond the message', [[5000, 17]]],
  ])('%s is a violation, and nothing is sent', (_what, ranges) => {
    const { hand, pull } = caller(5000);
    pull(ranges);
    hand.net.run(50_000);
    expect(hand.node.endpoint.counters.violations).toBe(1);
    expect(dataOf(hand)).toEqual([]);
  });

  test('of an inline message is a violation', () => {
    const { hand, pull } = caller(50);
    pull([[0, 50]]);
    expect(hand.node.endpoint.counters.violations).toBe(1);
    expect(dataOf(hand)).toEqual([]);
  });
});

/** MUST PULL-4. */
test('data leaves no faster than the last pull allows', () => {
  const { hand, pull } = caller(200_000);
  pull([[0, 150_000]], 1000);
  hand.net.run(10_000_000);
  let bytes = 0;
  for (const { offset, end, atNs } of dataOf(hand)) {
    // One burst of 16 packets at once, then at 1 Gbit/s.
    expect(bytes).toBeLessThanOrEqual(16 * 1500 + atNs / 8);
    bytes += end - offset + DataPacket.headerLength(offset) + 28;
  }
  expect(bytes).toBeGreaterThan(150_000);
});

/** MUST PULL-4, DATA-3. */
test('exactly what was pulled is sent, and marked if it was sent before', () => {
  const { hand, pull } = caller(20_000);
  pull([
    [0, 1000],
    [3000, 2000],
  ]);
  hand.net.run(100_000);
  expect(dataOf(hand).map(({ offset, end, again }) => [offset, end, again])).toEqual([
    [0, 1000, false],
    [3000, 3000 + 1455, false],
    [4455, 5000, false],
  ]);
  pull([[4000, 2000]]);
  hand.net.run(200_000);
  const sent = dataOf(hand);
  expect([sent[0]!.offset, sent.at(-1)!.end]).toEqual([4000, 6000]);
  expect(sent.map(({ offset, again }) => [offset, again])).toEqual([
    [4000, true],
    [5455, false],
  ]);
});

/** MUST RACK-2. */
describe('a RANGE_ACK', () => {
  test('of what is not part of the message is a violation', () => {
    const { hand, pull, notify } = caller(20_000);
    pull([[0, 3000]]);
    hand.net.run(100_000);
    const { transferSlot, transferGeneration } = notify;
    const ranges = [{ offset: 0, length: 20_017 }];
    hand.send(frame('RangeAck', { transferSlot, transferGeneration, flags: { final: false }, ranges }));
    expect(hand.node.endpoint.counters.violations).toBe(1);
  });

  test('frees the bytes: they are not sent any more', () => {
    const { hand, pull, notify } = caller(200_000);
    pull([[0, 131_072]]);
    hand.net.run(1_000_000);
    const { transferSlot, transferGeneration } = notify;
    const { records } = hand.node.endpoint['context'];
    expect(records.inUse).toBe(2);
    const ranges = [{ offset: 0, length: 65_536 }];
    hand.send(frame('RangeAck', { transferSlot, transferGeneration, flags: { final: false }, ranges }));
    expect(records.inUse).toBe(1);
    dataOf(hand);
    pull([[60_000, 6000]]);
    hand.net.run(2_000_000);
    const sent = dataOf(hand);
    expect([sent[0]!.offset, sent.at(-1)!.end]).toEqual([65_536, 66_000]);
    hand.send(frame('RangeAck', { transferSlot, transferGeneration, flags: { final: true }, ranges: [] }));
    expect(hand.node.endpoint.state).toMatchObject({ outbound: 0, recordBuffers: 0 });
  });
});

/** MUST DATA-1, DATA-2. */
describe('a data packet', () => {
  function pulled(): { hand: HandPeer; pull: PullRequestRecord; sealed: Uint8Array } {
    const feeder = new Feeder();
    feeder.announce(0, 300_000);
    return { hand: feeder.hand, pull: feeder.pulls[0]!.record, sealed: feeder.transfers.get(0)!.sealed };
  }

  test.each<[string, (pull: PullRequestRecord) => Partial<PullRequestRecord>]>([
    ['with another token', ({ token: { hi, lo } }) => ({ token: { hi, lo: (lo ^ 1) >>> 0 } })],
    [
      'with another upper half of its token',
      ({ token: { hi, lo } }) => ({ token: { hi: (hi ^ 1) >>> 0, lo } }),
    ],
    ['for another slot', () => ({ pullSlot: 1 })],
    ['for a slot far away', () => ({ pullSlot: 2 ** 32 - 1 })],
  ])('%s does nothing', (_what, wrong) => {
    const { hand, pull, sealed } = pulled();
    const { pullSlot, token } = { ...pull, ...wrong(pull) };
    const state = JSON.stringify(hand.node.endpoint.state);
    hand.sendData({ pullSlot, token, offset: 0, payload: sealed.slice(0, 1000) });
    expect(JSON.stringify(hand.node.endpoint.state)).toBe(state);
    expect(hand.node.endpoint.counters).toMatchObject({ refusedForged: 1, payloadBytesFirst: 0 });
    expect(hand.received()).toEqual([]);
  });

  test('beyond what was pulled, or empty, is a violation and does nothing', () => {
    const { hand, pull, sealed } = pulled();
    const { pullSlot, token, ranges } = pull;
    const end = ranges[0]!.length;
    hand.sendData({ pullSlot, token, offset: end - 999, payload: sealed.slice(end - 999, end + 1) });
    hand.sendData({ pullSlot, token, offset: 0, payload: new Uint8Array(0) });
    expect(hand.node.endpoint.counters).toMatchObject({ violations: 2, payloadBytesFirst: 0 });
  });

  test('that comes again, whole or in part and with other bytes, changes nothing', () => {
    const feeder = new Feeder();
    feeder.announce(0, 5000);
    const { pullSlot, token } = feeder.pulls[0]!.record;
    const { sealed } = feeder.transfers.get(0)!;
    const send = (from: number, to: number, bytes: Uint8Array = sealed): void =>
      feeder.hand.sendData({ pullSlot, token, offset: from, payload: bytes.slice(from, to) });
    send(0, 2000);
    send(0, 2000, new Uint8Array(5016));
    send(500, 1500, new Uint8Array(5016));
    const mixed = new Uint8Array(5016);
    mixed.set(sealed.subarray(2000), 2000);
    send(1000, 3000, mixed);
    send(3000, 5016);
    expect(sameBytes(feeder.hand.node.requests[0]?.body, pattern(5000))).toBe(true);
    expect(feeder.hand.node.endpoint.counters).toMatchObject({
      recordsPoisoned: 0,
      payloadBytesDuplicate: 4000,
    });
  });
});
