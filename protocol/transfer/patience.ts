import { NANOS_PER_SECOND, NEVER } from '../core/units.ts';
import type { Nanos } from '../core/units.ts';
import { CROWDED_RTTS } from '../endpoint/context.ts';
import type { Context } from '../endpoint/context.ts';
import type { Backlog } from './backlog.ts';
import type { OutboundTransfer } from './outbound.ts';

/** A backlog is told of up to so many round trips: longer nobody should wait for what may be lost. */
const BACKLOG_RTTS_MAX = 1024;

/**
 * A response to a peer that cannot pull it soon waits for those to its other requests that are on their way, so that one packet announces all.
 * Called before it is queued. MUST NOTIFY-8
 */
export function setPatience(
  context: Context,
  now: Nanos,
  { peer, isResponse, inlined }: OutboundTransfer,
): void {
  const waits = isResponse && !inlined && peer.crowded && peer.pulledBytes > 0;
  if (!waits || peer.responsesQueued > peer.responsesPatient) {
    peer.responsesPatient = 0;
    return;
  }
  peer.responsesPatient += 1;
  if (peer.patientUntil !== NEVER) return;
  peer.patientUntil = now + CROWDED_RTTS * peer.rtt.smoothedNs;
  context.armPeer(peer, peer.patientUntil);
}

/** How long what goes before a message takes on the link, if all of it is pulled at once; 0 for one that is not pulled, or waits. MUST NOTIFY-7 */
export function backlogNs({ options }: Context, backlog: Backlog, transfer: OutboundTransfer): Nanos {
  const { buffer, hold, peer } = transfer;
  if (buffer === undefined || hold !== 'free') return 0;
  const aheadNs = Math.ceil((backlog.aheadOf(transfer) * 8 * NANOS_PER_SECOND) / options.rateBps);
  if (aheadNs < peer.rtt.smoothedNs) return 0;
  return Math.min(aheadNs, BACKLOG_RTTS_MAX * peer.rtt.smoothedNs, options.peerTimeoutNs);
}
