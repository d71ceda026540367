import type { Nanos } from '../core/units.ts';
import type { Context } from '../endpoint/context.ts';
import type { Exchanges } from '../endpoint/exchanges.ts';
import type { Liveness } from '../peer/liveness.ts';
import { ECHOES_MAX } from '../peer/challenge.ts';
import type { Challenge } from '../peer/challenge.ts';
import type { Peer } from '../peer/peer.ts';
import { mayBegin } from '../peer/states.ts';
import type { AckOutcome } from '../recovery/sent-packets.ts';
import type { StreamFrameReader } from '../stream/frame-reader.ts';
import type { Receiver } from '../transfer/receiver.ts';
import type { Sender } from '../transfer/sender.ts';
import {
  Ack,
  Backlog,
  CancelPull,
  Datagram,
  Delivery,
  EarlyData,
  EarlyLimit,
  FlowReset,
  NotifyBlocked,
  Padding,
  Probe,
  ProbeResponse,
  PullRequest,
  RangeAck,
  Region,
  TransferAccept,
  TransferErrorCode,
  TransferNotify,
  isAckEliciting,
} from '../wire/index.ts';
import type { Admission } from '../transfer/admission.ts';
import { READ } from './frame-set.ts';

/** FLOW_RESETs waiting for one peer; beyond it the peer's next try is answered instead. */
const RESETS_MAX = 256;
/** Frames that say nothing of transfers. */
const HARMLESS: readonly number[] = [Padding.TYPE, Probe.TYPE, ProbeResponse.TYPE];
/** Its link carries other things as well. */
const BACKLOG_MARGIN = 5 / 4;
/** A packet is lost when a later one was acknowledged and this share of a round trip has passed. RFC 9002 section 6.1.2 */
const TIME_THRESHOLD = 9 / 8;

/** Acts on the frames of an authentic packet. A frame that breaks the rules ends the packet there. REQ RDP-1 … RDP-5 · MUST WIRE-6 */
export class FrameReader {
  private readonly context: Context;
  private readonly sender: Sender;
  private readonly admission: Admission;
  private readonly receiver: Receiver;
  private readonly exchanges: Exchanges;
  private readonly liveness: Liveness;
  private readonly streamFrames: StreamFrameReader;
  /** What is announced now may come so late: others of its sender go before. */
  private busyUntil: Nanos = 0;
  private readonly outcome: AckOutcome = { largestSentAt: -1, acked: [], lost: [] };

  constructor(
    context: Context,
    sender: Sender,
    admission: Admission,
    receiver: Receiver,
    exchanges: Exchanges,
    liveness: Liveness,
    streamFrames: StreamFrameReader,
  ) {
    this.streamFrames = streamFrames;
    this.context = context;
    this.sender = sender;
    this.admission = admission;
    this.receiver = receiver;
    this.exchanges = exchanges;
    this.liveness = liveness;
  }

  /** `probesOnly`: the packet does not say that it is meant for us, so nothing else in it may act. MUST FRESH-10 */
  onFrames(
    now: Nanos,
    peer: Peer,
    packetNumber: number,
    probesOnly: boolean,
    patient: boolean,
    bytes: Uint8Array,
    end: number,
  ): void {
    this.liveness.onHeard(now, peer);
    const { telemetry } = this.context;
    const { counters } = telemetry;
    const payloadBefore = counters.payloadBytesFirst;
    let eliciting = false;
    this.busyUntil = now;
    let at = 0;
    while (at < end) {
      const type = bytes[at] as number;
      const refused = probesOnly && !HARMLESS.includes(type);
      const next = refused ? -1 : this.onFrame(now, peer, type, bytes, at, end);
      if (next < 0) {
        telemetry.frameRefused(peer.id, type, probesOnly);
        break;
      }
      eliciting ||= isAckEliciting(type);
      at = next;
    }
    if (counters.payloadBytesFirst > payloadBefore) telemetry.packetUseful(peer.id);
    peer.acks.onPacket(now, packetNumber, eliciting && !patient, this.context.options.ackDelayNs);
    if (eliciting && patient) peer.acks.owed = true;
    else if (eliciting) this.context.wantLazy(peer, peer.acks.deadline);
    if (!mayBegin(peer.health)) this.liveness.onHeardDown(now, peer);
    this.context.wantControl(peer);
  }

  /** Returns the position after the frame, or a negative number if it is malformed or against the rules. */
  private onFrame(now: Nanos, peer: Peer, type: number, bytes: Uint8Array, at: number, end: number): number {
    switch (type) {
      case Padding.TYPE:
        return at + 1;
      case Ack.TYPE:
        return this.onAck(now, peer, READ.ack.parse(bytes, at, end));
      case TransferNotify.TYPE:
        return this.onNotify(now, peer, READ.notify.parse(bytes, at, end), bytes, end);
      case EarlyData.TYPE:
        return this.onEarlyData(now, peer, READ.early.parse(bytes, at, end));
      case EarlyLimit.TYPE:
        return this.onEarlyLimit(peer, READ.earlyLimit.parse(bytes, at, end));
      case Region.TYPE:
        return this.onRegion(peer, READ.region.parse(bytes, at, end));
      case TransferAccept.TYPE:
        return this.onAccept(now, peer, READ.accept.parse(bytes, at, end));
      case NotifyBlocked.TYPE:
        return this.onBlocked(peer, READ.blocked.parse(bytes, at, end));
      case PullRequest.TYPE:
        return this.onPull(now, peer, READ.pull.parse(bytes, at, end));
      case CancelPull.TYPE:
        return this.onCancelPull(now, peer, READ.cancelPull.parse(bytes, at, end));
      case RangeAck.TYPE:
        return this.onRangeAck(now, peer, READ.rangeAck.parse(bytes, at, end));
      case Delivery.TYPE:
        return this.onDelivery(now, peer, READ.delivery.parse(bytes, at, end));
      case FlowReset.TYPE:
        return this.onReset(now, peer, READ.reset.parse(bytes, at, end));
      case Probe.TYPE:
        this.context.telemetry.probeTaken(peer.id);
        return this.onProbe(peer.echoes, READ.probe.parse(bytes, at, end));
      case ProbeResponse.TYPE:
        return this.onEcho(peer, READ.echo.parse(bytes, at, end));
      case Backlog.TYPE:
        return this.onBacklog(now, READ.backlog.parse(bytes, at, end));
      case Datagram.TYPE:
        return this.onDatagram(peer, READ.datagram.parse(bytes, at, end));
      default:
        return this.streamFrames.onFrame(now, peer, type, bytes, at, end);
    }
  }

  private onAck(now: Nanos, peer: Peer, next: number): number {
    if (next < 0) return next;
    const { ack } = READ;
    const { outcome } = this;
    const lossDelay = Math.max(
      Math.ceil(Math.max(peer.rtt.smoothedNs, peer.rtt.latestNs) * TIME_THRESHOLD),
      this.context.options.lossDelayMinNs,
    );
    if (!peer.sent.onAck(now, ack, lossDelay, peer.nextPacketNumber, outcome)) return -1;
    if (outcome.largestSentAt >= 0) {
      peer.rtt.update(now - outcome.largestSentAt, Math.min(ack.delayNs, this.context.options.ackDelayNs));
      peer.budgetBytes = 0;
    }
    for (const packet of outcome.acked) {
      this.context.health.succeeded(peer);
      this.sender.onArrived(now, packet);
      if (packet.notifies.length > 0) peer.inline.onAnnounced();
      if (packet.resets.length > 0) peer.resetTries = 0;
      for (const notice of packet.resets) {
        if (!notice.byReceiver) this.sender.onResetAcked(peer, notice.slot, notice.generation);
      }
    }
    this.streamFrames.onSettled(outcome);
    for (const packet of outcome.lost) {
      this.context.health.failed(peer);
      if (packet.notifies.some(({ inlined }) => inlined)) peer.inline.onLost(now, peer.rtt.smoothedNs);
      this.sender.onLost(packet);
      for (const notice of packet.resets) peer.resets.push(notice);
    }
    return next;
  }

  private onNotify(now: Nanos, peer: Peer, next: number, bytes: Uint8Array, end: number): number {
    if (next < 0) return next;
    const withData = next < end && bytes[next] === EarlyData.TYPE;
    if (!this.admission.onNotify(now, peer, READ.notify, withData)) return -1;
    const transfer = this.busyUntil > now ? peer.inbound.get(READ.notify.transferSlot)?.transfer : undefined;
    if (transfer !== undefined) transfer.busyUntil = this.busyUntil;
    return next;
  }

  /** MUST EARLY-3 */
  private onEarlyData(now: Nanos, peer: Peer, next: number): number {
    if (next < 0) return next;
    const { transferSlot, transferGeneration, end, offset, payload, payloadStart, payloadLength } =
      READ.early;
    const entry = peer.inbound.get(transferSlot);
    if (payloadLength === 0 || offset + payloadLength > end) return -1;
    if (entry?.transfer === undefined || entry.generation !== transferGeneration) return next;
    if (end > entry.transfer.sealedBytes) return -1;
    this.receiver.onEarly(now, entry.transfer, end, payload, payloadStart, offset, offset + payloadLength);
    return next;
  }

  private onEarlyLimit({ early }: Peer, next: number): number {
    if (next >= 0) early.onLimit(READ.earlyLimit.sequence, READ.earlyLimit.bytes);
    return next;
  }

  private onRegion(peer: Peer, next: number): number {
    if (next < 0) return next;
    const { region } = READ;
    const entry = peer.inbound.get(region.transferSlot);
    const transfer = entry?.generation === region.transferGeneration ? entry.transfer : undefined;
    if (transfer !== undefined) this.receiver.onRegion(transfer, region);
    return next;
  }

  private onAccept(now: Nanos, peer: Peer, next: number): number {
    if (next < 0) return next;
    const { accept } = READ;
    if (accept.notifyLimit > peer.notifyLimit) this.sender.onCredit(peer, accept.notifyLimit);
    for (let i = 0; i < accept.transfersCount; i += 1) {
      const slot = accept.transfers[i * 2] as number;
      const transfer = this.sender.find(peer, slot, accept.transfers[i * 2 + 1] as number);
      if (transfer !== undefined) this.sender.onReceipt(now, transfer);
    }
    return next;
  }

  private onBlocked(peer: Peer, next: number): number {
    if (next < 0) return next;
    peer.acceptDue = true;
    if (READ.blocked.limit >= peer.advertisedLimit) peer.remoteBlocked = true;
    return next;
  }

  /** REQ FLOW-4 · MUST RESET-1 */
  private onPull(now: Nanos, peer: Peer, next: number): number {
    if (next < 0) return next;
    const { pull } = READ;
    const transfer = this.sender.find(peer, pull.transferSlot, pull.transferGeneration);
    if (transfer === undefined) {
      this.refusePull(peer, pull.transferSlot, pull.transferGeneration);
      return next;
    }
    if (transfer.relinquished)
      this.queueReset(peer, transfer.slot, transfer.generation, false, TransferErrorCode.CANCELLED);
    if (transfer.state === 'done') return next;
    return this.sender.onPull(now, transfer, pull) ? next : -1;
  }

  /** Of a transfer that is gone. What was said of ends and is not acknowledged stands before it: it may say why. */
  private refusePull(peer: Peer, slot: number, generation: number): void {
    if (peer.resetTries > 0) peer.sent.takeResets((notice) => peer.resets.push(notice));
    this.queueReset(peer, slot, generation, false, TransferErrorCode.UNKNOWN_TRANSFER);
  }

  private onRangeAck(now: Nanos, peer: Peer, next: number): number {
    if (next < 0) return next;
    const { rangeAck } = READ;
    const transfer = this.sender.find(peer, rangeAck.transferSlot, rangeAck.transferGeneration);
    if (transfer === undefined || transfer.state === 'done') return next;
    const final = (rangeAck.flags & RangeAck.FINAL) !== 0;
    return this.sender.onRangeAck(now, transfer, rangeAck, final) ? next : -1;
  }

  /** It says nothing of transfers, and what it says is for the path alone. MUST BBR-2 */
  private onDelivery(now: Nanos, peer: Peer, next: number): number {
    if (next >= 0) this.sender.onDelivery(now, peer, READ.delivery);
    return next;
  }

  private onCancelPull(now: Nanos, peer: Peer, next: number): number {
    if (next < 0) return next;
    const { transferSlot, transferGeneration } = READ.cancelPull;
    const transfer = this.sender.find(peer, transferSlot, transferGeneration);
    if (transfer !== undefined && transfer.state !== 'done') this.sender.onCancelPull(now, transfer);
    return next;
  }

  private onReset(now: Nanos, peer: Peer, next: number): number {
    if (next < 0) return next;
    const { reset } = READ;
    // 0 would say that the message had arrived.
    if (reset.code === 0) return -1;
    if ((reset.flags & FlowReset.BY_RECEIVER) !== 0) {
      const transfer = this.sender.find(peer, reset.transferSlot, reset.transferGeneration);
      if (transfer !== undefined) this.exchanges.onOutboundReset(now, transfer, reset.code);
    } else {
      this.admission.onReset(now, peer, reset.transferSlot, reset.transferGeneration, reset.code);
    }
    return next;
  }

  /** Of the messages that are announced behind it in the packet. MUST NOTIFY-7 */
  private onBacklog(now: Nanos, next: number): number {
    if (next < 0) return next;
    const { peerTimeoutNs } = this.context.options;
    this.busyUntil = now + Math.min(Math.ceil(READ.backlog.delayNs * BACKLOG_MARGIN), peerTimeoutNs);
    return next;
  }

  /** MUST DGRAM-1 */
  private onDatagram(peer: Peer, next: number): number {
    if (next < 0) return next;
    const { context } = this;
    const { headerSize, payload, payloadStart, payloadLength } = READ.datagram;
    if (headerSize > payloadLength) return -1;
    if (!context.takingDatagrams || context.datagramEvents >= context.options.datagramsMax) return next;
    context.datagramEvents += 1;
    const message = payload.slice(payloadStart, payloadStart + payloadLength);
    const headers = message.subarray(0, headerSize);
    context.events.push({ type: 'datagram', peer: peer.id, headers, body: message.subarray(headerSize) });
    context.telemetry.payloadReceived(peer.id, payloadLength, 0);
    return next;
  }

  /** MUST LIVE-4 */
  private onProbe(echoes: number[], next: number): number {
    if (next >= 0 && echoes.length < ECHOES_MAX * 2) echoes.push(READ.probe.nonceHi, READ.probe.nonceLo);
    return next;
  }

  private onEcho(peer: Peer, next: number): number {
    if (next < 0) return next;
    if (peer.probeAwaited && READ.echo.nonceHi === peer.probeHi && READ.echo.nonceLo === peer.probeLo) {
      this.liveness.onProbeAnswered(peer);
    }
    return next;
  }

  queueReset(peer: Peer, slot: number, generation: number, byReceiver: boolean, code: number): void {
    if (peer.resets.length >= RESETS_MAX) return;
    peer.resets.push({ slot, generation, byReceiver, code });
  }

  /** Of a packet that must not act otherwise. PROBE_RESPONSE stands first, so nothing before it needs reading. MUST FRESH-3 */
  answers(challenge: Challenge, bytes: Uint8Array, end: number): boolean {
    const { echo } = READ;
    for (let at = 0; at < end;) {
      const next = echo.parse(bytes, at, end);
      if (next < 0) return false;
      if (challenge.isAnsweredBy(echo.nonceHi, echo.nonceLo)) return true;
      at = next;
    }
    return false;
  }

  asksForProof(bytes: Uint8Array, end: number): boolean {
    return READ.probe.parse(bytes, this.afterEchoes(bytes, end), end) >= 0;
  }

  beginsWithEcho(bytes: Uint8Array, end: number): boolean {
    return this.afterEchoes(bytes, end) > 0;
  }

  /** Notes the PROBEs of a packet whose other frames do not count, to be answered with the challenge. */
  onProbes(challenge: Challenge, bytes: Uint8Array, end: number): void {
    let at = this.afterEchoes(bytes, end);
    while (at >= 0 && at < end) at = this.onProbe(challenge.echoes, READ.probe.parse(bytes, at, end));
  }

  private afterEchoes(bytes: Uint8Array, end: number): number {
    let at = 0;
    for (let next = READ.echo.parse(bytes, at, end); next >= 0; next = READ.echo.parse(bytes, at, end)) {
      at = next;
    }
    return at;
  }

  /** A peer that asked for a proof has not acted on anything it had heard before. MUST FRESH-6 */
  announceAgain(peer: Peer): void {
    for (const transfer of peer.outbound) if (transfer !== undefined) this.sender.announceAgain(transfer);
    // A peer acknowledges what it did not act on, too.
    peer.sent.takeResets((notice) => peer.resets.push(notice));
    peer.sent.forgetNotifies();
  }
}
