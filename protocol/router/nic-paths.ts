import { NEVER, type Nanos } from '../core/units.ts';

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
  /** When home is tried again, and how often it was in vain. */
  retryAtNs: Nanos;
  retries: number;
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
  /** Whether the address of that NIC of the peer is known; default: all are. */
  isKnown?: (peer: number, far: number) => boolean;
  /** Default: as fits a network of microseconds whose hosts never pause. */
  patience?: NicPatience;
}

/** How long a way may be silent. */
export interface NicPatience {
  /**
   * Of two that go different ways, the lower one follows only when its own has been silent for so long. It is longer
   * than packets are under way, as those of a peer that has followed to a new way still come the old one.
   */
  readonly followNs: Nanos;
  /** A way is left when so many runs have been sent for so long and nothing came back. Longer than any receiver is silent who still receives. */
  readonly unanswered: number;
  readonly unansweredNs: Nanos;
  /**
   * The lower of two tries its home again so long after it was left, and each time twice as long after, up to `RETRY_DOUBLINGS` times. NEVER where
   * a carrier tells all there is to know.
   */
  readonly retryNs: Nanos;
}

const PATIENCE: NicPatience = { followNs: 200_000, unanswered: 8, unansweredNs: 4_000_000, retryNs: NEVER };
const RETRY_DOUBLINGS = 6;
/** After a change of its NICs a host keeps to its own ways for so many times `followNs`: others have followed by then. */
const LEAD = 2;
const NICS = 16;

/**
 * Which way one worker takes to each peer. All packets to a peer go one way at a time; both sides of a pair begin with the same one, its home. A way is
 * left when its NIC here has no carrier, when the network says that it leads nowhere, when nothing comes back, or when the peer is heard to
 * use another; the transfers go on where they are, with all they know of what has arrived. REQ MNIC-3, MNIC-5, ROUTE-5, ROUTE-6 · MUST LANE-3
 */
export class NicPaths {
  private readonly config: NicPathsConfig;
  private readonly patience: NicPatience;
  private readonly peers: Map<number, Ways> = new Map<number, Ways>();
  /** Until then it does not follow others. */
  private leadsUntilNs: Nanos = 0;
  /** Ways that were left. */
  moves = 0;

  constructor(config: NicPathsConfig) {
    this.config = config;
    this.patience = config.patience ?? PATIENCE;
  }

  /** The way for a run of packets to `peer` now. */
  to(peer: number, nowNs: Nanos): NicPath {
    const ways = this.waysTo(peer, nowNs);
    if (this.isSilent(ways, nowNs)) ways.refused.add(keyOf(ways.path));
    else if (nowNs >= ways.retryAtNs) this.retry(peer, ways, nowNs);
    if (!this.isUsable(peer, ways, ways.path)) this.take(peer, ways, this.another(peer, ways), nowNs);
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
      if (ways.retryAtNs === NEVER) ways.retries = 0;
      return;
    }
    if (this.follows(peer, ways, nowNs) || !this.isUsable(peer, ways, ways.path))
      this.take(peer, ways, path, nowNs);
  }

  /** If both followed at once, they could miss each other for ever. */
  private follows(peer: number, ways: Ways, nowNs: Nanos): boolean {
    if (nowNs < this.leadsUntilNs) return false;
    return this.config.self > peer || nowNs - ways.silentSinceNs >= this.patience.followNs;
  }

  /** The network says that a packet did not get to the peer this way; it may lie. */
  onUnreachable(peer: number, path: NicPath, nowNs: Nanos): void {
    this.waysTo(peer, nowNs).refused.add(keyOf(path));
  }

  /** NICs of this host have lost their carrier or got it back: what was known is out of date. One that is back takes its peers along. */
  onCarrier(nowNs: Nanos): void {
    this.peers.clear();
    this.leadsUntilNs = nowNs + LEAD * this.patience.followNs;
  }

  /** Nothing is kept of the peer. */
  forget(peer: number): void {
    this.peers.delete(peer);
  }

  private waysTo(peer: number, nowNs: Nanos): Ways {
    let ways = this.peers.get(peer);
    if (ways === undefined) {
      const path = this.config.homeOf(peer);
      const refused = new Set<number>();
      const since = { silentSinceNs: nowNs, unanswered: 0, unansweredSinceNs: nowNs };
      ways = { path, refused, ...since, retryAtNs: NEVER, retries: 0 };
      this.peers.set(peer, ways);
    }
    return ways;
  }

  private take(peer: number, ways: Ways, path: NicPath, nowNs: Nanos): void {
    this.moves += 1;
    ways.path = path;
    ways.silentSinceNs = nowNs;
    ways.unanswered = 0;
    const isAway = keyOf(path) !== keyOf(this.config.homeOf(peer));
    if (!isAway) ways.retryAtNs = NEVER;
    else if (ways.retryAtNs === NEVER && this.config.self < peer) {
      ways.retryAtNs = nowNs + this.patience.retryNs * (1 << ways.retries);
      ways.retries = Math.min(ways.retries + 1, RETRY_DOUBLINGS);
    }
  }

  private retry(peer: number, ways: Ways, nowNs: Nanos): void {
    ways.retryAtNs = NEVER;
    const home = this.config.homeOf(peer);
    ways.refused.delete(keyOf(home));
    if (this.isUsable(peer, ways, home)) this.take(peer, ways, home, nowNs);
  }

  private isSilent({ unanswered, unansweredSinceNs }: Ways, nowNs: Nanos): boolean {
    const { patience } = this;
    return unanswered >= patience.unanswered && nowNs - unansweredSinceNs >= patience.unansweredNs;
  }

  private isUsable(peer: number, { refused }: Ways, path: NicPath): boolean {
    const { planes, isUp, isKnown } = this.config;
    if ((path.own - path.far) % planes !== 0 || !isUp(path.own) || refused.has(keyOf(path))) return false;
    return isKnown?.(peer, path.far) ?? true;
  }

  /** From home on, first between NICs of the same number, which may be in a network of their own. */
  private another(peer: number, ways: Ways): NicPath {
    const { nics, homeOf, turn } = this.config;
    const home = homeOf(peer).own;
    for (let across = 0; across < nics; across += 1) {
      for (let i = 0; i < nics; i += 1) {
        const own = i === 0 ? home : (home + 1 + ((turn + i - 1) % (nics - 1))) % nics;
        const path = { own, far: (own + across) % nics };
        if (this.isUsable(peer, ways, path)) return path;
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
