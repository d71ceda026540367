import { describe, expect, test } from 'vitest';
import { OutgoingMessage } from '../../records/message.ts';
import { TransferErrorCode } from '../../wire/index.ts';
import type { TransferNotifyRecord } from '../../wire/index.ts';
import { notifyFlags } from '../support/frames.ts';
import { Net } from '../support/net.ts';
import type { Node } from '../support/node.ts';
import { expectClean, pattern, resultOf, sameBytes } from '../support/pair.ts';
import { HandPeer, frame, handTransfer, inlineNotify } from './hand-peer.ts';

const HELD = notifyFlags({ held: true });

interface Scene {
  net: Net;
  node: Node;
  hand: HandPeer;
}

/** The hand calls a node that serves. */
function callee(options = {}): Scene {
  const net = new Net({ peerTimeoutNs: 1e9, ...options });
  const node = net.addNode();
  node.endpoint.serve();
  const hand = new HandPeer(net, node);
  return { net, node, hand };
}

const announce = (notify: TransferNotifyRecord, flags = HELD): Uint8Array =>
  frame('TransferNotify', { ...notify, flags });

/** MUST AHEAD-1, AHEAD-2, AHEAD-3 */
describe('a callee', () => {
  const body = pattern(2000);

  /** A held request, all of which has come. */
  function held(): Scene & { transfer: ReturnType<typeof handTransfer> } {
    const scene = callee();
    const { net, hand } = scene;
    const transfer = handTransfer(net, body);
    hand.send(announce(transfer.notify));
    const [pull] = hand.only('PullRequest');
    const { pullSlot, token } = pull!.record;
    hand.sendData({ pullSlot, token, offset: 0, payload: transfer.sealed.subarray(0, 1000) });
    hand.sendData({ pullSlot, token, offset: 1000, payload: transfer.sealed.subarray(1000) });
    net.run(net.now + 1_000_000);
    return { ...scene, transfer };
  }

  test('pulls what is held, keeps it and acknowledges none of it before the release', () => {
    const { net, node, hand, transfer } = held();
    expect([node.requests.length, node.endpoint.state.memoryBytes]).toEqual([0, 2000]);
    expect(hand.only('RangeAck')).toEqual([]);
    hand.send(announce(transfer.notify, notifyFlags()));
    net.run(net.now + 1_000_000);
    expect(sameBytes(node.requests[0]?.body, body)).toBe(true);
    expect(hand.only('RangeAck').map(({ record }) => record.flags.final)).toEqual([true]);
    // Once more, with and without the flag: it is answered, not obeyed.
    hand.send(announce(transfer.notify));
    hand.send(announce(transfer.notify, notifyFlags()));
    net.run(net.now + 1_000_000);
    expect([node.requests.length, node.endpoint.counters.violations]).toEqual([1, 0]);
    expect(hand.only('RangeAck').every(({ record }) => record.flags.final)).toBe(true);
  });

  test('answers a repetition with TRANSFER_ACCEPT, also of what it has', () => {
    const { net, hand, transfer } = held();
    hand.received();
    hand.send(announce(transfer.notify));
    net.run(net.now + 1_000_000);
    expect(hand.only('TransferAccept').map(({ record }) => record.transfers)).toEqual([
      [{ slot: 0, generation: 1 }],
    ]);
  });

  test('lets go of it when it is reset. MUST AHEAD-6', () => {
    const { node, hand } = held();
    const flags = { byReceiver: false };
    hand.send(
      frame('FlowReset', {
        transferSlot: 0,
        transferGeneration: 1,
        flags,
        code: TransferErrorCode.CANCELLED,
      }),
    );
    expect([node.requests, node.endpoint.state.memoryBytes]).toEqual([[], 0]);
    expectClean(node);
  });

  test.each([
    ['inline', inlineNotify(0, 1, pattern(3), { flags: notifyFlags({ held: true, inline: true }) })],
    [
      'a response',
      announce(
        { ...handTransfer(new Net(), body).notify, replySlot: 0, replyGeneration: 1, status: 0 },
        notifyFlags({ held: true, response: true }),
      ),
    ],
    [
      'an opening',
      announce(
        { ...handTransfer(new Net(), body).notify, sequence: 0, messageLimit: 4, inlineLimit: 0 },
        notifyFlags({ held: true, stream: true }),
      ),
    ],
  ])('counts %s that is held as a violation', (_what, notify) => {
    const { net, node, hand } = callee();
    hand.send(notify);
    net.run(net.now + 1_000_000);
    expect(node.endpoint.counters.violations).toBe(1);
    expect(hand.only('FlowReset')).toEqual([]);
    expectClean(node);
  });
});

/** MUST AHEAD-4, CREDIT-1 */
describe('a callee that takes no more of what is held', () => {
  const body = pattern(2000);
  const ids = (hand: HandPeer): number[] =>
    hand.only('TransferAccept').flatMap(({ record }) => record.transfers.map(({ slot }) => slot));

  test.each([
    ['beyond aheadMax', { aheadMax: 2 }, 2],
    ['with half of its exchanges taken', { exchangesMax: 4 }, 2],
    ['that it would refuse for its size', { messageBytesMax: 1000 }, 0],
    ['because it takes none', { aheadMax: 0 }, 0],
  ])('ignores one %s, and takes its release as a new announcement', (_when, options, taken) => {
    const { net, node, hand } = callee({ notifyWindow: 4, ...options });
    const notifies = [0, 1, 2].map((transferSlot) => handTransfer(net, body, { transferSlot }).notify);
    hand.send(...notifies.map((notify) => announce(notify)));
    net.run(net.now + 1_000_000);
    expect(ids(hand)).toEqual([0, 1, 2].slice(0, taken));
    expect(node.endpoint.state).toMatchObject({ inbound: taken, exchanges: taken });
    hand.send(announce(notifies[2]!, notifyFlags()));
    net.run(net.now + 1_000_000);
    const refused = new Set(hand.only('FlowReset').map(({ record }) => record.code));
    expect([...refused]).toEqual(
      taken === 0 && 'messageBytesMax' in options ? [TransferErrorCode.MESSAGE_TOO_LARGE] : [],
    );
    expect(node.endpoint.counters.violations).toBe(0);
  });

  test('counts no credit for them', () => {
    const { net, node, hand } = callee({ notifyWindow: 4, aheadMax: 0 });
    for (let transferSlot = 0; transferSlot < 10; transferSlot += 1)
      hand.send(announce(handTransfer(net, body, { transferSlot }).notify));
    for (let slot = 0; slot < 4; slot += 1) hand.send(inlineNotify(slot, 2, pattern(3)));
    net.run(net.now + 1_000_000);
    expect(node.requests.length).toBe(4);
    expect(hand.only('FlowReset')).toEqual([]);
  });
});

/** MUST AHEAD-3, AHEAD-6 */
describe('a caller', () => {
  /** A call that waits, announced to the hand; its id. */
  function held(): Scene & { exchange: number; id: { transferSlot: number; transferGeneration: number } } {
    const net = new Net({ peerTimeoutNs: 1e9 });
    const node = net.addNode();
    const hand = new HandPeer(net, node, 'server');
    const message = new OutgoingMessage(pattern(9000));
    const exchange = node.endpoint.call(0, hand.id, message, 3, undefined, 'held');
    net.drain(node);
    const { record } = hand.only('TransferNotify')[0]!;
    expect(record.flags.held).toBe(true);
    const { transferSlot, transferGeneration } = record;
    return { net, node, hand, exchange, id: { transferSlot, transferGeneration } };
  }

  const accept = ({ hand, id }: ReturnType<typeof held>): void =>
    hand.send(
      frame('TransferAccept', {
        notifyLimit: 1024,
        transfers: [{ slot: id.transferSlot, generation: id.transferGeneration }],
      }),
    );
  const releases = ({ hand }: Scene): number =>
    hand.only('TransferNotify').filter(({ record }) => !record.flags.held).length;

  test('repeats a held announcement as a reminder only, and a release until it is acknowledged', () => {
    const scene = held();
    const { net, node, hand, exchange, id } = scene;
    accept(scene);
    net.run(net.now + 200_000_000);
    expect(hand.only('TransferNotify')).toEqual([]);
    node.endpoint.release(net.now, exchange);
    net.run(net.now + 10_000);
    expect(releases(scene)).toBe(1);
    // What it answers may be the first announcement.
    accept(scene);
    hand.send(
      frame('PullRequest', {
        ...id,
        flags: { retransmission: false },
        pullSlot: 1,
        token: { hi: 1, lo: 2 },
        rateMbps: 1000,
        ranges: [{ offset: 0, length: 9016 }],
      }),
    );
    net.run(net.now + 2_000_000);
    expect(releases(scene)).toBeGreaterThan(2);
    hand.send(frame('RangeAck', { ...id, flags: { final: true }, ranges: [] }));
    net.run(net.now + 10_000_000);
    expect(releases(scene)).toBe(0);
    expect(node.endpoint.counters.violations).toBe(0);
  });

  test.each([true, false])('takes a RANGE_ACK (final: %s) of what is held for a violation', (final) => {
    const { net, node, hand, exchange, id } = held();
    const ranges = final ? [] : [{ offset: 0, length: 9016 }];
    hand.send(frame('RangeAck', { ...id, flags: { final }, ranges }));
    expect(node.endpoint.counters.violations).toBe(1);
    expect(node.results.size).toBe(0);
    node.endpoint.release(net.now, exchange);
    hand.send(frame('RangeAck', { ...id, flags: { final }, ranges }));
    expect(node.endpoint.counters.violations).toBe(1);
  });

  test('refuses a response to what is held, and waits on', () => {
    const { net, node, hand, exchange, id } = held();
    const flags = notifyFlags({ inline: true, response: true });
    const reply = { flags, status: 0, replySlot: id.transferSlot, replyGeneration: id.transferGeneration };
    hand.send(inlineNotify(0, 1, pattern(4), reply));
    expect(hand.only('FlowReset').map(({ record }) => record.code)).toEqual([
      TransferErrorCode.UNKNOWN_TRANSFER,
    ]);
    expect(node.results.size).toBe(0);
    node.endpoint.release(net.now, exchange);
    hand.send(inlineNotify(0, 2, pattern(4), reply));
    expect(resultOf(node, exchange).status).toBe(0);
  });
});
