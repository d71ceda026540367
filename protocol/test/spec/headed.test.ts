import { expect, test } from 'vitest';
import type { EndpointOptions } from '../../endpoint/options.ts';
import { Net } from '../support/net.ts';
import { notifyFlags, readFrames } from '../support/frames.ts';
import { expectClean, makePair, pattern, resultOf, sameBytes } from '../support/pair.ts';
import { TransferErrorCode } from '../../wire/index.ts';
import type { TransferNotifyRecord } from '../../wire/index.ts';
import { HandPeer, frame, handTransfer, inlineNotify } from './hand-peer.ts';

function handPeer(options: Partial<EndpointOptions> = {}): HandPeer {
  const net = new Net(options);
  const node = net.addNode();
  node.endpoint.serve();
  return new HandPeer(net, node);
}

/** Sends a pulled call with headers of `headBytes` and says how they travelled; both directions alike. */
function headersOf(headBytes: number, bodyBytes: number, mtuBytes = 1500): TransferNotifyRecord[] {
  const pair = makePair({ options: { mtuBytes } });
  const { net, client, server, toServer } = pair;
  const id = client.call(toServer, pattern(bodyBytes), { headers: pattern(headBytes, 1) });
  expect(net.run()).toBe('idle');
  const { headers, body, metrics } = resultOf(client, id);
  expect(sameBytes(headers, pattern(headBytes, 1)) && sameBytes(body, pattern(bodyBytes))).toBe(true);
  expect([metrics!.requestBytes, metrics!.responseBytes]).toEqual([
    headBytes + bodyBytes,
    headBytes + bodyBytes,
  ]);
  expectClean(client, server);
  return net.sent
    .flatMap(({ bytes }) => readFrames(net.crypto, bytes))
    .flatMap(({ name, record }) => (name === 'TransferNotify' ? [record as TransferNotifyRecord] : []));
}

/** MUST OFFER-1: a size of headers, of body, and what the announcement must look like. */
test.each([
  ['short headers of a pulled body', 512, 5000, 1500, true],
  ['longer headers', 513, 5000, 1500, false],
  ['headers of an inline message', 100, 100, 1500, false],
  ['headers without a body, too long for one packet', 400, 0, 256, false],
  ['headers for which a small packet has room', 40, 5000, 256, true],
  ['headers for which it has none', 60, 5000, 256, false],
])('%s', (_what, headBytes, bodyBytes, mtuBytes, headed) => {
  for (const notify of headersOf(headBytes, bodyBytes, mtuBytes)) {
    expect(notify.flags.headed).toBe(headed);
    expect([notify.headers?.length ?? 0, notify.headerSize]).toEqual(
      headed ? [headBytes, 0] : [0, headBytes],
    );
    expect(notify.size).toBe(headed ? bodyBytes : headBytes + bodyBytes);
  }
});

test.each<[string, (hand: HandPeer) => Uint8Array]>([
  [
    'headers of its own and an inline message',
    () =>
      inlineNotify(0, 1, pattern(5), {
        flags: notifyFlags({ inline: true, headed: true }),
        headers: pattern(2),
      }),
  ],
  [
    'headers of its own and in front of the body',
    (hand) =>
      frame('TransferNotify', {
        ...handTransfer(hand.net, pattern(5000)).notify,
        flags: notifyFlags({ headed: true }),
        headers: pattern(2),
        headerSize: 1,
      }),
  ],
])('a NOTIFY with %s is a violation', (_what, notify) => {
  const hand = handPeer();
  hand.send(notify(hand));
  expect(hand.node.endpoint.counters.violations).toBe(1);
  expect(hand.node.endpoint.state.creditsHeld).toBe(0);
});

/** MUST NOTIFY-4. */
test('headers in a NOTIFY count against the limit of headers', () => {
  const hand = handPeer({ headerBytesMax: 10 });
  const { notify } = handTransfer(hand.net, pattern(5000));
  hand.send(
    frame('TransferNotify', { ...notify, flags: notifyFlags({ headed: true }), headers: pattern(11) }),
  );
  expect(hand.only('FlowReset').map(({ record }) => record.code)).toEqual([
    TransferErrorCode.MESSAGE_TOO_LARGE,
  ]);
});
