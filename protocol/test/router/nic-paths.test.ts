import { describe, expect, test } from 'vitest';
import { NicPaths } from '../../router/nic-paths.ts';

/** Of one worker that spreads its peers over `count` NICs. */
function paths(self: number, up: readonly boolean[], planes = 1, turn = 0): NicPaths {
  return new NicPaths({
    self,
    nics: up.length,
    planes,
    isUp: (nic) => up[nic] as boolean,
    homeOf: (peer) => ({ own: (self + peer) % up.length, far: (self + peer) % up.length }),
    turn,
  });
}

const allUp = (count: number): boolean[] => Array.from({ length: count }, () => true);

const rail = (nic: number): { own: number; far: number } => ({ own: nic, far: nic });

describe('the way to a peer', () => {
  test('is the same for both sides, and peers are spread over the NICs', () => {
    const [low, high] = [paths(1, allUp(4)), paths(6, allUp(4))];
    expect(low.to(6, 0)).toEqual(high.to(1, 0));
    expect([2, 3, 4, 5].map((peer) => low.to(peer, 0).own)).toEqual([3, 0, 1, 2]);
  });

  test('leaves a NIC without carrier, and comes back to it', () => {
    const up = allUp(2);
    const ways = paths(0, up);
    up[0] = false;
    expect(ways.to(2, 0)).toEqual(rail(1));
    up[0] = true;
    expect(ways.to(2, 0), 'nobody said that it is back').toEqual(rail(1));
    ways.onCarrier(0);
    expect(ways.to(2, 0)).toEqual(rail(0));
  });

  test('leaves one that the network refuses, and tries all again when all are refused', () => {
    const ways = paths(0, allUp(2));
    const taken = [];
    for (let i = 0; i < 5; i++) {
      taken.push(ways.to(2, 0));
      ways.onUnreachable(2, ways.to(2, 0), 0);
    }
    expect(taken).toEqual([rail(0), rail(1), { own: 0, far: 1 }, { own: 1, far: 0 }, rail(0)]);
  });

  test('never leads from one network to another', () => {
    const ways = paths(0, allUp(2), 2);
    ways.onUnreachable(2, rail(0), 0);
    expect(ways.to(2, 0)).toEqual(rail(1));
    ways.onUnreachable(2, rail(1), 0);
    expect(ways.to(2, 0)).toEqual(rail(0));
  });

  test('follows the peer: the higher host at once, the lower when the present way is silent', () => {
    const high = paths(5, allUp(2));
    expect(high.to(1, 0)).toEqual(rail(0));
    high.onHeard(1, rail(1), 0);
    expect(high.to(1, 0)).toEqual(rail(1));
    const low = paths(1, allUp(2));
    expect(low.to(5, 0)).toEqual(rail(0));
    low.onHeard(5, rail(0), 50_000);
    low.onHeard(5, rail(1), 249_999);
    expect(low.to(5, 249_999)).toEqual(rail(0));
    low.onHeard(5, rail(1), 250_000);
    expect(low.to(5, 250_000)).toEqual(rail(1));
  });

  test('a host whose NIC is back takes its peers along, also those that it would follow', () => {
    const high = paths(5, allUp(2));
    high.onHeard(1, rail(1), 0);
    expect(high.to(1, 0)).toEqual(rail(1));
    high.onCarrier(1000);
    high.onHeard(1, rail(1), 2000);
    expect(high.to(1, 2000), 'the other side still goes the old way').toEqual(rail(0));
    high.onHeard(1, rail(1), 401_000);
    expect(high.to(1, 401_000), 'it stays there').toEqual(rail(1));
  });

  test('leaves one on which nothing comes back, though nobody says that it leads nowhere', () => {
    const ways = paths(0, allUp(2));
    for (let i = 0; i < 8; i++) expect(ways.to(2, i * 100)).toEqual(rail(0));
    expect(ways.to(2, 3_999_999), 'a receiver may be silent for a while').toEqual(rail(0));
    expect(ways.to(2, 4_000_000)).toEqual(rail(1));
    const quiet = paths(0, allUp(2));
    for (let i = 0; i < 7; i++) quiet.to(2, 0);
    expect(quiet.to(2, 60_000_000_000), 'a few acknowledgements want no answer').toEqual(rail(0));
    quiet.onHeard(2, rail(0), 60_000_000_000);
    expect(quiet.to(2, 120_000_000_000)).toEqual(rail(0));
  });

  test('the workers of a NIC that fails go to different ones', () => {
    const up = allUp(4);
    up[1] = false;
    const taken = [0, 1, 2, 3].map((turn) => paths(0, up, 1, turn).to(1, 0).own);
    expect(taken).toEqual([2, 3, 0, 2]);
  });
});
