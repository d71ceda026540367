import { describe, expect, test } from 'vitest';
import type { PathSecret } from '../keys/path-secret.ts';
import { framesIn } from './support/frames.ts';
import { Net, TEST_OPTIONS } from './support/net.ts';
import type { Datagram } from './support/net.ts';
import type { Node } from './support/node.ts';
import { expectClean, expectEcho, makePair, pathSecret, pattern, resultOf } from './support/pair.ts';
import type { Pair } from './support/pair.ts';

const RESOLVE = { resolve: true };

function sumBytes(datagrams: Iterable<Datagram>): number {
  let sum = 0;
  for (const { bytes } of datagrams) sum += bytes.length;
  return sum;
}

/** What the client sent in an exchange, in order. */
function recorded(pair: Pair): Datagram[] {
  return pair.net.sent.filter(({ from }) => from === pair.client.address);
}

/** A server that never heard of anybody, on the net of `pair`; what it sends is in `net.sent`. */
function newServer(net: Net): Node {
  const node = net.addNode({ resolve: () => pathSecret() });
  node.endpoint.serve();
  return node;
}

/** MUST FRESH-1, FRESH-3, FRESH-4. */
describe('the first contact of a resolved peer', () => {
  test('is answered with a PROBE and nothing else, then served once', () => {
    const { net, server, client } = expectEcho(100, undefined, RESOLVE);
    const [first] = net.sent.filter(({ from }) => from === server.address);
    expect(framesIn(net.crypto, first!.bytes)).toEqual(['Probe']);
    expect(server.peerStates).toEqual(['up']);
    expect(server.endpoint.state).toMatchObject({ peers: 1, embryos: 0 });
    // Calls cost one round trip more, the first time only.
    expect(resultOf(client, 0).atNs).toBeLessThan(4 * net.latencyNs + 20_000);
  });

  test('may be that of a client that restarts before it has proven itself', () => {
    const { net, client, server } = makePair(RESOLVE);
    const peer = { address: server.address, secret: pathSecret(), role: 'client' as const };
    net.hook = ({ from }) => (from === server.address ? [] : undefined);
    for (let life = 0; life < 3; life += 1) {
      client.restart();
      client.call(client.endpoint.addPeer(net.now, peer), pattern(10));
      net.run(net.now + 100_000);
      expect(server.endpoint.state).toMatchObject({ peers: 0, embryos: 1 });
    }
    net.hook = undefined;
    expect(net.run()).toBe('idle');
    expect(resultOf(client, 0).reason).toBeUndefined();
    expect(server.requests.length).toBe(1);
    expectClean(client, server);
  });

  test('works for a call of any size, and for many at once', () => {
    for (const size of [0, 1363, 1364, 450_000]) expectEcho(size, undefined, RESOLVE);
    const { net, client, server, toServer } = makePair(RESOLVE);
    const ids = Array.from({ length: 200 }, (_, i) => client.call(toServer, pattern(10 * i)));
    expect(net.run()).toBe('idle');
    expect(ids.map((id) => resultOf(client, id).reason)).toEqual(ids.map(() => undefined));
    expect(server.requests.length).toBe(200);
    expectClean(client, server);
  });
});

/** REQ RDP-7, SEC-2 · MUST REPLAY-1, FRESH-1. */
describe('a replay', () => {
  test.each([
    ['inline', 100],
    ['pulled', 5000],
  ])('of a whole exchange to the endpoint that took part in it changes nothing: %s', (_name, size) => {
    for (const config of [{}, RESOLVE]) {
      const pair = expectEcho(size, undefined, config);
      const { net, client, server } = pair;
      const all = [...net.sent];
      const before = {
        state: server.endpoint.state,
        client: client.endpoint.state,
        requests: server.requests.length,
      };
      const sent = net.sent.length;
      for (const { from, to, bytes } of [...all, ...all.toReversed()]) {
        net.deliver(to, from, bytes);
        net.deliver(to, 99, bytes);
      }
      expect(net.run()).toBe('idle');
      expect({
        state: server.endpoint.state,
        client: client.endpoint.state,
        requests: server.requests.length,
      }).toEqual(before);
      expect(net.sent.length, 'nothing is sent because of it').toBe(sent);
      const { refusedReplay, refusedForged, violations } = server.endpoint.counters;
      expect(refusedReplay).toBeGreaterThan(0);
      expect([refusedForged > 0 || size === 100, violations]).toEqual([true, 0]);
      // And the pair still works.
      const id = client.call(pair.toServer, pattern(10));
      net.run();
      expect(resultOf(client, id).reason).toBeUndefined();
    }
  });

  test.each([
    ['inline', 100],
    ['pulled', 5000],
  ])('to a server that has restarted runs no handler and is not amplified: %s', (_name, size) => {
    const pair = expectEcho(size, undefined, RESOLVE);
    const { net } = pair;
    const packets = recorded(pair);
    const server = newServer(net);
    net.sent = [];
    let received = 0;
    // In order, several times over, in reverse, and from everywhere.
    for (const [round, order] of [packets, packets, packets.toReversed(), packets].entries()) {
      for (const { bytes } of order) {
        net.deliver(server.address, 1000 + round, bytes);
        received += bytes.length;
        expect(sumBytes(net.sent)).toBeLessThanOrEqual(3 * received);
      }
      net.run();
    }
    expect(server.requests).toEqual([]);
    expect(server.endpoint.state).toMatchObject({
      exchanges: 0,
      inbound: 0,
      outbound: 0,
      peers: 0,
      embryos: 1,
    });
    for (const { bytes } of net.sent) expect(framesIn(net.crypto, bytes)).toEqual(['Probe']);
    expect(net.sent.length, 'something was answered: else this shows nothing').toBeGreaterThan(0);
  });

  test('of the answer to a PROBE does not prove another one', () => {
    const pair = expectEcho(100, undefined, RESOLVE);
    const { net } = pair;
    const answer = recorded(pair).find(({ bytes }) => framesIn(net.crypto, bytes).includes('ProbeResponse'))!;
    for (const first of recorded(pair)) {
      const server = newServer(net);
      net.deliver(server.address, 1, first.bytes);
      net.deliver(server.address, 1, answer.bytes);
      expect(server.endpoint.state.peers).toBe(0);
      expect(server.requests).toEqual([]);
    }
  });

  test('of a former incarnation of a peer does not disturb the living one', () => {
    const pair = expectEcho(100, undefined, RESOLVE);
    const { net, client, server } = pair;
    const old = recorded(pair);
    client.restart();
    const secret = pathSecret();
    const toServer = client.endpoint.addPeer(net.now, { address: server.address, secret, role: 'client' });
    client.call(toServer, pattern(10));
    net.run();
    expect(server.peerStates).toEqual(['up', 'restarted']);
    const handled = server.requests.length;
    const id = client.call(toServer, pattern(200_000));
    for (let i = 0; i < 50; i += 1) {
      net.at(net.now + i * 10_000, () =>
        net.deliver(server.address, client.address, old[i % old.length]!.bytes),
      );
    }
    expect(net.run()).toBe('idle');
    expect(resultOf(client, id).reason).toBeUndefined();
    expect(server.requests.length).toBe(handled + 1);
    expect(server.peerStates).toEqual(['up', 'restarted']);
    expectClean(client, server);
  });
});

/** REQ KEY-11, BP-2. */
describe('resolved peers', () => {
  /** Clients of one server, each with a secret of its own. */
  function crowd(
    count: number,
    peersMax: number,
  ): { net: Net; server: Node; clients: Node[]; ids: number[] } {
    const net = new Net();
    const byCredential = (credential: Uint8Array): PathSecret | undefined => {
      const index = credential[0]! + credential[1]! * 256;
      return index < 2000 ? pathSecret(index) : undefined;
    };
    const server = net.addNode({ resolve: byCredential, options: { peersMax } });
    server.endpoint.serve();
    const clients = Array.from({ length: count }, () => net.addNode());
    const ids = clients.map((client, i) =>
      client.endpoint.addPeer(0, { address: server.address, secret: pathSecret(i), role: 'client' }),
    );
    return { net, server, clients, ids };
  }

  test('that do not prove themselves are bounded', () => {
    const { net, server, clients, ids } = crowd(1200, 2000);
    net.hook = ({ from }) => (from === server.address ? [] : undefined);
    clients.forEach((client, i) => client.call(ids[i]!, pattern(10)));
    net.run(15_000);
    expect(server.endpoint.state).toMatchObject({ embryos: 1024, peers: 0, exchanges: 0 });
  });

  test('that come all at once get in, although most push another out at first', () => {
    const { net, server, clients, ids } = crowd(1800, 2000);
    clients.forEach((client, i) => client.call(ids[i]!, Uint8Array.of(i >> 8, i)));
    expect(net.run()).toBe('idle');
    const reasons = clients.map((client) => resultOf(client, 0).reason);
    const answered = reasons.filter((reason) => reason === undefined).length;
    // Whoever was pushed out after it had been heard cannot tell this from a restart; nobody waits in vain, nobody is served twice.
    expect(new Set(reasons)).toEqual(new Set([undefined, 'peer-restarted']));
    expect(answered).toBeGreaterThan(1300);
    const handled = server.requests.map(({ body }) => body.toString());
    expect(new Set(handled).size, 'handler runs, no two for one call').toBe(handled.length);
    expect(handled.length).toBeGreaterThanOrEqual(answered);
    expect(server.endpoint.state).toMatchObject({ embryos: 0, exchanges: 0 });
    expect(net.sent.length, 'packets for each client').toBeLessThan(clients.length * 25);
    const second = clients.map((client, i) => client.call(ids[i]!, pattern(10)));
    expect(net.run()).toBe('idle');
    clients.forEach((client, i) => expect(resultOf(client, second[i]!).reason).toBeUndefined());
  });

  test('that are idle make room for new ones when the table is full', () => {
    const { net, server, clients, ids } = crowd(12, 4);
    clients.forEach((client, i) => {
      client.call(ids[i]!, pattern(10));
      net.run();
      expect(resultOf(client, 0).reason).toBeUndefined();
    });
    expect(server.endpoint.state.peers).toBe(4);
    // One that was evicted comes back, and is asked for a proof again.
    clients[0]!.call(ids[0]!, pattern(10));
    net.run();
    const again = clients[0]!.call(ids[0]!, pattern(10));
    net.run();
    expect(resultOf(clients[0]!, again).reason).toBeUndefined();
  });

  test('that are busy are not evicted: the newcomer waits', () => {
    const { net, server, clients, ids } = crowd(3, 2);
    server.handler = (node, { exchange, body }) => {
      net.at(net.now + 5_000_000, () => {
        node.reply(exchange, body);
        net.drain(node);
      });
    };
    clients.forEach((client, i) => client.call(ids[i]!, pattern(10)));
    expect(net.run()).toBe('idle');
    clients.forEach((client) => expect(resultOf(client, 0).reason).toBeUndefined());
    expect(server.endpoint.state.peers).toBe(2);
    // One in 8 round trips, each answered, for the 10 ms that it waits; and what they say to each other else.
    const asks = 10_000_000 / (8 * TEST_OPTIONS.initialRttNs!);
    expect(net.sent.length, 'it does not ask all the time').toBeLessThan(2 * asks + 60);
  });

  test('a credential that nobody knows is refused and leaves nothing', () => {
    const { net, server, clients } = crowd(1, 4);
    const stranger = clients[0]!;
    const secret = { ...pathSecret(1), credential: new Uint8Array(16).fill(0xff) };
    const id = stranger.endpoint.addPeer(0, { address: server.address, secret, role: 'client' });
    const call = stranger.call(id, pattern(10));
    net.run();
    expect(resultOf(stranger, call).reason).toBe('peer-timeout');
    expect(server.endpoint.state).toMatchObject({ embryos: 0, peers: 0 });
    expect(server.endpoint.counters.refusedUnknown).toBeGreaterThan(0);
    expect(net.sent.filter(({ from }) => from === server.address)).toEqual([]);
  });
});
