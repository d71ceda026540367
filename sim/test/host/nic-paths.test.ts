import { describe, expect, test } from 'vitest';
import { NicPaths } from '../../host/nic-paths.ts';
import type { Nic } from '../../net/nic.ts';

/** NICs of which only the carrier is looked at. */
function nics(count: number): { up: boolean[]; list: Nic[] } {
  const up = Array.from({ length: count }, () => true);
  const list = up.map((_, i) => ({
    uplink: {
      get isUp() {
        return up[i];
      },
    },
  }));
  return { up, list: list as unknown as Nic[] };
}

const rail = (nic: number): { own: number; far: number } => ({ own: nic, far: nic });

describe('the way to a peer', () => {
  test('is the same for both sides, and peers are spread over the NICs', () => {
    const [low, high] = [new NicPaths(1, nics(4).list, 1), new NicPaths(6, nics(4).list, 1)];
    expect(low.to(6, 0)).toEqual(high.to(1, 0));
    expect([2, 3, 4, 5].map((peer) => low.to(peer, 0).own)).toEqual([3, 0, 1, 2]);
  });

  test('leaves a NIC without carrier, and comes back to it', () => {
    const { up, list } = nics(2);
    const paths = new NicPaths(0, list, 1);
    up[0] = false;
    expect(paths.to(2, 0)).toEqual(rail(1));
    up[0] = true;
    expect(paths.to(2, 0), 'nobody said that it is back').toEqual(rail(1));
    paths.onCarrier();
    expect(paths.to(2, 0)).toEqual(rail(0));
  });

  test('leaves one that the network refuses, and tries all again when all are refused', () => {
    const paths = new NicPaths(0, nics(2).list, 1);
    const taken = [];
    for (let i = 0; i < 5; i++) {
      taken.push(paths.to(2, 0));
      paths.onUnreachable(2, paths.to(2, 0), 0);
    }
    expect(taken).toEqual([rail(0), rail(1), { own: 0, far: 1 }, { own: 1, far: 0 }, rail(0)]);
  });

  test('never leads from one network to another', () => {
    const paths = new NicPaths(0, nics(2).list, 2);
    paths.onUnreachable(2, rail(0), 0);
    expect(paths.to(2, 0)).toEqual(rail(1));
    paths.onUnreachable(2, rail(1), 0);
    expect(paths.to(2, 0)).toEqual(rail(0));
  });

  test('follows the peer: the higher host at once, the lower when the present way is silent', () => {
    const high = new NicPaths(5, nics(2).list, 1);
    expect(high.to(1, 0)).toEqual(rail(0));
    high.onHeard(1, rail(1), 0);
    expect(high.to(1, 0)).toEqual(rail(1));
    const low = new NicPaths(1, nics(2).list, 1);
    expect(low.to(5, 0)).toEqual(rail(0));
    low.onHeard(5, rail(0), 50_000);
    low.onHeard(5, rail(1), 249_999);
    expect(low.to(5, 249_999)).toEqual(rail(0));
    low.onHeard(5, rail(1), 250_000);
    expect(low.to(5, 250_000)).toEqual(rail(1));
  });
});
