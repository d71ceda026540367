import { describe, expect, test } from 'vitest';
import { NANOS_PER_SECOND } from '../../core/units.ts';
import type { EndpointOptions } from '../../endpoint/options.ts';
import { TransferErrorCode } from '../../wire/index.ts';
import { TEST_OPTIONS } from '../support/net.ts';
import { Feeder } from './feeder.ts';
import { frame } from './hand-peer.ts';

/** 1.5 x 10 Gbit/s x 20 us. */
const BUDGET = 37_500;
const GRANT = 131_072;

/** MUST LOSS-1, LOSS-2, LOSS-4, LOSS-5, PULL-9. */
describe('lost data', () => {
  interface Opened {
    feeder: Feeder;
    /** Sends these bytes of the message. */
    send(from: number, to: number): void;
  }

  /** An open pull of the first bytes of one message. */
  function opened(bytes: number, options: Partial<EndpointOptions> = {}): Opened {
    const feeder = new Feeder(options);
    feeder.announce(0, bytes);
    const { pullSlot, token } = feeder.pulls[0]!.record;
    const { sealed } = feeder.transfers.get(0)!;
    return {
      feeder,
      send: (from, to) =>
        feeder.hand.sendData({ pullSlot, token, offset: from, payload: sealed.slice(from, to) }),
    };
  }

  /** Pulls of what was pulled before: time, then offset and length of each range. */
  function again(feeder: Feeder): number[][] {
    feeder.collect();
    return feeder.pulls
      .filter(({ record }) => record.flags.retransmission)
      .map(({ atNs, record: { ranges } }) => [
        atNs,
        ...ranges.flatMap(({ offset, length }) => [offset, length]),
      ]);
  }

  test('below what arrived is pulled again after the reordering window, and only that', () => {
    const { feeder, send } = opened(30_000);
    send(0, 1000);
    send(2000, 3000);
    send(4000, 5000);
    feeder.hand.net.run(50_000);
    // What came above the gap while it was suspected waits for the next arrival.
    expect(again(feeder)).toEqual([[TEST_OPTIONS.lossDelayMinNs, 1000, 1000]]);
    send(1000, 2000);
    send(6000, 7000);
    feeder.hand.net.run(100_000);
    expect(again(feeder)[1]!.slice(1)).toEqual([3000, 1000]);
  });

  test('that comes within the reordering window is not pulled again', () => {
    const { feeder, send } = opened(30_000);
    send(1000, 2000);
    feeder.hand.net.run(9000);
    send(0, 1000);
    feeder.hand.net.run(50_000);
    expect(again(feeder)).toEqual([]);
  });

  test('waits for the budget like what was never pulled', () => {
    const { feeder, send } = opened(300_000);
    send(1000, 2000);
    feeder.hand.net.run(50_000);
    expect(again(feeder)).toEqual([]);
    for (let at = 2000; feeder.pulls.length === 1; at += 1000) {
      expect(at).toBeLessThan(GRANT);
      send(at, at + 1000);
      feeder.collect();
      if (feeder.pulls.length > 1) expect(GRANT - at).toBeLessThan(BUDGET + 2000);
    }
    expect(again(feeder)[0]!.slice(1)).toEqual([0, 1000]);
  });

  test('of a silent sender is pulled again, two packets of it, with a doubling wait, and all when something comes', () => {
    const { feeder, send } = opened(300_000, { receiveBufferBytes: 65_536 });
    const pulled = feeder.outstanding;
    expect(pulled).toBeLessThanOrEqual(65_536);
    feeder.hand.net.run(450_000);
    const quiet = 3 * TEST_OPTIONS.initialRttNs!;
    const first = quiet + Math.ceil((pulled * 8 * NANOS_PER_SECOND) / 10e9);
    const second = first + 2 * (quiet + Math.ceil((3000 * 8 * NANOS_PER_SECOND) / 10e9));
    expect(again(feeder)).toEqual([
      [first, 0, 3000],
      [second, 0, 3000],
    ]);
    send(0, 1000);
    expect(again(feeder)[2]?.slice(1)).toEqual([3000, pulled - 3000]);
  });

  test('of one message of a silent sender is pulled again and again, without a doubling wait', () => {
    const { feeder } = opened(1009, { peerTimeoutNs: 80_000_000 });
    feeder.announce(1, 1009);
    const times = (slot: number): number[] => {
      feeder.collect();
      const ofSlot = feeder.pulls.filter(({ record }) => record.transferSlot === slot);
      return ofSlot.map(({ atNs }) => atNs);
    };
    const base = 3 * TEST_OPTIONS.initialRttNs! + (1025 * 8) / 10;
    const scout = 8 * TEST_OPTIONS.initialRttNs!;
    feeder.hand.net.run(20 * base);
    const [first = [], second = []] = [times(0), times(1)];
    // At first the other one may be sent before.
    const both = base + (1025 * 8) / 10;
    const third = both + 2 * base;
    expect(first.slice(0, 5)).toEqual([0, both, third, third + scout, third + 2 * scout]);
    // It fails often by then: one message of it is pulled at a time. MUST LIVE-10
    expect(second).toEqual([0, both, third]);
    // The first is over: the other is pulled at once, and from its next stall on it is the scout.
    const { transferSlot, transferGeneration } = feeder.transfers.get(0)!.notify;
    const reset = { flags: { byReceiver: false }, code: TransferErrorCode.CANCELLED };
    feeder.hand.send(frame('FlowReset', { transferSlot, transferGeneration, ...reset }));
    feeder.hand.net.run(100 * base);
    const gaps = times(1).map((at, i, all) => at - (all[i - 1] ?? 0));
    expect(gaps.slice(3, 5)).toEqual([20 * base - third, 8 * base]);
    expect(gaps.length).toBeGreaterThan(20);
    expect(gaps.slice(5).every((gap) => gap === scout)).toBe(true);
  });

  test('that comes long after a stall does not make others wait as long, times their own backoff', () => {
    const { feeder, send } = opened(1000);
    const quiet = 3 * TEST_OPTIONS.initialRttNs!;
    const wire = Math.ceil((1016 * 8 * NANOS_PER_SECOND) / 10e9);
    // Three stalls, and what was pulled last comes just before the fourth.
    const lastNs = 7 * (quiet + wire);
    feeder.hand.net.run(lastNs + 8 * quiet);
    expect(again(feeder).length).toBe(3);
    send(0, 1016);
    const nowNs = feeder.hand.net.now;
    feeder.announce(1, 1000);
    feeder.hand.net.run(nowNs + 1_000_000);
    // The first sample is the latency, and half of it the deviation.
    const latencyNs = 2 * quiet;
    expect(again(feeder)[3]![0]! - nowNs).toBe(latencyNs + 4 * (latencyNs / 2) + wire);
  });
});
