import { describe, expect, test } from 'vitest';
import type { CryptoSuite } from '../../crypto/suite.ts';
import { SimCrypto } from '../../../sim/crypto/sim-crypto.ts';
import { Net } from '../support/net.ts';
import type { Node } from '../support/node.ts';
import { expectClean, pathSecret, pattern, sameBytes } from '../support/pair.ts';
import { reactions } from '../support/pools.ts';
import type { BroadcastOutcome, Pool } from '../../pool/pool.ts';

/** Counts the records that are sealed: only they have additional data of 24 bytes. */
class CountingCrypto implements CryptoSuite {
  readonly name = 'counting';
  records = 0;
  readonly sim: SimCrypto = new SimCrypto();

  aeadKey(raw: Uint8Array): ReturnType<CryptoSuite['aeadKey']> {
    const key = this.sim.aeadKey(raw);
    return {
      seal: (...given: Parameters<typeof key.seal>) => {
        if (given[3] - given[2] === 24) this.records += 1;
        key.seal(...given);
      },
      open: (...given: Parameters<typeof key.open>) => key.open(...given),
    };
  }

  expand(...given: Parameters<CryptoSuite['expand']>): Uint8Array {
    return this.sim.expand(...given);
  }
}

interface Star {
  net: Net;
  crypto: CountingCrypto;
  hub: Node;
  pool: Pool;
  rays: Node[];
  peers: number[];
  got: number[];
}

function makeStar(count: number, body: Uint8Array): Star {
  const crypto = new CountingCrypto();
  const net = new Net({}, crypto);
  const hub = net.addNode();
  const got: number[] = [];
  const rays = Array.from({ length: count }, () => net.addNode());
  const peers = rays.map((node, i) => {
    const secret = pathSecret(i + 1);
    node.endpoint.addPeer(0, { address: hub.address, secret, role: 'server' });
    node.makePool().serve((request) => {
      expect(sameBytes(request.body, body)).toBe(true);
      got.push(i);
      return pattern(i);
    });
    return hub.endpoint.addPeer(0, { address: node.address, secret, role: 'client' });
  });
  return { net, crypto, hub, pool: hub.makePool(), rays, peers, got };
}

async function settle({ net }: Star, promise: Promise<BroadcastOutcome[]>): Promise<BroadcastOutcome[]> {
  expect(net.run(net.now + 20_000_000_000)).toBe('idle');
  await reactions();
  return promise;
}

/** REQ PAT-13, PAT-14, PAT-15, BUF-2, BUF-4, BUF-7, BUF-9, HEALTH-10. */
describe('a broadcast', () => {
  test('is sealed once, whatever the number of peers, and all its records are freed', async () => {
    const body = pattern(300_000);
    for (const count of [1, 2, 7]) {
      const star = makeStar(count, body);
      const outcomes = await settle(star, star.pool.broadcast(star.peers, body));
      expect(outcomes.map(({ response }) => response?.body.length)).toEqual(star.peers.map((_, i) => i));
      expect(star.got.length).toBe(count);
      expect(star.crypto.records).toBe(Math.ceil(300_000 / 65_520));
      expectClean(star.hub, ...star.rays);
    }
  });

  test('with headers, or short enough for its announcements, seals as little', async () => {
    for (const [size, records] of [
      [100, 0],
      [5000, 1],
    ] as const) {
      const body = pattern(size);
      const star = makeStar(3, body);
      await settle(star, star.pool.broadcast(star.peers, body, { headers: { a: 'b' } }));
      expect(star.crypto.records).toBe(records);
      expectClean(star.hub, ...star.rays);
    }
  });

  test('fails at the peers that fail, and at no other; nothing of it is left', async () => {
    const body = pattern(200_000);
    const star = makeStar(5, body);
    star.rays[1]!.crash();
    star.rays[3]!.pool!.serve({ unary: () => pattern(0), accept: () => ({ reject: 'full' }) });
    star.rays[4]!.endpoint.options.messageBytesMax = 1000;
    const told: number[] = [];
    const onOutcome = ({ peer }: BroadcastOutcome): number => told.push(peer);
    const outcomes = await settle(star, star.pool.broadcast(star.peers, body, { onOutcome }));
    expect(outcomes.map(({ error }) => error?.reason)).toEqual([
      undefined,
      'peer-timeout',
      undefined,
      'rejected',
      'message-too-large',
    ]);
    expect(told.toSorted()).toEqual(star.peers.toSorted());
    // The one that is gone is the last to be known.
    expect(told.at(-1)).toBe(star.peers[1]);
    expect(star.crypto.records).toBe(4);
    expectClean(star.hub, star.rays[0]!, star.rays[2]!, star.rays[3]!, star.rays[4]!);
  });

  test('that is aborted at any time leaves nothing', async () => {
    for (let at = 0; at < 600_000; at += 20_000) {
      const body = pattern(150_000);
      const star = makeStar(3, body);
      const controller = new AbortController();
      star.net.at(at, () => {
        controller.abort();
        star.net.drain(star.hub);
      });
      const outcomes = await settle(
        star,
        star.pool.broadcast(star.peers, body, { signal: controller.signal }),
      );
      for (const { error } of outcomes) expect([undefined, 'aborted']).toContain(error?.reason);
      expectClean(star.hub, ...star.rays);
    }
  });

  test('on a network that loses seals no record twice', async () => {
    const body = pattern(200_000);
    const star = makeStar(4, body);
    const rng = star.net.fork('loss');
    star.net.hook = () => (rng.ratio(10, 100) ? [] : undefined);
    const promise = star.pool.broadcast(star.peers, body);
    star.net.at(15_000_000, () => (star.net.hook = undefined));
    const outcomes = await settle(star, promise);
    expect(outcomes.map(({ error }) => error?.reason)).toEqual(star.peers.map(() => undefined));
    expect(star.crypto.records).toBe(4);
    expectClean(star.hub, ...star.rays);
  });

  test('to somebody unknown begins nothing', () => {
    const star = makeStar(2, pattern(5));
    expect(() => star.pool.broadcast([...star.peers, 99], pattern(5))).toThrow('there is no peer 99');
    expect(star.hub.endpoint.state.exchanges).toBe(0);
  });
});
