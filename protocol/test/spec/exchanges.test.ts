import { describe, expect, test } from 'vitest';
import { DataPacket, ExchangeStatus, TransferErrorCode } from '../../wire/index.ts';
import type { TransferNotifyRecord } from '../../wire/index.ts';
import type { EndpointOptions } from '../../endpoint/options.ts';
import { Net } from '../support/net.ts';
import { pattern, resultOf, sameBytes } from '../support/pair.ts';
import { HandPeer, frame, handTransfer, inlineNotify } from './hand-peer.ts';
import { notifyFlags } from '../support/frames.ts';

function handPeer(role: 'client' | 'server' = 'client', options: Partial<EndpointOptions> = {}): HandPeer {
  const net = new Net(options);
  const node = net.addNode();
  node.endpoint.serve();
  return new HandPeer(net, node, role);
}

/** MUST EXCH-1. */
describe('a request', () => {
  test('is handed over once, however often it is announced, also while it is handled and after', () => {
    const hand = handPeer();
    hand.node.handler = () => {};
    const notify = inlineNotify(0, 1, pattern(5));
    for (let i = 0; i < 5; i += 1) hand.send(notify, notify);
    expect(hand.node.requests.length).toBe(1);
    hand.node.reply(hand.node.requests[0]!.exchange, pattern(3));
    hand.send(notify);
    const response = hand.only('TransferNotify')[0]!.record;
    const { transferSlot, transferGeneration } = response;
    hand.send(frame('RangeAck', { transferSlot, transferGeneration, flags: { final: true }, ranges: [] }));
    expect(hand.node.endpoint.state.exchanges).toBe(0);
    hand.send(notify);
    expect(hand.node.requests.length).toBe(1);
  });

  test('is not handed over before its last byte is there and right', () => {
    const hand = handPeer();
    const { notify, sealed } = handTransfer(hand.net, pattern(2000));
    hand.send(frame('TransferNotify', notify));
    const { pullSlot, token } = hand.only('PullRequest')[0]!.record;
    const bad = sealed.slice();
    bad[2010]! ^= 1;
    hand.sendData({ pullSlot, token, offset: 0, payload: bad });
    expect(hand.node.requests).toEqual([]);
    hand.sendData({ pullSlot, token, offset: 0, payload: sealed });
    expect(sameBytes(hand.node.requests[0]?.body, pattern(2000))).toBe(true);
  });
});

/** MUST EXCH-2. */
test('a response is kept, and pulled as often as it is asked for, until its final RANGE_ACK', () => {
  const hand = handPeer('client', { peerTimeoutNs: 4e9 });
  hand.node.handler = (node, { exchange }) => node.reply(exchange, pattern(3000));
  hand.send(inlineNotify(0, 1, pattern(5)));
  const response = hand.only('TransferNotify')[0]!.record;
  const { transferSlot, transferGeneration } = response;
  const rest = { flags: { retransmission: false }, pullSlot: 0, token: { hi: 0, lo: 0 }, rateMbps: 10_000 };
  const pull = { transferSlot, transferGeneration, ...rest, ranges: [{ offset: 0, length: 3016 }] };
  for (let round = 0; round < 3; round += 1) {
    hand.send(frame('PullRequest', pull));
    hand.net.run(hand.net.now + 300_000_000);
    const length = hand.only('Data').reduce((sum, { record }) => sum + record.payload.length, 0);
    expect(length).toBe(3016);
    expect(hand.node.endpoint.state).toMatchObject({ exchanges: 1, outbound: 1, creditsHeld: 1 });
  }
  hand.send(frame('RangeAck', { transferSlot, transferGeneration, flags: { final: true }, ranges: [] }));
  expect(hand.node.endpoint.state).toMatchObject({ exchanges: 0, outbound: 0, creditsHeld: 0 });
});

/** A node that has called, and its request. */
function called(): { hand: HandPeer; id: number; request: TransferNotifyRecord } {
  const hand = handPeer('server');
  const id = hand.node.call(hand.id, pattern(5));
  hand.net.drain(hand.node);
  return { hand, id, request: hand.only('TransferNotify')[0]!.record };
}

function responseTo(request: TransferNotifyRecord): Partial<TransferNotifyRecord> {
  return {
    flags: notifyFlags({ inline: true, response: true }),
    replySlot: request.transferSlot,
    replyGeneration: request.transferGeneration,
    status: ExchangeStatus.OK,
  };
}

/** MUST EXCH-3, EXCH-5. */
describe('a response', () => {
  test('to an unknown request is refused', () => {
    const { hand, id, request } = called();
    hand.send(inlineNotify(0, 1, pattern(2), { ...responseTo(request), replySlot: 1 }));
    hand.send(inlineNotify(1, 1, pattern(2), { ...responseTo(request), replyGeneration: 1 }));
    const codes = hand.only('FlowReset').map(({ record }) => record.code);
    expect(codes).toEqual([TransferErrorCode.UNKNOWN_TRANSFER, TransferErrorCode.UNKNOWN_TRANSFER]);
    expect(hand.node.results.has(id)).toBe(false);
  });

  test('is taken once; a second one is refused', () => {
    const { hand, id, request } = called();
    hand.send(inlineNotify(0, 1, pattern(2), responseTo(request)));
    hand.send(inlineNotify(1, 1, pattern(3), responseTo(request)));
    expect(resultOf(hand.node, id).body?.length).toBe(2);
    expect(hand.only('FlowReset').map(({ record }) => record.code)).toEqual([
      TransferErrorCode.UNKNOWN_TRANSFER,
    ]);
  });

  test('that comes while another is pulled is refused', () => {
    const { hand, id, request } = called();
    const flags = notifyFlags({ response: true });
    const { notify, sealed } = handTransfer(hand.net, pattern(2000), { ...responseTo(request), flags });
    hand.send(frame('TransferNotify', notify));
    const { pullSlot, token } = hand.only('PullRequest')[0]!.record;
    hand.send(inlineNotify(1, 1, pattern(3), responseTo(request)));
    expect(hand.only('FlowReset').map(({ record }) => record.code)).toEqual([
      TransferErrorCode.UNKNOWN_TRANSFER,
    ]);
    expect(hand.node.results.has(id)).toBe(false);
    expect(DataPacket.headerLength(0) + sealed.length).toBeGreaterThan(2000);
    hand.sendData({ pullSlot, token, offset: 0, payload: sealed });
    expect(resultOf(hand.node, id).body?.length).toBe(2000);
  });
});

/** MUST EXCH-5. */
describe('a call ends with a reason', () => {
  test.each([
    ['refused', TransferErrorCode.REFUSED],
    ['message-too-large', TransferErrorCode.MESSAGE_TOO_LARGE],
    ['limit', TransferErrorCode.LIMIT],
    ['cancelled', 99],
  ] as const)('%s, when its request is reset', (reason, code) => {
    const { hand, id, request } = called();
    const { transferSlot, transferGeneration } = request;
    hand.send(frame('FlowReset', { transferSlot, transferGeneration, flags: { byReceiver: true }, code }));
    hand.send(inlineNotify(0, 1, pattern(2), responseTo(request)));
    expect(resultOf(hand.node, id)).toMatchObject({ reason });
    expect(hand.node.endpoint.state).toMatchObject({ exchanges: 0, outbound: 0 });
  });

  test('when its response is reset while it is pulled', () => {
    const { hand, id, request } = called();
    const flags = notifyFlags({ response: true });
    const { notify } = handTransfer(hand.net, pattern(2000), { ...responseTo(request), flags });
    hand.send(frame('TransferNotify', notify));
    const { transferSlot, transferGeneration } = notify;
    const reset = { transferSlot, transferGeneration, flags: { byReceiver: false } };
    hand.send(frame('FlowReset', { ...reset, code: TransferErrorCode.CANCELLED }));
    expect(resultOf(hand.node, id).reason).toBe('cancelled');
    expect(hand.node.endpoint.state).toMatchObject({ exchanges: 0, inbound: 0, memoryBytes: 0 });
  });
});

/** MUST EXCH-4. */
describe('a request is refused', () => {
  const codes = (hand: HandPeer): number[] => hand.only('FlowReset').map(({ record }) => record.code);

  test('by an endpoint that serves none', () => {
    const net = new Net();
    const hand = new HandPeer(net, net.addNode());
    hand.send(inlineNotify(0, 1, pattern(2)));
    expect(codes(hand)).toEqual([TransferErrorCode.REFUSED]);
  });

  test('without room for another exchange, those still being pulled counted', () => {
    const hand = handPeer('client', { exchangesMax: 2 });
    hand.node.handler = () => {};
    const { notify, sealed } = handTransfer(hand.net, pattern(2000));
    hand.send(frame('TransferNotify', notify));
    const { pullSlot, token } = hand.only('PullRequest')[0]!.record;
    hand.send(inlineNotify(1, 1, pattern(2)), inlineNotify(2, 1, pattern(2)));
    expect(codes(hand)).toEqual([TransferErrorCode.REFUSED]);
    hand.sendData({ pullSlot, token, offset: 0, payload: sealed });
    expect(hand.node.requests.map(({ body }) => body.length)).toEqual([2, 2000]);
  });
});
