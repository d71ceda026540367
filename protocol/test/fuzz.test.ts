import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../transports/crypto/node-crypto.ts';
import type { EndpointCounters } from '../telemetry/generated/counters.ts';
import { Garbage } from './support/garbage.ts';
import { Net } from './support/net.ts';
import type { Node } from './support/node.ts';
import { expectClean, pathSecret, pattern, resultOf, sameBytes } from './support/pair.ts';

const DATAGRAMS = process.env['DEEP'] === '1' ? 5_000_000 : 1_000_000;
/** A test of so many takes a while on a busy machine. */
const TIME_LIMIT_MS = 240_000;
/** Between looks at everything that must not have changed. */
const ROUND = 5000;
/** What the heap may move by itself, of which there is always some: inline caches, the runner's own. */
const HEAP_DRIFT_BYTES = 3_000_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

interface Target {
  net: Net;
  node: Node;
  /** A configured peer and a resolved one, and their ids of the target. */
  peers: { node: Node; id: number }[];
}

/** An endpoint with configured peers that resolves others as well, and has served all of them. */
function makeTarget(): Target {
  const net = new Net({}, nodeCrypto);
  const node = net.addNode({
    resolve: (credential) => (credential[0]! < 100 ? pathSecret(credential[0]!) : undefined),
  });
  node.endpoint.serve();
  const peers = [];
  for (let i = 0; i < 6; i += 1) {
    const peer = net.addNode();
    if (i < 3) {
      node.endpoint.addPeer(0, { address: peer.address, secret: pathSecret(i), role: 'server' });
    }
    const id = peer.endpoint.addPeer(0, { address: node.address, secret: pathSecret(i), role: 'client' });
    peers.push({ node: peer, id });
  }
  serveAll({ net, node, peers });
  return { net, node, peers };
}

/** Each peer is served a small call and a large one, rightly. */
function serveAll({ net, node, peers }: Target): void {
  for (const { node: peer, id } of peers) {
    const calls = [100, 3000, 80_000].map((size) => peer.call(id, pattern(size)));
    expect(net.run(net.now + 10_000_000_000)).toBe('idle');
    for (const call of calls) expect(resultOf(peer, call).reason).toBeUndefined();
    expect(sameBytes(resultOf(peer, calls[2]!).body, pattern(80_000))).toBe(true);
  }
  expectClean(node, ...peers.map((peer) => peer.node));
}

function refused(counters: EndpointCounters): number {
  const { refusedMalformed, refusedUnknown, refusedForged, refusedReplay } = counters;
  return refusedMalformed + refusedUnknown + refusedForged + refusedReplay;
}

/** Acceptance 7. REQ SEC-2 · MUST WIRE-1, WIRE-2, WIRE-5, DATA-1. */
describe('bytes that nobody with a key has made', () => {
  test(
    `${DATAGRAMS} datagrams change nothing, are answered by nothing, and leave the endpoint serving`,
    () => {
      const target = makeTarget();
      const { net, node, peers } = target;
      const { endpoint } = node;
      const corpus = net.sent.map(({ bytes }) => bytes);
      const garbage = new Garbage(net.fork('garbage'), corpus);
      const addresses = [...peers.map((peer) => peer.node.address), 77, 'elsewhere'];
      net.sent = [];
      const state = JSON.stringify(endpoint.state);
      const told = [node.requests.length, node.served.length, node.peerStates.length];
      const before = { ...endpoint.counters };
      let heapAtStart = 0;
      for (let done = 0; done < DATAGRAMS; done += ROUND) {
        for (let i = 0; i < ROUND; i += 1) {
          endpoint.handleDatagram(net.now, addresses[i % addresses.length]!, garbage.next());
        }
        net.drain(node);
        if (net.sent.length > 0) throw new Error(`it answered after ${done} datagrams`);
        if (JSON.stringify(endpoint.state) !== state)
          throw new Error(`its state changed after ${done} datagrams`);
        // By now every path has been taken and compiled.
        if (done === ROUND * 8) heapAtStart = heapBytes();
      }
      expect(heapBytes() - heapAtStart, 'growth of the heap').toBeLessThan(HEAP_DRIFT_BYTES);
      expect([node.requests.length, node.served.length, node.peerStates.length]).toEqual(told);
      const { counters } = endpoint;
      expect(counters.datagramsIn - before.datagramsIn).toBe(DATAGRAMS);
      expect(refused(counters) - refused(before), 'every packet is counted').toBe(
        counters.packetsIn - before.packetsIn,
      );
      expect(counters.violations).toBe(before.violations);
      // Each way of refusing was taken: else the garbage is too plain.
      for (const name of ['refusedMalformed', 'refusedUnknown', 'refusedForged', 'refusedReplay'] as const) {
        expect(counters[name] - before[name], name).toBeGreaterThan(DATAGRAMS / 200);
      }
      serveAll(target);
    },
    TIME_LIMIT_MS,
  );

  test(
    'to an endpoint that has restarted: it may ask for a proof, and does nothing else',
    () => {
      const { net, node, peers } = makeTarget();
      const corpus = net.sent.map(({ bytes }) => bytes);
      const garbage = new Garbage(net.fork('more garbage'), corpus);
      node.restart();
      node.endpoint.serve();
      const { endpoint } = node;
      net.sent = [];
      net.hook = () => [];
      let received = 0;
      let sent = 0;
      const count = DATAGRAMS / 10;
      for (let i = 0; i < count; i += 1) {
        const bytes = garbage.next();
        received += bytes.length;
        net.deliver(node.address, 1000 + (i % 10), bytes);
        for (const datagram of net.sent) sent += datagram.bytes.length;
        net.sent = [];
        if (sent > 3 * received) throw new Error(`${sent} bytes were sent for ${received}`);
        if (endpoint.state.embryos > peers.length) throw new Error('an unproven peer too many');
      }
      expect(sent, 'replays are answered with a PROBE').toBeGreaterThan(0);
      const { embryos: _embryos, ...rest } = endpoint.state;
      expect(
        Object.values(rest).every((value) => value === 0),
        JSON.stringify(rest),
      ).toBe(true);
      expect(endpoint.counters.violations).toBe(0);
      expect(node.requests.length, 'handler runs').toBe(peers.length * 3);
    },
    TIME_LIMIT_MS,
  );
});
