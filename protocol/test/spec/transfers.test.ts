import { describe, expect, test } from 'vitest';
import type { TransferNotifyRecord } from '../../wire/index.ts';
import { TransferErrorCode } from '../../wire/index.ts';
import { Net, TEST_OPTIONS } from '../support/net.ts';
import { pattern, resultOf } from '../support/pair.ts';
import { HandPeer, frame, handTransfer, inlineNotify } from './hand-peer.ts';
import { notifyFlags } from '../support/frames.ts';

const RETRY_NS = 3 * TEST_OPTIONS.initialRttNs! + TEST_OPTIONS.ackDelayNs!;

function handPeer(role: 'client' | 'server' = 'client', notifyWindow = 4): HandPeer {
  const net = new Net({ notifyWindow });
  const node = net.addNode();
  node.endpoint.serve();
  return new HandPeer(net, node, role);
}

function pulledNotify(slot: number, generation: number, size = 5000): TransferNotifyRecord {
  return {
    transferSlot: slot,
    transferGeneration: generation,
    flags: notifyFlags(),
    priority: 3,
    size,
    headerSize: 0,
    bufferSlot: 1,
    bufferGeneration: 1,
    dataKey: pattern(16),
    sealing: 0,
  };
}

function resetCodes(hand: HandPeer): (number | undefined)[] {
  return hand.only('FlowReset').map(({ record }) => (record.flags.byReceiver ? record.code : undefined));
}

/** MUST ID-1. */
describe('the generation of a slot', () => {
  test('once newer makes older ones nothing', () => {
    const hand = handPeer();
    hand.send(inlineNotify(0, 5, pattern(1)), inlineNotify(0, 4, pattern(2)), inlineNotify(0, 5, pattern(3)));
    expect(hand.node.requests.map(({ body }) => body.length)).toEqual([1]);
    hand.send(inlineNotify(0, 6, pattern(4)));
    expect(hand.node.requests.map(({ body }) => body.length)).toEqual([1, 4]);
  });

  test('ends the transfer that held the slot', () => {
    const hand = handPeer();
    hand.send(frame('TransferNotify', pulledNotify(0, 1)));
    expect(hand.node.endpoint.state.inbound).toBe(1);
    hand.send(inlineNotify(0, 2, pattern(1)));
    expect(hand.node.endpoint.state).toMatchObject({ inbound: 0, memoryBytes: 0, pulledBytes: 0 });
  });
});

/** The ids of `count` requests that are answered one after the other. */
function idsOf(
  hand: HandPeer,
  count: number,
  before: (round: number) => void = () => {},
): [number, number][] {
  return Array.from({ length: count }, (_, i) => {
    before(i);
    hand.node.call(hand.id, pattern(5));
    hand.net.drain(hand.node);
    const { transferSlot, transferGeneration } = hand.only('TransferNotify')[0]!.record;
    hand.send(
      inlineNotify(0, i + 1, pattern(1), {
        flags: notifyFlags({ inline: true, response: true }),
        replySlot: transferSlot,
        replyGeneration: transferGeneration,
        status: 0,
      }),
    );
    return [transferSlot, transferGeneration];
  });
}

/** REQ RDP-6 · MUST ID-2. */
describe('ids', () => {
  test('of a slot grow by one, the worker in the top bits', () => {
    const net = new Net({ worker: 3 });
    const ids = idsOf(new HandPeer(net, net.addNode(), 'server'), 5);
    const first = ids[0]![1];
    expect(first >>> 24).toBe(3);
    expect(ids).toEqual([0, 1, 2, 3, 4].map((i) => [0, first + i]));
  });

  test('end a slot with its last generation', () => {
    const hand = handPeer('server');
    const ids = idsOf(hand, 4, (round) => {
      // Nobody waits for 2^23 exchanges.
      if (round === 1) hand.node.endpoint['peers'].get(hand.id)!.outboundGenerations[0] = 0xff_fffd;
    });
    expect(ids.slice(1, 3)).toEqual([
      [0, 0xff_fffe],
      [0, 0xff_ffff],
    ]);
    expect(ids[3]![0]).toBe(1);
  });
});

/** MUST ID-3, NOTIFY-4. */
test('a slot beyond the bound is refused and leaves nothing behind', () => {
  const hand = handPeer();
  for (const slot of [32, 33, 2 ** 32 - 1]) hand.send(inlineNotify(slot, 1, pattern(1)));
  expect(resetCodes(hand)).toEqual([1, 2, 3].map(() => TransferErrorCode.LIMIT));
  expect(hand.node.endpoint['peers'].get(hand.id)!.inbound.size).toBe(0);
  expect(hand.node.requests).toEqual([]);
});

/** MUST ID-3. */
test('a request holds its slot until its exchange has ended', () => {
  const hand = handPeer('server');
  hand.node.call(hand.id, pattern(5));
  hand.net.drain(hand.node);
  const { transferSlot, transferGeneration } = hand.only('TransferNotify')[0]!.record;
  hand.send(frame('RangeAck', { transferSlot, transferGeneration, flags: { final: true }, ranges: [] }));
  hand.node.call(hand.id, pattern(5));
  hand.net.drain(hand.node);
  expect(hand.only('TransferNotify')[0]!.record.transferSlot).not.toBe(transferSlot);
});

/** MUST NOTIFY-1. */
test.each<[string, Uint8Array]>([
  ['headers larger than the message', inlineNotify(0, 1, pattern(5), { headerSize: 6 })],
  ['a size that is not that of its inline message', inlineNotify(0, 1, pattern(5), { size: 6 })],
  ['a message of 0 bytes to be pulled', frame('TransferNotify', pulledNotify(0, 1, 0))],
])('a NOTIFY with %s is a violation', (_what, notify) => {
  const hand = handPeer();
  hand.send(notify);
  expect(hand.node.endpoint.counters.violations).toBe(1);
  expect(hand.node.endpoint.state.creditsHeld).toBe(0);
  expect(hand.node.requests).toEqual([]);
});

/** MUST NOTIFY-3. */
describe('a repeated NOTIFY', () => {
  function answers(hand: HandPeer, notify: Uint8Array): string[] {
    hand.received();
    hand.send(notify);
    hand.net.run(hand.net.now + 100_000);
    return hand
      .received()
      .map(({ name, record }) => (name === 'FlowReset' ? `reset ${(record as { code: number }).code}` : name))
      .filter((name) => !['Ack', 'PullRequest', 'Probe'].includes(name));
  }

  test('is accepted again while the message is pulled', () => {
    const hand = handPeer();
    const notify = frame('TransferNotify', pulledNotify(0, 1));
    expect(answers(hand, notify)).toEqual(['TransferAccept']);
    expect(answers(hand, notify)).toEqual(['TransferAccept']);
    expect(hand.node.endpoint.state.inbound).toBe(1);
  });

  test('is answered by the final RANGE_ACK once the message is there', () => {
    const hand = handPeer();
    hand.node.handler = () => {};
    const notify = inlineNotify(0, 1, pattern(5));
    expect(answers(hand, notify)).toEqual(['RangeAck']);
    expect(answers(hand, notify)).toEqual(['RangeAck']);
    expect(hand.node.requests.length).toBe(1);
  });

  test('is refused again with the same code', () => {
    const net = new Net();
    const hand = new HandPeer(net, net.addNode());
    const notify = inlineNotify(0, 1, pattern(5));
    const refused = `reset ${TransferErrorCode.REFUSED}`;
    expect(answers(hand, notify)[0]).toBe(refused);
    hand.node.endpoint.serve();
    expect(answers(hand, notify)[0]).toBe(refused);
    expect(hand.node.requests).toEqual([]);
  });
});

/** MUST NOTIFY-2: the first wait, and that each of the signs ends it. */
describe('the NOTIFY of a message to be pulled', () => {
  function announced(): { hand: HandPeer; id: { transferSlot: number; transferGeneration: number } } {
    const hand = handPeer('server');
    hand.node.call(hand.id, pattern(5000));
    hand.net.drain(hand.node);
    const { transferSlot, transferGeneration } = hand.only('TransferNotify')[0]!.record;
    return { hand, id: { transferSlot, transferGeneration } };
  }

  test('is sent again after 3 round trips and the delay of an acknowledgement, then doubling', () => {
    const { hand } = announced();
    hand.node.call(hand.id, pattern(5000));
    hand.net.run(RETRY_NS * 20);
    const notifies = hand.only('TransferNotify');
    const times = [0, 1].map((slot) =>
      notifies.filter(({ record }) => record.transferSlot === slot).map(({ atNs }) => atNs),
    );
    // The first is the scout: it goes on after 8 round trips each time.
    const scouted = [3, 4, 5, 6, 7, 8].map((n) => 3 * RETRY_NS + (n - 2) * 8 * TEST_OPTIONS.initialRttNs!);
    expect(times[0]).toEqual([RETRY_NS, 3 * RETRY_NS, ...scouted]);
    expect(times[1]).toEqual([0, 1, 3, 7, 15].map((n) => n * RETRY_NS));
  });

  const pull = { pullSlot: 1, token: { hi: 1, lo: 1 }, rateMbps: 10_000, flags: { retransmission: false } };
  test.each<[string, (id: { transferSlot: number; transferGeneration: number }) => Uint8Array]>([
    ['an ACK', () => frame('Ack', { largest: 0, delayNs: 0, firstRange: 0, ranges: [] })],
    [
      'TRANSFER_ACCEPT',
      ({ transferSlot, transferGeneration }) =>
        frame('TransferAccept', {
          notifyLimit: 4,
          transfers: [{ slot: transferSlot, generation: transferGeneration }],
        }),
    ],
    [
      'a PULL_REQUEST',
      (id) => frame('PullRequest', { ...id, ...pull, ranges: [{ offset: 0, length: 100 }] }),
    ],
    ['a RANGE_ACK', (id) => frame('RangeAck', { ...id, flags: { final: false }, ranges: [] })],
  ])('is not sent again soon after %s', (_what, sign) => {
    const { hand, id } = announced();
    hand.net.run(RETRY_NS - 1000);
    hand.send(sign(id));
    hand.net.run(RETRY_NS * 10);
    expect(hand.only('TransferNotify')).toEqual([]);
  });
});

/** MUST NOTIFY-5. */
test('a message whose pull does not come is announced again after a quarter of the peer timeout', () => {
  const hand = handPeer('server');
  hand.node.call(hand.id, pattern(5000));
  hand.net.drain(hand.node);
  const alive = (): void => {
    hand.send(frame('TransferAccept', { notifyLimit: 4, transfers: [] }));
    hand.net.at(hand.net.now + 1_000_000, alive);
  };
  const [notify] = hand.only('TransferNotify');
  const { transferSlot: slot, transferGeneration: generation } = notify!.record;
  hand.send(frame('TransferAccept', { notifyLimit: 4, transfers: [{ slot, generation }] }));
  alive();
  hand.net.run(5_100_000);
  const again = hand.only('TransferNotify');
  expect(again.map(({ atNs }) => atNs)).toEqual([TEST_OPTIONS.peerTimeoutNs! / 4]);
  expect(again[0]!.record.transferGeneration).toBe(generation);
});

/** MUST RACK-3. */
test('a message that was sent is announced again until its final RANGE_ACK, whatever else is acknowledged', () => {
  const hand = handPeer('server');
  hand.node.call(hand.id, pattern(5));
  hand.net.drain(hand.node);
  hand.send(frame('Ack', { largest: 0, delayNs: 0, firstRange: 0, ranges: [] }));
  const [notify] = hand.only('TransferNotify');
  const { transferSlot, transferGeneration } = notify!.record;
  hand.net.run(RETRY_NS * 4);
  expect(hand.only('TransferNotify').length).toBeGreaterThan(0);
  hand.send(frame('RangeAck', { transferSlot, transferGeneration, flags: { final: true }, ranges: [] }));
  hand.net.run(hand.net.now + RETRY_NS * 20);
  expect(hand.only('TransferNotify')).toEqual([]);
});

/** MUST CREDIT-1, CREDIT-2, NOTIFY-4: a peer that does not keep to the limit. */
test('a request beyond the credit is refused, and a credit comes back when its response is acknowledged', () => {
  const hand = handPeer();
  hand.node.handler = (node, { exchange }) => {
    if (hand.node.requests.length === 1) node.reply(exchange, pattern(3));
  };
  for (let slot = 0; slot < 5; slot += 1) hand.send(inlineNotify(slot, 1, pattern(1)));
  const frames = hand.received();
  expect(hand.node.requests.length).toBe(4);
  const resets = frames.filter(({ name }) => name === 'FlowReset').map(({ record }) => record);
  expect(resets).toMatchObject([{ transferSlot: 4, code: TransferErrorCode.LIMIT }]);
  const response = frames.find(({ name }) => name === 'TransferNotify')!.record as TransferNotifyRecord;
  hand.send(frame('NotifyBlocked', { limit: 4 }));
  expect(hand.only('TransferAccept').at(-1)!.record.notifyLimit).toBe(4);
  const { transferSlot, transferGeneration } = response;
  hand.send(frame('RangeAck', { transferSlot, transferGeneration, flags: { final: true }, ranges: [] }));
  expect(hand.only('TransferAccept').at(-1)!.record.notifyLimit).toBe(5);
});

/** MUST CREDIT-1, CREDIT-3. */
test('a sender stops at the limit, says so, and repeats that until the limit grows', () => {
  const hand = handPeer('server');
  for (let i = 0; i < 6; i += 1) hand.node.call(hand.id, pattern(5, i));
  hand.net.drain(hand.node);
  const frames = hand.received();
  expect(frames.filter(({ name }) => name === 'TransferNotify').length).toBe(4);
  expect(frames.filter(({ name }) => name === 'NotifyBlocked').map(({ record }) => record)).toEqual([
    { limit: 4 },
  ]);
  hand.net.run(RETRY_NS * 2);
  expect(hand.only('NotifyBlocked').map(({ atNs }) => atNs)).toEqual([RETRY_NS]);
  hand.send(frame('TransferAccept', { notifyLimit: 3, transfers: [] }));
  expect(hand.received()).toEqual([]);
  hand.send(frame('TransferAccept', { notifyLimit: 5, transfers: [] }));
  const later = hand.received();
  expect(later.map(({ name }) => name)).toEqual(['TransferNotify', 'NotifyBlocked']);
  hand.send(frame('TransferAccept', { notifyLimit: 9, transfers: [] }));
  expect(hand.received().map(({ name }) => name)).toEqual(['TransferNotify']);
});

/** MUST RESET-2. */
test('a FLOW_RESET that overtakes its NOTIFY binds', () => {
  const hand = handPeer();
  hand.send(
    frame('FlowReset', { transferSlot: 0, transferGeneration: 1, flags: { byReceiver: false }, code: 1 }),
    inlineNotify(0, 1, pattern(5)),
  );
  expect(hand.node.requests).toEqual([]);
  expect(resetCodes(hand)).toEqual([TransferErrorCode.CANCELLED]);
});

/** REQ FLOW-4 · MUST RESET-1. */
test('a pull of an unknown transfer is answered with UNKNOWN_TRANSFER, and ends a call that waits for it', () => {
  const hand = handPeer('server');
  const id = hand.node.call(hand.id, pattern(5));
  hand.net.drain(hand.node);
  const request = hand.only('TransferNotify')[0]!.record;
  const { notify } = handTransfer(hand.net, pattern(5000), {
    flags: notifyFlags({ response: true }),
    replySlot: request.transferSlot,
    replyGeneration: request.transferGeneration,
    status: 0,
  });
  hand.send(frame('TransferNotify', notify));
  const [pull] = hand.only('PullRequest');
  hand.send(frame('PullRequest', { ...pull!.record, transferSlot: 3 }));
  const [reset] = hand.only('FlowReset');
  expect(reset!.record).toMatchObject({
    transferSlot: 3,
    flags: { byReceiver: false },
    code: TransferErrorCode.UNKNOWN_TRANSFER,
  });
  hand.send(frame('FlowReset', { ...reset!.record, transferSlot: 0, transferGeneration: 1 }));
  expect(resultOf(hand.node, id).reason).toBe('unknown-transfer');
});

/** MUST RESET-3. */
test('a FLOW_RESET is repeated until it is acknowledged', () => {
  const net = new Net();
  const hand = new HandPeer(net, net.addNode());
  hand.send(inlineNotify(0, 1, pattern(5)));
  net.run(RETRY_NS * 4);
  expect(hand.only('FlowReset').length).toBe(3);
  hand.send(frame('Ack', { largest: 2, delayNs: 0, firstRange: 2, ranges: [] }));
  net.run(RETRY_NS * 100);
  expect(hand.only('FlowReset')).toEqual([]);
});
