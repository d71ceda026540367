import { describe, expect, test } from 'vitest';
import type { BroadcastOutcome } from '../../pool/pool.ts';
import { expectClean, pathSecret, pattern } from '../support/pair.ts';
import { makeStar, settle } from '../support/star.ts';

/** REQ PAT-13, PAT-14, PAT-15, BUF-2, BUF-4, BUF-7, BUF-9, HEALTH-10, TEST-I4. */
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

  /** REQ PAT-11, XFER-4 */
  test('is tried again at a peer that refuses for now, alone and without sealing anew', async () => {
    const body = pattern(300_000);
    const star = makeStar(4, body);
    const { context } = star.rays[2]!.endpoint as unknown as { context: { serving: boolean } };
    context.serving = false;
    const promise = star.pool.broadcast(star.peers, body, { retriesMax: 8 });
    // It is refused; the others have what they need long before it is tried again.
    star.net.run(2_000_000);
    expect(star.got.toSorted()).toEqual([0, 1, 3]);
    expect(star.hub.endpoint.state.recordBuffers).toBe(5);
    context.serving = true;
    const outcomes = await settle(star, promise);
    expect(outcomes.map(({ error }) => error?.reason)).toEqual(star.peers.map(() => undefined));
    expect(star.crypto.records).toBe(5);
    expectClean(star.hub, ...star.rays);
  });

  test('gives a peer up that goes on refusing, after the tries it was allowed', async () => {
    const body = pattern(100_000);
    for (const retriesMax of [0, 2]) {
      const star = makeStar(3, body);
      (star.rays[0]!.endpoint as unknown as { context: { serving: boolean } }).context.serving = false;
      const outcomes = await settle(star, star.pool.broadcast(star.peers, body, { retriesMax }));
      expect(outcomes.map(({ error }) => error?.reason)).toEqual(['refused', undefined, undefined]);
      expect(star.crypto.records).toBe(2);
      expectClean(star.hub, ...star.rays);
    }
  });

  test('that may be handled twice is tried again at a peer that restarts, with the same records', async () => {
    const body = pattern(3_000_000);
    const star = makeStar(2, body, { peerTimeoutNs: 200_000_000 });
    const promise = star.pool.broadcast(star.peers, body, { idempotent: true });
    const ray = star.rays[1]!;
    star.net.run(1_200_000);
    expect(ray.endpoint.state.inbound).toBe(1);
    ray.restart();
    const secret = pathSecret(2);
    ray.endpoint.addPeer(star.net.now, {
      address: star.hub.address,
      secret,
      role: 'server',
      usedBefore: true,
    });
    ray.makePool().serve(() => pattern(9));
    const outcomes = await settle(star, promise);
    expect(outcomes.map(({ response }) => response?.body.length)).toEqual([0, 9]);
    expect(star.crypto.records).toBe(46);
    expectClean(star.hub, ...star.rays);
  });
});
