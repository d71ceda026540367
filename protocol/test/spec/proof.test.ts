import { expect, test } from 'vitest';
import { makePair, pattern, resultOf } from '../support/pair.ts';
import { Net } from '../support/net.ts';
import { HandPeer, frame, handTransfer } from './hand-peer.ts';

test('requests that a server handled before it restarted do not run again in the new one (MUST EXCH-9, FRESH-9)', () => {
  const { net, client, server, toServer } = makePair({ resolve: true });
  resultOf(client, (client.call(toServer, pattern(100)), net.run(1_000_000), 0));
  const runs = new Map<number, number>();
  server.handler = (_node, { body }) => void runs.set(body[0]!, (runs.get(body[0]!) ?? 0) + 1);
  net.hook = ({ from }) => (from === server.address ? [] : undefined);
  for (let i = 0; i < 40; i += 1) {
    net.at(net.now + i * 1500, () => {
      client.call(toServer, pattern(100).fill(i));
      net.drain(client);
    });
  }
  net.run(net.now + 61_000);
  expect(runs.size).toBeGreaterThan(0);
  server.crash();
  server.restart();
  server.endpoint.serve();
  net.hook = undefined;
  net.run(net.now + 3_000_000);
  expect([...runs].filter(([, count]) => count > 1)).toEqual([]);
});

test('a message that fails verification too often is reset at once, not at the next reminder (MUST RECORD-4, RESET-1)', () => {
  const net = new Net();
  const node = net.addNode();
  node.endpoint.serve();
  const hand = new HandPeer(net, node);
  const { notify, sealed } = handTransfer(net, pattern(3000));
  hand.send(frame('TransferNotify', notify));
  for (let i = 0; i < 70; i += 1) {
    for (const { record } of hand.only('PullRequest')) {
      const { pullSlot, token } = record;
      for (let at = 0; at < sealed.length; at += 1000) {
        hand.sendData({ pullSlot, token, offset: at, payload: pattern(Math.min(1000, sealed.length - at)) });
      }
    }
  }
  net.run(1_000_000_000);
  expect(hand.received().map(({ name }) => name)).toContain('FlowReset');
});
