import { describe, expect, test } from 'vitest';
import { NEVER } from '../../core/units.ts';
import { OutgoingMessage } from '../../records/message.ts';
import type { TransferNotifyRecord } from '../../wire/index.ts';
import { readFrames } from '../support/frames.ts';
import type { FrameName } from '../support/frames.ts';
import type { Datagram, Delivery } from '../support/net.ts';
import { expectClean, expectEchoed, makePair, pathSecret, pattern, resultOf } from '../support/pair.ts';
import type { Pair, PairConfig } from '../support/pair.ts';

/** Two latencies of the test network. */
const RTT_NS = 20_000;
const BYTES = 20_000;

interface Waiting extends Pair {
  id: number;
  body: Uint8Array;
}

/** A call that waits, and was announced ahead if it may be. */
function waiting(config: PairConfig = {}, bytes = BYTES, deadlineNs: number = NEVER): Waiting {
  const pair = makePair(config);
  const body = pattern(bytes);
  const id = hold(pair, body, 3, deadlineNs);
  pair.net.run(200_000);
  return { ...pair, id, body };
}

function hold({ net, client, toServer }: Pair, body: Uint8Array, priority = 3, deadlineNs = NEVER): number {
  return client.endpoint.call(net.now, toServer, new OutgoingMessage(body), priority, deadlineNs, 'held');
}

function release({ net, client, id }: Waiting): void {
  client.endpoint.release(net.now, id);
}

function expectQuietAndClean({ net, client, server }: Pair): void {
  expect(net.run(net.now + 10_000_000_000)).toBe('idle');
  expectClean(client, server);
}

/** The frames of this name in a datagram. */
function framesOf<T>({ net }: Pair, { bytes }: Datagram, name: FrameName | 'Data'): T[] {
  return readFrames(net.crypto, bytes)
    .filter((frame) => frame.name === name)
    .map(({ record }) => record as T);
}

const isRelease = (pair: Pair, datagram: Datagram): boolean =>
  framesOf<TransferNotifyRecord>(pair, datagram, 'TransferNotify').some(({ flags }) => !flags.held);

/** REQ CAUSE-9, PQ-4 · MUST AHEAD-1, AHEAD-2, AHEAD-3 */
describe('a request that waits and is pulled', () => {
  test('is there when its wait is over: its answer comes one round trip later, and two without', () => {
    const took = [256, 0].map((aheadMax) => {
      const pair = waiting({ options: { aheadMax } });
      expect(pair.server.requests).toEqual([]);
      const { now } = pair.net;
      release(pair);
      pair.net.run(now + 1_000_000);
      expectEchoed(pair, pair.id, pair.body);
      // The response is pulled in both.
      const latencyNs = pair.server.requests[0]!.atNs - now;
      expectQuietAndClean(pair);
      return latencyNs;
    });
    expect(took[0]).toBeGreaterThanOrEqual(RTT_NS / 2);
    expect(took[0]).toBeLessThan(RTT_NS / 2 + 1000);
    expect(took[1]! - took[0]!).toBeGreaterThanOrEqual(RTT_NS);
  });

  test('is announced once, as long as that is acknowledged', () => {
    const pair = waiting();
    const notifies = pair.net.sent.flatMap((datagram) => framesOf(pair, datagram, 'TransferNotify'));
    expect([notifies.length, pair.server.endpoint.state.memoryBytes]).toEqual([1, BYTES]);
  });

  test('goes on when its wait ends while it is pulled', () => {
    const pair = waiting({}, 3_000_000);
    const { net, client, server } = pair;
    const before = server.endpoint.counters.payloadBytesFirst;
    expect(before).toBeGreaterThan(10_000);
    expect(before).toBeLessThan(3_000_000);
    release(pair);
    expectQuietAndClean(pair);
    expectEchoed(pair, pair.id, pair.body);
    expect([server.endpoint.counters.violations, client.endpoint.counters.violations]).toEqual([0, 0]);
    expect(net.sent.filter((datagram) => isRelease(pair, datagram)).length).toBeGreaterThan(0);
  });

  test('is not announced ahead if it fits its announcement: that would gain nothing', () => {
    const pair = waiting({}, 500);
    expect(pair.net.sent).toEqual([]);
    release(pair);
    expectQuietAndClean(pair);
    expectEchoed(pair, pair.id, pair.body);
  });

  test('is announced ahead only when nothing else is to be announced', () => {
    const pair = makePair();
    const { net, client, toServer } = pair;
    hold(pair, pattern(BYTES), 0);
    const others = [1, 2, 3].map(() => client.call(toServer, pattern(BYTES), { priority: 7 }));
    net.run(1);
    const held = net.sent
      .flatMap((datagram) => framesOf<TransferNotifyRecord>(pair, datagram, 'TransferNotify'))
      .map(({ flags }) => flags.held);
    expect(held).toEqual([false, false, false, true]);
    net.run(2_000_000);
    for (const id of others) expect(resultOf(client, id).status).toBe(0);
  });
});

/** Loses, doubles or delays what `select` says, `times` times. */
function disturb(pair: Pair, select: (datagram: Datagram) => boolean, fate: Delivery[], times = 1): void {
  let left = times;
  pair.net.hook = (datagram) => {
    if (left === 0 || !select(datagram)) return undefined;
    left -= 1;
    return fate;
  };
}

/** MUST AHEAD-2, AHEAD-3, AHEAD-7, NOTIFY-2 */
describe('under trouble', () => {
  test.each([1, 2, 3])('a release that is lost %i times is repeated soon, whatever else arrives', (times) => {
    const pair = waiting();
    const { net, id, body } = pair;
    disturb(pair, (datagram) => isRelease(pair, datagram), [], times);
    const { now } = net;
    release(pair);
    net.run(now + 1_000_000_000);
    expectEchoed(pair, id, body);
    // 3 round trips and the delay of acknowledgements, doubled each time; a reminder would come after 5 ms.
    expect(pair.server.requests[0]!.atNs - now).toBeLessThan(2 ** times * 70_000);
    expectQuietAndClean(pair);
  });

  test('a release that is lost while the message is pulled is repeated soon: a pull is no sign of it', () => {
    const pair = waiting({}, 600_000);
    const { net, id, body } = pair;
    const { now } = net;
    disturb(pair, (datagram) => isRelease(pair, datagram), []);
    release(pair);
    net.run(now + 1_000_000_000);
    expectEchoed(pair, id, body);
    expect(pair.server.requests[0]!.atNs - now).toBeLessThan(1_000_000);
    expectQuietAndClean(pair);
  });

  test.each(['TransferNotify', 'TransferAccept', 'PullRequest', 'Data'] as const)(
    'a %s that is lost, doubled or late changes nothing but the time',
    (name) => {
      for (const fate of [[], [{}, {}], [{}, { delayNs: 5_000_000 }], [{ delayNs: 700_000 }]]) {
        const pair = makePair();
        const { net } = pair;
        disturb(pair, (datagram) => framesOf(pair, datagram, name).length > 0, fate, 2);
        const body = pattern(BYTES);
        const id = hold(pair, body);
        net.run(500_000);
        expect(pair.server.requests).toEqual([]);
        release({ ...pair, id, body });
        expectQuietAndClean(pair);
        expectEchoed(pair, id, body);
      }
    },
  );

  test('a callee that restarts gets it anew, and runs it once, when the wait is over', () => {
    const pair = waiting();
    const { net, client, server, id, body } = pair;
    server.restart();
    server.endpoint.serve();
    const { address } = client;
    server.endpoint.addPeer(net.now, { address, secret: pathSecret(), role: 'server', usedBefore: true });
    // It hears of the restart by the reminder, and announces to the new incarnation.
    net.run(net.now + 100_000_000);
    expect([server.requests.length, client.results.size]).toEqual([0, 0]);
    const { now } = net;
    release(pair);
    net.run(now + 30_000);
    expect(server.requests.length, 'pulled ahead again').toBe(1);
    expectQuietAndClean(pair);
    expectEchoed(pair, id, body);
  });

  test('a callee that cannot be heard for a while lets go of it when its caller has given it up', () => {
    const pair = waiting();
    const { net, client, server, id } = pair;
    net.hook = ({ to }) => (to === client.address && net.now < 60_000_000 ? [] : undefined);
    expectQuietAndClean(pair);
    expect(resultOf(client, id).reason).toBe('peer-timeout');
    expect(server.requests).toEqual([]);
  });

  test('a callee that is gone ends it, and a caller that is gone leaves nothing', () => {
    const one = waiting();
    one.server.crash();
    expect(one.net.run(one.net.now + 10_000_000_000)).toBe('idle');
    expect(resultOf(one.client, one.id).reason).toBe('peer-timeout');
    expectClean(one.client);
    const two = waiting();
    two.client.crash();
    expect(two.net.run(two.net.now + 10_000_000_000)).toBe('idle');
    expect(two.server.requests).toEqual([]);
    expectClean(two.server);
  });
});

/** MUST AHEAD-6, EXCH-6, EXCH-8 */
describe('an exchange that ends while it waits', () => {
  test.each(['dependency-failed', 'aborted', 'closed'] as const)(
    'with %s leaves nothing at the callee, and is never handed over',
    (reason) => {
      for (const bytes of [BYTES, 3_000_000]) {
        const pair = waiting({}, bytes);
        const { net, client, server, id } = pair;
        expect(server.endpoint.state.memoryBytes).toBe(bytes);
        client.endpoint.cancel(net.now, id, reason);
        net.run(net.now + 500_000);
        expect(server.endpoint.state.memoryBytes).toBe(0);
        expectQuietAndClean(pair);
        expect([server.requests, server.served]).toEqual([[], []]);
        expect(resultOf(client, id).reason).toBe(reason);
      }
    },
  );

  test('at its deadline; and the deadline that its callee sees is that of the release', () => {
    const late = waiting({}, BYTES, 1_000_000);
    expectQuietAndClean(late);
    expect(resultOf(late.client, late.id)).toMatchObject({ reason: 'deadline', atNs: 1_000_000 });
    expect(late.server.requests).toEqual([]);
    const intime = waiting({}, BYTES, 1_000_000);
    release(intime);
    expectQuietAndClean(intime);
    expect(intime.server.requests[0]!.deadlineNs).toBe(1_000_000 + RTT_NS / 2);
  });
});

/** REQ CONF-4, BP-2, CONF-6 · MUST AHEAD-1, AHEAD-4, AHEAD-5 */
describe('what waits is bounded, and does not keep others from running', () => {
  test('at most aheadMax are announced, the rest when one of them is released', () => {
    const pair = makePair({ options: { aheadMax: 2 } });
    const { net, client, server } = pair;
    const ids = [0, 1, 2, 3].map((seed) => hold(pair, pattern(BYTES, seed)));
    net.run(200_000);
    expect(server.endpoint.state.inbound).toBe(2);
    client.endpoint.release(net.now, ids[0]!);
    net.run(net.now + 200_000);
    expect([server.endpoint.state.inbound, server.requests.length]).toEqual([2, 1]);
    client.endpoint.cancel(net.now, ids[1]!, 'aborted');
    // One that was never announced goes as if it had not waited.
    client.endpoint.release(net.now, ids[3]!);
    net.run(net.now + 500_000);
    expect([server.endpoint.state.inbound, server.requests.length]).toEqual([1, 2]);
    client.endpoint.release(net.now, ids[2]!);
    expectQuietAndClean(pair);
    expect(server.requests.length).toBe(3);
  });

  test('they leave half of the credit to others: an urgent one that waits for a lazy one does not block it', () => {
    const pair = makePair({ options: { notifyWindow: 2 } });
    const { net, client, toServer } = pair;
    const held = [0, 1, 2].map((seed) => hold(pair, pattern(BYTES, seed), 0));
    net.run(100_000);
    for (let i = 0; i < 5; i += 1) {
      const id = client.call(toServer, pattern(BYTES, i), { priority: 7 });
      net.run(net.now + 1_000_000);
      expect(resultOf(client, id).status).toBe(0);
    }
    for (const id of held) client.endpoint.release(net.now, id);
    expectQuietAndClean(pair);
    for (const id of held) expect(resultOf(client, id).status).toBe(0);
  });

  test('their memory is aheadBytesMax at most, and apart: no message of others waits for it', () => {
    const options = { aheadBytesMax: 50_000, receiveBytesMax: 100_000 };
    const pair = makePair({ server: { options } });
    const { net, client, server, toServer } = pair;
    const held = [0, 1, 2].map((seed) => hold(pair, pattern(BYTES, seed)));
    const large = hold(pair, pattern(80_000));
    net.run(500_000);
    expect(server.endpoint.state).toMatchObject({ inbound: 4, memoryBytes: 40_000 });
    const id = client.call(toServer, pattern(100_000));
    net.run(net.now + 2_000_000);
    expect(resultOf(client, id).status).toBe(0);
    for (const one of [...held, large]) client.endpoint.release(net.now, one);
    expectQuietAndClean(pair);
    expect(server.requests.length).toBe(5);
  });

  test('they are pulled when nothing else is, and their data leaves last', () => {
    const pair = makePair();
    const { net, client, server, toServer } = pair;
    const body = pattern(2_000_000);
    const held = hold(pair, body, 0);
    net.run(300_000);
    const before = server.endpoint.counters.payloadBytesFirst;
    expect(before).toBeGreaterThan(100_000);
    const id = client.call(toServer, body, { priority: 7 });
    const { now } = net;
    while (server.requests.length === 0 && net.now < now + 5_000_000) net.run(net.now + 10_000);
    const { length } = server.requests[0]!.body;
    const others = server.endpoint.counters.payloadBytesFirst - before - length;
    expect(others, 'bytes that came in between').toBeLessThan(60_000);
    client.endpoint.release(net.now, held);
    expectQuietAndClean(pair);
    for (const one of [held, id]) expect(resultOf(client, one).status).toBe(0);
  });

  test('an application that decides about requests is asked at the release, and nothing is pulled before', () => {
    const pair = makePair({ serve: false });
    const { net, server } = pair;
    const offers: number[] = [];
    server.endpoint.serve(true);
    const onEvent = server.onEvent.bind(server);
    server.onEvent = (event) => {
      if (event.type !== 'offer') return onEvent(event);
      offers.push(net.now);
      server.endpoint.accept(net.now, event.exchange);
    };
    const body = pattern(BYTES);
    const id = hold(pair, body);
    net.run(300_000);
    expect([offers, server.endpoint.state.inbound]).toEqual([[], 0]);
    release({ ...pair, id, body });
    expectQuietAndClean(pair);
    expect(offers.length).toBe(1);
    expectEchoed(pair, id, body);
  });

  test('an option out of its range is refused with the range', () => {
    expect(() => makePair({ options: { notifyWindow: 8, aheadMax: 5 } })).toThrow(
      'aheadMax is 5; it must be at most half of notifyWindow, 4',
    );
  });
});
