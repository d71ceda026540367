import { DEADLINE_BYTES } from '../control/control-writer.ts';
import { SlotMap } from '../core/slot-map.ts';
import type { TimerQueue } from '../core/timer-queue.ts';
import { NEVER } from '../core/units.ts';
import type { Bytes, Nanos } from '../core/units.ts';
import type { Peer } from '../peer/peer.ts';
import type { OutgoingMessage } from '../records/message.ts';
import { placed } from '../records/placement.ts';
import type { SharedPayload } from '../records/shared-payload.ts';
import type { FindStream } from '../stream/frame-reader.ts';
import type { Stream } from '../stream/stream.ts';
import { Streams } from '../stream/streams.ts';
import type { Gate } from '../transfer/admission.ts';
import type { InboundTransfer } from '../transfer/inbound.ts';
import { OutboundTransfer } from '../transfer/outbound.ts';
import type { Causal } from '../transfer/outbound.ts';
import { TransferErrorCode, TransferNotify } from '../wire/index.ts';
import type { Context } from './context.ts';
import { reasonOfCode } from './errors.ts';
import type { FailureReason } from './errors.ts';
import type { ExchangeId } from './events.ts';
import type { Exchange, ExchangeParts, OwnExchange, ServedExchange } from './exchange.ts';
import { Offers } from './offers.ts';
import { ExchangeStreamHost } from './stream-host.ts';

/** Own decisions to give an exchange up: whoever serves it cannot know. */
const GIVEN_UP: ReadonlySet<FailureReason | undefined> = new Set<FailureReason>([
  'aborted',
  'deadline',
  'closed',
  'dependency-failed',
]);

/**
 * Unary exchanges over transfers: one request, one response, one handler run, one end. REQ PAT-1, RDP-11, XFER-5, XFER-6, XFER-7, FLOW-2 ·
 * MUST EXCH-1, EXCH-2
 */
export class Exchanges implements Gate {
  private readonly context: Context;
  private readonly table: SlotMap<Exchange>;
  /** Deadlines of own exchanges. */
  readonly timers: TimerQueue<OwnExchange>;
  readonly streams: Streams;
  readonly offers: Offers;
  private parts: ExchangeParts | undefined;

  constructor(context: Context) {
    this.context = context;
    this.timers = context.deadlines.queue<OwnExchange>();
    this.table = new SlotMap<Exchange>(context.options.exchangesMax);
    this.offers = new Offers(context, this.table, () => this.part.receiver);
    this.streams = new Streams(context, new ExchangeStreamHost(context, this.table, () => this.part));
  }

  connect(parts: ExchangeParts): void {
    this.parts = parts;
  }

  private get part(): ExchangeParts {
    return this.parts as ExchangeParts;
  }

  get size(): number {
    return this.table.size;
  }

  get isFull(): boolean {
    return this.table.isFull;
  }

  call(
    now: Nanos,
    peer: Peer,
    message: OutgoingMessage,
    priority: number,
    deadlineNs: Nanos,
    shared?: SharedPayload,
    causal?: Causal,
  ): ExchangeId {
    const exchange = { kind: 'own', peer, startedAt: now, response: undefined } as OwnExchange;
    exchange.timerAt = NEVER;
    exchange.timerIndex = -1;
    const id = this.table.insert(exchange);
    const moreBytes = deadlineNs === NEVER ? 0 : DEADLINE_BYTES;
    exchange.request = this.outbound(peer, message, priority, id, false, moreBytes);
    exchange.request.deadlineNs = deadlineNs;
    exchange.request.shared = shared;
    exchange.request.causal = causal;
    this.timers.arm(exchange, deadlineNs);
    peer.addWaiting(now);
    this.part.sender.submit(now, exchange.request);
    if (deadlineNs <= now) this.giveUp(now, exchange, 'deadline');
    else this.part.onWaiting(now, peer);
    return id;
  }

  private outbound(
    peer: Peer,
    message: OutgoingMessage,
    priority: number,
    id: ExchangeId,
    isResponse: boolean,
    moreBytes: Bytes,
  ): OutboundTransfer {
    const { inlineBytesMax, noticeBytesMax } = this.part;
    const inlined = message.sizeBytes === 0 || message.sizeBytes <= inlineBytesMax - moreBytes;
    return new OutboundTransfer(peer, message, priority, id, isResponse, inlined, noticeBytesMax);
  }

  /** What a request or an opening of ours waited for is over. MUST AFTER-2 */
  release(id: ExchangeId): void {
    const exchange = this.table.get(id);
    const first = exchange?.kind === 'stream' ? exchange.opening : exchange?.request;
    if (first instanceof OutboundTransfer) this.part.sender.release(first);
  }

  /** MUST EXCH-8 */
  onTimeout(now: Nanos): void {
    for (let own = this.timers.expire(now); own !== undefined; own = this.timers.expire(now)) {
      this.giveUp(now, own, 'deadline');
    }
  }

  /** The caller wants no answer any more; false if it has one, or there is no such exchange of ours. */
  cancel(now: Nanos, id: ExchangeId, reason: FailureReason): boolean {
    const exchange = this.table.get(id);
    if (exchange?.kind !== 'own') return false;
    this.giveUp(now, exchange, reason);
    return true;
  }

  private giveUp(now: Nanos, exchange: OwnExchange, reason: FailureReason): void {
    this.fail(now, exchange, reason);
    this.context.wantControl(exchange.peer);
  }

  isServing(id: ExchangeId): boolean {
    const exchange = this.table.get(id);
    return exchange?.kind === 'served' || (exchange?.kind === 'stream' && exchange.byCallee);
  }

  requestId(id: ExchangeId): { slot: number; generation: number } | undefined {
    const exchange = this.table.get(id);
    if (exchange?.kind !== 'own' || exchange.request.slot < 0) return undefined;
    return { slot: exchange.request.slot, generation: exchange.request.generation };
  }

  /** False: the exchange has ended meanwhile, because its peer is gone. */
  reply(now: Nanos, id: ExchangeId, message: OutgoingMessage, status: number, priority: number): boolean {
    const exchange = this.table.get(id);
    if (exchange?.kind !== 'served' || exchange.response !== undefined) return false;
    const { peer, request } = exchange;
    if (request !== undefined) {
      // MUST OFFER-3
      exchange.request = undefined;
      this.part.receiver.drop(request);
      this.part.admission.onWhole(now, request);
    }
    const response = this.outbound(peer, message, priority, id, true, 0);
    response.replySlot = exchange.requestSlot;
    response.replyGeneration = exchange.requestGeneration;
    response.status = status;
    exchange.response = response;
    this.part.sender.submit(now, response);
    this.part.onWaiting(now, peer);
    return true;
  }

  stream(id: ExchangeId): Stream | undefined {
    const exchange = this.table.get(id);
    return exchange?.kind === 'stream' ? exchange : undefined;
  }

  /** The stream with this id, which the peer began, or which is ours. */
  readonly findStream: FindStream = (peer, slot, generation, ofPeer) => {
    if (!ofPeer) {
      const opening = this.part.sender.find(peer, slot, generation);
      return opening === undefined ? undefined : this.stream(opening.exchange);
    }
    const entry = peer.inbound.get(slot);
    return entry?.generation === generation ? this.stream(entry.exchange) : undefined;
  };

  /** The stream a message says it belongs to, unless it begins one. */
  private streamOf(peer: Peer, notify: TransferNotify): Stream | undefined {
    if ((notify.flags & TransferNotify.RESPONSE) !== 0)
      return this.findStream(peer, notify.replySlot, notify.replyGeneration, false);
    if ((notify.flags & TransferNotify.CONTINUES) !== 0)
      return this.findStream(peer, notify.exchangeSlot, notify.exchangeGeneration, true);
    return this.findStream(peer, notify.transferSlot, notify.transferGeneration, true);
  }

  /** MUST EXCH-3, EXCH-4, STRM-2 */
  admit(peer: Peer, notify: TransferNotify): number {
    if ((notify.flags & (TransferNotify.RESPONSE | TransferNotify.CONTINUES)) === 0) {
      return this.context.serving && !this.isFull ? 0 : TransferErrorCode.REFUSED;
    }
    if ((notify.flags & TransferNotify.STREAM) !== 0) {
      const stream = this.streamOf(peer, notify);
      return stream === undefined ? TransferErrorCode.UNKNOWN_TRANSFER : this.streams.admit(stream, notify);
    }
    const exchange = this.awaiting(peer, notify.replySlot, notify.replyGeneration);
    return exchange === undefined || exchange.response !== undefined ? TransferErrorCode.UNKNOWN_TRANSFER : 0;
  }

  onAdmitted(now: Nanos, transfer: InboundTransfer, notify: TransferNotify): void {
    const { peer } = transfer;
    if ((notify.flags & TransferNotify.STREAM) !== 0) {
      const stream = this.streamOf(peer, notify) ?? this.beginStream(now, peer, notify);
      this.streams.onAdmitted(now, stream, transfer, notify);
      if (!transfer.isResponse && this.context.offering) this.offers.holdBack(transfer);
    } else if (transfer.isResponse) {
      const own = this.awaiting(peer, notify.replySlot, notify.replyGeneration);
      if (own === undefined) return;
      own.response = transfer;
      transfer.exchange = own.request.exchange;
    } else {
      transfer.exchange = this.begin(now, peer, notify, transfer);
      if (this.context.offering) this.offers.holdBack(transfer);
    }
  }

  private beginStream(now: Nanos, peer: Peer, notify: TransferNotify): Stream {
    const stream = this.streams.accept(now, peer, notify);
    const entry = peer.inbound.get(notify.transferSlot);
    if (entry !== undefined) entry.exchange = stream.id;
    return stream;
  }

  onRepeated(now: Nanos, peer: Peer, notify: TransferNotify): void {
    const stream = this.streamOf(peer, notify);
    if (stream !== undefined) this.streams.onAnnouncement(now, stream, notify);
  }

  /** A place for a request that was admitted. */
  private begin(
    now: Nanos,
    peer: Peer,
    notify: TransferNotify,
    request: InboundTransfer | undefined,
  ): ExchangeId {
    const { transferSlot: requestSlot, transferGeneration: requestGeneration, flags, timeoutNs } = notify;
    const deadlineNs = (flags & TransferNotify.DEADLINE) === 0 ? NEVER : now + timeoutNs;
    const exchange: ServedExchange = {
      kind: 'served',
      peer,
      requestSlot,
      requestGeneration,
      deadlineNs,
      request,
      offered: false,
      response: undefined,
    };
    const id = this.table.insert(exchange);
    const entry = peer.inbound.get(requestSlot);
    if (entry !== undefined) entry.exchange = id;
    return id;
  }

  onRefused(now: Nanos, peer: Peer, notify: TransferNotify, code: number): void {
    const unary = (notify.flags & TransferNotify.STREAM) === 0;
    if (
      (notify.flags & TransferNotify.RESPONSE) === 0 ||
      code === TransferErrorCode.UNKNOWN_TRANSFER ||
      !unary
    )
      return;
    const exchange = this.awaiting(peer, notify.replySlot, notify.replyGeneration);
    if (exchange !== undefined && exchange.response === undefined)
      this.fail(now, exchange, reasonOfCode(code));
  }

  private awaiting(peer: Peer, slot: number, generation: number): OwnExchange | undefined {
    const request = this.part.sender.find(peer, slot, generation);
    const exchange = request === undefined ? undefined : this.table.get(request.exchange);
    return exchange?.kind === 'own' ? exchange : undefined;
  }

  deliverInline(now: Nanos, peer: Peer, notify: TransferNotify, payload: Uint8Array): void {
    const headers = payload.subarray(0, notify.headerSize);
    const body = payload.subarray(notify.headerSize);
    if ((notify.flags & TransferNotify.STREAM) !== 0) {
      const stream = this.streamOf(peer, notify) ?? this.beginStream(now, peer, notify);
      this.streams.onInline(now, stream, notify, headers, body);
    } else if ((notify.flags & TransferNotify.RESPONSE) !== 0) {
      const { replySlot, replyGeneration, status } = notify;
      this.onResponse(now, peer, replySlot, replyGeneration, status, headers, body, undefined);
    } else {
      const exchange = this.begin(now, peer, notify, undefined);
      this.onRequest(exchange, notify.priority, headers, body);
    }
  }

  /** A pulled message is whole. */
  deliver(now: Nanos, transfer: InboundTransfer, headers: Uint8Array, body: Uint8Array): void {
    const { peer } = transfer;
    this.part.admission.onWhole(now, transfer);
    const stream = this.stream(transfer.exchange);
    if (stream !== undefined) {
      const head = transfer.noticeHeaders ?? headers;
      this.streams.onWhole(now, stream, transfer, head, placed(body, transfer.into));
    } else if (!transfer.isResponse) {
      const { into, noticeHeaders } = transfer;
      this.onRequest(transfer.exchange, transfer.priority, noticeHeaders ?? headers, placed(body, into));
    } else {
      const { replySlot, replyGeneration, status, noticeHeaders } = transfer;
      this.onResponse(
        now,
        peer,
        replySlot,
        replyGeneration,
        status,
        noticeHeaders ?? headers,
        body,
        transfer,
      );
    }
  }

  private onRequest(id: ExchangeId, priority: number, headers: Uint8Array, body: Uint8Array): void {
    const exchange = this.table.get(id);
    if (exchange?.kind !== 'served') return;
    exchange.request = undefined;
    this.context.events.push({
      type: 'request',
      exchange: id,
      peer: exchange.peer.id,
      priority,
      deadlineNs: exchange.deadlineNs,
      headers,
      body,
      offered: exchange.offered,
    });
  }

  private onResponse(
    now: Nanos,
    peer: Peer,
    slot: number,
    generation: number,
    status: number,
    headers: Uint8Array,
    body: Uint8Array,
    transfer: InboundTransfer | undefined,
  ): void {
    const exchange = this.awaiting(peer, slot, generation);
    if (exchange === undefined) return;
    const { request } = exchange;
    const metrics = {
      latencyNs: now - exchange.startedAt,
      requestBytes: request.messageBytes,
      responseBytes: headers.length + body.length,
      notifyRetries: Math.max(request.notifyCount - 1, 0),
      repulledBytes: transfer?.repulledBytes ?? 0,
    };
    // A response proves that the request arrived: its final RANGE_ACK may be missing, or on its way.
    this.endOwn(now, exchange, undefined);
    this.context.events.push({
      type: 'response',
      exchange: request.exchange,
      peer: peer.id,
      status,
      headers,
      body,
      metrics,
    });
  }

  /** Removes an own exchange, its request with it. A response that is still being pulled finds nobody when it is whole. MUST EXCH-6 */
  private endOwn(now: Nanos, exchange: OwnExchange, reason: FailureReason | undefined): void {
    const { request, response, peer } = exchange;
    const { sender, receiver } = this.part;
    const unconfirmed = request.state === 'notified' || request.state === 'queued';
    const givenUp = GIVEN_UP.has(reason);
    this.table.delete(request.exchange);
    this.timers.disarm(exchange);
    peer.removeWaiting();
    sender.finish(now, request, reason);
    if (request.slot >= 0 && (givenUp || (reason === 'peer-timeout' && unconfirmed)))
      sender.relinquish(request);
    else sender.freeSlot(request);
    if (givenUp && response !== undefined) {
      receiver.reject(now, response, TransferErrorCode.CANCELLED, true);
    }
  }

  /** MUST EXCH-5 */
  private fail(now: Nanos, exchange: OwnExchange, reason: FailureReason): void {
    const id = exchange.request.exchange;
    this.endOwn(now, exchange, reason);
    this.context.events.push({ type: 'failure', exchange: id, peer: exchange.peer.id, reason });
  }

  /** A request or response of ours ended; without a reason it arrived. */
  onOutboundEnd(now: Nanos, transfer: OutboundTransfer, reason: FailureReason | undefined): void {
    const exchange = this.table.get(transfer.exchange);
    if (exchange === undefined) return;
    if (reason === undefined && transfer.causal !== undefined)
      this.context.events.push({ type: 'arrived', exchange: transfer.exchange });
    if (exchange.kind === 'own') {
      if (reason !== undefined) this.fail(now, exchange, reason);
    } else if (exchange.kind === 'stream') {
      this.streams.onOutboundEnd(now, exchange, transfer, reason);
    } else {
      this.endServed(transfer.exchange, exchange, reason);
    }
  }

  /** The caller gave up a request that had arrived. MUST EXCH-7 */
  onGivenUp(now: Nanos, id: ExchangeId): void {
    const exchange = this.table.get(id);
    if (exchange?.kind === 'stream') this.streams.abort(now, exchange, 'cancelled');
    if (exchange?.kind !== 'served') return;
    if (exchange.response === undefined) this.endServed(id, exchange, 'cancelled');
    else this.part.sender.finish(now, exchange.response, 'cancelled');
  }

  private endServed(id: ExchangeId, exchange: ServedExchange, reason: FailureReason | undefined): void {
    this.table.delete(id);
    // A peer that was only cut off waits for an answer and would be answered every PROBE: it must hear that none will come.
    if (reason === 'peer-timeout') {
      this.part.admission.renounce(exchange.peer, exchange.requestSlot, exchange.requestGeneration);
    }
    this.context.freeCredit(exchange.peer);
    this.context.events.push({ type: 'served', exchange: id, peer: exchange.peer.id, reason });
  }

  /** The peer will not take a transfer of ours. */
  onOutboundReset(now: Nanos, transfer: OutboundTransfer, code: number): void {
    const reason = reasonOfCode(code);
    const exchange = this.table.get(transfer.exchange);
    if (exchange?.kind === 'own') this.fail(now, exchange, reason);
    else if (exchange?.kind === 'stream') this.streams.onReset(now, exchange, transfer, reason);
    else this.part.sender.finish(now, transfer, reason);
  }

  /** A transfer being received ended before it was whole. */
  onInboundEnd(now: Nanos, transfer: InboundTransfer, code: number, tell: boolean): void {
    this.part.admission.onAbandoned(transfer, code, tell);
    const exchange = this.table.get(transfer.exchange);
    if (exchange?.kind === 'stream') {
      this.streams.onInboundEnd(now, exchange, transfer, code);
    } else if (!transfer.isResponse) {
      const { peer } = transfer;
      this.table.delete(transfer.exchange);
      this.context.freeCredit(peer);
      if (exchange?.kind === 'served' && exchange.offered)
        this.context.events.push({
          type: 'served',
          exchange: transfer.exchange,
          peer: peer.id,
          reason: reasonOfCode(code),
        });
    } else if (exchange?.kind === 'own') {
      this.fail(now, exchange, reasonOfCode(code));
    }
  }

  /** The peer died or restarted: everything that depends on it ends. */
  onPeerEnd(now: Nanos, peer: Peer, reason: FailureReason, everything: boolean): void {
    const { sender, receiver } = this.part;
    this.table.forEach((exchange, id) => {
      if (exchange.peer !== peer) return;
      if (exchange.kind === 'stream') {
        if (everything || exchange.byCallee || exchange.opening?.exposed)
          this.streams.abort(now, exchange, reason);
      } else if (exchange.kind === 'served') {
        if (exchange.response === undefined && exchange.request === undefined)
          this.endServed(id, exchange, reason);
      } else if (everything || exchange.request.exposed) {
        this.fail(now, exchange, reason);
      }
    });
    receiver.abandonPeer(now, peer, TransferErrorCode.CANCELLED, reason === 'peer-timeout');
    sender.onPeerRestart(now, peer, reason, everything);
  }
}
