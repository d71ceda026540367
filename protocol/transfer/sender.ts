import type { TimerQueue } from '../core/timer-queue.ts';
import { NEVER } from '../core/units.ts';
import type { Bytes, Nanos } from '../core/units.ts';
import { KEY_BYTES, TAG_BYTES } from '../crypto/suite.ts';
import type { Context } from '../endpoint/context.ts';
import { TimerNumber } from '../endpoint/timer-numbers.ts';
import type { FailureReason } from '../endpoint/errors.ts';
import type { Peer } from '../peer/peer.ts';
import { announcementWaitNs, signWaitNs } from '../recovery/retry-wait.ts';
import type { SentPacket } from '../recovery/sent-packets.ts';
import type { OutgoingMessage } from '../records/message.ts';
import { RECORD_SEALED_BYTES, sealedSize } from '../records/layout.ts';
import { SealedBuffer } from '../records/sealed-buffer.ts';
import { TransferErrorCode } from '../wire/index.ts';
import type { Delivery, PullRequest, RangeAck } from '../wire/index.ts';
import { nextHold } from './hold.ts';
import { Holds } from './holds.ts';
import type { OutboundTransfer } from './outbound.ts';
import { nextOutbound } from './states.ts';
import { lowestOf } from './minimum-shares.ts';
import { clearQueues, firstOfLevel, firstQueued, onAnnounced, onEndedInLine } from './notify-queues.ts';
import { backlogNs, setPatience } from './patience.ts';
import { QueueDepths } from './queue-depths.ts';
import type { SendScheduler } from './send-scheduler.ts';

/** A transfer that the receiver knows is announced again this often in the time a silent peer has. */
const REMINDERS_PER_TIMEOUT = 4;

/** How an outbound transfer ended. */
export type OutboundEnd = (now: Nanos, transfer: OutboundTransfer, reason: FailureReason | undefined) => void;

/**
 * The sending half: announces transfers, hands pulled ranges to the scheduler, frees what is acknowledged. It
 * owns the loss of NOTIFY and of nothing else. REQ RDP-1, XFER-2, XFER-3, XFER-5 · MUST NOTIFY-2
 */
export class Sender {
  readonly timers: TimerQueue<OutboundTransfer>;
  /** Transfers not done. */
  live = 0;
  readonly depths: QueueDepths;
  protected readonly context: Context;
  protected readonly scheduler: SendScheduler;
  private readonly onEnd: OutboundEnd;
  private readonly holds: Holds;

  constructor(context: Context, scheduler: SendScheduler, onEnd: OutboundEnd) {
    this.context = context;
    this.timers = context.deadlines.queue<OutboundTransfer>(TimerNumber.NOTIFY);
    this.depths = new QueueDepths(context);
    this.scheduler = scheduler;
    this.onEnd = onEnd;
    this.holds = new Holds(context, scheduler, (transfer) => this.queueNotify(transfer));
  }

  submit(now: Nanos, transfer: OutboundTransfer): void {
    this.live += 1;
    this.depths.enter(transfer);
    transfer.peer.addWaiting(now);
    setPatience(this.context, now, transfer);
    if (transfer.causal === 'held') {
      this.holds.hold(transfer);
      return;
    }
    this.scheduler.backlog.enter(transfer);
    this.queueNotify(transfer);
  }

  /** What a transfer waited for is over. */
  release(now: Nanos, transfer: OutboundTransfer): void {
    this.scheduler.backlog.enter(transfer);
    this.holds.release(now, transfer);
  }

  queueNotify(transfer: OutboundTransfer): void {
    if (transfer.notifyQueued || transfer.state === 'done') return;
    const { peer } = transfer;
    transfer.notifyQueued = true;
    transfer.state = nextOutbound(transfer.state, 'again');
    if (transfer.slot >= 0) {
      peer.notifyRetries.push(transfer);
    } else {
      peer.notifyQueue(transfer.priority, transfer.isResponse).push(transfer);
      if (transfer.isResponse) peer.responsesQueued += 1;
      else peer.requestsQueued += 1;
      peer.notifyLevels |= 1 << transfer.priority;
      this.noteBlocked(peer);
    }
    this.context.wantControl(peer);
  }

  /** Tells the peer, once for each limit, that it stops us. MUST CREDIT-3 */
  private noteBlocked(peer: Peer): void {
    if (peer.isBlocked && peer.blockedRetryAt === NEVER) peer.blockedDue = true;
  }

  /** Neither NOTIFY_BLOCKED nor its answer is otherwise protected against loss: it is repeated until the limit moves. */
  onBlockedSent(now: Nanos, peer: Peer): void {
    peer.blockedDue = false;
    peer.blockedCount += 1;
    peer.blockedWaitNs = this.retryWait(peer, peer.blockedCount, peer.blockedWaitNs);
    peer.blockedRetryAt = now + peer.blockedWaitNs;
    this.context.armPeer(peer, peer.blockedRetryAt);
  }

  onCredit(peer: Peer, limit: number): void {
    peer.notifyLimit = limit;
    peer.blockedDue = false;
    peer.blockedCount = 0;
    peer.blockedRetryAt = NEVER;
  }

  /** The next transfer to announce to `peer`, if there is one and credit for it; it stays queued. REQ RDP-12 */
  peekNotify(peer: Peer): OutboundTransfer | undefined {
    const again = firstQueued(peer, peer.notifyRetries);
    if (again !== undefined) return again;
    const levels = peer.notifyLevels;
    return (
      this.firstIn(peer, peer.notifyShares.dueOf(levels)) ??
      this.firstIn(peer, levels) ??
      this.peekAhead(peer)
    );
  }

  private firstIn(peer: Peer, levels: number): OutboundTransfer | undefined {
    for (let left = levels; left !== 0; left &= left - 1) {
      const transfer = firstOfLevel(peer, lowestOf(left));
      if (transfer === undefined) continue;
      if (transfer.isResponse || peer.notified < peer.notifyLimit) return transfer;
      this.noteBlocked(peer);
    }
    return undefined;
  }

  private peekAhead(peer: Peer): OutboundTransfer | undefined {
    return peer.mayBegin && peer.notified < peer.notifyLimit ? this.holds.peek(peer) : undefined;
  }

  /** Gives the transfer id and buffer, before its first NOTIFY is written; false if it has them. REQ RDP-6, CAUSE-6 · MUST KEY-6, ID-2 */
  prepare(transfer: OutboundTransfer): boolean {
    if (transfer.slot >= 0) return false;
    const { peer } = transfer;
    const slot = peer.outboundFree.pop() ?? peer.outbound.length;
    if (slot === peer.outbound.length) {
      peer.outbound.push(undefined);
      peer.outboundGenerations.push(peer.generationBase);
    }
    const generation = (peer.outboundGenerations[slot] as number) + 1;
    peer.outboundGenerations[slot] = generation;
    peer.outbound[slot] = transfer;
    if (!transfer.isResponse) peer.notified += 1;
    this.depths.leave(transfer);
    transfer.slot = slot;
    transfer.generation = generation;
    if (transfer.inlined || transfer.buffer !== undefined) return true;
    const { message } = transfer;
    const { seat } = message;
    transfer.buffer = seat?.source((holders) => this.seal(message, holders)) ?? this.seal(message, 1);
    return true;
  }

  private seal(message: OutgoingMessage, holders: number): SealedBuffer {
    const { crypto, records, random, exposure } = this.context;
    const rawKey = new Uint8Array(KEY_BYTES);
    random.fill(rawKey);
    const { slot, generation } = this.context.nextBufferId();
    const region = exposure.expose(sealedSize(message.sizeBytes));
    return new SealedBuffer(crypto, records, message, slot, generation, rawKey, holders, region);
  }

  /** The NOTIFY found no room in its packet: with the id goes the credit, or it would wait for the one it holds itself. */
  unprepare(transfer: OutboundTransfer): void {
    const { peer, slot } = transfer;
    this.freeSlot(transfer);
    peer.outboundGenerations[slot] = transfer.generation - 1;
    if (!transfer.isResponse) peer.notified -= 1;
    transfer.slot = -1;
    this.depths.enter(transfer);
  }

  /** Its NOTIFY is in a packet: takes it off the queue and starts the retry timer. */
  onNotifySent(now: Nanos, transfer: OutboundTransfer): void {
    if (transfer.hold !== 'waiting') onAnnounced(transfer);
    transfer.state = nextOutbound(transfer.state, 'announce');
    const aheadNs = transfer.notifyCount === 0 ? this.backlogNs(transfer) : 0;
    transfer.notifyCount += 1;
    this.holds.onAnnounced(transfer);
    if (transfer.patient && transfer.notifyCount === 1) this.armReminder(now, transfer);
    else this.armRetry(now, transfer, aheadNs);
  }

  /** `spareNs`: it could not be sent earlier even if it were pulled. MUST NOTIFY-7 */
  private armRetry(now: Nanos, transfer: OutboundTransfer, spareNs: Nanos = 0): void {
    const { peer, notifyCount, notifyWaitNs } = transfer;
    transfer.notifyWaitNs = announcementWaitNs(now, this.context.options, peer, notifyCount, notifyWaitNs);
    this.timers.arm(transfer, now + transfer.notifyWaitNs + spareNs);
  }

  /** How long what goes before it takes. MUST NOTIFY-7 */
  backlogNs(transfer: OutboundTransfer): Nanos {
    return backlogNs(this.context, this.scheduler.backlog, transfer);
  }

  /** How long to wait for a sign after sending for the `count`th time, `lastNs` after the time before. */
  retryWait(peer: Peer, count: number, lastNs: Nanos): Nanos {
    return signWaitNs(this.context.options, peer, count, lastNs);
  }

  onTimeout(now: Nanos): void {
    for (let t = this.timers.expire(now); t !== undefined; t = this.timers.expire(now)) {
      const quietAt = this.quietAt(now, t);
      if (quietAt > now) {
        this.timers.arm(t, quietAt);
        continue;
      }
      // Where there was a sign of receipt it is a reminder.
      const isReminder = t.state !== 'notified' || (t.patient && t.notifyCount === 1);
      if (!isReminder && !t.allSent) this.context.health.failed(t.peer);
      this.queueNotify(t);
    }
  }

  /** While the peer is sent what else it pulled, it tells of what is whole when it likes. MUST RACK-3 */
  private quietAt(now: Nanos, { allSent, peer, notifyWaitNs }: OutboundTransfer): Nanos {
    const { lane } = peer;
    if (!allSent || lane === undefined) return now;
    return (lane.isEmpty ? lane.lastSentAt : now) + notifyWaitNs;
  }

  find(peer: Peer, slot: number, generation: number): OutboundTransfer | undefined {
    const transfer = peer.outbound[slot];
    return transfer?.generation === generation ? transfer : undefined;
  }

  /**
   * The receiver knows of the transfer. One of which everything has been sent, inside its NOTIFY or after, keeps its timer until the final
   * RANGE_ACK: an acknowledged packet may have been answered by one that was lost. `ofRelease`: it knows that it may hand it over. MUST RACK-3, AHEAD-3
   */
  onReceipt(now: Nanos, transfer: OutboundTransfer, ofRelease = false): void {
    if (ofRelease) transfer.hold = nextHold(transfer.hold, 'heard');
    if (transfer.state !== 'notified' && transfer.state !== 'queued') return;
    if (transfer.hold === 'releasing') return;
    if (transfer.hold === 'ahead') {
      transfer.state = nextOutbound(transfer.state, 'hear');
      this.armReminder(now, transfer);
      return;
    }
    if (transfer.inlined || transfer.allSent) return;
    transfer.state = nextOutbound(transfer.state, 'hear');
    this.armReminder(now, transfer);
  }

  /**
   * The receiver has the transfer and pulls when it likes. Should it have given it up, and the word of that be lost, a NOTIFY now and then
   * finds out. MUST NOTIFY-5
   */
  private armReminder(now: Nanos, transfer: OutboundTransfer): void {
    // Until the release is known it is repeated sooner.
    if (transfer.hold === 'releasing') return;
    this.timers.arm(transfer, now + Math.ceil(this.context.options.peerTimeoutNs / REMINDERS_PER_TIMEOUT));
  }

  onResetsSent(now: Nanos, peer: Peer): void {
    peer.resetTries += 1;
    peer.resetWaitNs = this.retryWait(peer, peer.resetTries, peer.resetWaitNs);
    const at = now + peer.resetWaitNs;
    if (at >= peer.resetRetryAt) return;
    peer.resetRetryAt = at;
    this.context.armPeer(peer, at);
  }

  /** A packet with announcements has arrived. */
  onArrived(now: Nanos, packet: SentPacket): void {
    for (const transfer of packet.notifies) {
      const { releasePacket } = transfer;
      if (transfer.isEarlyGone) transfer.endEarly();
      this.onReceipt(now, transfer, releasePacket >= 0 && packet.packetNumber >= releasePacket);
    }
  }

  onLost(packet: SentPacket): void {
    for (const transfer of packet.notifies) this.announceAgain(transfer);
  }

  /** Its NOTIFY got lost, or had no effect. */
  announceAgain(transfer: OutboundTransfer): void {
    if (transfer.state !== 'notified') return;
    this.timers.disarm(transfer);
    this.queueNotify(transfer);
  }

  /** REQ RDP-2, XFER-2 · MUST PULL-3. False: the pull breaks the rules. */
  onPull(now: Nanos, transfer: OutboundTransfer, pull: PullRequest): boolean {
    this.onReceipt(now, transfer);
    const { buffer } = transfer;
    if (buffer === undefined) return false;
    let low = 0;
    for (let i = 0; i < pull.rangesCount; i += 1) {
      const start = pull.ranges[i * 2] as number;
      const end = start + (pull.ranges[i * 2 + 1] as number);
      if (start < low || end <= start || end > buffer.sealedBytes) return false;
      low = end;
    }
    transfer.endEarly();
    const { pull: pulled } = transfer;
    pulled.slot = pull.pullSlot;
    pulled.tokenHi = pull.tokenHi | 0;
    pulled.tokenLo = pull.tokenLo | 0;
    for (let i = 0; i < pull.rangesCount; i += 1) {
      const start = pull.ranges[i * 2] as number;
      const end = start + (pull.ranges[i * 2 + 1] as number);
      pulled.acked.forEachGap(start, end, (from, to) => pulled.toSend.add(from, to));
      if (start < pulled.sentHigh) transfer.peer.paths?.onPulledAgain(now, transfer, start, end);
    }
    this.armReminder(now, transfer);
    this.scheduler.setRate(transfer.peer, Math.max(1, pull.rateMbps) * 1e6);
    this.scheduler.add(now, transfer);
    return true;
  }

  /** MUST BBR-2 */
  onDelivery(now: Nanos, peer: Peer, report: Delivery): void {
    this.scheduler.onDelivery(now, peer, report);
  }

  /** What was pulled and has not left is not wanted now. MUST CANCEL-1 */
  onCancelPull(now: Nanos, transfer: OutboundTransfer): void {
    this.onReceipt(now, transfer);
    transfer.forgetPulls();
    this.scheduler.remove(transfer);
  }

  /** So much of it left that never had before. */
  onUnsentLess(transfer: OutboundTransfer, bytes: Bytes): void {
    this.scheduler.backlog.onSent(transfer, bytes);
  }

  /** The first of its early data is in a packet. */
  onEarlyStarted(now: Nanos, transfer: OutboundTransfer): void {
    this.scheduler.add(now, transfer);
    this.onDataSent(now, transfer);
  }

  /** A burst of it has left. With nothing left to send, a lost final RANGE_ACK is provoked by the NOTIFY. */
  onDataSent(now: Nanos, transfer: OutboundTransfer): void {
    if (!transfer.allSent || transfer.hold === 'ahead' || transfer.hold === 'releasing') return;
    transfer.notifyCount = 1;
    this.armRetry(now, transfer);
  }

  /** REQ RDP-4, BUF-4 · MUST RACK-2. False: it acknowledges what does not exist. */
  onRangeAck(now: Nanos, transfer: OutboundTransfer, ack: RangeAck, final: boolean): boolean {
    // MUST AHEAD-6
    if (transfer.hold === 'ahead') return false;
    this.onReceipt(now, transfer, true);
    if (final) {
      this.finish(now, transfer, undefined);
      return true;
    }
    const { buffer } = transfer;
    if (buffer === undefined) return false;
    const { pull } = transfer;
    const { acked, toSend } = pull;
    for (let i = 0; i < ack.rangesCount; i += 1) {
      const start = ack.ranges[i * 2] as number;
      const end = start + (ack.ranges[i * 2 + 1] as number);
      if (end > buffer.sealedBytes) return false;
      acked.forEachGap(start, end, (from, to) => transfer.release(from, to));
      acked.add(start, end);
      // What an earlier transfer brought needs no sending. MUST PULL-8
      if (end > pull.sentHigh) {
        this.scheduler.backlog.onSent(transfer, end - pull.sentHigh);
        pull.sentHigh = end;
      }
      toSend.remove(start, end);
    }
    if (toSend.isEmpty) this.scheduler.remove(transfer);
    if (pull.progress?.isNews(acked.total)) {
      // Whole records, each with its tag.
      const bytes = acked.total - Math.ceil(acked.total / RECORD_SEALED_BYTES) * TAG_BYTES;
      this.context.events.push({ type: 'progress', exchange: transfer.exchange, bytes });
    }
    return true;
  }

  /** Ends the transfer; a request keeps its id until its exchange ends, because the response names it. */
  finish(now: Nanos, transfer: OutboundTransfer, reason: FailureReason | undefined): void {
    if (transfer.state === 'done') return;
    transfer.state = nextOutbound(transfer.state, 'end');
    this.holds.leave(transfer);
    this.live -= 1;
    if (transfer.slot < 0) this.depths.leave(transfer);
    this.timers.disarm(transfer);
    this.scheduler.remove(transfer);
    this.scheduler.backlog.leave(transfer);
    transfer.endEarly();
    transfer.forgetPulls();
    transfer.letGo();
    transfer.peer.removeWaiting();
    if (transfer.notifyQueued) onEndedInLine(transfer.peer);
    if (transfer.isResponse) this.freeSlot(transfer);
    this.onEnd(now, transfer, reason);
  }

  /** MUST ID-3 */
  freeSlot(transfer: OutboundTransfer): void {
    const { peer, slot } = transfer;
    if (slot < 0 || peer.outbound[slot] !== transfer) return;
    peer.outbound[slot] = undefined;
    // At least 2^23 generations; the slot is retired after them. MUST ID-2
    if ((transfer.generation & 0xff_ffff) < 0xff_ffff) peer.outboundFree.push(slot);
  }

  /**
   * Gives up a request whose announcement may not have arrived. It used a credit, at the peer only if it did: the peer is told, and the slot
   * stays taken until it knows, so that no later generation hides this one and both sides count alike. MUST CREDIT-2
   */
  relinquish(transfer: OutboundTransfer): void {
    const { peer, slot, generation } = transfer;
    transfer.relinquished = true;
    peer.resets.push({ slot, generation, byReceiver: false, code: TransferErrorCode.CANCELLED });
  }

  /** The peer has seen our FLOW_RESET of it. */
  onResetAcked(peer: Peer, slot: number, generation: number): void {
    const transfer = this.find(peer, slot, generation);
    if (transfer?.relinquished) this.freeSlot(transfer);
  }

  /** The peer has another incarnation: what was never announced goes to that, the rest is lost. MUST EXCH-9, FRESH-5 */
  onPeerRestart(now: Nanos, peer: Peer, reason: FailureReason, everything: boolean): void {
    const live = this.liveOf(peer);
    clearQueues(peer);
    // To a new incarnation nothing needs to be told of what the old one may have counted.
    if (!everything)
      for (const transfer of peer.outbound) if (transfer?.relinquished) this.freeSlot(transfer);
    for (const transfer of live) {
      // A response names a request of the old incarnation: to the new one it would answer another.
      if (everything || transfer.exposed || transfer.isResponse) {
        this.finish(now, transfer, reason);
      } else {
        this.timers.disarm(transfer);
        this.freeSlot(transfer);
        if (transfer.slot >= 0) this.depths.enter(transfer);
        transfer.slot = -1;
        transfer.notifyQueued = false;
        this.scheduler.backlog.leave(transfer);
        this.holds.beginAnew(transfer);
        if (transfer.hold === 'free') this.scheduler.backlog.enter(transfer);
      }
    }
  }

  /** Every transfer to `peer` that is not done. */
  private liveOf(peer: Peer): OutboundTransfer[] {
    const live: OutboundTransfer[] = [];
    for (const transfer of peer.outbound) if (transfer && transfer.state !== 'done') live.push(transfer);
    for (const queue of peer.notifyQueues) {
      queue?.forEach((transfer) => {
        if (transfer.slot < 0 && transfer.state !== 'done') live.push(transfer);
      });
    }
    return live;
  }
}
