import type { Nanos } from '../core/units.ts';
import type { Context } from '../endpoint/context.ts';
import type { Peer } from './peer.ts';
import { mayBegin, nextHealth } from './states.ts';
import type { HealthEvent, HealthState } from './states.ts';

/** All attempts fail. The rate is an integer, so that it is the same wherever it is computed. */
export const FAILURE_RATE_ONE = 65_536;
/** An attempt counts a sixteenth. */
const GAIN_SHIFT = 4;
/** An interval without anything that failed takes a quarter away. */
const QUIET_SHIFT = 2;
/** A quarter of the attempts fails: degraded. An eighth: healthy again. */
const FAILING_RATE = FAILURE_RATE_ONE / 4;
const CALM_RATE = FAILURE_RATE_ONE / 8;

/**
 * Keeps the failure rate of peers and takes them from state to state. An attempt is something that waits for an answer of the peer: an ack-eliciting packet, a
 * pull, a PROBE. REQ HEALTH-4, HEALTH-5, HEALTH-12 · MUST LIVE-7, LIVE-8
 */
export class HealthMonitor {
  /** A peer is well, or is well no more. */
  onTurn: (peer: Peer) => void = () => {};
  /** It is to be asked whether it lives. */
  onSuspicion: (now: Nanos, peer: Peer) => void = () => {};
  private readonly context: Context;

  constructor(context: Context) {
    this.context = context;
  }

  succeeded(peer: Peer): void {
    this.lower(peer, GAIN_SHIFT);
  }

  /** A time went by without a failure: who is not asked anything must not stay degraded for ever. */
  quiet(peer: Peer): void {
    this.lower(peer, QUIET_SHIFT);
  }

  private lower(peer: Peer, shift: number): void {
    if (peer.failureRate === 0) return;
    peer.failureRate -= (peer.failureRate + (1 << shift) - 1) >> shift;
    if (peer.failureRate < CALM_RATE) this.step(peer, 'calm');
  }

  failed(peer: Peer): void {
    peer.failureRate += (FAILURE_RATE_ONE - peer.failureRate) >> GAIN_SHIFT;
    if (peer.failureRate >= FAILING_RATE) this.step(peer, 'failing');
  }

  /** Somebody says that the peer cannot be reached. */
  reported(peer: Peer): void {
    this.raise(peer);
    this.step(peer, 'report');
  }

  /** A pull of it has stalled again: a PROBE finds out within a round trip, long before the peer timeout. MUST LIVE-12 */
  suspect(now: Nanos, peer: Peer): void {
    if (!peer.isWell) return;
    const { smoothedNs, variationNs } = peer.rtt;
    if (!peer.probeAwaited) {
      this.onSuspicion(now, peer);
    } else if (peer.lastHeardAt < peer.probedAt && now - peer.probedAt >= smoothedNs + 4 * variationNs) {
      this.raise(peer);
      this.step(peer, 'failing');
    }
  }

  private raise(peer: Peer): void {
    if (peer.failureRate < FAILING_RATE) peer.failureRate = FAILING_RATE;
  }

  /** It answers: whether it is well again its failure rate says. */
  answered(peer: Peer): void {
    this.step(peer, 'answer');
    this.succeeded(peer);
    if (peer.failureRate < CALM_RATE) this.step(peer, 'calm');
  }

  restarted(peer: Peer): void {
    peer.failureRate = 0;
    this.step(peer, 'restart');
  }

  /** Every change is an event. */
  step(peer: Peer, event: HealthEvent): void {
    const from = peer.health;
    const to = nextHealth(from, event);
    if (from === to) return;
    const wasWell = peer.isWell;
    peer.health = to;
    this.context.telemetry.peerChanged(peer.id, from, to, event, peer.failureRate);
    if (peer.isWell !== wasWell) this.onTurn(peer);
    // What waited may be announced.
    if (mayBegin(to) && !mayBegin(from)) this.context.wantControl(peer);
  }
}

/** How a peer is. `failureRatio`: of what waits for an answer of it, the part that failed lately. REQ HEALTH-1, HEALTH-3, HEALTH-4 */
export interface PeerHealth {
  state: HealthState;
  failureRatio: number;
  lastHeardNs: Nanos;
}

export function healthOf(peer: Peer | undefined): PeerHealth | undefined {
  if (peer === undefined) return undefined;
  const { health: state, failureRate, lastHeardAt: lastHeardNs } = peer;
  return { state, failureRatio: failureRate / FAILURE_RATE_ONE, lastHeardNs };
}
