import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SentPackets } from '../../recovery/sent-packets.ts';
import type { AckOutcome, SentPacket } from '../../recovery/sent-packets.ts';
import { Ack } from '../../wire/index.ts';

function packet(packetNumber: number, sentAt = 0): SentPacket {
  return { packetNumber, sentAt, notifies: [], resets: [], credits: [], timed: true, settled: false };
}

/** An ACK of exactly these numbers. */
function ackOf(numbers: Iterable<number>): Ack {
  const ack = new Ack();
  const sorted = [...new Set(numbers)].toSorted((a, b) => b - a);
  const runs: { high: number; low: number }[] = [];
  for (const number of sorted) {
    const last = runs.at(-1);
    if (last?.low === number + 1) last.low = number;
    else runs.push({ high: number, low: number });
  }
  ack.largest = runs[0]!.high;
  ack.firstRange = runs[0]!.high - runs[0]!.low;
  ack.rangesCount = runs.length - 1;
  runs.slice(1).forEach(({ high, low }, i) => {
    ack.ranges[i * 2] = runs[i]!.low - high - 1;
    ack.ranges[i * 2 + 1] = high - low;
  });
  return ack;
}

class Tracked {
  readonly sent = new SentPackets();
  readonly outcome: AckOutcome = { largestSentAt: -1, acked: [], lost: [] };
  next = 0;

  send(packetNumber: number, sentAt = 0): void {
    this.sent.add(packet(packetNumber, sentAt));
    this.next = packetNumber + 1;
  }

  ack(now: number, ack: Ack, lossDelayNs = 1_000_000_000): boolean {
    return this.sent.onAck(now, ack, lossDelayNs, this.next, this.outcome);
  }

  get acked(): number[] {
    return this.outcome.acked.map(({ packetNumber }) => packetNumber);
  }

  get lost(): number[] {
    return this.outcome.lost.map(({ packetNumber }) => packetNumber);
  }
}

/** MUST ACK-4. */
describe('an ACK', () => {
  test('of packets never sent is refused', () => {
    const tracked = new Tracked();
    tracked.send(5);
    for (const largest of [6, 7, 2 ** 40, 2 ** 53 - 1]) {
      expect(tracked.ack(0, ackOf([largest])), String(largest)).toBe(false);
    }
    expect(tracked.sent.inFlight).toBe(1);
  });

  test.each([
    ['a first range below 0', { largest: 3, firstRange: 4, ranges: [] }],
    ['a gap below 0', { largest: 3, firstRange: 0, ranges: [3, 0] }],
    ['a length below 0', { largest: 3, firstRange: 0, ranges: [1, 2] }],
    ['a gap of 0', { largest: 3, firstRange: 0, ranges: [0, 0] }],
    ['numbers beyond any', { largest: 3, firstRange: 2 ** 53 - 1, ranges: [2 ** 53 - 1, 2 ** 53 - 1] }],
  ])('with %s is refused', (_name, { largest, firstRange, ranges }) => {
    const tracked = new Tracked();
    for (let i = 0; i < 4; i += 1) tracked.send(i);
    const ack = Object.assign(new Ack(), { largest, firstRange, ranges, rangesCount: ranges.length / 2 });
    expect(tracked.ack(0, ack)).toBe(false);
    expect(tracked.lost).toEqual([]);
  });

  test('settles what it names once, and gives the send time of the largest if it is new', () => {
    const tracked = new Tracked();
    for (const number of [2, 3, 5, 8]) tracked.send(number, number * 10);
    expect(tracked.ack(100, ackOf([2, 3, 4, 8]))).toBe(true);
    expect(tracked.acked.toSorted()).toEqual([2, 3, 8]);
    expect(tracked.outcome.largestSentAt).toBe(80);
    expect(tracked.ack(110, ackOf([2, 3, 8]))).toBe(true);
    expect([tracked.acked, tracked.outcome.largestSentAt]).toEqual([[], -1]);
  });

  test('any sequence of them, against sets', () => {
    const acks = fc.array(fc.array(fc.nat(39), { minLength: 1, maxLength: 12 }), { maxLength: 12 });
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(39), { minLength: 1, maxLength: 40 }), acks, (numbers, list) => {
        const tracked = new Tracked();
        for (const number of numbers.toSorted((a, b) => a - b)) tracked.send(number);
        tracked.next = 40;
        const flying = new Set(numbers);
        let largest = -1;
        for (const named of list) {
          expect(tracked.ack(0, ackOf(named))).toBe(true);
          largest = Math.max(largest, ...named);
          const acked = named.filter((number) => flying.delete(number));
          expect(tracked.acked.toSorted()).toEqual([...new Set(acked)].toSorted());
          const lost = [...flying].filter((number) => number <= largest - 3).toSorted((a, b) => a - b);
          for (const number of lost) flying.delete(number);
          expect(tracked.lost).toEqual(lost);
          expect(tracked.sent.inFlight).toBe(flying.size);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** RFC 9002 section 6.1 · MUST LOSS-3. */
describe('a packet is lost', () => {
  test('three behind the largest acknowledged, not two', () => {
    const tracked = new Tracked();
    for (let i = 0; i < 10; i += 1) tracked.send(i);
    tracked.ack(0, ackOf([6]));
    expect(tracked.lost).toEqual([0, 1, 2, 3]);
    tracked.ack(0, ackOf([7]));
    expect(tracked.lost).toEqual([4]);
  });

  test('when a later one is acknowledged and the loss delay has passed, not before', () => {
    const tracked = new Tracked();
    tracked.send(0, 100);
    tracked.send(1, 150);
    tracked.send(2, 150);
    tracked.ack(199, ackOf([1]), 100);
    expect(tracked.lost).toEqual([]);
    tracked.ack(200, ackOf([1]), 100);
    expect(tracked.lost).toEqual([0]);
  });

  test('never because of an acknowledgement of earlier ones', () => {
    const tracked = new Tracked();
    for (let i = 0; i < 10; i += 1) tracked.send(i, 0);
    tracked.ack(1_000_000, ackOf([0]), 10);
    expect(tracked.lost).toEqual([]);
    expect(tracked.sent.inFlight).toBe(9);
  });
});

/** MUST ACK-3. */
describe('the work of an ACK', () => {
  test('depends on the packets in flight, not on the span of numbers', () => {
    const span = 2 ** 40;
    const tracked = new Tracked();
    let reads = 0;
    for (const number of [1, span / 2, span]) {
      const entry = packet(number);
      // Every look at an entry is a look at its number.
      Object.defineProperty(entry, 'packetNumber', {
        get: () => {
          reads += 1;
          return number;
        },
      });
      tracked.sent.add(entry);
    }
    tracked.next = span + 1;
    const ack = Object.assign(new Ack(), { largest: span, firstRange: span - 2, ranges: [], rangesCount: 0 });
    expect(tracked.ack(0, ack)).toBe(true);
    const looked = reads;
    expect(tracked.outcome.acked.length).toBe(2);
    expect(looked).toBeLessThan(40);
  });

  test('what is settled is let go: it holds whole messages', () => {
    const tracked = new Tracked();
    for (let i = 0; i < 50; i += 1) tracked.send(i);
    tracked.ack(0, ackOf(Array.from({ length: 50 }, (_, i) => i)));
    const { entries } = tracked.sent as unknown as { entries: (SentPacket | undefined)[] };
    expect(entries.filter((entry) => entry !== undefined)).toEqual([]);
  });

  test('a peer that never acknowledges does not make the memory grow', () => {
    const tracked = new Tracked();
    for (let i = 0; i < 20_000; i += 1) tracked.send(i);
    expect(tracked.sent.inFlight).toBe(4096);
    const { entries } = tracked.sent as unknown as { entries: unknown[] };
    expect(entries.length).toBeLessThan(3 * 4096);
  });
});

test('resets in flight are handed over once, and a forgotten NOTIFY leaves no entry', () => {
  const sent = new SentPackets();
  const notice = { slot: 1, generation: 2, byReceiver: true, code: 3 };
  sent.add({ ...packet(0), resets: [notice] });
  sent.add(packet(1));
  const taken: unknown[] = [];
  sent.takeResets((given) => taken.push(given));
  sent.takeResets((given) => taken.push(given));
  expect(taken).toEqual([notice]);
  expect(sent.inFlight).toBe(2);
  sent.forgetNotifies();
  expect(sent.inFlight).toBe(0);
});
