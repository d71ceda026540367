import type { Nanos } from '../core/units.ts';

/** A way to a peer: from which NIC of one's own to which of the peer's. */
export interface NicPath {
  readonly own: number;
  readonly far: number;
}

/** What is known of the ways to one peer. */
interface Ways {
  path: NicPath;
  /** Ways that lead nowhere, as the network says or silence, by `keyOf`. */
  readonly refused: Set<number>;
  /** Since when nothing has come the present way. */
  silentSinceNs: Nanos;
  /** Runs sent the present way since something came it, and when the first of them left. */
  unanswered: number;
  unansweredSinceNs: Nanos;
}

/** What a host or worker knows about its NICs. */
export interface NicPathsConfig {
  /** Number among those that ways lead to; of two that change ways at once the higher one follows the lower. */
  self: number;
  nics: number;
  /** NIC k is in the network k modulo `planes`; nothing leads from one to another. */
  planes: number;
  /** Whether a NIC has a carrier. */
  isUp: (nic: number) => boolean;
  /** Where both sides of a pair begin. */
  homeOf: (peer: number) => NicPath;
  /** The workers of a NIC that fails go to different ones: which of them this is. */
  turn: number;
}

/**
 * Of two that go different ways, the lower one follows only when its own has been silent for so long. It is longer
 * than packets are under way, as those of a peer that has followed to a new way still come the old one.
 */
const FOLLOW_SILENCE_NS = 200_000;
/** After a change of its NICs a host keeps to its own ways for so long: others have followed by then. */
const LEAD_NS: Nanos = 2 * FOLLOW_SILENCE_NS;
/** A way is left when so many runs have been sent for so long and nothing came back. Longer than any receiver is silent who still receives. */
const UNANSWERED_MAX = 8;
const UNANSWERED_NS = 4_000_000;
const NICS = 16;

/**
 * Which way one worker takes to each peer. All packets to a peer go one way at a time; both sides of a pair begin with the same one, its home. A way is
 * left when its NIC here has no carrier, when the network says that it leads nowhere, when nothing comes back, or when the peer is heard to
 * use another; the transfers go on where they are, with all they know of what has arrived. REQ MNIC-3, MNIC-5, ROUTE-5, ROUTE-6 · MUST LANE-3
 */
export class NicPaths {
  private readonly config: NicPathsConfig;
  private readonly peers: Map<number, Ways> = new Map<number, Ways>();
  /** Until then it does not follow others. */
  private leadsUntilNs: Nanos = 0;
  /** Ways that were left. */
  moves = 0;

  constructor(config: NicPathsConfig) {
    this.config = config;
  }

  /** The way for a run of packets to `peer` now. */
  to(peer: number, nowNs: Nanos): NicPath {
    const ways = this.waysTo(peer, nowNs);
    if (this.isSilent(ways, nowNs)) ways.refused.add(keyOf(ways.path));
    if (!this.isUsable(ways, ways.path)) this.take(ways, this.another(peer, ways), nowNs);
    if (ways.unanswered === 0) ways.unansweredSinceNs = nowNs;
    ways.unanswered += 1;
    return ways.path;
  }

  /** A packet that authenticated came this way. */
  onHeard(peer: number, path: NicPath, nowNs: Nanos): void {
    const ways = this.waysTo(peer, nowNs);
    ways.refused.delete(keyOf(path));
    if (keyOf(path) === keyOf(ways.path)) {
      ways.silentSinceNs = nowNs;
      ways.unanswered = 0;
      return;
    }
    if (this.follows(peer, ways, nowNs) || !this.isUsable(ways, ways.path)) this.take(ways, path, nowNs);
  }

  /** If both followed at once, they could miss each other for ever. */
  private follows(peer: number, ways: Ways, nowNs: Nanos): boolean {
    if (nowNs < this.leadsUntilNs) return false;
    return this.config.self > peer || nowNs - ways.silentSinceNs >= FOLLOW_SILENCE_NS;
  }

  /** The network says that a packet did not get to the peer this way; it may lie. */
  onUnreachable(peer: number, path: NicPath, nowNs: Nanos): void {
    this.waysTo(peer, nowNs).refused.add(keyOf(path));
  }

  /** NICs of this host have lost their carrier or got it back: what was known is out of date. One that is back takes its peers along. */
  onCarrier(nowNs: Nanos): void {
    this.peers.clear();
    this.leadsUntilNs = nowNs + LEAD_NS;
  }

  private waysTo(peer: number, nowNs: Nanos): Ways {
    let ways = this.peers.get(peer);
    if (ways === undefined) {
      const path = this.config.homeOf(peer);
      const refused = new Set<number>();
      ways = { path, refused, silentSinceNs: nowNs, unanswered: 0, unansweredSinceNs: nowNs };
      this.peers.set(peer, ways);
    }
    return ways;
  }

  private take(ways: Ways, path: NicPath, nowNs: Nanos): void {
    this.moves += 1;
    ways.path = path;
    ways.silentSinceNs = nowNs;
    ways.unanswered = 0;
  }

  private isSilent({ unanswered, unansweredSinceNs }: Ways, nowNs: Nanos): boolean {
    return unanswered >= UNANSWERED_MAX && nowNs - unansweredSinceNs >= UNANSWERED_NS;
  }

  private isUsable({ refused }: Ways, path: NicPath): boolean {
    const { planes, isUp } = this.config;
    return (path.own - path.far) % planes === 0 && isUp(path.own) && !refused.has(keyOf(path));
  }

  /** From home on, first between NICs of the same number, which may be in a network of their own. */
  private another(peer: number, ways: Ways): NicPath {
    const { nics, homeOf, turn } = this.config;
    const home = homeOf(peer).own;
    for (let across = 0; across < nics; across += 1) {
      for (let i = 0; i < nics; i += 1) {
        const own = i === 0 ? home : (home + 1 + ((turn + i - 1) % (nics - 1))) % nics;
        const path = { own, far: (own + across) % nics };
        if (this.isUsable(ways, path)) return path;
      }
    }
    // All are refused: that was long ago, perhaps.
    const hadRefused = ways.refused.size > 0;
    ways.refused.clear();
    return hadRefused ? this.another(peer, ways) : ways.path;
  }
}

function keyOf({ own, far }: NicPath): number {
  return own * NICS + far;
}
