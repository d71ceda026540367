import { describe, expect, test } from 'vitest';
import type { Peer } from '../peer/peer.ts';
import { framesIn } from './support/frames.ts';
import { TEST_OPTIONS } from './support/net.ts';
import type { Node } from './support/node.ts';
import { expectClean, expectEchoed, makePair, pattern, resultOf } from './support/pair.ts';
import type { Pair } from './support/pair.ts';

const TIMEOUT_NS = 20_000_000;

/** A pair that has had an exchange and is quiet. */
function acquainted(resolve = false): Pair {
  const pair = makePair({ resolve });
  pair.client.call(pair.toServer, pattern(10));
  pair.net.run();
  pair.server.requests = [];
  pair.server.served = [];
  return pair;
}

function peerOf(node: Node, id: number): Peer {
  const { peers } = node.endpoint as unknown as { peers: { get(id: number): Peer } };
  return peers.get(id);
}

/** REQ HEALTH-2, HEALTH-3 · MUST LIVE-2, LIVE-3. */
describe('a peer that is silent', () => {
  test.each([
    ['from the first packet on', false],
    ['after it was heard', true],
  ])('ends all calls together when the peer timeout is over, not before: %s', (_name, heard) => {
    const { net, client, toServer, server } = heard ? acquainted() : makePair();
    net.hook = () => [];
    const began = net.now + 1000;
    const ids: number[] = [];
    for (const [at, size] of [
      [0, 10],
      [1000, 100_000],
      [5_000_000, 10],
      [19_000_000, 5000],
    ] as const) {
      net.at(began + at, () => {
        ids.push(client.call(toServer, pattern(size)));
        net.drain(client);
      });
    }
    expect(net.run(began + TIMEOUT_NS - 1)).toBe('until');
    expect(ids.length).toBe(4);
    expect(ids.map((id) => client.results.get(id))).toEqual(ids.map(() => undefined));
    expect(net.run(began + TIMEOUT_NS)).not.toBe('never');
    for (const id of ids)
      expect(resultOf(client, id)).toEqual({ atNs: began + TIMEOUT_NS, reason: 'peer-timeout' });
    expect(client.peerStates).toEqual(['down']);
    expect(net.run()).toBe('idle');
    expectClean(client, server);
  });

  test('in the middle of a transfer, either way, ends it within the timeout on both sides', () => {
    for (const cutAt of [5_000, 25_000, 45_000, 60_000, 100_000, 300_000, 500_000]) {
      const { net, client, server, toServer } = makePair();
      const id = client.call(toServer, pattern(300_000));
      net.run(cutAt);
      net.hook = () => [];
      expect(net.run()).toBe('idle');
      expect(resultOf(client, id).reason).toBe('peer-timeout');
      // The last word came at most one trip after the cut.
      expect(resultOf(client, id).atNs).toBeLessThanOrEqual(cutAt + net.latencyNs + TIMEOUT_NS);
      expectClean(client, server);
    }
  });

  test('is probed a few times, not at every retry', () => {
    const { net, client, toServer } = acquainted();
    net.hook = () => [];
    net.sent = [];
    client.call(toServer, pattern(10));
    net.run(net.now + TIMEOUT_NS);
    const probes = net.sent.filter(({ bytes }) => framesIn(net.crypto, bytes).includes('Probe')).length;
    expect(probes).toBeGreaterThanOrEqual(3);
    expect(probes).toBeLessThanOrEqual(8);
    // One in 8 round trips, at first sooner.
    const scoutNs = 8 * TEST_OPTIONS.initialRttNs!;
    expect(net.sent.length, 'retries back off').toBeLessThan(TIMEOUT_NS / scoutNs + 15);
  });

  test('is not noticed while nothing waits for it', () => {
    const { net, client, server } = acquainted();
    net.hook = () => [];
    net.run(net.now + 100 * TIMEOUT_NS);
    expect([...client.peerStates, ...server.peerStates]).toEqual([]);
  });

  /** MUST LIVE-1. */
  test('is not kept alive by packets that do not authenticate, nor by replays', () => {
    const { net, client, server, toServer } = acquainted();
    const old = net.sent.filter(({ to }) => to === client.address).map(({ bytes }) => bytes);
    expect(old.length).toBeGreaterThan(0);
    net.hook = () => [];
    const began = net.now;
    const id = client.call(toServer, pattern(10));
    for (let at = 0; at < TIMEOUT_NS; at += 500_000) {
      net.at(began + at, () => {
        for (const bytes of old) {
          net.deliver(client.address, server.address, bytes);
          const forged = bytes.slice();
          forged[25]! += 1;
          forged[forged.length - 1]! ^= 1;
          net.deliver(client.address, server.address, forged);
        }
      });
    }
    net.run();
    expect(resultOf(client, id)).toEqual({ atNs: began + TIMEOUT_NS, reason: 'peer-timeout' });
  });
});

/** MUST LIVE-2, LIVE-4. */
describe('a slow handler', () => {
  test.each([10, 50_000])('does not time out, ten peer timeouts long: request of %d bytes', (size) => {
    const pair = makePair();
    const { net, client, server, toServer } = pair;
    server.handler = (node, { exchange, body }) => {
      net.at(net.now + 10 * TIMEOUT_NS, () => {
        node.reply(exchange, body);
        net.drain(node);
      });
    };
    const id = client.call(toServer, pattern(size));
    expect(net.run()).toBe('idle');
    expectEchoed(pair, id, pattern(size));
    expect(resultOf(client, id).atNs).toBeGreaterThan(10 * TIMEOUT_NS);
    // While it waits it asks now and then, and does not chatter.
    expect(net.sent.length).toBeLessThan(400);
    expectClean(client, server);
  });
});

describe('a peer that comes back', () => {
  test('is found again by the next call', () => {
    const pair = acquainted();
    const { net, client, server, toServer } = pair;
    net.hook = () => [];
    const lost = client.call(toServer, pattern(10));
    net.run();
    expect(resultOf(client, lost).reason).toBe('peer-timeout');
    net.hook = undefined;
    const began = net.now;
    const id = client.call(toServer, pattern(5000));
    expect(net.run()).toBe('idle');
    expectEchoed(pair, id, pattern(5000));
    expect(resultOf(client, id).atNs - began).toBeLessThan(300_000);
    expect(client.peerStates).toEqual(['down', 'up']);
    expectClean(client, server);
  });

  /** MUST LIVE-5. */
  test('is announced nothing until it answers a PROBE', () => {
    const { net, client, toServer } = acquainted();
    net.hook = () => [];
    client.call(toServer, pattern(10));
    net.run(net.now + TIMEOUT_NS);
    net.sent = [];
    for (let i = 0; i < 5; i += 1) client.call(toServer, pattern(10));
    net.run();
    expect(client.peerStates).toEqual(['down']);
    const frames = new Set(net.sent.flatMap(({ bytes }) => framesIn(net.crypto, bytes)));
    expect([...frames].toSorted()).toEqual(['FlowReset', 'Probe']);
  });

  test('leaves nothing behind however many calls it missed', () => {
    const { net, client, server, toServer } = acquainted();
    net.hook = () => [];
    for (let i = 0; i < 50; i += 1) {
      client.call(toServer, pattern(1000));
      net.run();
    }
    const peer = peerOf(client, toServer);
    expect([peer.requestsQueued, peer.notifyRetries.length]).toEqual([0, 0]);
    expect(peer.sent.inFlight, 'the reset of the one that was announced').toBeLessThanOrEqual(1);
    expectClean(client, server);
  });

  test('in one direction only: both sides end what they have', () => {
    for (const mute of ['client', 'server'] as const) {
      const pair = acquainted();
      const { net, client, server, toServer } = pair;
      const from = pair[mute].address;
      net.hook = (datagram) => (datagram.from === from ? [] : undefined);
      const ids = [10, 100_000].map((size) => client.call(toServer, pattern(size)));
      expect(net.run(net.now + 100 * TIMEOUT_NS)).toBe('idle');
      for (const id of ids) expect(resultOf(client, id).reason).toBe('peer-timeout');
      expect(server.requests.length).toBeLessThanOrEqual(1);
      expectClean(client, server);
    }
  });

  test('and was known by its credential alone is a new peer', () => {
    const { net, client, server, toServer } = acquainted(true);
    // The server waits for the acknowledgement of a response, gives the client up, and forgets it.
    server.handler = (node, { exchange }) => {
      net.hook = () => [];
      node.reply(exchange, pattern(10));
    };
    client.call(toServer, pattern(10));
    net.run();
    expect(server.endpoint.state.peers).toBe(0);
    net.hook = undefined;
    server.handler = (node, { exchange, body }) => node.reply(exchange, body);
    const ids = [client.call(toServer, pattern(1))];
    net.run();
    ids.push(client.call(toServer, pattern(1)));
    expect(net.run()).toBe('idle');
    expect(ids.map((id) => resultOf(client, id).reason)).toContain(undefined);
    expect(server.endpoint.state.peers).toBe(1);
    expectClean(client, server);
  });
});

/** MUST FRESH-6, EXCH-1. */
describe('a peer whose first word that arrives is a PROBE', () => {
  test('has heard us all the same: what it was asked is not asked again', () => {
    for (const size of [100, 5000]) {
      const { net, client, server, toServer } = makePair({
        client: { options: { peerTimeoutNs: 1_000_000_000 } },
        server: { options: { peerTimeoutNs: 200_000_000 } },
      });
      let deaf = true;
      let said = 0;
      net.hook = ({ from, bytes }) => {
        if (!deaf) return undefined;
        // The server hears of the request, and then nothing: it probes.
        if (from === client.address) return (said += 1) === 1 ? undefined : [];
        deaf = !framesIn(net.crypto, bytes).includes('Probe');
        return deaf ? [] : undefined;
      };
      const id = client.call(toServer, pattern(size));
      expect(net.run()).toBe('idle');
      expect(deaf, 'a PROBE came').toBe(false);
      expect(server.requests.length, 'handler runs').toBe(1);
      expect(resultOf(client, id).reason).toBeUndefined();
      expectClean(client, server);
    }
  });
});
