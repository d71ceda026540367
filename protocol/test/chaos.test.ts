import { expect, test } from 'vitest';
import type { Rng } from '../../sim/random/rng.ts';
import type { EndpointOptions } from '../endpoint/options.ts';
import type { Delivery, Hook } from './support/net.ts';
import type { Node } from './support/node.ts';
import { expectClean, makePair, pattern, resultOf, sameBytes } from './support/pair.ts';

const SEEDS = process.env['DEEP'] === '1' ? 2000 : 150;
const SIZES = [0, 1, 200, 1000, 1400, 3000, 20_000, 65_520, 65_521, 140_000];

/** Loses, doubles, delays and corrupts, each with a probability of its own. */
function troubled(rng: Rng, until: () => boolean): Hook {
  const [loss, double, late, corrupt] = [rng.below(30), rng.below(20), rng.below(30), rng.below(12)];
  return ({ bytes }) => {
    if (until()) return undefined;
    if (rng.ratio(loss, 100)) return [];
    const delivery: Delivery = rng.ratio(late, 100) ? { delayNs: 10_000 + rng.below(200_000) } : {};
    if (rng.ratio(corrupt, 1000)) {
      const changed = bytes.slice();
      changed[rng.below(bytes.length)]! ^= 1 << rng.below(8);
      delivery.bytes = changed;
    }
    return rng.ratio(double, 100) ? [delivery, { delayNs: 10_000 + rng.below(2_000_000) }] : [delivery];
  };
}

function randomOptions(rng: Rng): Partial<EndpointOptions> {
  return {
    notifyWindow: [1, 4, 1024][rng.below(3)]!,
    keyPacketsMax: [20, 100, 1 << 23][rng.below(3)]!,
    ackDelayNs: [0, 5000, 50_000][rng.below(3)]!,
    mtuBytes: [600, 1500, 9000][rng.below(3)]!,
    burstSegments: [1, 16][rng.below(2)]!,
    rateBps: [1e9, 10e9][rng.below(2)]!,
    receiveBytesMax: [100_000, 2 ** 32][rng.below(2)]!,
    worker: [0, 255][rng.below(2)]!,
    // Long enough that no run of losses looks like a dead peer.
    peerTimeoutNs: 1_000_000_000,
  };
}

/** Everything at once, in both directions, on a bad network: all calls are answered rightly and no handler runs twice. */
test.each(Array.from({ length: SEEDS }, (_, i) => i))('a bad network, seed %d', (seed) => {
  const random = makePair().net.fork(`chaos/${seed}`);
  const options = randomOptions(random);
  const pair = makePair({ options, resolve: random.below(3) === 0 });
  const { net, client, server, toServer, toClient } = pair;
  client.endpoint.serve();
  net.hook = troubled(random, () => net.now > 400_000_000);
  for (const node of [client, server]) {
    node.handler = (at, { exchange, body, headers }) => {
      const answer = (): void => {
        at.reply(exchange, body, { headers, priority: random.below(8) });
        net.drain(at);
      };
      if (random.below(2) === 0) net.at(net.now + random.below(300_000), answer);
      else at.reply(exchange, body, { headers });
    };
  }
  const calls: { node: Node; id: number; body: Uint8Array }[] = [];
  for (let i = 0; i < 12; i += 1) {
    const node = toClient >= 0 && i % 3 === 0 ? server : client;
    net.at(random.below(400_000), () => {
      const body = pattern(SIZES[random.below(SIZES.length)]!, seed * 100 + i);
      const peer = node === client ? toServer : toClient;
      calls.push({ node, id: node.call(peer, body, { priority: random.below(8) }), body });
      net.drain(node);
    });
  }
  expect(net.run(60_000_000_000), JSON.stringify(options)).toBe('idle');
  expect(calls.length).toBe(12);
  for (const { node, id, body } of calls) {
    const result = resultOf(node, id);
    expect(result.reason).toBeUndefined();
    expect(sameBytes(result.body, body)).toBe(true);
  }
  expect(client.requests.length + server.requests.length, 'handler runs').toBe(12);
  expectClean(client, server);
});
