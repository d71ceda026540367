/** What is said to one peer shares packets, as long as nobody waits for it. */
import { expect, test } from 'vitest';
import { DEFAULT_OPTIONS } from '../../endpoint/options.ts';
import { ControlPacket } from '../../wire/index.ts';
import type { Datagram, Delivery } from '../support/net.ts';
import { Net, TEST_OPTIONS } from '../support/net.ts';
import { expectClean, makePair, pattern, resultOf } from '../support/pair.ts';
import type { Pair } from '../support/pair.ts';
import { readFrames } from '../support/frames.ts';
import { HandPeer, frame, handTransfer } from './hand-peer.ts';

const RTT_NS = TEST_OPTIONS.initialRttNs ?? DEFAULT_OPTIONS.initialRttNs;

function isControl({ bytes }: Datagram | Delivery): boolean {
  return bytes !== undefined && bytes[0]! >>> 6 === ControlPacket.KIND;
}

function isPatient(bytes: Uint8Array): boolean {
  return bytes[0]! >>> 6 === ControlPacket.KIND && (bytes[0]! & ControlPacket.PATIENT) !== 0;
}

function namesIn(pair: Pair, bytes: Uint8Array): string[] {
  return readFrames(pair.net.crypto, bytes).map(({ name }) => name);
}

/** A server that answers every request with `bytes`. */
function answering(bytes: number): Pair {
  const pair = makePair();
  pair.server.handler = (at, { exchange }) => at.reply(exchange, pattern(bytes));
  return pair;
}

/** MUST NOTIFY-6, ACK-6, PULL-11, RACK-1 */
test('five exchanges of a pair take few more control packets than one', () => {
  const counts = [1, 5].map((calls) => {
    const pair = answering(60_000);
    const ids = Array.from({ length: calls }, () => pair.client.call(pair.toServer, pattern(16_000)));
    expect(pair.net.run(1e9)).toBe('idle');
    for (const id of ids) expect(resultOf(pair.client, id).body?.length).toBe(60_000);
    expectClean(pair.client, pair.server);
    return pair.net.sent.filter(isControl).length;
  });
  expect(counts[0]).toBe(5);
  expect(counts[1]).toBeLessThanOrEqual(12);
});

/** MUST NOTIFY-6, RACK-3, ACK-6 */
test('a response that was announced with the acknowledgement of its request is announced again when that is missed', () => {
  const pair = answering(60_000);
  const lost: number[] = [];
  pair.net.hook = ({ bytes }) => {
    if (!isPatient(bytes) || !namesIn(pair, bytes).includes('TransferNotify') || lost.length > 0)
      return undefined;
    lost.push(pair.net.now);
    return [];
  };
  const id = pair.client.call(pair.toServer, pattern(16_000));
  expect(pair.net.run(1e9)).toBe('idle');
  expect(lost.length).toBe(1);
  const result = resultOf(pair.client, id);
  expect(result.body?.length).toBe(60_000);
  const again = pair.net.sent.find(
    ({ bytes, to, sentAt }) =>
      sentAt > lost[0]! &&
      to === pair.client.address &&
      isControl({ bytes }) &&
      namesIn(pair, bytes).includes('TransferNotify'),
  );
  // The caller missed the acknowledgement after a few round trips, not after a quarter of the timeout.
  expect(again!.sentAt - lost[0]!).toBeLessThan(10 * RTT_NS);
  expect(isPatient(again!.bytes)).toBe(false);
  expectClean(pair.client, pair.server);
});

/** MUST NOTIFY-7 */
test('what goes before a message is told of with it, but nothing to one that is shorter', () => {
  const pair = answering(10);
  const { client, net, toServer } = pair;
  for (const size of [100_000, 90_000, 3000]) client.call(toServer, pattern(size));
  net.run(1000);
  const frames = net.sent.flatMap(({ bytes }) => readFrames(net.crypto, bytes));
  const backlogs = frames.filter(({ name }) => name === 'Backlog').map(({ record }) => record);
  // The second waits for the first and the short one, at 10 Gbit/s; the short one for none.
  expect(backlogs).toHaveLength(2);
  expect(backlogs[1]).toEqual({ delayNs: 0 });
  const { delayNs } = backlogs[0] as { delayNs: number };
  expect(delayNs).toBeGreaterThanOrEqual(90_000 * 0.8);
  expect(delayNs).toBeLessThanOrEqual(104_000 * 0.8);
  const alone = answering(10);
  alone.client.call(alone.toServer, pattern(100_000));
  alone.net.run(1000);
  expect(namesIn(alone, alone.net.sent[0]!.bytes)).toEqual(['TransferNotify']);
  expect(isPatient(alone.net.sent[0]!.bytes)).toBe(false);
});

/** MUST NOTIFY-7, LOSS-2 */
test('silence is no loss before what its sender said goes before, and a quarter more', () => {
  const delayNs = 1_000_000;
  // Not even if it is silent for most of the time that one may be silent: PROBEs tell whether it lives.
  const net = new Net({ peerTimeoutNs: 1.4 * delayNs });
  const node = net.addNode();
  node.endpoint.serve();
  const hand = new HandPeer(net, node);
  const transfer = handTransfer(net, pattern(20_000), { transferSlot: 0 });
  hand.send(frame('Backlog', { delayNs }), frame('TransferNotify', transfer.notify));
  net.run(3 * delayNs);
  const pulls = hand.only('PullRequest').map(({ atNs }) => atNs);
  expect(pulls.length).toBeGreaterThan(1);
  expect(pulls[1]! - pulls[0]!).toBeGreaterThanOrEqual(1.25 * delayNs);
  expect(pulls[1]! - pulls[0]!).toBeLessThan(1.5 * delayNs);
});

/** MUST RACK-1 */
test('the final RANGE_ACK of what was pulled waits while more of the same peer is on its way', () => {
  const pair = makePair();
  pair.server.handler = () => {};
  for (const size of [20_000, 100_000]) pair.client.call(pair.toServer, pattern(size));
  pair.net.run(2_000_000);
  const finals = pair.net.sent.flatMap(({ bytes, to, sentAt }) =>
    to === pair.client.address && isControl({ bytes })
      ? readFrames(pair.net.crypto, bytes)
          .filter(
            ({ name, record }) =>
              name === 'RangeAck' && (record as { flags: { final: boolean } }).flags.final,
          )
          .map(() => sentAt)
      : [],
  );
  expect(finals).toHaveLength(2);
  // Both in one packet, though the first was whole 80 us before.
  expect(finals[0]).toBe(finals[1]);
});

/** A node that answers each request with 3000 bytes has pulled two of them from a hand, which sends the first. */
function halfAnswered(crowded: boolean): { hand: HandPeer; finish: () => void } {
  const net = new Net({ peerTimeoutNs: 4e9 });
  const node = net.addNode();
  node.endpoint.serve();
  node.handler = (at, { exchange }) => at.reply(exchange, pattern(3000));
  const hand = new HandPeer(net, node);
  const transfers = [0, 1].map((slot) => handTransfer(net, pattern(1400), { transferSlot: slot }));
  hand.send(...transfers.map(({ notify }) => frame('TransferNotify', notify)));
  const pulls = hand.only('PullRequest');
  const send = (slot: number): void => {
    const { pullSlot, token } = pulls.find(({ record }) => record.transferSlot === slot)!.record;
    hand.sendData({ pullSlot, token, offset: 0, payload: transfers[slot]!.sealed }, false, crowded);
  };
  send(0);
  return { hand, finish: () => send(1) };
}

/** MUST NOTIFY-8 */
test('a response to a crowded peer waits for those to its other requests, but not for ever', () => {
  const idle = halfAnswered(false);
  expect(idle.hand.only('TransferNotify')).toHaveLength(1);
  const crowded = halfAnswered(true);
  crowded.hand.net.run(2 * RTT_NS);
  expect(crowded.hand.only('TransferNotify')).toHaveLength(0);
  crowded.finish();
  expect(crowded.hand.only('TransferNotify')).toHaveLength(2);
  const cut = halfAnswered(true);
  cut.hand.net.run(40 * RTT_NS);
  const [late] = cut.hand.only('TransferNotify');
  expect(late!.atNs).toBeGreaterThan(2 * RTT_NS);
  expect(late!.atNs).toBeLessThanOrEqual(17 * RTT_NS);
});

/** MUST NOTIFY-8: the flag says what is announced and not pulled. */
test('data packets are crowded while much is announced to their sender', () => {
  const pair = answering(10);
  const { client, server, net, toServer, toClient } = pair;
  client.endpoint.serve();
  client.handler = () => {};
  client.call(toServer, pattern(20_000));
  net.run(30 * RTT_NS);
  for (let i = 0; i < 10; i += 1) server.call(toClient, pattern(200_000));
  net.run(net.now + 2 * RTT_NS);
  client.call(toServer, pattern(20_000));
  net.run(net.now + 10 * RTT_NS);
  const flags = net.sent.flatMap(({ bytes, to }) =>
    to !== server.address
      ? []
      : readFrames(net.crypto, bytes).flatMap(({ name, record }) =>
          name === 'Data' ? [(record as { flags: { crowded: boolean } }).flags.crowded] : [],
        ),
  );
  expect(flags[0]).toBe(false);
  expect(flags.at(-1)).toBe(true);
});
