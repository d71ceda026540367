import { describe, expect, test } from 'vitest';
import { expectClean, makePair, pattern, resultOf, sameBytes } from './support/pair.ts';
import type { Pair } from './support/pair.ts';
import { framesIn } from './support/frames.ts';
import type { FrameName } from './support/frames.ts';

const SMALL_WINDOW = { options: { notifyWindow: 4 } };

/** `count` calls at once; returns the virtual time until all of them had their answers. */
function expectAll(pair: Pair, count: number, sizeBytes: number): number {
  const { net, client, server, toServer } = pair;
  const began = net.now;
  const ids = Array.from({ length: count }, (_, i) => client.call(toServer, pattern(sizeBytes, i)));
  expect(net.run(net.now + 60_000_000_000)).toBe('idle');
  ids.forEach((id, i) => {
    expect(sameBytes(resultOf(client, id).body, pattern(sizeBytes, i)), `answer ${i}`).toBe(true);
  });
  expect(server.requests.length, 'handler runs').toBe(count);
  expectClean(client, server);
  return Math.max(...ids.map((id) => resultOf(client, id).atNs)) - began;
}

/** Drops the first datagram sent by `from` that holds `frame`; tells whether it came to that. */
function dropFirst(pair: Pair, from: number, frame: FrameName): { dropped: boolean } {
  const state = { dropped: false };
  pair.net.hook = (datagram) => {
    if (state.dropped || datagram.from !== from) return undefined;
    if (!framesIn(pair.net.crypto, datagram.bytes).includes(frame)) return undefined;
    state.dropped = true;
    return [];
  };
  return state;
}

/** REQ RDP-12 · MUST CREDIT-1, CREDIT-2. */
describe('notification credit', () => {
  test('100 small calls through a window of 4 complete, at four a round trip or so', () => {
    const tookNs = expectAll(makePair(SMALL_WINDOW), 100, 64);
    // 25 windows of one round trip (20 us) each, with the delay of the acknowledgement that frees a window: never a timeout.
    expect(tookNs).toBeLessThan(25 * 2 * 25_000);
  });

  test('100 pulled calls through a window of 4 complete', () => {
    expect(expectAll(makePair(SMALL_WINDOW), 100, 5000)).toBeLessThan(100 * 100_000);
  });

  test('a window of 1 is enough for any number of calls', () => {
    expectAll(makePair({ options: { notifyWindow: 1 } }), 20, 64);
  });

  test('more calls than the default window holds complete', () => {
    expectAll(makePair(), 3000, 16);
  });
});
