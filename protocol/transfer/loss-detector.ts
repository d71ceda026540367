import type { TimerQueue } from '../core/timer-queue.ts';
import { NANOS_PER_SECOND, NEVER } from '../core/units.ts';
import type { Bytes, Nanos } from '../core/units.ts';
import type { Context } from '../endpoint/context.ts';
import { TimerNumber } from '../endpoint/timer-numbers.ts';
import type { Peer } from '../peer/peer.ts';
import type { EarlyAllowance } from './early-allowance.ts';
import { backoffNs, scoutWaitNs } from '../recovery/backoff.ts';
import { ArrivalMeter } from './arrival-meter.ts';
import type { InboundPull } from './inbound-pull.ts';
import type { PullScheduler } from './pull-scheduler.ts';

const STALL_RTTS = 3;
/** A sender that is silent on a pull for so many of its shortest round trips serves others. */
const LATE_RTTS = 2;
/** A latency measured after a stall counts at most so many times what a sender may be silent without one. */
const AMBIGUOUS_TIMES = 2;
/** The reordering window never exceeds this many round trips. */
const REORDER_RTTS_MAX = 16;

/**
 * Decides what of a pulled range is lost. Two signs: a gap that later data has overtaken, after a window for reordering
 * that grows when it proved too short; and silence after a pull, for as long as this sender lately took to answer. What is
 * lost becomes a hole, which the scheduler pulls again within the budget. REQ XFER-3 · MUST LOSS-1, LOSS-2, LOSS-5
 */
export class LossDetector {
  private readonly context: Context;
  private readonly scheduler: PullScheduler;
  private readonly allowance: EarlyAllowance;
  private readonly timers: TimerQueue<InboundPull>;
  private readonly meter: ArrivalMeter;

  constructor(context: Context, scheduler: PullScheduler, allowance: EarlyAllowance) {
    this.allowance = allowance;
    this.context = context;
    this.scheduler = scheduler;
    this.meter = new ArrivalMeter(context.options.rateBps, context.options.initialRttNs);
    this.timers = context.deadlines.queue<InboundPull>(TimerNumber.LOSS);
  }

  get armed(): number {
    return this.timers.size;
  }

  onPull(now: Nanos, pull: InboundPull): void {
    pull.lastPullAt = now;
    this.armAt(pull, Math.min(this.stallTime(pull), this.lateTime(pull)));
  }

  /** So many fresh bytes came: silence is over, and gaps below what came are suspect. */
  onArrival(now: Nanos, pull: InboundPull, bytes: Bytes): void {
    this.meter.onBytes(now, bytes);
    pull.lastArrivalAt = now;
    if (pull.stalls > 0) dismiss(pull);
    if (pull.samplePullAt >= 0) this.sampleLatency(now, pull);
    const { received } = pull;
    if (pull.suspects || received.isEmpty || pull.transfer.region !== undefined) return;
    if (received.count === 1 && received.startAt(0) === 0) return;
    pull.suspectHigh = Math.min(received.endAt(received.count - 1), pull.arrivedHigh);
    pull.suspects = true;
    pull.suspectAt = Math.max(now, pull.guardUntil) + this.reorderWindow(pull.transfer.peer);
    this.armAt(pull, pull.suspectAt);
  }

  /**
   * From a pull to its first data. After stalls, which are waited for longer each time, there is no telling which pull was answered: such a
   * sample may only double the wait, or one late packet would have all other transfers of the sender wait for as long, times
   * the backoff of each. MUST LOSS-5
   */
  private sampleLatency(now: Nanos, pull: InboundPull): void {
    const { samplePullAt, stalls } = pull;
    const { peer } = pull.transfer;
    const sampleNs = now - samplePullAt;
    const countedNs = stalls === 0 ? sampleNs : Math.min(sampleNs, AMBIGUOUS_TIMES * this.quietTime(peer));
    peer.pullLatency.update(countedNs, 0);
    this.context.health.succeeded(peer);
    pull.samplePullAt = -1;
  }

  /** A range pulled again had arrived after all: wait longer for late packets. */
  onSpurious({ transfer: { peer } }: InboundPull): void {
    peer.reorderNs = Math.min(peer.reorderNs * 2, peer.rtt.smoothedNs * REORDER_RTTS_MAX);
  }

  forget(pull: InboundPull): void {
    this.timers.disarm(pull);
    pull.suspects = false;
    pull.suspectAt = NEVER;
    dismiss(pull);
  }

  onTimeout(now: Nanos): void {
    for (let t = this.timers.expire(now); t !== undefined; t = this.timers.expire(now)) {
      if (t.suspectAt <= now) this.settleSuspicion(now, t);
      const stallAt = t.outstanding > 0 ? this.stallTime(t) : NEVER;
      if (stallAt <= now) {
        this.stall(now, t);
        continue;
      }
      this.armAt(t, Math.min(stallAt, t.suspectAt, this.settleLateness(now, t, stallAt)));
    }
  }

  /** When to look again: what could not be lent may be later. While the link is busy nobody is late: what is outstanding may stand in line behind others. MUST PULL-10 */
  private settleLateness(now: Nanos, pull: InboundPull, stallAt: Nanos): Nanos {
    const lateAt = this.lateTime(pull);
    if (lateAt > now) return lateAt;
    const { transfer } = pull;
    if (!this.scheduler.lends(transfer)) return NEVER;
    const isBusy = this.meter.isBusy(now, this.context.nic.receivers);
    if (!isBusy) this.scheduler.onLate(transfer, stallAt === transfer.busyUntil);
    return pull.late ? NEVER : now + Math.ceil(transfer.peer.rtt.minNs);
  }

  /** What is outstanding is not awaited any more. MUST CANCEL-2 */
  onWithdrawn(pull: InboundPull): void {
    this.loseGaps(pull, pull.next);
    pull.samplePullAt = -1;
    this.forget(pull);
  }

  private settleSuspicion(now: Nanos, pull: InboundPull): void {
    pull.suspects = false;
    pull.suspectAt = NEVER;
    if (this.loseGaps(pull, pull.suspectHigh) === 0) return;
    this.onLost(now, pull);
    const { peer } = pull.transfer;
    pull.guardUntil = now + Math.max(peer.pullLatency.smoothedNs, peer.rtt.smoothedNs);
    // A real loss: the window may shrink again, slowly.
    peer.reorderNs = Math.max(
      Math.ceil(peer.rtt.smoothedNs / 4),
      peer.reorderNs - Math.floor(peer.reorderNs / 16),
    );
    this.scheduler.update(pull.transfer);
  }

  private stall(now: Nanos, pull: InboundPull): void {
    pull.stallWaitNs = now - silentSince(pull);
    // Its reads do not end: from now on it is pulled. MUST READ-3
    pull.transfer.region = undefined;
    // Who is heard meanwhile has others to serve, or one packet got lost. MUST LIVE-8
    if (pull.transfer.peer.lastHeardAt <= silentSince(pull)) this.context.health.failed(pull.transfer.peer);
    if (pull.stalls > 0) this.context.health.suspect(now, pull.transfer.peer);
    pull.transfer.peer.scoutPull ??= pull;
    this.loseGaps(pull, pull.next);
    pull.lastPullAt = now;
    pull.samplePullAt = -1;
    this.scheduler.onStall(pull.transfer);
  }

  /** Everything below `high` that was pulled and has not arrived becomes a hole. */
  private loseGaps(pull: InboundPull, high: Bytes): Bytes {
    const { received, holes } = pull;
    let lost = 0;
    received.forEachGap(0, Math.min(high, pull.next), (start, end) => {
      lost += holes.add(start, end);
    });
    pull.repulledBytes += lost;
    if (lost > 0) {
      const { peer, slot, generation } = pull.transfer;
      this.context.telemetry.dataLost(peer.id, slot, generation, lost);
    }
    return lost;
  }

  /** Silence is no sign of it: its sender may have others to serve. MUST EARLY-5 */
  private onLost(now: Nanos, pull: InboundPull): void {
    if (pull.received.prefix >= pull.earlyEnd) return;
    pull.earlyEnd = 0;
    this.allowance.onTooMuch(now, pull.transfer.peer.rtt.smoothedNs);
  }

  private reorderWindow(peer: Peer): Nanos {
    return Math.max(peer.reorderNs, this.context.options.lossDelayMinNs);
  }

  /** When silence becomes a stall: the sender's usual delay, then the time the bytes need on the wire, doubled for each stall before, unless it is the scout. */
  private stallTime(pull: InboundPull): Nanos {
    const { rateBps, peerTimeoutNs } = this.context.options;
    const { receivers } = this.context.nic;
    const { peer, busyUntil, region } = pull.transfer;
    if (region !== undefined) return silentSince(pull) + peerTimeoutNs;
    // Its sender may send all that was pulled of others first, and all that is outstanding may come first, unless senders take turns.
    const { bytes: allBytes } = this.scheduler.budget;
    const bytes = Math.max(pull.outstanding, peer.pulledBytes, peer.pullBps === 0 ? allBytes : 0);
    const wireNs = (bytes * 8 * NANOS_PER_SECOND * receivers) / (peer.pullBps || rateBps);
    const quietNs = this.quietTime(peer) + wireNs;
    const waitNs = Math.min(backoffNs(quietNs, pull.stalls, pull.stallWaitNs), Math.ceil(peerTimeoutNs / 4));
    const mostNs = peer.scoutPull === pull ? scoutWaitNs(peer.rtt.smoothedNs, peerTimeoutNs) : waitNs;
    const stallAt = silentSince(pull) + Math.ceil(Math.min(waitNs, Math.max(mostNs, quietNs)));
    return pull.stalls === 0 && pull.received.isEmpty ? Math.max(stallAt, busyUntil) : stallAt;
  }

  /** When silence shows that its sender has others to serve. MUST PULL-10 */
  private lateTime(pull: InboundPull): Nanos {
    if (pull.outstanding <= 0 || pull.late || pull.stalls > 0) return NEVER;
    if (pull.transfer.region !== undefined) return NEVER;
    return silentSince(pull) + LATE_RTTS * pull.transfer.peer.rtt.minNs;
  }

  /** How long a sender that has not stalled may be silent on a pull, but for the time on the wire. */
  private quietTime({ rtt, pullLatency }: Peer): Nanos {
    return Math.max(
      STALL_RTTS * rtt.smoothedNs,
      pullLatency.smoothedNs + 4 * pullLatency.variationNs,
      this.context.options.lossDelayMinNs,
    );
  }

  /** The timer fires at `at` or earlier; it is not moved later for each packet, but looks again when it fires. */
  private armAt(pull: InboundPull, at: Nanos): void {
    if (at < this.timers.at(pull)) this.timers.arm(pull, at);
  }
}

/** Another pull of its sender may be the scout now. */
function dismiss(pull: InboundPull): void {
  const { peer } = pull.transfer;
  if (peer.scoutPull === pull) peer.scoutPull = undefined;
}

function silentSince({ lastPullAt, lastArrivalAt }: InboundPull): Nanos {
  return Math.max(lastPullAt, lastArrivalAt);
}
