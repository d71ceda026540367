import { NEVER } from '../core/units.ts';
import type { Nanos } from '../core/units.ts';
import type { Context } from '../endpoint/context.ts';
import type { FailureReason } from '../endpoint/errors.ts';
import type { Peer, RemoteEpoch } from './peer.ts';
import { mayBegin } from './states.ts';
import type { PeerTable } from './peer-table.ts';

/** A silent peer is probed this many times before it is taken for dead. */
const PROBES_PER_TIMEOUT = 8;
/** A peer that has left a PROBE unanswered, and was silent for so many intervals, is asked before anything new begins. */
const UNANSWERED_INTERVALS = 2;
/** With nothing waiting for it a peer that does not answer is probed once a peer timeout, less the round trips until it is known to live, so many times. */
const IDLE_PROBES_MAX = 64;
/** One that has restarted asks who we are before it answers. */
const NOTICE_RTTS = 2;
/** Resets that are never acknowledged are sent this often, then only while something waits for the peer. */
const RESET_TRIES_MAX = 16;

/** Ends what waits for a peer. `everything`: also what the peer has certainly not heard of. */
export type EndAll = (now: Nanos, peer: Peer, reason: FailureReason, everything: boolean) => void;

/**
 * Whether a peer lives, and which incarnation of it. Only authenticated packets count as life; death is only declared
 * with something in flight; timeouts are per peer. REQ HEALTH-2, HEALTH-3, HEALTH-7 · MUST LIVE-1, LIVE-2, FRESH-2
 */
export class Liveness {
  private readonly context: Context;
  private readonly peers: PeerTable;
  private readonly endAll: EndAll;

  constructor(context: Context, peers: PeerTable, endAll: EndAll) {
    this.context = context;
    this.peers = peers;
    this.endAll = endAll;
  }

  onHeard(now: Nanos, peer: Peer): void {
    peer.lastHeardAt = now;
  }

  /** A peer that did not answer has been heard: a PROBE finds out whether it hears us, too, and whether it must be told something. */
  onHeardDown(now: Nanos, peer: Peer): void {
    this.context.health.step(peer, 'heard');
    this.sendProbe(now, peer);
  }

  /** Something begins to wait for `peer`. */
  onWaiting(now: Nanos, peer: Peer): void {
    // Not one for each that begins: the answer takes a round trip.
    if (!mayBegin(peer.health) && now - peer.probedAt >= peer.rtt.smoothedNs) this.sendProbe(now, peer);
    const at = now + this.probeInterval() + this.offset(peer);
    if (at < peer.livenessAt) this.armAt(peer, at);
  }

  /** Up to half an interval: what many wait for since the same moment is not asked, and answered, at the same moment. MUST LIVE-3 */
  private offset({ epoch }: Peer): Nanos {
    return Math.floor((this.probeInterval() * epoch.lo) / 2 ** 33);
  }

  private probeInterval(): Nanos {
    return Math.ceil(this.context.options.peerTimeoutNs / PROBES_PER_TIMEOUT);
  }

  private armAt(peer: Peer, at: Nanos): void {
    peer.livenessAt = at;
    this.context.armPeer(peer, at);
  }

  onTimeout(now: Nanos): void {
    const { peerTimers } = this.context;
    for (let peer = peerTimers.expire(now); peer !== undefined; peer = peerTimers.expire(now)) {
      if (peer.lazyAt <= now) this.onLazy(now, peer);
      if (peer.patientUntil <= now) {
        peer.patientUntil = NEVER;
        this.context.endPatience(peer);
      }
      if (peer.blockedRetryAt <= now) {
        peer.blockedRetryAt = NEVER;
        peer.blockedDue = peer.isBlocked;
        this.context.wantControl(peer);
      }
      if (peer.resetRetryAt <= now) {
        peer.resetRetryAt = NEVER;
        if (peer.health !== 'failed') this.resendResets(peer);
      }
      if (peer.livenessAt <= now) this.check(now, peer);
      if (peer.timerAt !== NEVER) this.context.armPeer(peer, peer.timerAt);
    }
  }

  /** Final RANGE_ACKs of what was pulled wait while more of it is on its way. MUST RACK-1 */
  private onLazy(now: Nanos, peer: Peer): void {
    peer.lazyAt = NEVER;
    if (!peer.acks.pending && !peer.finalsFirm && peer.pulledBytes > 0) {
      this.context.wantLazy(peer, now + peer.rtt.smoothedNs);
      return;
    }
    peer.lazyDue = true;
    this.context.wantControl(peer);
  }

  /** MUST LIVE-3, LIVE-11 */
  private check(now: Nanos, peer: Peer): void {
    peer.livenessAt = NEVER;
    if (peer.waiting === 0) {
      peer.sent.forgetNotifies();
      if (mayBegin(peer.health)) peer.probeAwaited = false;
      else this.probeIdle(now, peer);
      return;
    }
    const { peerTimeoutNs } = this.context.options;
    const silentSince = Math.max(peer.lastHeardAt, peer.waitingSince);
    if (now - silentSince >= peerTimeoutNs) {
      this.fail(now, peer);
      return;
    }
    const interval = this.probeInterval();
    const silentNs = now - silentSince;
    if (silentNs < interval) this.context.health.quiet(peer);
    else if (peer.probeAwaited) this.onUnanswered(peer, silentNs >= UNANSWERED_INTERVALS * interval);
    // One that does not answer is probed until it does, also while it is heard: its own PROBEs do not end that.
    if (!mayBegin(peer.health) || silentNs >= interval) this.sendProbe(now, peer);
    this.armAt(peer, Math.min(now + interval, silentSince + peerTimeoutNs));
  }

  private onUnanswered(peer: Peer, isSilent: boolean): void {
    this.context.health.failed(peer);
    if (isSilent) this.context.health.step(peer, 'unanswered');
  }

  /** Nobody asks for it, but who subscribed to events may want to know that it is there again. MUST LIVE-11 */
  private probeIdle(now: Nanos, peer: Peer): void {
    if (peer.idleProbes >= IDLE_PROBES_MAX) return;
    peer.idleProbes += 1;
    this.sendProbe(now, peer);
    this.armAt(peer, now + this.idleInterval(peer));
  }

  /** Short enough for who is back to be noticed within a peer timeout. MUST LIVE-11 */
  private idleInterval({ rtt }: Peer): Nanos {
    const { peerTimeoutNs } = this.context.options;
    return Math.ceil(Math.max(peerTimeoutNs - NOTICE_RTTS * rtt.smoothedNs, peerTimeoutNs / 2));
  }

  /** The network says that the packet that begins with `quoted` was not delivered, which may be a lie: a PROBE finds out. MUST LIVE-6 */
  onReport(now: Nanos, quoted: Uint8Array): void {
    const peer = this.peers.quoted(quoted);
    this.context.telemetry.unreachableReported(peer?.id ?? -1);
    if (peer === undefined || peer.waiting === 0 || peer.remote === undefined || now < peer.reportNotBefore)
      return;
    peer.reportNotBefore = now + Math.max(peer.rtt.smoothedNs, this.probeInterval());
    this.context.health.reported(peer);
    this.sendProbe(now, peer);
  }

  sendProbe(now: Nanos, peer: Peer): void {
    peer.probedAt = now;
    if (!peer.probeAwaited) {
      peer.probeHi = this.context.random.nextU32();
      peer.probeLo = this.context.random.nextU32();
      peer.probeAwaited = true;
    }
    peer.probeDue = true;
    this.context.wantControl(peer);
  }

  private fail(now: Nanos, peer: Peer): void {
    this.context.telemetry.peerTimedOut(peer.id, now - peer.lastHeardAt);
    this.context.health.failed(peer);
    this.context.health.step(peer, 'silence');
    peer.probeAwaited = false;
    peer.remoteBlocked = false;
    this.endAll(now, peer, 'peer-timeout', true);
    peer.sent.forgetNotifies();
    peer.idleProbes = 0;
    if (peer.resolved) this.peers.remove(peer);
    else this.armAt(peer, now + this.idleInterval(peer));
  }

  /** A FLOW_RESET has no other way to be repaired than to be sent again until it is acknowledged. MUST RESET-3 */
  private resendResets(peer: Peer): void {
    if (peer.resetTries > RESET_TRIES_MAX && peer.waiting === 0) return;
    peer.sent.takeResets((notice) => peer.resets.push(notice));
    this.context.wantControl(peer);
  }

  onProbeAnswered(peer: Peer): void {
    const wasSilent = !mayBegin(peer.health);
    peer.probeAwaited = false;
    peer.idleProbes = 0;
    this.context.health.answered(peer);
    if (!wasSilent) return;
    peer.resetTries = 0;
    this.resendResets(peer);
    this.context.wantControl(peer);
  }

  /**
   * A packet authenticated that must not act: of an incarnation that is not current, whether it lives or is replayed. It is asked for
   * a proof, and nothing else changes. MUST FRESH-1, FRESH-2
   */
  challenge(peer: Peer, from: RemoteEpoch): void {
    peer.candidate = from;
    peer.challenge.issue(this.context.random);
    this.context.wantControl(peer);
  }

  /** The current incarnation of the peer means a former one of ours: it must hear that we are another. MUST FRESH-9 */
  onMisaddressed(now: Nanos, peer: Peer): void {
    this.sendProbe(now, peer);
  }

  private adopt(peer: Peer, remote: RemoteEpoch): void {
    peer.remote = remote;
    peer.candidate = undefined;
    peer.challenge.end();
  }

  /** The first packet of a peer that may act. */
  onFirstContact(now: Nanos, peer: Peer, remote: RemoteEpoch): void {
    this.adopt(peer, remote);
    peer.lastHeardAt = now;
    if (peer.resolved) this.context.telemetry.peerMet(peer.id);
  }

  /**
   * Another incarnation has proven itself: the peer has restarted, and what its former self may have seen has an unknown
   * fate. MUST FRESH-5
   */
  onRestart(now: Nanos, peer: Peer, remote: RemoteEpoch): void {
    this.adopt(peer, remote);
    peer.probeAwaited = false;
    peer.acks.reset();
    peer.resetOwnCredit(this.context.options.notifyWindow);
    peer.early.forget();
    this.endAll(now, peer, 'peer-restarted', false);
    peer.inbound.clear();
    peer.forgetQueued();
    if (peer.lane !== undefined) peer.lane.bbr = undefined;
    peer.remoteBlocked = false;
    peer.admitted = 0;
    peer.ended = 0;
    peer.advertisedLimit = this.context.options.notifyWindow;
    this.context.telemetry.peerRestarted(peer.id);
    this.context.health.restarted(peer);
    this.context.wantControl(peer);
  }
}
