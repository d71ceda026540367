import { describe, expect, test } from 'vitest';
import { NEVER } from '../core/units.ts';
import type { Hook } from './support/net.ts';
import { expectClean, makePair, pattern, resultOf } from './support/pair.ts';
import type { Pair, PairConfig } from './support/pair.ts';

/** Sizes of request and response: inside a notification, one pull, several records. */
const SHAPES = [
  ['inline both ways', 100, 100],
  ['request pulled', 40_000, 100],
  ['response pulled', 100, 40_000],
  ['both pulled, several records', 140_000, 140_000],
] as const;

/** A server that answers `responseBytes` after 20 us, unless the request is over by then. */
function makeServed(responseBytes: number, config: PairConfig = {}): Pair {
  const pair = makePair(config);
  pair.server.handler = (node, { exchange }) => {
    node.net.at(node.net.now + 20_000, () => {
      node.reply(exchange, pattern(responseBytes));
      node.net.drain(node);
    });
  };
  return pair;
}

/** Ends of both sides are known, the handler ran at most once, and nothing is left. */
function expectOver({ client, server }: Pair, id: number, reason: string): void {
  const result = resultOf(client, id);
  expect([undefined, reason]).toContain(result.reason);
  expect(server.requests.length).toBeLessThanOrEqual(1);
  expect(server.served.length, 'an end for each request handed over').toBe(server.requests.length);
  if (result.reason === undefined) expect(server.requests.length).toBe(1);
  expectClean(client, server);
}

/** How many datagrams a call takes that nobody disturbs. */
function datagramsOf(requestBytes: number, responseBytes: number): number {
  const pair = makeServed(responseBytes);
  pair.client.call(pair.toServer, pattern(requestBytes));
  pair.net.run();
  return pair.net.sent.length;
}

/** Steps to cancel at: all of the first and the last, some of the long middle. */
function stepsOf(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i).filter((i) => i < 30 || i > count - 30 || i % 7 === 0);
}

/** REQ XFER-6, FLOW-2, FLOW-3, XFER-5 · MUST EXCH-5, EXCH-6, EXCH-7, CREDIT-2: at every step of the protocol, not at some. */
describe.each(SHAPES)(
  'a call given up when its nth datagram arrives: %s',
  (_name, requestBytes, responseBytes) => {
    const steps = stepsOf(datagramsOf(requestBytes, responseBytes));

    /** Cancels at each step; returns how many calls were given up. */
    function cancelAt(hook: (n: number) => Hook | undefined): number {
      let givenUp = 0;
      for (const step of steps) {
        const pair = makeServed(responseBytes);
        const { net, client, toServer } = pair;
        const trouble = hook(step);
        const id = client.call(toServer, pattern(requestBytes));
        net.hook = (datagram) => {
          if (datagram.index === step) {
            net.at(net.now + net.latencyNs, () => {
              client.endpoint.cancel(net.now, id, 'aborted');
              net.drain(client);
            });
          }
          return trouble?.(datagram);
        };
        expect(net.run(2_000_000_000), `step ${step}`).toBe('idle');
        expectOver(pair, id, 'aborted');
        if (resultOf(client, id).reason !== undefined) givenUp += 1;
      }
      return givenUp;
    }

    test('on a good network', () => {
      // The last datagrams are those after the response.
      expect(cancelAt(() => undefined)).toBeGreaterThan(steps.length / 3);
    });

    test('and the next three datagrams are lost, both ways', () => {
      cancelAt(
        (step) =>
          ({ index }) =>
            index > step && index <= step + 3 ? [] : undefined,
      );
    });

    test('and what follows comes late, in another order', () => {
      cancelAt(
        (step) =>
          ({ index }) =>
            index > step ? [{ delayNs: 10_000 + ((index * 7919) % 11) * 9000 }] : undefined,
      );
    });
  },
);

test('an exchange given up before its announcement leaves nothing on the wire', () => {
  const pair = makePair();
  const { net, client, server, toServer } = pair;
  const id = client.call(toServer, pattern(100_000));
  client.endpoint.cancel(net.now, id, 'aborted');
  expect(net.run()).toBe('idle');
  expect(net.sent).toEqual([]);
  expect(resultOf(client, id).reason).toBe('aborted');
  expect(client.endpoint.cancel(net.now, id, 'aborted'), 'a second time').toBe(false);
  net.drain(client);
  expectClean(client, server);
});

/** MUST EXCH-7: 10 calls with a window of 1 would stand still if one credit were lost. */
test('the credit of what was given up comes back', () => {
  const pair = makeServed(100, { options: { notifyWindow: 1 } });
  const { net, client, server, toServer } = pair;
  const ids = Array.from({ length: 10 }, (_, i) => client.call(toServer, pattern(i % 2 === 0 ? 10 : 5000)));
  ids.forEach((id, i) => {
    if (i % 3 === 0) net.at(100_000 * i + 5000, () => client.endpoint.cancel(net.now, id, 'aborted'));
  });
  expect(net.run(1_000_000_000)).toBe('idle');
  for (const id of ids) expect([undefined, 'aborted']).toContain(resultOf(client, id).reason);
  expect(resultOf(client, ids[8]!).reason).toBeUndefined();
  expectClean(client, server);
});

/** MUST EXCH-7. */
test('a handler that still works learns that it need not', () => {
  const { net, client, server, toServer } = makePair();
  server.handler = () => {};
  const id = client.call(toServer, pattern(10));
  net.run(1_000_000);
  expect(server.requests.length).toBe(1);
  client.endpoint.cancel(net.now, id, 'aborted');
  expect(net.run(20_000_000)).toBe('idle');
  expect(server.served.map(({ reason }) => reason)).toEqual(['cancelled']);
  expect(server.reply(server.requests[0]!.exchange, pattern(5))).toBe(false);
  net.drain(server);
  expectClean(client, server);
});

/** MUST EXCH-8. */
describe('a deadline', () => {
  test.each(SHAPES)(
    'that passes at any time ends the call then, and at both sides: %s',
    (_name, up, down) => {
      const undisturbed = makeServed(down);
      undisturbed.client.call(undisturbed.toServer, pattern(up));
      undisturbed.net.run();
      const tookNs = resultOf(undisturbed.client, 0).atNs;
      for (let i = 0; i <= 20; i += 1) {
        const pair = makeServed(down);
        const deadlineNs = Math.floor((tookNs * i) / 20);
        const id = pair.client.call(pair.toServer, pattern(up), { deadlineNs });
        expect(pair.net.run(2_000_000_000)).toBe('idle');
        const { reason, atNs } = resultOf(pair.client, id);
        expect([reason, atNs <= deadlineNs]).toEqual([i < 20 ? 'deadline' : undefined, true]);
        expectOver(pair, id, 'deadline');
      }
    },
  );

  test('travels as the time that is left, also when it is announced again', () => {
    const { net, client, server, toServer } = makePair({ options: { peerTimeoutNs: 1_000_000_000 } });
    net.hook = ({ index }) => (index === 0 ? [] : undefined);
    client.call(toServer, pattern(10), { deadlineNs: 5_000_000 });
    client.call(toServer, pattern(10));
    expect(net.run()).toBe('idle');
    const [first, second] = server.requests;
    // The clocks of the test are one; what is lost is the time on the way.
    expect(first!.deadlineNs - 5_000_000).toBe(net.latencyNs);
    expect(second!.deadlineNs).toBe(NEVER);
  });

  test('that has passed already sends nothing', () => {
    const { net, client, toServer } = makePair();
    net.run(1000);
    const id = client.call(toServer, pattern(10), { deadlineNs: 0 });
    expect(net.run()).toBe('idle');
    expect(resultOf(client, id).reason).toBe('deadline');
    expect(net.sent).toEqual([]);
  });

  test('that is no instant is refused', () => {
    const { client, toServer } = makePair();
    expect(() => client.call(toServer, pattern(1), { deadlineNs: NaN })).toThrow('the deadline is NaN');
    expect(() => client.call(toServer, pattern(1), { deadlineNs: -1 })).toThrow('must be an instant');
  });
});
