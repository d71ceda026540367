import { describe, expect, test } from 'vitest';
import type { EndpointOptions } from '../../endpoint/options.ts';
import type { StreamHandler } from '../../pool/incoming-stream.ts';
import { OutgoingMessage } from '../../records/message.ts';
import { TransferErrorCode } from '../../wire/index.ts';
import type { TransferNotifyRecord } from '../../wire/index.ts';
import { notifyFlags } from '../support/frames.ts';
import { Net } from '../support/net.ts';
import { pattern } from '../support/pair.ts';
import { reactions } from '../support/pools.ts';
import { HandPeer, frame, handTransfer, inlineNotify } from './hand-peer.ts';

const BYTES = 10_000;

/** A node that serves streams of 4 messages and 10,000 bytes, and a peer by hand. */
function served(stream: StreamHandler, options: Partial<EndpointOptions> = {}): HandPeer {
  const net = new Net({ streamMessagesMax: 4, streamBytesMax: BYTES, peerTimeoutNs: 1e9, ...options });
  const node = net.addNode();
  node.makePool().serve({ stream });
  return new HandPeer(net, node);
}

const forever: StreamHandler = () => new Promise<void>(() => {});

const CREDIT = { messageLimit: 100, inlineLimit: 1_000_000 };
const STREAM = { exchangeSlot: 0, exchangeGeneration: 1 };

/** The opening of a stream by the hand, in slot 0. */
function opening(more: Partial<TransferNotifyRecord> = {}): Uint8Array {
  const flags = notifyFlags({ inline: true, stream: true });
  return inlineNotify(0, 1, pattern(5), { flags, sequence: 0, ...CREDIT, ...more });
}

/** A later message of the hand's, in slot `slot`. */
function later(slot: number, sequence: number, more: Partial<TransferNotifyRecord> = {}): Uint8Array {
  const flags = notifyFlags({ inline: true, stream: true, continues: true });
  return inlineNotify(slot, 1, pattern(10, sequence), { flags, ...STREAM, sequence, ...CREDIT, ...more });
}

/** Codes of the FLOW_RESETs received, by slot. */
function resets(hand: HandPeer): [slot: number, code: number][] {
  hand.net.run(hand.net.now + 10_000);
  return hand.only('FlowReset').map(({ record }) => [record.transferSlot, record.code]);
}

/** MUST STRM-3, STRM-4. */
describe('the limits of a stream', () => {
  test('are told when it begins: depth, and half of the bytes', () => {
    const hand = served(forever);
    hand.send(opening());
    hand.net.run(100_000);
    expect(hand.only('StreamCredit')[0]!.record).toEqual({
      ...STREAM,
      flags: { byCallee: true },
      messageLimit: 5,
      inlineLimit: BYTES / 2,
    });
  });

  test('are repeated until a packet with them is acknowledged', () => {
    const hand = served(forever);
    hand.send(opening());
    hand.net.run(3_000_000);
    const credits = hand.only('StreamCredit');
    expect(credits.length).toBeGreaterThan(3);
    const gaps = credits.slice(1).map(({ atNs }, i) => atNs - credits[i]!.atNs);
    expect(gaps[1]).toBeGreaterThan(1.5 * gaps[0]!);
    hand.send(
      frame('Ack', {
        largest: hand.node.endpoint['peers'].get(hand.id)!.nextPacketNumber - 1,
        delayNs: 0,
        firstRange: 0,
        ranges: [],
      }),
    );
    hand.net.run(hand.net.now + 200_000_000);
    expect(hand.only('StreamCredit')).toEqual([]);
  });

  /** MUST STRM-7, LOSS-3. */
  test('are repeated at once when their packet is lost', () => {
    const hand = served(forever, { lossDelayMinNs: 1_000_000 });
    const peer = hand.node.endpoint['peers'].get(hand.id)!;
    hand.send(opening());
    expect(hand.only('StreamCredit').length).toBe(1);
    for (let i = 0; i < 3; i += 1) {
      hand.node.endpoint.call(hand.net.now, hand.id, new OutgoingMessage(pattern(1)), 0);
      hand.net.drain(hand.node);
    }
    expect(hand.only('StreamCredit').length).toBe(0);
    const largest = peer.nextPacketNumber - 1;
    hand.send(frame('Ack', { largest, delayNs: 0, firstRange: 2, ranges: [] }));
    expect(hand.only('StreamCredit').length).toBe(1);
  });

  test.each([
    ['one message more', 5, 10],
    ['one byte more', 1, BYTES / 2 + 1],
  ])('refuse %s', (_what, sequence, bytes) => {
    const hand = served(forever, { mtuBytes: 9000 });
    hand.send(opening());
    const good = later(1, sequence - 1 || 2, { inline: pattern(bytes - 1), size: bytes - 1 });
    hand.send(good);
    expect(resets(hand)).toEqual([]);
    hand.send(later(2, sequence, { inline: pattern(bytes), size: bytes }));
    expect(resets(hand)).toEqual([[2, TransferErrorCode.LIMIT]]);
  });

  test('stop a writer who has no more, and let him go on', async () => {
    let writes = 0;
    const hand = served(async (call) => {
      for (; writes < 10; writes += 1) await call.write(pattern(1));
    });
    hand.send(opening({ messageLimit: 2, inlineLimit: 100 }));
    await reactions();
    hand.net.drain(hand.node);
    expect(hand.only('TransferNotify').map(({ record }) => record.sequence)).toEqual([0, 1]);
    hand.send(
      frame('StreamCredit', { ...STREAM, flags: { byCallee: false }, messageLimit: 1, inlineLimit: 0 }),
    );
    hand.send(
      frame('StreamCredit', { ...STREAM, flags: { byCallee: false }, messageLimit: 3, inlineLimit: 0 }),
    );
    expect(hand.only('TransferNotify').map(({ record }) => record.sequence)).toEqual([2]);
  });

  test('of inline bytes make a message be pulled instead', async () => {
    const hand = served(async (call) => call.write(pattern(50)).then(() => call.write(pattern(51))));
    hand.send(opening({ inlineLimit: 100 }));
    await reactions();
    hand.net.drain(hand.node);
    expect(hand.only('TransferNotify').map(({ record }) => record.flags.inline)).toEqual([true, false]);
  });
});

/** MUST STRM-1, STRM-2. */
describe('messages', () => {
  test('are handed over in order, whatever order they come in, once', async () => {
    const seen: number[] = [];
    const hand = served(async (call) => {
      for await (const body of call) seen.push(body[0]!);
    });
    hand.send(opening());
    for (const [slot, sequence] of [
      [1, 3],
      [2, 1],
      [3, 2],
      [3, 2],
      [4, 4],
    ] as const)
      hand.send(later(slot, sequence));
    await reactions();
    expect(seen).toEqual([1, 2, 3, 4].map((i) => pattern(10, i)[0]));
  });

  test.each<[string, () => Uint8Array, number]>([
    ['of a stream that does not exist', () => later(1, 1, { exchangeSlot: 9 }), 0],
    ['of a generation that does not exist', () => later(1, 1, { exchangeGeneration: 9 }), 0],
    ['of an exchange that is no stream', () => later(1, 1, { exchangeSlot: 2 }), 0],
    ['with a number that came before', () => later(1, 2), 1],
  ])('%s are refused', (_what, message, violations) => {
    const hand = served(forever);
    hand.node.pool!.serve({ stream: forever, unary: () => new Promise(() => {}) });
    hand.send(opening(), later(3, 2), inlineNotify(2, 1, pattern(1)));
    expect(resets(hand)).toEqual([]);
    hand.send(message());
    expect(resets(hand)).toEqual([[1, TransferErrorCode.UNKNOWN_TRANSFER]]);
    expect(hand.node.endpoint.counters.violations).toBe(violations);
  });

  test('behind the last one are refused, and violate', () => {
    const hand = served(forever);
    hand.send(
      opening(),
      later(1, 1, { flags: notifyFlags({ inline: true, stream: true, continues: true, last: true }) }),
    );
    hand.send(later(2, 2));
    expect(resets(hand)).toEqual([[2, TransferErrorCode.UNKNOWN_TRANSFER]]);
    expect(hand.node.endpoint.counters.violations).toBe(1);
  });

  test.each([
    ['both of the caller and of the callee', { stream: true, continues: true, response: true }, 1],
    ['later, but of no stream', { continues: true }, 1],
    ['last, but of no stream', { last: true }, 0],
    ['the opening, but not the first', { stream: true }, 1],
  ])('that are %s violate', (_what, flags, sequence) => {
    const hand = served(forever);
    const { response, continues, stream } = notifyFlags(flags);
    const fields = {
      ...(response ? { replySlot: 0, replyGeneration: 1, status: 0 } : {}),
      ...(continues ? STREAM : {}),
      ...(stream ? { sequence, ...CREDIT } : {}),
    };
    hand.send(inlineNotify(0, 1, pattern(5), { flags: notifyFlags({ inline: true, ...flags }), ...fields }));
    expect(hand.node.endpoint.counters.violations).toBe(1);
    expect(hand.node.endpoint.state.exchanges).toBe(0);
  });

  /** MUST STRM-11. */
  test('that are given up end the stream', () => {
    const hand = served(forever);
    hand.send(opening());
    hand.net.run(100_000);
    const { notify } = handTransfer(hand.net, pattern(5000), { transferSlot: 1 });
    const flags = notifyFlags({ stream: true, continues: true });
    hand.send(frame('TransferNotify', { ...notify, flags, ...STREAM, sequence: 1, ...CREDIT }));
    hand.received();
    hand.send(
      frame('FlowReset', { transferSlot: 1, transferGeneration: 1, flags: { byReceiver: false }, code: 1 }),
    );
    expect(hand.only('StreamClose')[0]!.record).toMatchObject({ flags: { byCallee: true }, status: 5 });
  });
});

/** REQ STREAM-2 · MUST STRM-7, STRM-9. */
describe('STREAM_CLOSE', () => {
  const close = { ...STREAM, flags: { byCallee: false }, count: 2, status: 0, reason: new Uint8Array(0) };

  test('is acknowledged each time, also for a stream nobody knows', () => {
    const hand = served(forever);
    hand.send(opening(), later(1, 1));
    for (let i = 0; i < 2; i += 1) hand.send(frame('StreamClose', close));
    hand.send(frame('StreamClose', { ...close, exchangeSlot: 7 }));
    expect(
      hand.only('StreamCloseAck').map(({ record }) => [record.exchangeSlot, record.flags.byCallee]),
    ).toEqual([
      [0, true],
      [0, true],
      [7, true],
    ]);
    expect(hand.node.endpoint.state.exchanges).toBe(1);
  });

  test.each([1, 3])('that counts %d of 2 messages, after another count, violates', (count) => {
    const hand = served(forever);
    hand.send(opening(), later(1, 1), frame('StreamClose', close));
    hand.send(frame('StreamClose', { ...close, count }));
    expect(hand.node.endpoint.counters.violations).toBe(1);
  });

  test('is repeated until it is acknowledged; then the stream is over and its credit is free', async () => {
    const hand = served(() => {});
    hand.send(opening());
    await reactions();
    hand.net.run(3_000_000);
    expect(hand.only('StreamClose').length).toBeGreaterThan(3);
    expect(hand.node.endpoint.state).toMatchObject({ exchanges: 1, creditsHeld: 1 });
    hand.send(frame('StreamCloseAck', { ...STREAM, flags: { byCallee: false } }));
    expect(hand.node.endpoint.state).toMatchObject({ exchanges: 0, creditsHeld: 0 });
    hand.net.run(hand.net.now + 100_000_000);
    expect(hand.only('StreamClose')).toEqual([]);
  });

  test('of a caller waits for a sign of the callee', () => {
    const hand = served(forever);
    const stream = hand.node.pool!.bidirectional(hand.id);
    stream.end();
    hand.net.run(5_000_000);
    const { transferSlot, transferGeneration } = hand.only('TransferNotify')[0]!.record;
    expect(hand.only('StreamClose')).toEqual([]);
    const id = { exchangeSlot: transferSlot, exchangeGeneration: transferGeneration };
    hand.send(frame('StreamCredit', { ...id, flags: { byCallee: true }, ...CREDIT }));
    expect(hand.only('StreamClose')[0]!.record).toMatchObject({ ...id, count: 1, status: 0 });
  });

  /** MUST STRM-8. */
  test('with a status ends everything at once, without a word about the messages', async () => {
    const hand = served(async (call) => call.write(pattern(5000)));
    hand.send(opening());
    await reactions();
    hand.net.drain(hand.node);
    expect(hand.node.endpoint.state.outbound).toBe(1);
    hand.received();
    hand.send(frame('StreamClose', { ...close, count: 0, status: 3 }));
    expect(hand.node.endpoint.state).toMatchObject({ exchanges: 0, outbound: 0, creditsHeld: 0 });
    expect(resets(hand)).toEqual([]);
  });
});
