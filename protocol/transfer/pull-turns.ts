import { NANOS_PER_SECOND } from '../core/units.ts';
import type { BitsPerSecond, Bytes } from '../core/units.ts';
import type { EndpointOptions } from '../endpoint/options.ts';
import type { Peer } from '../peer/peer.ts';

/** Packets of the buffer for each sender that sends at once: its own, one that comes too early, and one of control. */
const PACKETS_PER_TURN = 3;
/** Senders that send at once at most: one alone may be busy with other receivers. */
const TURNS_MAX = 4;

/** At first, at least; what a turn with marks takes of it, and one without adds. */
const SHARE_FIRST = 31 / 32;
const SHARE_MIN = 1 / 2;
const SHARE_CUT = 1 / 64;
const SHARE_STEP = 1 / 128;

/** Of the buffer, what is worked off between two turns when packets were marked. */
const DRAIN_SHARE = 4;

/**
 * Who may send when the network can queue less than what a pull may bring at once. Senders take turns: each is told a rate, and the rates of all together are never more than
 * the link carries, so nothing queues but packets that come at the same moment. The next begins as the last bytes of the one before are on their way.
 * REQ CC-2, NIC-8 · MUST PULL-12
 */
export class PullTurns {
  private readonly options: EndpointOptions;
  private readonly turnsMax: number;
  /** Rates of the senders whose turn it is. */
  private openBps: BitsPerSecond = 0;
  private count = 0;
  /** Bytes that came and nobody was told of at a rate: the next turn begins as much later. */
  private surplusBytes = 0;
  /** A packet of a present turn has met a queue. */
  private marked = false;
  /** Of the link, that is given away: less when queues are met, more when not. */
  private share = SHARE_FIRST;

  constructor(options: EndpointOptions) {
    this.options = options;
    const turns = Math.floor(options.portBufferBytes / (PACKETS_PER_TURN * options.mtuBytes));
    this.turnsMax = Math.max(1, Math.min(turns, TURNS_MAX));
  }

  /** Pulls beyond the bandwidth-delay product could overflow the buffers on the way. */
  isNeeded(budgetBytes: Bytes): boolean {
    return this.options.portBufferBytes < 2 * budgetBytes;
  }

  /** Of each of several turns at once. */
  get turnBps(): BitsPerSecond {
    return this.options.rateBps / this.turnsMax;
  }

  get anyOpen(): boolean {
    return this.count > 0;
  }

  /** How fast `peer` may send if its turn begins now; 0: it may not. `contested`: others wait for a turn as well. */
  rateFor(peer: Peer, contested: boolean): BitsPerSecond {
    const { rateBps } = this.options;
    if (peer.turnBps > 0 || this.count >= this.turnsMax) return 0;
    const shareBps = contested ? this.turnBps : rateBps;
    const freeBps = this.share * rateBps - this.openBps;
    return freeBps * 2 < shareBps ? 0 : Math.min(freeBps, this.share * shareBps);
  }

  begin(peer: Peer, rateBps: BitsPerSecond): void {
    this.count += 1;
    this.openBps += rateBps;
    peer.turnBps = rateBps;
  }

  /** Its sender has been told enough for its turn: a round trip's worth at its rate, where one pull cannot be that long. */
  isFilled(peer: Peer): boolean {
    const bytes = roundTripBytes(peer);
    return this.options.pullBytesMax >= bytes || peer.pulledBytes >= bytes;
  }

  /** Came without having been pulled: control packets. */
  onSurplus(bytes: Bytes): void {
    if (this.count > 0) this.surplusBytes += bytes;
  }

  /** Data met a queue that is long enough to be worked off. */
  onMarked(): void {
    this.marked = true;
  }

  /** What is pulled of `peer` became less. True: its turn is over. */
  settle(peer: Peer): boolean {
    const { turnBps, pulledBytes } = peer;
    if (turnBps === 0) return false;
    // Of a sender at this rate on its way when the next one is told to begin.
    const spareBytes = roundTripBytes(peer) - pulledBytes;
    const dueBytes = this.surplusBytes + (this.marked ? this.options.portBufferBytes / DRAIN_SHARE : 0);
    if (pulledBytes > 0 && spareBytes < dueBytes) return false;
    this.count -= 1;
    this.openBps = this.count === 0 ? 0 : this.openBps - turnBps;
    this.surplusBytes = this.count === 0 ? 0 : Math.max(0, dueBytes - Math.max(0, spareBytes));
    this.share = this.marked
      ? Math.max(this.share - SHARE_CUT, SHARE_MIN)
      : Math.min(this.share + SHARE_STEP, 1);
    this.marked = false;
    peer.turnBps = 0;
    return true;
  }
}

/** What comes in a round trip at the rate of its turn. */
function roundTripBytes({ turnBps, rtt }: Peer): Bytes {
  return (turnBps * rtt.minNs) / (8 * NANOS_PER_SECOND);
}
