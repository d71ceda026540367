import type { TimerQueue } from '../core/timer-queue.ts';
import { NEVER } from '../core/units.ts';
import type { Bytes, Nanos } from '../core/units.ts';
import type { Context } from '../endpoint/context.ts';
import { TimerNumber } from '../endpoint/timer-numbers.ts';
import { reasonOfCode } from '../endpoint/errors.ts';
import type { FailureReason } from '../endpoint/errors.ts';
import type { ExchangeId } from '../endpoint/events.ts';
import type { Peer } from '../peer/peer.ts';
import type { OutgoingMessage } from '../records/message.ts';
import type { InboundTransfer } from '../transfer/inbound.ts';
import type { Causal, OutboundTransfer } from '../transfer/outbound.ts';
import { ExchangeStatus, TransferErrorCode, TransferNotify } from '../wire/index.ts';
import type { StreamHost } from './host.ts';
import { nextStreamState } from './states.ts';
import type { StreamEvent } from './states.ts';
import { Stream } from './stream.ts';
import type { StreamEnding, StreamLimits } from './stream.ts';

const NO_REASON: Uint8Array = new Uint8Array(0);

/** A message is refused so when the stream has ended at its receiver, who says how in a STREAM_CLOSE. */
const ENDED_THERE: ReadonlySet<FailureReason> = new Set<FailureReason>(['cancelled', 'unknown-transfer']);

/** How a stream ended: by a status that some side gave, or by something found out here. */
export interface StreamEnd {
  status: number;
  message: Uint8Array;
  /** Undefined if a side closed it. */
  reason: FailureReason | undefined;
  /** What ended the endpoint itself. */
  cause?: Error;
}

/**
 * Streams over transfers: order, limits, half-close, close. Promises and handlers are the pool's business.
 * REQ PAT-2, PAT-3, PAT-4, STREAM-1, STREAM-2, STREAM-3, STREAM-6, STREAM-7, BP-1
 */
export class Streams {
  readonly timers: TimerQueue<Stream>;
  private readonly context: Context;
  private readonly host: StreamHost;

  constructor(context: Context, host: StreamHost) {
    this.context = context;
    this.host = host;
    this.timers = context.deadlines.queue<Stream>(TimerNumber.STREAM);
  }

  // --- commands of the application -----------------------------------------------------------------------

  open(
    now: Nanos,
    peer: Peer,
    message: OutgoingMessage,
    priority: number,
    last: boolean,
    limits: StreamLimits,
    deadlineNs: Nanos,
    causal?: Causal,
  ): ExchangeId {
    const stream = new Stream(peer, limits, priority);
    stream.id = this.host.insert(stream);
    stream.deadlineNs = deadlineNs;
    stream.causal = causal;
    stream.told = true;
    stream.incoming.grant(this.context.options.notifyWindow);
    peer.addWaiting(now);
    this.write(now, stream, message, last);
    this.host.onWaiting(now, peer);
    return stream.id;
  }

  /** False: the stream takes no more messages. */
  write(now: Nanos, stream: Stream, message: OutgoingMessage, last: boolean): boolean {
    const { outgoing, state } = stream;
    if (outgoing.ended || (state !== 'open' && !(state === 'ended' && stream.byCallee))) return false;
    outgoing.push(message, last);
    if (last && !stream.byCallee) this.step(stream, 'end');
    this.pump(now, stream);
    return true;
  }

  /** The caller writes no more. MUST STRM-6 */
  end(now: Nanos, stream: Stream): void {
    const { outgoing } = stream;
    if (stream.byCallee || outgoing.ended || stream.state !== 'open') return;
    outgoing.ended = true;
    this.step(stream, 'end');
    this.sendEnding(now, stream, { count: outgoing.count, status: ExchangeStatus.OK, reason: NO_REASON });
  }

  /** This side closes the stream: as callee with OK after what it has written, else at once. MUST STRM-6, STRM-8 */
  close(now: Nanos, stream: Stream, status: number, reason: Uint8Array): void {
    const { state, outgoing } = stream;
    if (state === 'closing' || state === 'over') return;
    const regular = status === ExchangeStatus.OK && stream.byCallee;
    const count = regular ? outgoing.count : outgoing.sequence;
    outgoing.ended = true;
    if (!regular) this.cut(now, stream, TransferErrorCode.CANCELLED);
    else this.dropInbound(now, stream, TransferErrorCode.CANCELLED);
    if (!stream.byCallee && !this.isHeard(stream)) {
      // Nobody may know it: the opening is given up, as that of a unary exchange. MUST STRM-7
      this.tell(stream, { status, message: reason, reason: undefined });
      this.finish(now, stream, 'aborted', true);
      return;
    }
    this.step(stream, 'close');
    this.sendEnding(now, stream, { count, status, reason });
    if (!regular) this.tell(stream, { status, message: reason, reason: undefined });
  }

  /** The application has taken the oldest message it was handed. MUST STRM-4, STRM-5 */
  take(now: Nanos, stream: Stream): void {
    if (stream.state === 'over' || stream.state === 'closing') return;
    stream.incoming.take();
    this.grant(now, stream);
  }

  // --- messages out --------------------------------------------------------------------------------------

  /** Announces what may be announced. */
  private pump(now: Nanos, stream: Stream): void {
    const { outgoing } = stream;
    for (let next = outgoing.next(); next !== undefined; next = outgoing.next()) {
      const { message, last } = next;
      const isOpening = !stream.byCallee && outgoing.sequence === 0;
      const { sizeBytes } = message;
      const fits =
        this.host.fitsInline(sizeBytes, isOpening && stream.deadlineNs !== NEVER) &&
        (sizeBytes === 0 || stream.peer.inline.admits(sizeBytes));
      const inlined = fits && message.stored === undefined && outgoing.takeInline(sizeBytes);
      const transfer = this.host.outbound(stream, message, !isOpening, inlined);
      transfer.stream = stream;
      transfer.sequence = outgoing.sequence;
      transfer.last = last;
      outgoing.sequence += 1;
      outgoing.active.add(transfer);
      if (isOpening) {
        stream.opening = transfer;
        if (stream.deadlineNs !== NEVER) transfer.deadlineNs = stream.deadlineNs;
        transfer.causal = stream.causal;
      } else {
        transfer.reply = { slot: stream.wireSlot, generation: stream.wireGeneration, status: 0 };
      }
      this.host.submit(now, transfer);
    }
  }

  /** A message of ours arrived; with a reason it will not. MUST STRM-11 */
  onOutboundEnd(
    now: Nanos,
    stream: Stream,
    transfer: OutboundTransfer,
    reason: FailureReason | undefined,
  ): void {
    if (!stream.outgoing.active.has(transfer)) return;
    stream.outgoing.onEnd(transfer);
    if (reason !== undefined) {
      this.onLostMessage(now, stream, transfer, reason);
      return;
    }
    this.onHeard(now, stream);
    if (stream.wantsRoom) {
      stream.wantsRoom = false;
      this.context.events.push({ type: 'stream-room', exchange: stream.id });
    }
    this.settle(now, stream);
  }

  private onLostMessage(now: Nanos, stream: Stream, transfer: OutboundTransfer, reason: FailureReason): void {
    if (stream.state === 'over' || stream.state === 'closing') {
      this.settle(now, stream);
    } else if (transfer === stream.opening) {
      // Without its opening there is no stream to close.
      this.abort(now, stream, reason);
    } else if (!ENDED_THERE.has(reason)) {
      this.tell(stream, { status: ExchangeStatus.FAILED, message: NO_REASON, reason });
      this.close(now, stream, ExchangeStatus.FAILED, NO_REASON);
    }
  }

  /** The peer will not take a transfer of the stream. */
  onReset(now: Nanos, stream: Stream, transfer: OutboundTransfer, reason: FailureReason): void {
    if (transfer === stream.opening) this.abort(now, stream, reason);
    else this.host.stop(now, transfer, reason);
  }

  // --- messages in ---------------------------------------------------------------------------------------

  /** The callee's side of a stream whose opening was admitted. */
  accept(now: Nanos, peer: Peer, notify: TransferNotify): Stream {
    const { streamMessagesMax: messages, streamBytesMax: bytes } = this.context.options;
    const { transferSlot: slot, transferGeneration: generation } = notify;
    const stream = new Stream(peer, { messages, bytes }, notify.priority, { slot, generation });
    stream.id = this.host.insert(stream);
    stream.heard = true;
    if ((notify.flags & TransferNotify.DEADLINE) !== 0) stream.deadlineNs = now + notify.timeoutNs;
    stream.outgoing.onLimits(notify.messageLimit, notify.inlineLimit);
    peer.addWaiting(now);
    this.host.onWaiting(now, peer);
    return stream;
  }

  /** 0 to take a message of the stream, else the code to refuse it with. MUST STRM-2, STRM-3 */
  admit(stream: Stream, notify: TransferNotify): number {
    if (stream.state === 'over' || stream.state === 'closing') return TransferErrorCode.UNKNOWN_TRANSFER;
    const inline = (notify.flags & TransferNotify.INLINE) !== 0;
    const { incoming } = stream;
    if (!incoming.isGranted(notify.sequence, inline ? notify.size : 0)) return TransferErrorCode.LIMIT;
    if (incoming.isOpen(notify.sequence)) return 0;
    this.context.telemetry.ruleBroken(stream.peer.id, 'stream');
    return TransferErrorCode.UNKNOWN_TRANSFER;
  }

  /** Of a message that was admitted, and of one that was announced again. */
  onAnnouncement(now: Nanos, stream: Stream, notify: TransferNotify): void {
    stream.outgoing.onLimits(notify.messageLimit, notify.inlineLimit);
    this.onHeard(now, stream);
    this.pump(now, stream);
  }

  onInline(now: Nanos, stream: Stream, notify: TransferNotify, headers: Uint8Array, body: Uint8Array): void {
    const { sequence, size, flags } = notify;
    stream.incoming.onInline(sequence, { headers, body }, size);
    if ((flags & TransferNotify.LAST) !== 0) this.endIncoming(stream, sequence + 1);
    this.onAnnouncement(now, stream, notify);
    this.handOver(now, stream);
  }

  onAdmitted(now: Nanos, stream: Stream, transfer: InboundTransfer, notify: TransferNotify): void {
    transfer.exchange = stream.id;
    transfer.sequence = notify.sequence;
    if (!stream.incoming.onAnnounced(notify.sequence, transfer)) transfer.pullLimit = 0;
    if ((notify.flags & TransferNotify.LAST) !== 0) this.endIncoming(stream, notify.sequence + 1);
    this.onAnnouncement(now, stream, notify);
  }

  onWhole(
    now: Nanos,
    stream: Stream,
    transfer: InboundTransfer,
    headers: Uint8Array,
    body: Uint8Array,
  ): void {
    stream.incoming.onPulled(transfer.sequence, { headers, body }, transfer.sizeBytes);
    this.handOver(now, stream);
  }

  /** A message was given up while it was received. */
  onInboundEnd(now: Nanos, stream: Stream, transfer: InboundTransfer, code: number): void {
    if (!stream.incoming.transfers.delete(transfer.sequence)) return;
    if (stream.state === 'over' || stream.state === 'closing') return;
    this.tell(stream, { status: ExchangeStatus.FAILED, message: NO_REASON, reason: reasonOfCode(code) });
    if (stream.byCallee && transfer.sequence === 0) this.finish(now, stream, reasonOfCode(code), false);
    else this.close(now, stream, ExchangeStatus.FAILED, NO_REASON);
  }

  /** Hands over what is next in order. MUST STRM-1 */
  private handOver(now: Nanos, stream: Stream): void {
    const { incoming, id, peer } = stream;
    const { events } = this.context;
    for (let message = incoming.shift(); message !== undefined; message = incoming.shift()) {
      if (!stream.told) {
        stream.told = true;
        const { priority, deadlineNs, offered } = stream;
        events.push({
          type: 'stream',
          exchange: id,
          peer: peer.id,
          priority,
          deadlineNs,
          offered,
          ...message,
        });
        this.grant(now, stream);
      } else {
        events.push({ type: 'stream-message', exchange: id, ...message });
      }
    }
    this.releaseHeld(stream);
    if (!incoming.isDone) return;
    if (stream.byCallee && stream.state === 'ended') events.push({ type: 'stream-end', exchange: id });
    this.settle(now, stream);
  }

  private releaseHeld(stream: Stream): void {
    for (let t = stream.incoming.release(); t !== undefined; t = stream.incoming.release())
      this.host.resume(t);
  }

  private endIncoming(stream: Stream, end: number): void {
    stream.incoming.end = end;
    if (stream.byCallee) this.step(stream, 'end');
  }

  /** Grants anew; the peer is told when it is worth a frame. */
  grant(now: Nanos, stream: Stream): void {
    const { incoming } = stream;
    this.releaseHeld(stream);
    incoming.grant(this.context.options.notifyWindow);
    if (!incoming.isStale(stream.sentMessages, stream.sentInline)) return;
    stream.creditDue = true;
    stream.tries = 0;
    this.host.want(stream);
    this.host.onWaiting(now, stream.peer);
  }

  // --- frames --------------------------------------------------------------------------------------------

  onCredit(now: Nanos, stream: Stream, messageLimit: number, inlineLimit: Bytes): void {
    stream.outgoing.onLimits(messageLimit, inlineLimit);
    this.onHeard(now, stream);
    this.pump(now, stream);
  }

  /** False: it breaks the rules. MUST STRM-8, STRM-9 */
  onClose(now: Nanos, stream: Stream, ending: StreamEnding): boolean {
    const { incoming } = stream;
    this.onHeard(now, stream);
    if (ending.status !== ExchangeStatus.OK) {
      this.tell(stream, { status: ending.status, message: ending.reason, reason: undefined });
      this.finish(now, stream, 'cancelled', false);
      return true;
    }
    if (
      ending.count < incoming.high ||
      (incoming.end !== ending.count && incoming.end !== Number.POSITIVE_INFINITY)
    )
      return false;
    if (incoming.end === ending.count && stream.byCallee) return true;
    this.endIncoming(stream, ending.count);
    if (!stream.byCallee) {
      this.step(stream, 'closed');
      this.dropOutgoing(now, stream);
      // Who waits to write is refused; any other end tells him by itself.
      if (stream.wantsRoom) this.context.events.push({ type: 'stream-room', exchange: stream.id });
      stream.wantsRoom = false;
    }
    this.handOver(now, stream);
    return true;
  }

  onCloseAcked(now: Nanos, stream: Stream): void {
    stream.ending = undefined;
    stream.endingDue = false;
    this.onHeard(now, stream);
    this.settle(now, stream);
  }

  /** A packet with a STREAM_CREDIT of it was acknowledged, or lost. */
  onCreditSettled(stream: Stream, packetNumber: number, lost: boolean): void {
    if (stream.creditPacket !== packetNumber) return;
    stream.creditPacket = -1;
    if (lost && stream.state !== 'over') {
      stream.creditDue = true;
      this.host.want(stream);
    } else if (stream.ending === undefined) {
      this.timers.disarm(stream);
    }
  }

  /** Control frames of it have left: without an answer they are sent again. MUST STRM-7 */
  onFramesSent(now: Nanos, stream: Stream): void {
    stream.tries += 1;
    stream.tryWaitNs = this.host.retryWait(stream.peer, stream.tries, stream.tryWaitNs);
    this.timers.arm(stream, now + stream.tryWaitNs);
  }

  onTimeout(now: Nanos): void {
    for (let stream = this.timers.expire(now); stream !== undefined; stream = this.timers.expire(now)) {
      if (stream.ending !== undefined) stream.endingDue = true;
      if (stream.creditPacket >= 0) stream.creditDue = true;
      this.host.want(stream);
    }
  }

  private sendEnding(_now: Nanos, stream: Stream, ending: StreamEnding): void {
    stream.ending = ending;
    stream.endingDue = this.isHeard(stream);
    stream.tries = 0;
    this.host.want(stream);
  }

  private isHeard({ heard, opening }: Stream): boolean {
    return heard || opening?.state === 'accepted';
  }

  private onHeard(_now: Nanos, stream: Stream): void {
    if (stream.heard) return;
    stream.heard = true;
    if (stream.ending === undefined) return;
    stream.endingDue = true;
    this.host.want(stream);
  }

  // --- ends ----------------------------------------------------------------------------------------------

  private step(stream: Stream, event: StreamEvent): void {
    stream.state = nextStreamState(stream.state, event);
  }

  /** Whether all that was to happen has. */
  private settle(now: Nanos, stream: Stream): void {
    const { state, incoming, outgoing } = stream;
    if (state === 'draining' && incoming.isDone) {
      this.tell(stream, { status: ExchangeStatus.OK, message: NO_REASON, reason: undefined });
      this.finish(now, stream, undefined, false);
    } else if (state === 'closing' && stream.ending === undefined && outgoing.messages === 0) {
      this.tell(stream, { status: ExchangeStatus.OK, message: NO_REASON, reason: undefined });
      this.finish(now, stream, undefined, false);
    }
  }

  /** Both directions are cut. */
  private cut(now: Nanos, stream: Stream, code: number): void {
    this.dropOutgoing(now, stream);
    this.dropInbound(now, stream, code);
  }

  private dropOutgoing(now: Nanos, stream: Stream): void {
    for (const transfer of stream.outgoing.clear()) this.host.stop(now, transfer);
  }

  private dropInbound(now: Nanos, stream: Stream, code: number): void {
    const transfers = [...stream.incoming.transfers.values()];
    stream.incoming.transfers.clear();
    for (const transfer of transfers) this.host.dropInbound(now, transfer, code);
  }

  private tell(stream: Stream, end: StreamEnd): void {
    if (!stream.told) return;
    stream.told = false;
    this.context.events.push({ type: 'stream-closed', exchange: stream.id, peer: stream.peer.id, ...end });
  }

  /** The stream is over here. `relinquish`: its callee may not know it at all. MUST STRM-10 */
  private finish(now: Nanos, stream: Stream, reason: FailureReason | undefined, relinquish: boolean): void {
    if (stream.state === 'over') return;
    const { peer, opening } = stream;
    this.step(stream, reason === undefined ? 'settled' : 'aborted');
    this.cut(now, stream, TransferErrorCode.CANCELLED);
    stream.incoming.close();
    stream.ending = undefined;
    stream.endingDue = false;
    stream.creditDue = false;
    this.timers.disarm(stream);
    this.host.remove(stream.id);
    peer.removeWaiting();
    if (opening !== undefined) this.host.freeOpening(opening, relinquish || reason === 'peer-timeout');
    else this.host.onServedEnd(stream, reason);
  }

  /** The caller has given it up, or the peer is gone. */
  abort(now: Nanos, stream: Stream, reason: FailureReason): void {
    this.tell(stream, { status: ExchangeStatus.CANCELLED, message: NO_REASON, reason });
    this.finish(now, stream, reason, false);
  }
}
