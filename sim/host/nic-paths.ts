import type { Nanos } from '../../protocol/core/units.ts';
import type { Nic } from '../net/nic.ts';

/** A way to a peer: from which NIC of one's own to which of the peer's. */
export interface NicPath {
  readonly own: number;
  readonly far: number;
}

/** What is known of the ways to one peer. */
interface Ways {
  path: NicPath;
  /** Ways of which the network says that they lead nowhere, by `keyOf`. */
  readonly refused: Set<number>;
  /** Since when nothing has come the present way. */
  silentSinceNs: Nanos;
}

/**
 * The host with the lower number follows a peer to another way only when the present one has been silent for so long. It is longer
 * than packets are under way, as those of a peer that has followed to a new way still come the old one.
 */
const SILENCE_NS = 200_000;
const NICS = 16;

/**
 * Which way a host with several NICs takes to each peer. All packets to a peer go one way; peers are spread over the NICs, and both
 * sides of a pair begin with the same one, its home. A way is left when its NIC here has no carrier, when the network says that it leads nowhere,
 * or when the peer is heard to use another. REQ MNIC-3, MNIC-5
 */
export class NicPaths {
  readonly #host: number;
  readonly #nics: readonly Nic[];
  readonly #planes: number;
  readonly #peers = new Map<number, Ways>();

  /** @param planes NIC k is in the network k modulo `planes`; nothing leads from one to another. */
  constructor(host: number, nics: readonly Nic[], planes: number) {
    this.#host = host;
    this.#nics = nics;
    this.#planes = planes;
  }

  to(peer: number, nowNs: Nanos): NicPath {
    const ways = this.#waysTo(peer, nowNs);
    if (!this.#isUsable(ways, ways.path)) ways.path = this.#another(peer, ways, nowNs);
    return ways.path;
  }

  /** A packet that authenticated came this way. */
  onHeard(peer: number, path: NicPath, nowNs: Nanos): void {
    const ways = this.#waysTo(peer, nowNs);
    ways.refused.delete(keyOf(path));
    if (keyOf(path) === keyOf(ways.path)) {
      ways.silentSinceNs = nowNs;
      return;
    }
    // If both followed at once, they could miss each other for ever.
    const follows = this.#host > peer || nowNs - ways.silentSinceNs >= SILENCE_NS;
    if (follows || !this.#isUsable(ways, ways.path)) take(ways, path, nowNs);
  }

  /** The network says that a packet did not get to the peer this way; it may lie. */
  onUnreachable(peer: number, path: NicPath, nowNs: Nanos): void {
    this.#waysTo(peer, nowNs).refused.add(keyOf(path));
  }

  /** A NIC of this host has lost its carrier or got it back: what was known is out of date. */
  onCarrier(): void {
    this.#peers.clear();
  }

  #waysTo(peer: number, nowNs: Nanos): Ways {
    let ways = this.#peers.get(peer);
    if (ways === undefined) {
      const home = (this.#host + peer) % this.#nics.length;
      ways = { path: { own: home, far: home }, refused: new Set<number>(), silentSinceNs: nowNs };
      this.#peers.set(peer, ways);
    }
    return ways;
  }

  #isUsable({ refused }: Ways, path: NicPath): boolean {
    const isLinked = (path.own - path.far) % this.#planes === 0;
    return isLinked && (this.#nics[path.own] as Nic).uplink.isUp && !refused.has(keyOf(path));
  }

  /** From home on, first between NICs of the same number, which may be in a network of their own. */
  #another(peer: number, ways: Ways, nowNs: Nanos): NicPath {
    const count = this.#nics.length;
    const home = (this.#host + peer) % count;
    for (let turn = 0; turn < count; turn++) {
      for (let i = 0; i < count; i++) {
        const own = (home + i) % count;
        const path = { own, far: (own + turn) % count };
        if (this.#isUsable(ways, path)) return take(ways, path, nowNs);
      }
    }
    // All are refused: that was long ago, perhaps.
    const hadRefused = ways.refused.size > 0;
    ways.refused.clear();
    return hadRefused ? this.#another(peer, ways, nowNs) : ways.path;
  }
}

function take(ways: Ways, path: NicPath, nowNs: Nanos): NicPath {
  ways.path = path;
  ways.silentSinceNs = nowNs;
  return path;
}

function keyOf({ own, far }: NicPath): number {
  return own * NICS + far;
}
