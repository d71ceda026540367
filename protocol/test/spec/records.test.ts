import { describe, expect, test } from 'vitest';
import type { DataPacketRecord } from '../../wire/index.ts';
import { TransferErrorCode } from '../../wire/index.ts';
import { Net, TEST_OPTIONS } from '../support/net.ts';
import { pattern, sameBytes } from '../support/pair.ts';
import { HandPeer, concat, frame, handTransfer } from './hand-peer.ts';
import type { FrameRecords, HandTransfer, Received } from './hand-peer.ts';

const RECORD = 65_536;

interface Announced {
  hand: HandPeer;
  /** Pulls a range and returns the data that came for it. */
  pull(offset: number, length: number): DataPacketRecord[];
  notify: FrameRecords['TransferNotify'];
}

/** A node that calls, with a body to be pulled and headers. */
function caller(bodyBytes: number, headerBytes: number): Announced {
  const net = new Net();
  const hand = new HandPeer(net, net.addNode(), 'server');
  hand.node.call(hand.id, pattern(bodyBytes), { headers: pattern(headerBytes, 1) });
  net.drain(hand.node);
  const notify = hand.only('TransferNotify')[0]!.record;
  const { transferSlot, transferGeneration } = notify;
  const pull = (offset: number, length: number): DataPacketRecord[] => {
    const rest = {
      flags: { retransmission: false },
      pullSlot: 7,
      token: { hi: 1, lo: 2 },
      rateMbps: 100_000,
    };
    hand.send(
      frame('PullRequest', { transferSlot, transferGeneration, ...rest, ranges: [{ offset, length }] }),
    );
    net.run(net.now + 1_000_000);
    return hand.only('Data').map(({ record }) => record);
  };
  return { hand, pull, notify };
}

function payloads(packets: DataPacketRecord[]): Uint8Array {
  return concat(...packets.map(({ payload }) => payload));
}

/** MUST RECORD-2, by a layout written down here. */
test('records open with their index, and the id and sizes of the buffer as additional data', () => {
  const { hand, pull, notify } = caller(150_000, 600);
  const size = 150_600;
  const sealed = payloads(pull(0, size + 3 * 16));
  expect(sealed.length).toBe(size + 3 * 16);
  const aad = Buffer.alloc(24);
  aad.writeUInt32BE(notify.bufferSlot!, 0);
  aad.writeUInt32BE(notify.bufferGeneration!, 4);
  aad.writeBigUInt64BE(BigInt(size), 8);
  aad.writeBigUInt64BE(600n, 16);
  const plain = new Uint8Array(size);
  for (let i = 0; i * RECORD < sealed.length; i += 1) {
    const end = Math.min((i + 1) * RECORD, sealed.length);
    const ok = hand.net.crypto
      .aeadKey(notify.dataKey!)
      .open(i, aad, 0, 24, sealed, i * RECORD, end, plain, i * 65_520);
    expect(ok, `record ${i}`).toBe(true);
  }
  expect(sameBytes(plain, concat(pattern(600, 1), pattern(150_000)))).toBe(true);
});

/** MUST RECORD-1: SimCrypto remembers every nonce; a second sealing would show there and here. */
test('what is pulled again is the same ciphertext', () => {
  const { pull } = caller(70_000, 0);
  const first = payloads(pull(1000, 60_000));
  expect(sameBytes(payloads(pull(1000, 60_000)), first)).toBe(true);
});

interface Range {
  offset: number;
  length: number;
}

/** A node that pulls a message from the hand. */
class Puller {
  readonly hand: HandPeer;
  private readonly transfer: HandTransfer;
  /** All frames that came, in their order. */
  readonly seen: Received[] = [];

  constructor(bodyBytes: number) {
    const net = new Net();
    const node = net.addNode();
    node.endpoint.serve();
    node.handler = () => {};
    this.hand = new HandPeer(net, node);
    this.transfer = handTransfer(net, pattern(bodyBytes));
    this.announce();
  }

  get sealed(): Uint8Array {
    return this.transfer.sealed;
  }

  announce(): void {
    this.hand.send(frame('TransferNotify', this.transfer.notify));
  }

  /** Answers all pulls that came, with what `spoil` makes of each payload; returns their ranges. */
  answer(spoil: (payload: Uint8Array, offset: number) => void = () => {}): Range[] {
    const came = this.hand.received();
    this.seen.push(...came);
    const pulls = came.filter((f): f is Received<'PullRequest'> => f.name === 'PullRequest');
    for (const { record } of pulls) {
      for (const range of record.ranges) this.answerRange(record, range, spoil);
    }
    return pulls.flatMap(({ record }) => record.ranges);
  }

  private answerRange(
    { pullSlot, token }: FrameRecords['PullRequest'],
    { offset, length }: Range,
    spoil: (payload: Uint8Array, offset: number) => void,
  ): void {
    for (let at = offset; at < offset + length; at += 1400) {
      const payload = this.sealed.slice(at, Math.min(at + 1400, offset + length));
      spoil(payload, at);
      this.hand.sendData({ pullSlot, token, offset: at, payload });
    }
  }

  /** Until nothing is pulled any more. The first packet of record `spoilt` comes wrong the first time. */
  answerAll(spoilt = -1): void {
    let left = spoilt >= 0;
    const spoil = (payload: Uint8Array, offset: number): void => {
      if (!left || offset < spoilt * RECORD || offset >= spoilt * RECORD + 1400) return;
      left = false;
      payload[0]! ^= 1;
    };
    while (this.answer(spoil).length > 0);
    expect(left, 'a record to spoil').toBe(false);
  }
}

describe('a message being received', () => {
  /** MUST RECORD-3. */
  test('is handed over when its last byte has verified, and not before', () => {
    const { hand, sealed } = new Puller(3000);
    const [pull] = hand.only('PullRequest');
    const { pullSlot, token } = pull!.record;
    hand.sendData({ pullSlot, token, offset: 1500, payload: sealed.slice(1500) });
    hand.sendData({ pullSlot, token, offset: 0, payload: sealed.slice(0, 1499) });
    expect(hand.node.requests).toEqual([]);
    hand.sendData({ pullSlot, token, offset: 1499, payload: sealed.slice(1499, 1500) });
    expect(sameBytes(hand.node.requests[0]?.body, pattern(3000))).toBe(true);
  });

  /** MUST RECORD-3, RECORD-4. */
  test('has a record that does not verify pulled again, it alone', () => {
    const puller = new Puller(150_000);
    puller.answerAll(1);
    const { counters } = puller.hand.node.endpoint;
    expect([counters.recordsPoisoned, counters.repulledBytes]).toEqual([1, RECORD]);
    expect(sameBytes(puller.hand.node.requests[0]?.body, pattern(150_000))).toBe(true);
  });

  /** MUST RECORD-4. */
  test('is given up with INTEGRITY after 64 records that did not verify', () => {
    const puller = new Puller(3000);
    while (puller.answer((payload) => void (payload[0]! ^= 1)).length > 0);
    const { endpoint, requests } = puller.hand.node;
    expect(endpoint.counters.recordsPoisoned).toBe(65);
    puller.announce();
    const [reset] = puller.hand.only('FlowReset');
    expect(reset?.record).toMatchObject({ flags: { byReceiver: true }, code: TransferErrorCode.INTEGRITY });
    expect(requests).toEqual([]);
  });

  /** MUST RACK-1. */
  test('is acknowledged within the delay, once', () => {
    const puller = new Puller(3000);
    const { hand } = puller;
    puller.answerAll();
    hand.net.run(10_000_000);
    const acks = hand.only('RangeAck');
    expect(acks.map(({ record }) => record.flags.final)).toEqual([true]);
    expect(acks[0]!.atNs).toBeLessThanOrEqual(TEST_OPTIONS.ackDelayNs!);
  });

  /** MUST RACK-4. */
  test('reports whole records, and none that has not verified', () => {
    const puller = new Puller(800_000);
    puller.answerAll(1);
    const isAgain = ({ name, record }: Received): boolean =>
      name === 'PullRequest' && (record as FrameRecords['PullRequest']).flags.retransmission;
    const repulledAt = puller.seen.findIndex(isAgain);
    let reported = 0;
    puller.seen.forEach(({ name, record }, i) => {
      if (name !== 'RangeAck') return;
      for (const { offset, length } of (record as FrameRecords['RangeAck']).ranges) {
        expect([offset, length % RECORD]).toEqual([reported, 0]);
        reported += length;
      }
      if (i < repulledAt) expect(reported).toBeLessThanOrEqual(RECORD);
    });
    expect(repulledAt).toBeGreaterThan(0);
    expect(reported).toBeGreaterThanOrEqual(2 * RECORD);
  });
});
