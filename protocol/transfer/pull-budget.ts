import { NANOS_PER_SECOND } from '../core/units.ts';
import type { Bytes } from '../core/units.ts';
import type { Context } from '../endpoint/context.ts';
import type { Peer } from '../peer/peer.ts';
import type { InboundPull } from './inbound-pull.ts';
import type { InboundTransfer } from './inbound.ts';

/** Room for fewer is not worth a pull, unless no more are wanted. */
const GRANT_PACKETS_MIN = 4;
/** After a stall so much is pulled, and no more before it comes: it does not count in the budget. MUST PULL-9 */
const PROBE_PACKETS = 2;
/** Early data is too much when so many times the budget is on its way. MUST EARLY-5 */
const CROWDED_BUDGETS = 4;

/**
 * What is pulled and has not arrived, and how much of that there may be: below B = budgetRatio x rate x RTT before each grant, which may exceed it
 * by its own length, because a single sender cannot send faster than its link: what exceeds B waits in the sender, not in the network. Short messages (up to B / 2)
 * have a reserve of their own, so that they do not wait behind a long grant. What is held has what the others leave. REQ NIC-8 · MUST PULL-1, AHEAD-5
 */
export class PullBudget {
  protected readonly context: Context;
  /** Outstanding bytes of transfers that are not stalled. */
  private longBytes = 0;
  private shortBytes = 0;
  /** The same of what is held. */
  private heldBytes: Bytes = 0;
  /** Found lost for silence, and likely to come after all. */
  private doubtedBytes: Bytes = 0;

  constructor(context: Context) {
    this.context = context;
  }

  /** Bytes pulled and not arrived, of senders that are not stalled, but for what is held. */
  get outstandingBytes(): Bytes {
    return this.longBytes + this.shortBytes;
  }

  /** The same with what is held. */
  get bytes(): Bytes {
    return this.outstandingBytes + this.heldBytes;
  }

  /** The budget for a sender as far away as `peer`. */
  of(peer: Peer): Bytes {
    if (peer.budgetBytes === 0) peer.budgetBytes = this.workOut(peer);
    const { receivers } = this.context.nic;
    if (receivers === 1) return peer.budgetBytes;
    return Math.max(Math.floor(peer.budgetBytes / receivers), 2 * this.context.options.mtuBytes);
  }

  private workOut(peer: Peer): Bytes {
    const { budgetRatio, rateBps, mtuBytes, receiveBufferBytes } = this.context.options;
    const rttNs = peer.rtt.minNs;
    const bdp = (rateBps * rttNs) / (8 * NANOS_PER_SECOND);
    return Math.min(
      Math.max(Math.floor(budgetRatio * bdp), 2 * mtuBytes),
      Math.floor(receiveBufferBytes / 2),
    );
  }

  /** More is on its way than any grants would bring: others have to wait for what nobody asked for. */
  isCrowded(peer: Peer): boolean {
    return this.outstandingBytes > CROWDED_BUDGETS * this.of(peer);
  }

  /** So much is short for `peer`. */
  shortMax(peer: Peer): Bytes {
    return this.of(peer) / 2;
  }

  /** The reserve of short messages has room for so much more. */
  hasReserve(peer: Peer, bytes: Bytes): boolean {
    return this.shortBytes + bytes <= this.of(peer);
  }

  /** Whether the transfer may be granted more now, `lentBytes` being outstanding beside the budget. */
  mayGrant(transfer: InboundTransfer, lentBytes: Bytes): boolean {
    const { pull, peer } = transfer;
    const budget = this.of(peer);
    if (!pull.small && transfer.remaining <= this.shortMax(peer)) this.beginShort(pull);
    const wanted = transfer.pullLimit - pull.next + pull.holes.total;
    const { mtuBytes } = this.context.options;
    const packets = pull.stalls > 0 ? PROBE_PACKETS : GRANT_PACKETS_MIN;
    if (this.roomFor(transfer) < Math.min(wanted, mtuBytes * packets)) return false;
    if (transfer.isHeld) return this.bytes < budget;
    if (pull.small && this.hasReserve(peer, wanted)) return true;
    return this.outstandingBytes < budget && this.outstandingBytes < this.roomInPort(budget, lentBytes);
  }

  /** How long a grant may be. MUST PULL-1, AHEAD-5 */
  roomFor({ peer, isHeld, pulled }: InboundTransfer): Bytes {
    const { receiveBufferBytes, mtuBytes } = this.context.options;
    const { bytes } = this;
    const room = receiveBufferBytes - bytes;
    if (pulled !== undefined && pulled.stalls > 0) return Math.min(room, PROBE_PACKETS * mtuBytes);
    return isHeld ? Math.min(room, Math.max(this.of(peer) - bytes, GRANT_PACKETS_MIN * mtuBytes)) : room;
  }

  /** `bytes` more of the pull are outstanding. */
  add({ transfer, small }: InboundPull, bytes: Bytes): void {
    transfer.peer.pulledBytes += bytes;
    if (transfer.isHeld) this.heldBytes += bytes;
    else if (small) this.shortBytes += bytes;
    else this.longBytes += bytes;
  }

  /** What a port holds beside what is lent, and what was found lost and may come all the same; half of the budget at least. MUST PULL-14 */
  private roomInPort(budgetBytes: Bytes, lentBytes: Bytes): Bytes {
    const { portBufferBytes } = this.context.options;
    return Math.max(portBufferBytes - lentBytes - this.doubtedBytes, budgetBytes / 2);
  }

  /** What of the pull was found lost and may come after all. MUST PULL-14 */
  doubt(pull: InboundPull, bytes: Bytes): void {
    this.doubtedBytes += bytes - pull.doubtedBytes;
    pull.doubtedBytes = bytes;
  }

  /** So little is left of it that it counts among the short ones. */
  private beginShort(pull: InboundPull): void {
    const { budgeted, transfer } = pull;
    pull.small = true;
    if (transfer.isHeld) return;
    this.longBytes -= budgeted;
    this.shortBytes += budgeted;
  }
}
