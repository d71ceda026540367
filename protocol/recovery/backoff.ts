import type { Nanos } from '../core/units.ts';

const DOUBLINGS_MAX = 10;
/** A scout waits so many round trips, but no longer than it takes to try so often before a silent peer is dead. */
const SCOUT_RTTS = 8;
const SCOUTS_PER_TIMEOUT = 512;

/**
 * How long to wait the (`doublings` + 1)th time in a row: `baseNs`, doubled each time, at most 10 times. `baseNs` follows an estimate, which may have
 * grown meanwhile: doublings of a shorter one are not multiplied with it, so the wait is at most twice `lastNs`, the one before, or
 * `baseNs`. MUST NOTIFY-2, LOSS-2
 */
export function backoffNs(baseNs: Nanos, doublings: number, lastNs: Nanos): Nanos {
  const doubledNs = baseNs * (1 << Math.min(doublings, DOUBLINGS_MAX));
  return Math.min(doubledNs, Math.max(baseNs, 2 * lastNs));
}

/**
 * Of what one peer does not answer, one thing is tried again this often, whatever its backoff has come to: that costs a small packet for each silent
 * peer, however much waits for it, and the first packet that comes through finds out what the others need. MUST NOTIFY-2, LOSS-2
 */
export function scoutWaitNs(rttNs: Nanos, peerTimeoutNs: Nanos): Nanos {
  return Math.max(SCOUT_RTTS * rttNs, Math.ceil(peerTimeoutNs / SCOUTS_PER_TIMEOUT));
}
