import { expect, test } from 'vitest';
import { Net } from '../support/net.ts';
import { expectEcho, pattern } from '../support/pair.ts';
import { HandPeer, frame } from './hand-peer.ts';

/** MUST PACE-1. */
test.each([
  [1e9, 1],
  [1e9, 16],
  [10e9, 16],
])('at %d bit/s nothing leaves faster, but for a burst of %d packets and one packet', (rateBps, segments) => {
  const { net } = expectEcho(400_000, undefined, { options: { rateBps, burstSegments: segments } });
  for (const from of [1, 2]) {
    // A bucket of our own, in ns of the wire.
    let fullNs = 0;
    let at = 0;
    for (const { bytes, sentAt } of net.sent.filter((datagram) => datagram.from === from)) {
      fullNs = Math.max(0, fullNs - (sentAt - at)) + ((bytes.length + 28) * 8e9) / rateBps;
      at = sentAt;
      expect(fullNs).toBeLessThanOrEqual(((segments + 1) * 1500 * 8e9) / rateBps);
    }
  }
});

/** MUST PACE-2. */
test('control overtakes the data that waits', () => {
  const net = new Net();
  const hand = new HandPeer(net, net.addNode(), 'server');
  hand.node.call(hand.id, pattern(200_000));
  net.drain(hand.node);
  const { transferSlot, transferGeneration } = hand.only('TransferNotify')[0]!.record;
  net.run(10_000);
  const token = { hi: 1, lo: 2 };
  const ranges = [{ offset: 0, length: 150_000 }];
  const rest = { flags: { retransmission: false }, pullSlot: 7, token, rateMbps: 100_000, ranges };
  hand.send(frame('PullRequest', { transferSlot, transferGeneration, ...rest }));
  hand.send(frame('Probe', { nonce: { hi: 1, lo: 2 } }));
  const soon = hand.received().map(({ name }) => name);
  expect(soon).toContain('Data');
  expect(soon.at(-1)).toBe('ProbeResponse');
  net.run(1_000_000);
  expect(hand.only('Data').length).toBeGreaterThan(80);
});
