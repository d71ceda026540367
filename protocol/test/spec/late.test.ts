/** What a receiver makes of a sender from which nothing comes. */
import { describe, expect, test } from 'vitest';
import { TEST_OPTIONS } from '../support/net.ts';
import { Feeder } from './feeder.ts';
import { frame } from './hand-peer.ts';

/** Two shortest round trips. */
const LATE_NS = 2 * TEST_OPTIONS.initialRttNs!;

function begunAt(feeder: Feeder, atNs: number): number[] {
  feeder.hand.net.run(atNs);
  feeder.collect();
  return [...feeder.begun];
}

/** MUST PULL-10 */
describe('what is outstanding of late senders is lent', () => {
  test('of one, and of four if they said that they would be late, each counted with the budget', () => {
    // Of each more is outstanding than the budget.
    for (const [delayNs, most] of [
      [0, [0, 1]],
      [100_000_000, [0, 1, 2, 3, 4]],
    ] as const) {
      const feeder = new Feeder({ pullBytesMax: 30_000 });
      for (let slot = 0; slot < 8; slot += 1) feeder.announce(slot, 300_000, 3, delayNs);
      expect(begunAt(feeder, LATE_NS - 1)).toEqual([0]);
      expect(begunAt(feeder, LATE_NS)).toEqual([0, 1]);
      expect(begunAt(feeder, delayNs > 0 ? 8 * LATE_NS : 2 * LATE_NS + 1000)).toEqual(most);
    }
  });

  test('of one whatever it is, though a grant is longer than that', () => {
    const feeder = new Feeder();
    for (let slot = 0; slot < 3; slot += 1) feeder.announce(slot, 300_000);
    expect(feeder.outstanding).toBeGreaterThan(2 * 37_500);
    expect(begunAt(feeder, LATE_NS)).toEqual([0, 1]);
    expect(begunAt(feeder, 2 * LATE_NS + 1000)).toEqual([0, 1]);
  });
});

/** MUST PULL-13 */
describe('a sender that is late, and serves others,', () => {
  /** Something has come of the first message, `congested` or not, and then nothing. */
  function late(congested: boolean): Feeder {
    const feeder = new Feeder();
    feeder.announce(0, 300_000);
    for (let i = 0; i < 3; i += 1) feeder.step(congested);
    feeder.collect();
    feeder.announce(1, 400_000);
    feeder.hand.net.run(LATE_NS + 1000);
    feeder.collect();
    return feeder;
  }

  test('is pulled nothing more until something comes, but for what is more urgent', () => {
    expect(late(false).begun).toEqual([0, 1]);
    const feeder = late(true);
    expect(feeder.begun).toEqual([0]);
    feeder.announce(2, 5000);
    feeder.announce(3, 150_000, 7);
    expect(feeder.begun).toEqual([0]);
    feeder.announce(4, 150_000, 2);
    expect(feeder.begun).toEqual([0, 4]);
    feeder.step(true);
    feeder.collect();
    expect(feeder.begun).toEqual([0, 4, 2]);
    feeder.finish();
    expect(feeder.bodies()).toHaveLength(5);
  });

  test('gets on when what is late is taken for lost, or is withdrawn', () => {
    const stalled = late(true);
    stalled.hand.net.run(20 * LATE_NS);
    stalled.collect();
    expect(stalled.begun).toContain(1);
    const feeder = late(true);
    const { transferSlot, transferGeneration } = feeder.transfers.get(0)!.notify;
    const flags = { byReceiver: false };
    feeder.hand.send(frame('FlowReset', { transferSlot, transferGeneration, flags, code: 4 }));
    feeder.collect();
    expect(feeder.begun).toEqual([0, 1]);
  });
});

/** MUST PULL-14 */
describe('what is lost for silence, and may come all the same, at once,', () => {
  /** Of the third message, after as much of two others was pulled and did not come; and of a fourth, when all of these are there. */
  function pulledOf(portBufferBytes: number): number[] {
    const feeder = new Feeder({ pullBytesMax: 15_000, portBufferBytes });
    const { hand, pulls } = feeder;
    hand.alwaysWell();
    for (const slot of [0, 1]) {
      feeder.announce(slot, 300_000);
      const isLost = (): boolean =>
        pulls.some(({ record }) => record.transferSlot === slot && record.flags.retransmission);
      while (!isLost()) begunAt(feeder, hand.net.now + 1000);
    }
    return [2, 3].map((slot) => {
      const before = feeder.outstanding;
      feeder.announce(slot, 200_000);
      const bytes = feeder.outstanding - before;
      feeder.finish();
      expect(feeder.bodies()).toHaveLength(slot + 1);
      return bytes;
    });
  }

  test('takes room of a port, but half of the budget stays for others', () => {
    const [budget, half] = [37_500, 37_500 / 2];
    const [third, fourth] = pulledOf(2 * budget);
    expect(third).toBeGreaterThan(half);
    expect(third).toBeLessThan(half + 15_000);
    expect(fourth).toBeGreaterThan(budget);
    expect(pulledOf(2 ** 40)).toEqual([fourth, fourth]);
  });
});

/** MUST NOTIFY-7, LOSS-2 */
test('of a message that has begun to come a lost tail is pulled again soon, whatever its sender said goes before it', () => {
  const delayNs = 4_000_000;
  const feeder = new Feeder();
  feeder.announce(0, 20_000, 3, delayNs);
  const [{ length: sealedBytes }] = [feeder.transfers.get(0)!.sealed];
  while (feeder.outstanding > 1400) feeder.step();
  feeder.hand.net.run(delayNs / 4);
  feeder.collect();
  const again = feeder.pulls.filter(({ record }) => record.flags.retransmission);
  expect(again.length).toBeGreaterThan(0);
  const [{ offset, length } = { offset: 0, length: 0 }] = again[0]!.record.ranges;
  expect(offset + length).toBe(sealedBytes);
});

/** MUST LIVE-8 */
test('a pull that stalls is a failure of its sender only while nothing of it is heard', () => {
  const rateOf = (heard: boolean): number => {
    const feeder = new Feeder();
    const { net, node, id } = feeder.hand;
    feeder.announce(0, 300_000);
    net.run(10_000);
    // A packet without a frame: it lives.
    if (heard) feeder.hand.send();
    while (!feeder.pulls.some(({ record }) => record.flags.retransmission)) begunAt(feeder, net.now + 1000);
    return node.endpoint.peerHealth(id)!.failureRatio;
  };
  expect(rateOf(true)).toBe(0);
  expect(rateOf(false)).toBeGreaterThan(0);
});
