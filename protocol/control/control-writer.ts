import type { Bytes, Nanos } from '../core/units.ts';
import { TAG_BYTES } from '../crypto/suite.ts';
import type { AeadKey } from '../crypto/suite.ts';
import type { Context } from '../endpoint/context.ts';
import { fillDatagram } from '../endpoint/datagrams.ts';
import type { Peer } from '../peer/peer.ts';
import type { SentPacket } from '../recovery/sent-packets.ts';
import type { EarlyAllowance } from '../transfer/early-allowance.ts';
import type { InboundTransfer } from '../transfer/inbound.ts';
import type { OutboundTransfer } from '../transfer/outbound.ts';
import type { StreamFrameWriter } from '../stream/frame-writer.ts';
import type { Pacer } from '../transfer/pacer.ts';
import type { ResetNotice } from '../transfer/reset.ts';
import type { Sender } from '../transfer/sender.ts';
import type { TransmitBuffer } from '../transmit.ts';
import {
  Ack,
  Backlog,
  CancelPull,
  ControlPacket,
  Datagram,
  EarlyData,
  FlowReset,
  NotifyBlocked,
  PullRequest,
  RangeAck,
  TransferAccept,
  TransferNotify,
} from '../wire/index.ts';
import type { RangeSet } from '../core/range-set.ts';
import { RECORD_SEALED_BYTES } from '../records/layout.ts';
import { Announcement } from './announcement.ts';
import { WRITTEN } from './frame-set.ts';
import { ProbeWriter } from './probe-writer.ts';

/** What cannot leave for so many round trips is acknowledged with its pull. */
const PATIENT_RTTS = 4;
const RANGES_MAX = 64;
const ACCEPTS_MAX = 128;
/** An announcement that takes more than this part of a packet goes without early data. */
const NOTICE_SHARE = 4;

/**
 * Writes a peer's waiting frames into one sealed packet: many frames, one seal. Frames that may wait for company (ACK, final
 * RANGE_ACK) ride along with whatever leaves. REQ RDP-1, RDP-2, RDP-4, RDP-12, KEY-2, KEY-7
 */
export class ControlWriter {
  private readonly context: Context;
  private readonly sender: Sender;
  private readonly pacer: Pacer;
  private readonly streamFrames: StreamFrameWriter;
  private readonly announcement: Announcement;
  private readonly allowance: EarlyAllowance;
  private readonly probes: ProbeWriter;
  private out: Uint8Array = new Uint8Array(0);
  private at = 0;
  private limit = 0;
  private notifies: OutboundTransfer[] = [];
  private resets: ResetNotice[] = [];
  private eliciting = false;
  /** Must be acknowledged soon. */
  private hurried = false;
  /** Requests that this packet acknowledges: slot to generation. */
  private readonly written: Map<number, number> = new Map<number, number>();
  private now: Nanos = 0;
  private key: AeadKey | undefined;
  private headerBytes = 0;
  private byReference = false;

  constructor(
    context: Context,
    sender: Sender,
    pacer: Pacer,
    streamFrames: StreamFrameWriter,
    allowance: EarlyAllowance,
  ) {
    this.allowance = allowance;
    this.streamFrames = streamFrames;
    this.probes = new ProbeWriter(this.putFrame, (peer, type) => this.observe(peer, type, -1, 0, false, 0));
    this.announcement = new Announcement(context);
    this.context = context;
    this.sender = sender;
    this.pacer = pacer;
  }

  /** Fills `out` with one control packet of the next peer in line; false if no peer has anything to say. */
  poll(now: Nanos, out: TransmitBuffer): boolean {
    const { controlQueue } = this.context;
    for (let peer = controlQueue.shift(); peer !== undefined; peer = controlQueue.shift()) {
      peer.controlQueued = false;
      // A peer with nothing that can be written now leaves the line.
      if (!this.write(now, peer, out)) continue;
      this.context.wantControl(peer);
      return true;
    }
    return false;
  }

  /** A packet of its own for the next early data of `transfer`, whose announcement it repeats: it may come first. MUST EARLY-2 */
  writeEarly(now: Nanos, transfer: OutboundTransfer, out: TransmitBuffer): void {
    const { peer } = transfer;
    this.begin(now, peer, out);
    // MUST CREDIT-4
    this.writeAccepts(peer);
    if (this.put(this.announcement.fill(now, transfer))) {
      this.eliciting = this.hurried = true;
      this.notifies.push(transfer);
      this.writeEarlyData(transfer);
    }
    this.finish(peer, out);
    // Before what is pulled of its priority, and behind control.
    out.networkPriority = Math.max(transfer.priority, 1);
  }

  private write(now: Nanos, peer: Peer, out: TransmitBuffer): boolean {
    this.begin(now, peer, out);
    if (peer.challenge.due) this.probes.writeChallenge(peer);
    else this.writeFrames(peer);
    return this.finish(peer, out);
  }

  private begin(now: Nanos, peer: Peer, out: TransmitBuffer): void {
    const header = WRITTEN.control;
    const { context } = this;
    const phaseKey = peer.sendKeys;
    header.credential = peer.secret.credential;
    header.credentialStart = 0;
    header.epochHi = peer.epoch.hi;
    header.epochLo = peer.epoch.lo;
    header.worker = context.options.worker;
    header.flags = peer.usedBefore ? ControlPacket.REUSED : 0;
    const { challenge } = peer;
    // One to an incarnation that is not current names none. MUST FRESH-8
    header.receiverTag = challenge.due ? 0 : peer.remoteTag;
    // MUST KEY-3: the number is the nonce, and is counted on below.
    this.key = phaseKey.use();
    header.keyPhase = phaseKey.phase;
    header.packetNumber = peer.nextPacketNumber;
    header.sealedLength = 0;
    this.headerBytes = header.emitLength();
    this.out = out.bytes;
    this.at = this.headerBytes;
    this.limit = Math.min(context.datagramBytesMax, out.bytes.length) - TAG_BYTES;
    this.notifies = [];
    this.resets = [];
    this.eliciting = false;
    this.hurried = false;
    this.written.clear();
    this.now = now;
    this.byReference = out.byReference;
  }

  /** False: there is nothing in it. */
  private finish(peer: Peer, out: TransmitBuffer): boolean {
    const header = WRITTEN.control;
    const { context, headerBytes } = this;
    if (this.at === headerBytes) return false;
    if (this.eliciting && !this.hurried) header.flags |= ControlPacket.PATIENT;
    const length = this.at + TAG_BYTES;
    header.length = length;
    header.emitHeader(out.bytes, 0, headerBytes);
    context.observer?.packetSent?.(peer.id, header, out.bytes, headerBytes, this.at);
    this.key?.seal(
      header.packetNumber,
      out.bytes,
      0,
      headerBytes,
      out.bytes,
      headerBytes,
      this.at,
      out.bytes,
      headerBytes,
    );
    if (this.eliciting) this.track(peer);
    peer.nextPacketNumber += 1;
    context.telemetry.controlSent(peer.id, length);
    out.lengthBytes = length;
    out.segmentBytes = length;
    out.shared[0] = undefined;
    out.destination = peer.address;
    out.path = 0;
    out.networkPriority = 0;
    this.pacer.spend(this.now, length + context.options.datagramHeaderBytes);
    return true;
  }

  private track(peer: Peer): void {
    const packet: SentPacket = {
      packetNumber: peer.nextPacketNumber,
      sentAt: this.now,
      notifies: this.notifies,
      resets: this.resets,
      credits: this.streamFrames.takeCredits(),
      timed: this.hurried,
      settled: false,
    };
    peer.sent.add(packet);
    if (this.resets.length > 0) this.sender.onResetsSent(this.now, peer);
  }

  private writeFrames(peer: Peer): void {
    peer.lazyDue = false;
    this.probes.write(peer);
    if (peer.acks.pending || peer.acks.owed) this.writeAck(peer);
    this.writeEarlyLimit(peer);
    this.writeAccepts(peer);
    this.writeResets(peer);
    this.writeFinals(peer);
    this.writeCancels(peer);
    if (peer.grants.length > 0) this.writeDelivery(peer);
    this.writeGrants(peer);
    if (this.streamFrames.write(this.now, peer, this.putFrame)) this.eliciting = this.hurried = true;
    if (peer.datagrams.length > 0) this.writeDatagrams(peer);
    this.writeNotifies(peer);
    if (peer.finals.length === 0 && !peer.acks.pending) this.context.endLazy(peer);
  }

  private readonly putFrame = (frame: {
    emit(out: Uint8Array, at: number, limit: number): number;
  }): boolean => this.put(frame);

  protected put(frame: { emit(out: Uint8Array, at: number, limit: number): number }): boolean {
    const next = frame.emit(this.out, this.at, this.limit);
    if (next < 0) return false;
    this.at = next;
    return true;
  }

  protected observe(
    peer: Peer,
    type: number,
    slot: number,
    generation: number,
    ofPeer: boolean,
    detail: number,
  ): void {
    this.context.telemetry.frameSent(peer.id, type, slot, generation, ofPeer, detail);
  }

  /** It never causes a packet, and goes with others until it is likely to have arrived. MUST EARLY-5 */
  private writeEarlyLimit({ early }: Peer): void {
    const sequence = early.toTell(this.allowance.limitBytes);
    if (sequence < 0) return;
    WRITTEN.earlyLimit.sequence = sequence;
    WRITTEN.earlyLimit.bytes = early.telling;
    if (this.put(WRITTEN.earlyLimit)) early.onTold();
  }

  private writeAck(peer: Peer): void {
    const { ack } = WRITTEN;
    const pendingUntil = peer.acks.deadline;
    peer.acks.fill(this.now, ack);
    // On a short packet the oldest ranges stay out.
    while (!this.put(ack)) {
      if (ack.rangesCount === 0) {
        peer.acks.deadline = pendingUntil;
        return;
      }
      ack.rangesCount >>= 1;
    }
    this.observe(peer, Ack.TYPE, -1, 0, true, 0);
  }

  /** Admissions, and the credit for more. MUST CREDIT-2, CREDIT-4 */
  private writeAccepts(peer: Peer): void {
    const limit = peer.ended + this.context.options.notifyWindow;
    const stale = limit - peer.advertisedLimit >= this.context.options.notifyWindow / 4;
    if (!peer.acceptDue && !stale && peer.accepts.length === 0) return;
    const { accept } = WRITTEN;
    accept.notifyLimit = limit;
    let count = Math.min(peer.accepts.length / 2, ACCEPTS_MAX);
    for (let i = 0; i < count * 2; i += 1) accept.transfers[i] = peer.accepts[i] as number;
    accept.transfersCount = count;
    while (!this.put(accept)) {
      if (count === 0) return;
      count >>= 1;
      accept.transfersCount = count;
    }
    if (limit > peer.advertisedLimit) peer.remoteBlocked = false;
    peer.advertisedLimit = limit;
    for (let i = 0; i < count; i += 1) {
      const slot = accept.transfers[i * 2] as number;
      this.observe(peer, TransferAccept.TYPE, slot, accept.transfers[i * 2 + 1] as number, true, 0);
    }
    peer.accepts.splice(0, count * 2);
    peer.acceptDue = peer.accepts.length > 0;
  }

  private writeResets(peer: Peer): void {
    for (let notice = peer.resets.peek(); notice !== undefined; notice = peer.resets.peek()) {
      const { reset } = WRITTEN;
      reset.transferSlot = notice.slot;
      reset.transferGeneration = notice.generation;
      reset.flags = notice.byReceiver ? FlowReset.BY_RECEIVER : 0;
      reset.code = notice.code;
      if (!this.put(reset)) return;
      this.eliciting = this.hurried = true;
      this.resets.push(notice);
      peer.resets.shift();
      this.observe(peer, FlowReset.TYPE, notice.slot, notice.generation, notice.byReceiver, notice.code);
    }
  }

  private writeFinals(peer: Peer): void {
    const { rangeAck } = WRITTEN;
    let done = 0;
    for (; done < peer.finals.length; done += 2) {
      rangeAck.transferSlot = peer.finals[done] as number;
      rangeAck.transferGeneration = peer.finals[done + 1] as number;
      rangeAck.flags = RangeAck.FINAL;
      rangeAck.rangesCount = 0;
      if (!this.put(rangeAck)) break;
      this.written.set(rangeAck.transferSlot, rangeAck.transferGeneration);
      this.observe(peer, RangeAck.TYPE, rangeAck.transferSlot, rangeAck.transferGeneration, true, 1);
    }
    if (done > 0) peer.finals.splice(0, done);
    peer.lazyDue = peer.finals.length > 0;
    if (peer.finals.length === 0) peer.finalsFirm = false;
  }

  /** It never causes a packet. MUST BBR-1 */
  protected writeDelivery({ arrivals }: Peer): void {
    if (arrivals.fill(WRITTEN.delivery) && this.put(WRITTEN.delivery)) arrivals.onTold();
  }

  /** In front of the pulls of those that go on already. MUST CANCEL-1 */
  private writeCancels(peer: Peer): void {
    const { cancelPull } = WRITTEN;
    for (let transfer = peer.cancels.peek(); transfer !== undefined; transfer = peer.cancels.peek()) {
      if (transfer.assembly !== undefined) {
        cancelPull.transferSlot = transfer.slot;
        cancelPull.transferGeneration = transfer.generation;
        if (!this.put(cancelPull)) return;
        this.observe(peer, CancelPull.TYPE, transfer.slot, transfer.generation, true, 0);
      }
      peer.cancels.shift();
    }
  }

  /** Pulls, each with the ranges verified since the last report, so that the sender can free them. */
  private writeGrants(peer: Peer): void {
    for (let transfer = peer.grants.peek(); transfer !== undefined; transfer = peer.grants.peek()) {
      if (transfer.assembly !== undefined && !this.writeGrant(peer, transfer)) return;
      transfer.pull.grantQueued = false;
      peer.grants.shift();
    }
  }

  private writeGrant(peer: Peer, transfer: InboundTransfer): boolean {
    const { grantAgain, grantNew } = transfer.pull;
    this.writeProgress(peer, transfer);
    // Its grants are for the NIC. MUST READ-2
    if (transfer.region !== undefined) return true;
    if (!this.writePull(peer, transfer, grantAgain, PullRequest.RETRANSMISSION)) return false;
    return this.writePull(peer, transfer, grantNew, 0);
  }

  /** MUST RACK-4, AHEAD-2 */
  protected writeProgress(peer: Peer, transfer: InboundTransfer): void {
    const { pull } = transfer;
    const verified = Math.floor(pull.received.prefix / RECORD_SEALED_BYTES) * RECORD_SEALED_BYTES;
    if (verified <= pull.reportedPrefix || transfer.keep === 'held') return;
    const { rangeAck } = WRITTEN;
    rangeAck.transferSlot = transfer.slot;
    rangeAck.transferGeneration = transfer.generation;
    rangeAck.flags = 0;
    rangeAck.rangesCount = 1;
    rangeAck.ranges[0] = pull.reportedPrefix;
    rangeAck.ranges[1] = verified - pull.reportedPrefix;
    if (!this.put(rangeAck)) return;
    pull.reportedPrefix = verified;
    this.observe(peer, RangeAck.TYPE, transfer.slot, transfer.generation, true, 0);
  }

  private writePull(peer: Peer, transfer: InboundTransfer, ranges: RangeSet, flags: number): boolean {
    const { pull } = WRITTEN;
    while (!ranges.isEmpty) {
      pull.transferSlot = transfer.slot;
      pull.transferGeneration = transfer.generation;
      pull.flags = flags;
      pull.pullSlot = transfer.pullSlot;
      pull.tokenHi = transfer.tokenHi >>> 0;
      pull.tokenLo = transfer.tokenLo >>> 0;
      pull.rateMbps = Math.max(1, Math.floor((peer.pullBps || this.context.options.rateBps) / 1e6));
      let count = Math.min(ranges.count, RANGES_MAX);
      for (let i = 0; i < count; i += 1) {
        pull.ranges[i * 2] = ranges.startAt(i);
        pull.ranges[i * 2 + 1] = ranges.endAt(i) - ranges.startAt(i);
      }
      pull.rangesCount = count;
      while (!this.put(pull)) {
        if (count === 1) return false;
        count >>= 1;
        pull.rangesCount = count;
      }
      let bytes = 0;
      for (let i = 0; i < count; i += 1) bytes += pull.ranges[i * 2 + 1] as number;
      ranges.remove(ranges.startAt(0), ranges.endAt(count - 1));
      const isAgain = flags === PullRequest.RETRANSMISSION;
      this.context.telemetry.pullSent(peer.id, transfer.slot, transfer.generation, bytes, isAgain);
      this.observe(peer, PullRequest.TYPE, transfer.slot, transfer.generation, true, bytes);
    }
    return true;
  }

  /** Each once. MUST DGRAM-1, DGRAM-2 */
  private writeDatagrams(peer: Peer): void {
    if (!peer.mayBegin) peer.datagrams.clear();
    for (let message = peer.datagrams.peek(); message !== undefined; message = peer.datagrams.peek()) {
      if (!this.put(fillDatagram(message))) return;
      peer.datagrams.shift();
      this.observe(peer, Datagram.TYPE, -1, 0, false, message.sizeBytes);
    }
  }

  private writeNotifies(peer: Peer): void {
    if (!peer.mayNotify) return;
    WRITTEN.backlog.delayNs = 0;
    for (let t = this.sender.peekNotify(peer); t !== undefined; t = this.sender.peekNotify(peer)) {
      const isNew = this.sender.prepare(t);
      const allowedBytes = t.notifyCount === 0 && t.goesEarly ? peer.early.roomBytes : 0;
      const aheadNs = this.sender.backlogNs(t);
      const hasRoom = this.putBacklog(peer, aheadNs);
      const noticeAt = this.at;
      if (!hasRoom || !this.announcement.put(this.now, t, this.putFrame)) {
        this.at = noticeAt;
        if (isNew) this.sender.unprepare(t);
        return;
      }
      this.eliciting = true;
      this.notifies.push(t);
      t.patient = t.notifyCount === 0 && allowedBytes === 0 && this.isPatient(t);
      if (
        allowedBytes > 0 ||
        (!t.patient && (t.notifyCount > 0 || aheadNs < PATIENT_RTTS * peer.rtt.smoothedNs))
      )
        this.hurried = true;
      this.sender.onNotifySent(this.now, t);
      // Every copy has at least these limits, whichever it is that arrives. Those of a later copy may be in that alone.
      if (t.notifyCount === 1) t.stream?.onLimitsSent();
      const replySlot = t.isResponse ? (t.reply?.slot ?? -1) : -1;
      const replyGeneration = t.reply?.generation ?? 0;
      const { slot, generation, notifyCount } = t;
      const repeated = notifyCount > 1;
      this.context.telemetry.transferAnnounced(
        peer.id,
        slot,
        generation,
        replySlot,
        replyGeneration,
        repeated,
      );
      this.observe(peer, TransferNotify.TYPE, t.slot, t.generation, false, t.messageBytes);
      const noticeBytes = this.at - noticeAt;
      // Each packet with early data repeats it.
      if (noticeBytes <= this.context.datagramBytesMax / NOTICE_SHARE) this.startEarly(t, allowedBytes);
    }
    peer.responsesPatient = 0;
    if (!peer.blockedDue || !peer.mayBegin) return;
    WRITTEN.blocked.limit = peer.notifyLimit;
    if (!this.put(WRITTEN.blocked)) return;
    this.sender.onBlockedSent(this.now, peer);
    this.eliciting = this.hurried = true;
    this.observe(peer, NotifyBlocked.TYPE, -1, 0, false, peer.notifyLimit);
  }

  /** Its request is acknowledged in the same packet. MUST NOTIFY-6 */
  private isPatient({ inlined, stream, reply, isResponse }: OutboundTransfer): boolean {
    if (!isResponse || inlined || stream !== undefined || reply === undefined) return false;
    return this.written.get(reply.slot) === reply.generation;
  }

  /** What goes before the next announcements, if that is news. False: no room. MUST NOTIFY-7 */
  private putBacklog(peer: Peer, aheadNs: Nanos): boolean {
    const { backlog } = WRITTEN;
    const delayNs = aheadNs < peer.rtt.smoothedNs ? 0 : aheadNs;
    if (Math.abs(delayNs - backlog.delayNs) * 4 <= backlog.delayNs) return true;
    backlog.delayNs = delayNs;
    if (!this.put(backlog)) return false;
    this.observe(peer, Backlog.TYPE, -1, 0, false, delayNs);
    return true;
  }

  /** The first of it rides with its announcement, the rest stands in line with what was pulled. MUST EARLY-1 */
  private startEarly(transfer: OutboundTransfer, allowedBytes: Bytes): void {
    if (allowedBytes === 0) return;
    transfer.beginEarly(allowedBytes);
    this.writeEarlyData(transfer);
    this.sender.onEarlyStarted(this.now, transfer);
  }

  private writeEarlyData(transfer: OutboundTransfer): void {
    const { peer, slot, generation } = transfer;
    const early = this.announcement.fillEarly(transfer, this.limit - this.at, this.byReference);
    if (early === undefined || !this.put(early)) return;
    const { pull } = transfer;
    const sentBefore = pull.sentHigh;
    pull.onEarlySent(early.offset, early.payloadLength);
    this.sender.onUnsentLess(transfer, pull.sentHigh - sentBefore);
    this.context.telemetry.earlySent(peer.id, slot, generation, early.offset, early.payloadLength);
    this.observe(peer, EarlyData.TYPE, slot, generation, false, early.payloadLength);
  }
}
