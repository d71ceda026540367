import { NANOS_PER_SECOND, NEVER } from '../core/units.ts';
import type { BitsPerSecond, Bytes, Nanos } from '../core/units.ts';
import { nextPace } from './states.ts';
import type { PaceEvent, PaceState } from './states.ts';

const BPS_PER_MBPS = 1e6;

/** Loss of less than this part of what was sent is no congestion: cables lose, too. */
const LOSS_SHARE = 1 / 8;
/** Less than so much tells nothing of a path. */
const ROUND_BYTES_MIN: Bytes = 65_536;
/** In startup so much of what arrives must have been lost before. */
const HEAVY_SHARE = 3 / 8;
const HEAVY_ROUNDS = 2;
const REPAIRED_BYTES_MIN: Bytes = 8192;
const ROUND_RTTS_MIN = 2;
/** A path that delivers so much of what was asked for is no bottleneck. */
const FREE_SHARE = 3 / 4;
/** One that delivers more than this part is none to look at. */
const NARROW_SHARE = 1 / 2;
const BUSY_SHARE = 1 / 8;
const DRAIN_GAIN = 3 / 4;
const PROBE_GAIN = 5 / 4;
/** After a round that delivered all. */
const PROBE_GAIN_ON = 2;
/** Round trips at what the path carries between two probes: twice as many after each probe that failed. */
const CRUISE_RTTS_MIN = 16;
const CRUISE_RTTS_MAX = 256;
/** Loss that goes on for so many rounds although less is sent does not come from the rate, and is ignored for so many round trips. */
const DEAF_ROUNDS = 8;
const DEAF_RTTS = 1024;
/** What was not confirmed for so long is forgotten. */
const STALE_RTTS = 256;
/** Slower than this part of what is pulled nobody is made. */
const FLOOR_SHARE = 1 / 32;

/** What a receiver says of the data to it: counts that only grow, but for the peak since it last said so. */
export interface DeliveryReport {
  readonly arrivedBytes: Bytes;
  readonly againBytes: Bytes;
  readonly belatedBytes: Bytes;
  readonly markedBytes: Bytes;
  readonly peakMbps: number;
}

/** What happened between two of them. */
interface Round {
  readonly ns: Nanos;
  readonly sentBytes: Bytes;
  readonly arrivedBytes: Bytes;
  /** Arrived, and lost before. */
  readonly repairedBytes: Bytes;
  readonly markedBytes: Bytes;
  readonly peakBps: BitsPerSecond;
}

const NOTHING: DeliveryReport = {
  arrivedBytes: 0,
  againBytes: 0,
  belatedBytes: 0,
  markedBytes: 0,
  peakMbps: 0,
};

/**
 * What the path to one peer carries, as far as its receiver's reports show: BBR without a window of its own, since the receiver's pulls bound what is in flight. It holds
 * nothing back until much of the data is really lost, and nothing is concluded from rounds in which less was sent than might have been. REQ CC-1, CC-3, CC-4 · MUST BBR-2, BBR-3, BBR-4, BBR-5
 */
export class Bbr {
  state: PaceState = 'startup';
  /** What the path is taken to carry. */
  bandwidthBps: BitsPerSecond = Infinity;
  /** When what is known of the path has become too old. */
  staleAt: Nanos = NEVER;
  private gain = 1;
  /** Data packets of the peer since this exists. */
  private sentBytes: Bytes = 0;
  /** The round so far: since when, what had been sent then, and what had arrived. */
  private since: Nanos = -1;
  private sentBefore: Bytes = 0;
  private before: DeliveryReport = NOTHING;
  private peakBps: BitsPerSecond = 0;
  private cruiseRtts = CRUISE_RTTS_MIN;
  /** Lossy rounds at no more than the path delivered before. */
  private unheeded = 0;
  /** Rounds of heavy loss in a row. */
  private heavyRounds = 0;
  private cruisedNs: Nanos = 0;
  private deafUntil: Nanos = 0;

  get rateBps(): BitsPerSecond {
    return this.state === 'startup' ? Infinity : this.bandwidthBps * this.gain;
  }

  onSent(bytes: Bytes): void {
    this.sentBytes += bytes;
  }

  /**
   * A report came; `allowedBps` is what the receiver and the NIC allow. Returns why the state is another, or undefined. A report that is older than the last one
   * is ignored. MUST BBR-2
   */
  onReport(
    now: Nanos,
    report: DeliveryReport,
    allowedBps: BitsPerSecond,
    rttNs: Nanos,
  ): PaceEvent | undefined {
    if (report.arrivedBytes < this.before.arrivedBytes) return undefined;
    this.peakBps = Math.max(this.peakBps, report.peakMbps * BPS_PER_MBPS);
    const round = this.round(now, report);
    if (this.since < 0 || round.ns > STALE_RTTS * rttNs) {
      this.begin(now, report);
      return undefined;
    }
    const bytes = Math.max(round.arrivedBytes, round.sentBytes);
    if (round.ns < ROUND_RTTS_MIN * rttNs || bytes < ROUND_BYTES_MIN) return undefined;
    this.begin(now, report);
    if (this.state === 'startup' && now < this.deafUntil) return undefined;
    const event =
      this.state === 'startup' ? this.judgeStartup(round, allowedBps) : this.judge(round, allowedBps, rttNs);
    if (event === 'deaf') this.deafUntil = now + DEAF_RTTS * rttNs;
    const change = event === undefined ? undefined : this.act(event);
    if (this.state !== 'startup') this.staleAt = now + STALE_RTTS * rttNs;
    return change;
  }

  /** Nothing was heard of the path for long. */
  onStale(): void {
    this.enter('stale');
  }

  private round(now: Nanos, report: DeliveryReport): Round {
    const { before, peakBps } = this;
    const againBytes = report.againBytes - before.againBytes;
    return {
      ns: now - this.since,
      sentBytes: this.sentBytes - this.sentBefore,
      arrivedBytes: report.arrivedBytes - before.arrivedBytes,
      repairedBytes: againBytes - (report.belatedBytes - before.belatedBytes),
      markedBytes: report.markedBytes - before.markedBytes,
      peakBps,
    };
  }

  private begin(now: Nanos, report: DeliveryReport): void {
    const { arrivedBytes, againBytes, belatedBytes, markedBytes, peakMbps } = report;
    this.since = now;
    this.before = { arrivedBytes, againBytes, belatedBytes, markedBytes, peakMbps };
    this.sentBefore = this.sentBytes;
    this.peakBps = 0;
  }

  /** Much of what came had been lost before, and the path delivered far less than it was sent. MUST BBR-3 */
  private judgeStartup(round: Round, allowedBps: BitsPerSecond): PaceEvent | undefined {
    const cameBps = Math.max(round.peakBps, (round.arrivedBytes * 8 * NANOS_PER_SECOND) / round.ns);
    this.heavyRounds = isHeavy(round, cameBps, allowedBps) ? this.heavyRounds + 1 : 0;
    if (this.heavyRounds < HEAVY_ROUNDS) return undefined;
    this.bandwidthBps = Math.max(cameBps, allowedBps * FLOOR_SHARE);
    return 'lossy';
  }

  /** A round at a rate of our own shows its losses at once: what was sent and did not arrive. MUST BBR-4 */
  private judge(round: Round, allowedBps: BitsPerSecond, rttNs: Nanos): PaceEvent | undefined {
    const { rateBps } = this;
    const { ns, sentBytes, arrivedBytes } = round;
    const bytesPerNs = rateBps / (8 * NANOS_PER_SECOND);
    const wouldBeFree = this.state === 'probe' && rateBps >= allowedBps;
    if (sentBytes < FREE_SHARE * bytesPerNs * ns) return wouldBeFree ? 'free' : undefined;
    if (sentBytes - arrivedBytes > LOSS_SHARE * sentBytes + bytesPerNs * rttNs) {
      const deliveredBps = Math.max((arrivedBytes * 8 * NANOS_PER_SECOND) / ns, allowedBps * FLOOR_SHARE);
      this.bandwidthBps = Math.min(this.bandwidthBps, deliveredBps);
      if (this.state === 'probe') this.cruiseRtts = Math.min(2 * this.cruiseRtts, CRUISE_RTTS_MAX);
      else this.unheeded += 1;
      return this.unheeded >= DEAF_ROUNDS ? 'deaf' : 'lossy';
    }
    this.cruisedNs += ns;
    if (this.state === 'cruise' && this.cruisedNs < this.cruiseRtts * rttNs) return undefined;
    if (this.state !== 'cruise' && round.markedBytes > arrivedBytes / 2) return 'marked';
    return wouldBeFree ? 'free' : 'delivered';
  }

  private act(event: PaceEvent): PaceEvent | undefined {
    if (this.state !== 'probe' || event !== 'delivered') return this.enter(event);
    this.bandwidthBps *= this.gain;
    this.cruiseRtts = CRUISE_RTTS_MIN;
    this.gain = PROBE_GAIN_ON;
    return undefined;
  }

  private enter(event: PaceEvent): PaceEvent | undefined {
    const from = this.state;
    this.state = nextPace(from, event);
    this.cruisedNs = 0;
    this.heavyRounds = 0;
    if (this.state === 'startup' || this.state === 'probe') this.unheeded = 0;
    if (this.state === 'startup') {
      this.bandwidthBps = Infinity;
      this.staleAt = NEVER;
      this.cruiseRtts = CRUISE_RTTS_MIN;
    }
    this.gain = this.state === 'drain' ? DRAIN_GAIN : this.state === 'probe' ? PROBE_GAIN : 1;
    return this.state === from ? undefined : event;
  }
}

function isHeavy(
  { ns, repairedBytes, arrivedBytes, sentBytes }: Round,
  cameBps: BitsPerSecond,
  allowedBps: BitsPerSecond,
): boolean {
  const sentBps = (sentBytes * 8 * NANOS_PER_SECOND) / ns;
  // Who sent little learns little.
  if (sentBps < BUSY_SHARE * allowedBps || cameBps > NARROW_SHARE * Math.min(sentBps, allowedBps))
    return false;
  return repairedBytes >= Math.max(HEAVY_SHARE * arrivedBytes, REPAIRED_BYTES_MIN);
}
