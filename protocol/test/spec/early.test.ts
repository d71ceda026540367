import { describe, expect, test } from 'vitest';
import type { EarlyDataRecord, TransferNotifyRecord } from '../../wire/index.ts';
import { Net } from '../support/net.ts';
import type { Node } from '../support/node.ts';
import { readFrames } from '../support/frames.ts';
import { expectClean, makePair, pattern, resultOf, sameBytes } from '../support/pair.ts';
import { troubled } from '../support/trouble.ts';
import { HandPeer, concat, frame, handTransfer } from './hand-peer.ts';
import type { HandTransfer } from './hand-peer.ts';

const ALLOWED = 20_000;
const EARLY = { earlyBytesMax: ALLOWED, earlyBytesInitial: ALLOWED };

interface Sending {
  net: Net;
  node: Node;
  hand: HandPeer;
}

function sending(initialBytes: number): Sending {
  const net = new Net({ peerTimeoutNs: 10e9, earlyBytesMax: ALLOWED, earlyBytesInitial: initialBytes });
  const node = net.addNode();
  return { net, node, hand: new HandPeer(net, node, 'server') };
}

/** What leaves for a message of `bytes` within 20 µs, as the ranges of EARLY_DATA, and how many data packets. */
function early(
  { net, node, hand }: Sending,
  bytes: number,
  isAnswered = true,
): { ranges: [number, number][]; data: number } {
  hand.received();
  node.call(hand.id, pattern(bytes));
  net.run(net.now + 20_000);
  const ranges: [number, number][] = [];
  let data = 0;
  let before = '';
  let id = { transferSlot: 0, transferGeneration: 0 };
  for (const { name, record } of hand.received()) {
    if (name === 'Data') data += 1;
    if (name === 'EarlyData') {
      expect(before, 'in front of it').toBe('TransferNotify');
      const { offset, payload, end } = record as EarlyDataRecord;
      expect(end).toBe(Math.min(bytes + 16, end));
      ranges.push([offset, offset + payload.length]);
    }
    if (name === 'TransferNotify') id = record as TransferNotifyRecord;
    before = name;
  }
  if (isAnswered) {
    const { transferSlot, transferGeneration } = id;
    hand.send(frame('FlowReset', { transferSlot, transferGeneration, flags: { byReceiver: true }, code: 4 }));
  }
  return { ranges, data };
}

/** REQ PERF-2 · MUST EARLY-1, EARLY-2. */
describe('the sender of a message that is not inline', () => {
  test('sends the first of it with its announcement, once, packet by packet', () => {
    const { ranges, data } = early(sending(ALLOWED), 5000);
    let high = 0;
    for (const [start, end] of ranges) {
      expect(start).toBe(high);
      high = end;
    }
    expect([high, ranges.length, data]).toEqual([5016, 4, 0]);
  });

  test('sends no more than its peer allows, and nothing before it does', () => {
    const all = sending(0);
    expect(early(all, 5000).ranges).toEqual([]);
    all.hand.send(frame('EarlyLimit', { sequence: 4, bytes: 3000 }));
    expect(early(all, 5000).ranges.at(-1)?.[1]).toBe(3000);
    all.hand.send(frame('EarlyLimit', { sequence: 3, bytes: 9000 }));
    expect(early(all, 5000).ranges.at(-1)?.[1], 'an older word does not count').toBe(3000);
    all.hand.send(frame('EarlyLimit', { sequence: 5, bytes: 0 }));
    expect(early(all, 5000).ranges).toEqual([]);
    expect(all.node.endpoint.counters.violations).toBe(0);
  });

  test('sends no more than it is allowed over all messages of which the peer has said nothing', () => {
    const all = sending(ALLOWED);
    expect(early(all, 15_000, false).ranges.at(-1)?.[1]).toBe(15_016);
    expect(early(all, 15_000).ranges.at(-1)?.[1]).toBe(ALLOWED - 15_016);
    expect(early(all, 3000, false).ranges.at(-1)?.[1]).toBe(3016);
    expect(early(all, 3000).ranges.at(-1)?.[1]).toBe(ALLOWED - 15_016 - 3016);
  });

  test('sends nothing early of a message whose announcement would fill the packets that repeat it', () => {
    const { net, node, hand } = sending(ALLOWED);
    for (const headerBytes of [100, 450]) {
      hand.received();
      node.call(hand.id, pattern(3000), { headers: pattern(headerBytes) });
      net.run(net.now + 20_000);
      expect(hand.only('EarlyData').length > 0).toBe(headerBytes === 100);
    }
  });

  test('sends what has not left as data when it is pulled, and never early what is announced again', () => {
    const { net, node, hand } = sending(ALLOWED);
    node.call(hand.id, pattern(19_000));
    // The first packet has left; the others wait for the NIC.
    net.drain(node);
    const [notify] = hand.only('TransferNotify');
    const { transferSlot, transferGeneration } = notify!.record;
    const rest = { flags: { retransmission: false }, pullSlot: 7, token: { hi: 1, lo: 2 }, rateMbps: 10_000 };
    const ranges = [{ offset: 0, length: 19_016 }];
    hand.send(frame('PullRequest', { transferSlot, transferGeneration, ...rest, ranges }));
    net.run(1_000_000);
    const later = hand.received();
    expect(later.filter(({ name }) => name === 'EarlyData')).toEqual([]);
    expect(later.filter(({ name }) => name === 'Data').length).toBeGreaterThan(10);
    net.run(400_000_000);
    const again = hand.received();
    expect(again.some(({ name }) => name === 'TransferNotify')).toBe(true);
    expect(again.some(({ name }) => name === 'EarlyData')).toBe(false);
  });
});

function receiving(options: object = EARLY): Sending {
  const net = new Net({ peerTimeoutNs: 10e9, ...options });
  const node = net.addNode();
  node.endpoint.serve();
  return { net, node, hand: new HandPeer(net, node) };
}

function earlyFrames(
  { notify, sealed }: HandTransfer,
  start: number,
  end: number,
  earlyEnd = sealed.length,
): Uint8Array {
  const { transferSlot, transferGeneration } = notify;
  const payload = sealed.subarray(start, end);
  return concat(
    frame('TransferNotify', notify),
    frame('EarlyData', { transferSlot, transferGeneration, end: earlyEnd, offset: start, payload }),
  );
}

/** REQ PERF-2 · MUST EARLY-2, EARLY-3, EARLY-4. */
describe('the receiver of early data', () => {
  test('takes it in any order and says nothing but that it is whole', () => {
    const { net, node, hand } = receiving();
    const body = pattern(4000);
    const transfer = handTransfer(net, body);
    hand.send(earlyFrames(transfer, 2600, 4016));
    hand.send(earlyFrames(transfer, 0, 1300));
    expect(node.endpoint.state.pulledBytes, 'it counts as pulled').toBe(1300);
    hand.send(earlyFrames(transfer, 1300, 2600));
    expect(sameBytes(node.requests[0]?.body, body)).toBe(true);
    const names = hand.received().map(({ name }) => name);
    expect(names).not.toContain('TransferAccept');
    expect(names).not.toContain('PullRequest');
    net.run(net.now + 200_000);
    expect(hand.only('RangeAck').length + names.filter((name) => name === 'RangeAck').length).toBe(1);
  });

  test('pulls what of it does not come, and nothing else', () => {
    const { net, hand } = receiving();
    const transfer = handTransfer(net, pattern(4000));
    hand.send(earlyFrames(transfer, 0, 1300));
    hand.send(earlyFrames(transfer, 2600, 4016));
    expect(hand.only('PullRequest')).toEqual([]);
    net.run(net.now + 50_000_000);
    const [pull] = hand.only('PullRequest');
    expect(pull?.record.ranges).toEqual([{ offset: 1300, length: 1300 }]);
    expect(pull?.record.flags.retransmission).toBe(true);
  });

  test.each([
    ['more than it takes', {}, ALLOWED + 1],
    ['more than it has memory for, beside another', { receiveBytesMax: 3000 }, 4016],
    ['any when it takes none', { earlyBytesMax: 0, earlyBytesInitial: 0 }, 4016],
  ])('drops %s, keeps nothing of it, and pulls the message', (_what, options, size) => {
    const { node, net, hand } = receiving({ ...EARLY, ...options });
    hand.send(earlyFrames(handTransfer(net, pattern(1000), { transferSlot: 1 }), 0, 10));
    hand.received();
    const transfer = handTransfer(net, pattern(size - 16));
    const before = node.endpoint.counters.earlyBytesRefused;
    const { memoryBytes } = node.endpoint.state;
    hand.send(earlyFrames(transfer, 0, 1300));
    expect(node.endpoint.counters.earlyBytesRefused - before).toBe(1300);
    if (options !== undefined && 'receiveBytesMax' in options)
      expect(node.endpoint.state.memoryBytes).toBe(memoryBytes);
    else expect(hand.only('PullRequest').at(-1)?.record.ranges).toEqual([{ offset: 0, length: size }]);
    expect(node.endpoint.counters.violations).toBe(0);
  });

  test('ignores it for a transfer that it does not know or has, and refuses what breaks the rules', () => {
    const { net, node, hand } = receiving();
    const transfer = handTransfer(net, pattern(1000));
    const { transferSlot, transferGeneration } = transfer.notify;
    const id = { transferSlot, transferGeneration };
    const send = (end: number, offset: number, bytes: number): void =>
      hand.send(
        frame('EarlyData', { ...id, end, offset, payload: transfer.sealed.subarray(offset, offset + bytes) }),
      );
    send(1016, 0, 1016);
    expect([node.requests.length, node.endpoint.counters.violations]).toEqual([0, 0]);
    send(1016, 0, 0);
    send(500, 400, 101);
    expect(node.endpoint.counters.violations).toBe(2);
    hand.send(earlyFrames(transfer, 0, 100, 1017));
    expect(node.endpoint.counters.violations).toBe(3);
    hand.send(earlyFrames(transfer, 0, 1016));
    hand.send(earlyFrames(transfer, 0, 1016));
    expect([node.requests.length, node.endpoint.counters.violations]).toEqual([1, 3]);
  });

  test('that decides about requests takes none before it has decided', () => {
    const { net, node, hand } = receiving();
    node.endpoint.serve(true);
    hand.send(earlyFrames(handTransfer(net, pattern(1000)), 0, 1016));
    expect(node.requests).toEqual([]);
    expect(node.endpoint.counters.earlyBytesRefused).toBe(1016);
    expect(node.endpoint.state.memoryBytes).toBe(0);
  });
});

/** REQ CC-5, FLOW-3 · MUST EARLY-5. */
describe('the allowance', () => {
  test('is told with other frames, halved by a loss once in a round trip, and none below a packet', () => {
    const { net, hand } = receiving({ earlyBytesMax: ALLOWED, earlyBytesInitial: 0 });
    const limits: number[] = [];
    const collect = (): void => {
      net.run(net.now + 50_000_000);
      for (const { record } of hand.only('EarlyLimit'))
        if (record.bytes !== limits.at(-1)) limits.push(record.bytes);
    };
    for (let slot = 0; slot < 5; slot += 1) {
      // Of each the middle is lost.
      const transfer = handTransfer(net, pattern(4000), { transferSlot: slot });
      hand.send(earlyFrames(transfer, 0, 100));
      hand.send(earlyFrames(transfer, 3000, 4016));
      collect();
    }
    expect(limits[0]).toBe(ALLOWED);
    expect(limits.at(-1)).toBe(0);
    expect(limits.length).toBeGreaterThan(2);
    limits.reduce((before, bytes) => (expect(bytes).toBeLessThan(before * 0.6), bytes));
  });
});

describe('early data between endpoints', () => {
  test('saves a round trip', () => {
    const tookNs = (options: object): number => {
      const pair = makePair({ options });
      const id = pair.client.call(pair.toServer, pattern(3000));
      pair.server.handler = (node, { exchange }) => node.reply(exchange, pattern(1));
      pair.net.run(pair.net.now + 1e9);
      const names = pair.net.sent
        .flatMap(({ bytes }) => readFrames(pair.net.crypto, bytes))
        .map(({ name }) => name);
      expect(names.includes('PullRequest')).toBe(options !== EARLY);
      expectClean(pair.client, pair.server);
      return resultOf(pair.client, id).atNs;
    };
    const [without, with_] = [tookNs({}), tookNs(EARLY)];
    expect(with_ / without).toBeLessThan(0.6);
  });

  test.each([1, 2, 3, 4])('over a bad network: every message arrives once and whole, seed %d', (seed) => {
    const { net, client, server, toServer } = makePair({ options: EARLY });
    net.hook = troubled(net, seed, 50_000_000);
    const rng = net.fork(`sizes/${seed}`);
    const calls = Array.from({ length: 60 }, () => {
      const body = pattern(rng.below(rng.ratio(1, 3) ? 200_000 : 30_000));
      const id = client.call(toServer, body);
      net.run(net.now + rng.below(200_000));
      return { id, body };
    });
    net.run(net.now + 10_000_000_000);
    for (const { id, body } of calls) expect(sameBytes(resultOf(client, id).body, body)).toBe(true);
    expect(server.requests.length).toBe(calls.length);
    expect(client.endpoint.counters.earlyBytesOut).toBeGreaterThan(40_000);
    expectClean(client, server);
  });
});
