import type { RandomSource } from '../core/random.ts';
import type { Nanos } from '../core/units.ts';
import type { EndpointOptions } from '../endpoint/options.ts';
import type { Peer } from '../peer/peer.ts';
import { backoffNs, scoutWaitNs } from './backoff.ts';

/** What is sent is repeated after this many round trips at first. */
const RETRY_RTTS = 3;
/** A peer that is not well is given so many times as long. REQ HEALTH-6 */
const UNWELL_TIMES = 2;

/** How long to wait for a sign after sending for the `count`th time, `lastNs` after the time before: 3 round trips, then doubling. REQ XFER-3 · MUST NOTIFY-2 */
export function signWaitNs(options: EndpointOptions, peer: Peer, count: number, lastNs: Nanos): Nanos {
  const { ackDelayNs, lossDelayMinNs, peerTimeoutNs } = options;
  const { smoothedNs, variationNs } = peer.rtt;
  const base = Math.max(RETRY_RTTS * smoothedNs, smoothedNs + 4 * variationNs, lossDelayMinNs);
  const onceNs = (base + ackDelayNs) * (peer.isWell ? 1 : UNWELL_TIMES);
  return Math.min(backoffNs(onceNs, Math.max(count - 1, 0), lastNs), Math.ceil(peerTimeoutNs / 4));
}

/** The same of an announcement: one to each peer, the scout, does not wait longer and longer. MUST NOTIFY-2 */
export function announcementWaitNs(
  now: Nanos,
  options: EndpointOptions,
  peer: Peer,
  count: number,
  lastNs: Nanos,
): Nanos {
  const waitNs = signWaitNs(options, peer, count, lastNs);
  const scoutNs = scoutWaitNs(peer.rtt.smoothedNs, options.peerTimeoutNs);
  if (count <= 1 || waitNs <= scoutNs || now < peer.scoutedUntil) return waitNs;
  const soonerNs = Math.max(scoutNs, signWaitNs(options, peer, 1, 0));
  peer.scoutedUntil = now + soonerNs;
  return soonerNs;
}

/** How long to wait before an exchange is tried for the `tries`th time again: doubled each time, with a random part. REQ XFER-3, HEALTH-6 */
export function callWaitNs(
  options: EndpointOptions,
  peer: Peer | undefined,
  tries: number,
  random: RandomSource,
): Nanos {
  const { ackDelayNs, lossDelayMinNs, initialRttNs, peerTimeoutNs } = options;
  const rttNs = peer?.rtt.smoothedNs ?? initialRttNs;
  const onceNs = (Math.max(RETRY_RTTS * rttNs, lossDelayMinNs) + ackDelayNs) * (1 << Math.min(tries, 10));
  const baseNs = onceNs * (peer === undefined || peer.isWell ? 1 : UNWELL_TIMES);
  return Math.min(baseNs + Math.floor((baseNs * random.nextU32()) / 2 ** 32), peerTimeoutNs);
}
