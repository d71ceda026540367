import { describe, expect, test } from 'vitest';
import { ReplayWindow } from '../../keys/replay-window.ts';
import { Net } from '../support/net.ts';
import { pattern } from '../support/pair.ts';
import { HandPeer, frame, inlineNotify } from './hand-peer.ts';

function handClient(known = true): HandPeer {
  const net = new Net();
  const server = net.addNode(known ? {} : { resolve: () => undefined });
  server.endpoint.serve();
  return new HandPeer(net, server, 'client', known);
}

/** MUST REPLAY-1. */
describe('the replay window', () => {
  test('remembers exactly which of the 1,024 numbers below the largest were seen', () => {
    const window = new ReplayWindow();
    const seen = (n: number): boolean => n % 3 === 0 || n % 7 === 0;
    for (let n = 5000; n <= 9000; n += 1) if (seen(n)) window.add(n);
    for (let n = 9000 - 1024; n <= 9000; n += 1) expect(window.isFresh(n), `${n}`).toBe(!seen(n));
  });

  test.each([1024, 100_000, 2 ** 50])(
    'takes what is too old to tell for seen, after a jump of %d',
    (jump) => {
      const window = new ReplayWindow();
      window.add(10);
      window.add(10 + jump);
      expect(window.isFresh(10 + jump)).toBe(false);
      expect(window.isFresh(10 + jump - 1023)).toBe(true);
      expect(window.isFresh(10)).toBe(false);
      expect(window.isFresh(10 + jump - 100_000)).toBe(false);
    },
  );
});

/** MUST REPLAY-2. */
describe('a control packet', () => {
  test('acts once, however late its copies come, the first of the peer and any other', () => {
    const hand = handClient();
    const packets = [0, 1].map((slot) => hand.seal(inlineNotify(slot, 1, pattern(10))));
    packets.forEach((packet) => hand.deliver(packet));
    packets.forEach((packet) => hand.deliver(packet));
    for (let i = 0; i < 1500; i += 1) hand.send(frame('Probe', { nonce: { hi: 0, lo: i } }));
    hand.received();
    packets.forEach((packet) => hand.deliver(packet));
    expect(hand.received()).toEqual([]);
    expect(hand.node.requests.length).toBe(2);
    expect(hand.node.endpoint.counters.refusedReplay).toBe(4);
  });

  test('that is forged does not use up the number', () => {
    const hand = handClient();
    const packet = hand.seal(inlineNotify(0, 1, pattern(10)));
    const forged = packet.slice();
    forged[40]! ^= 1;
    hand.deliver(forged);
    expect(hand.node.requests.length).toBe(0);
    hand.deliver(packet);
    expect(hand.node.requests.length).toBe(1);
  });
});

/** REQ RDP-8, RDP-9: nothing is challenged, decision 23. */
test('a request too old to tell from a copy does not run and is not answered; said again in a new packet it runs once', () => {
  const hand = handClient();
  const notify = inlineNotify(0, 1, pattern(10));
  const [late, copy] = [hand.seal(notify), hand.seal(notify)];
  for (let i = 0; i < 3000; i += 1) hand.send(frame('Probe', { nonce: { hi: 0, lo: i } }));
  hand.received();
  hand.deliver(late);
  expect(hand.received()).toEqual([]);
  expect(hand.node.requests).toEqual([]);
  hand.send(notify);
  hand.deliver(copy);
  expect(hand.node.requests.length).toBe(1);
  expect(hand.node.endpoint.counters.refusedReplay).toBe(2);
});
