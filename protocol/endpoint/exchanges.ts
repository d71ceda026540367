import { SlotMap } from '../core/slot-map.ts';
import { NEVER } from '../core/units.ts';
import type { Nanos } from '../core/units.ts';
import type { Peer } from '../peer/peer.ts';
import { OutgoingMessage } from '../records/message.ts';
import { placed } from '../records/placement.ts';
import type { FindStream } from '../stream/frame-reader.ts';
import type { Stream } from '../stream/stream.ts';
import { Streams } from '../stream/streams.ts';
import type { Gate } from '../transfer/admission.ts';
import type { InboundTransfer } from '../transfer/inbound.ts';
import type { OutboundTransfer } from '../transfer/outbound.ts';
import { ExchangeStatus, TransferErrorCode, TransferNotify } from '../wire/index.ts';
import type { Context } from './context.ts';
import { reasonOfCode } from './errors.ts';
import type { FailureReason } from './errors.ts';
import type { ExchangeId } from './events.ts';
import type { Exchange, ExchangeParts, ServedExchange } from './exchange.ts';
import { Offers } from './offers.ts';
import { OwnExchanges, outboundOf } from './own-exchanges.ts';
import { nextOwn, nextServed } from './states.ts';
import { ExchangeStreamHost } from './stream-host.ts';

const NO_HEADERS: Uint8Array = new Uint8Array(0);

/** MUST EXCH-8 */
function deadlineOf(now: Nanos, { flags, timeoutNs }: TransferNotify): Nanos | undefined {
  return (flags & TransferNotify.DEADLINE) === 0 ? undefined : now + timeoutNs;
}

/**
 * Exchanges over transfers: one handler run, one end. What belongs to own ones and to streams is passed on. REQ PAT-1, RDP-11, XFER-5, FLOW-2 ·
 * MUST EXCH-1, EXCH-2
 */
export class Exchanges implements Gate {
  private readonly context: Context;
  private readonly table: SlotMap<Exchange>;
  readonly own: OwnExchanges;
  readonly streams: Streams;
  readonly offers: Offers;
  private parts: ExchangeParts | undefined;

  constructor(context: Context) {
    this.context = context;
    this.table = new SlotMap<Exchange>(context.options.exchangesMax);
    this.own = new OwnExchanges(context, this.table, () => this.part);
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

  isServing(id: ExchangeId): boolean {
    const exchange = this.table.get(id);
    return exchange?.kind === 'served' || (exchange?.kind === 'stream' && exchange.byCallee);
  }

  /** False: the exchange has ended meanwhile, because its peer is gone. */
  reply(now: Nanos, id: ExchangeId, message: OutgoingMessage, status: number, priority: number): boolean {
    const exchange = this.table.get(id);
    if (exchange?.kind !== 'served' || exchange.state === 'answering') return false;
    const { peer, request } = exchange;
    if (request !== undefined) {
      // MUST OFFER-3
      exchange.request = undefined;
      this.part.receiver.drop(request);
      this.part.admission.onWhole(now, request);
    }
    const response = outboundOf(this.part, peer, message, priority, id, true, 0);
    response.reply = { slot: exchange.requestSlot, generation: exchange.requestGeneration, status };
    exchange.state = nextServed(exchange.state, 'reply');
    exchange.response = response;
    this.part.sender.submit(now, response);
    this.part.onWaiting(now, peer);
    return true;
  }

  /** Nobody is left hanging: not even while the endpoint lives on, and answers every PROBE. MUST EXCH-5 */
  stopServing(now: Nanos, message: Uint8Array, priority: number): void {
    this.context.serving = false;
    this.table.forEach((exchange, id) => {
      if (exchange.kind === 'served')
        this.reply(now, id, new OutgoingMessage(message), ExchangeStatus.CANCELLED, priority);
      else if (exchange.kind === 'stream' && exchange.byCallee)
        this.streams.close(now, exchange, ExchangeStatus.CANCELLED, message);
    });
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
    const exchange = this.own.awaiting(peer, notify.replySlot, notify.replyGeneration);
    // Nobody could have handled what is held. MUST AHEAD-6
    const isAwaited = exchange?.state === 'asking' && exchange.request.hold !== 'ahead';
    return exchange !== undefined && isAwaited ? 0 : TransferErrorCode.UNKNOWN_TRANSFER;
  }

  /** Half of the places are for what may run: it may be what the others wait for. MUST AHEAD-4 */
  admitsAhead(): boolean {
    const { serving, offering, options } = this.context;
    return serving && !offering && this.size * 2 < options.exchangesMax;
  }

  onReleased(now: Nanos, transfer: InboundTransfer, notify: TransferNotify): void {
    const exchange = this.table.get(transfer.exchange);
    if (exchange?.kind === 'served') exchange.deadlineNs = deadlineOf(now, notify);
  }

  onAdmitted(now: Nanos, transfer: InboundTransfer, notify: TransferNotify): void {
    const { peer } = transfer;
    if ((notify.flags & TransferNotify.STREAM) !== 0) {
      const stream = this.streamOf(peer, notify) ?? this.beginStream(now, peer, notify);
      this.streams.onAdmitted(now, stream, transfer, notify);
      if (!transfer.isResponse && this.context.offering) this.offers.holdBack(transfer);
    } else if (transfer.isResponse) {
      const own = this.own.awaiting(peer, notify.replySlot, notify.replyGeneration);
      if (own === undefined) return;
      own.state = nextOwn(own.state, 'answer');
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
    const { transferSlot: requestSlot, transferGeneration: requestGeneration } = notify;
    const deadlineNs = deadlineOf(now, notify);
    const exchange: ServedExchange = {
      kind: 'served',
      state: 'receiving',
      peer,
      requestSlot,
      requestGeneration,
      deadlineNs,
      request,
      response: undefined,
    };
    const id = this.table.insert(exchange);
    const entry = peer.inbound.get(requestSlot);
    if (entry !== undefined) entry.exchange = id;
    // Also while a handler works: it is to learn that nobody waits for it. MUST LIVE-2
    peer.addWaiting(now);
    this.part.onWaiting(now, peer);
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
    const exchange = this.own.awaiting(peer, notify.replySlot, notify.replyGeneration);
    if (exchange?.state === 'asking') this.own.fail(now, exchange, reasonOfCode(code));
  }

  deliverInline(now: Nanos, peer: Peer, notify: TransferNotify, payload: Uint8Array): void {
    const { headerSize } = notify;
    const headers = headerSize === 0 ? NO_HEADERS : payload.subarray(0, headerSize);
    const body = headerSize === 0 ? payload : payload.subarray(headerSize);
    if ((notify.flags & TransferNotify.STREAM) !== 0) {
      const stream = this.streamOf(peer, notify) ?? this.beginStream(now, peer, notify);
      this.streams.onInline(now, stream, notify, headers, body);
    } else if ((notify.flags & TransferNotify.RESPONSE) !== 0) {
      const { replySlot: slot, replyGeneration: generation, status } = notify;
      this.own.onResponse(now, peer, { slot, generation, status }, headers, body, undefined);
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
    } else if (transfer.reply === undefined) {
      const { into, noticeHeaders } = transfer;
      this.onRequest(transfer.exchange, transfer.priority, noticeHeaders ?? headers, placed(body, into));
    } else {
      this.own.onResponse(now, peer, transfer.reply, transfer.noticeHeaders ?? headers, body, transfer);
    }
  }

  private onRequest(id: ExchangeId, priority: number, headers: Uint8Array, body: Uint8Array): void {
    const exchange = this.table.get(id);
    if (exchange?.kind !== 'served') return;
    const offered = exchange.state === 'accepted';
    exchange.state = nextServed(exchange.state, 'whole');
    exchange.request = undefined;
    this.context.telemetry.requestTaken(id, exchange.peer.id, priority, body.length);
    this.context.events.push({
      type: 'request',
      exchange: id,
      peer: exchange.peer.id,
      priority,
      deadlineNs: exchange.deadlineNs ?? NEVER,
      headers,
      body,
      offered,
    });
  }

  /** A request or response of ours ended; without a reason it arrived. */
  onOutboundEnd(now: Nanos, transfer: OutboundTransfer, reason: FailureReason | undefined): void {
    const exchange = this.table.get(transfer.exchange);
    if (exchange === undefined) return;
    if (reason === undefined && transfer.causal !== undefined)
      this.context.events.push({ type: 'arrived', exchange: transfer.exchange });
    if (exchange.kind === 'own') {
      if (reason !== undefined) this.own.fail(now, exchange, reason);
    } else if (exchange.kind === 'stream') {
      this.streams.onOutboundEnd(now, exchange, transfer, reason);
    } else {
      this.endServed(transfer.exchange, exchange, reason);
    }
  }

  /** The acknowledgement of the request was in the packet that announced its response. MUST NOTIFY-6 */
  onProvoked(id: ExchangeId): void {
    const exchange = this.table.get(id);
    if (exchange?.kind === 'served' && exchange.response?.patient)
      this.part.sender.announceAgain(exchange.response);
  }

  /** The caller gave up a request that had arrived. MUST EXCH-7 */
  onGivenUp(now: Nanos, id: ExchangeId): void {
    const exchange = this.table.get(id);
    if (exchange?.kind === 'stream') this.streams.abort(now, exchange, 'cancelled');
    if (exchange?.kind !== 'served') return;
    if (exchange.state !== 'answering') this.endServed(id, exchange, 'cancelled');
    else this.part.sender.finish(now, exchange.response as OutboundTransfer, 'cancelled');
  }

  /** The caller has used its slot again, so it knows how the stream ended. MUST STRM-7 */
  onReused(now: Nanos, id: ExchangeId): void {
    const stream = this.stream(id);
    if (stream?.ending !== undefined) this.streams.onCloseAcked(now, stream);
    else if (stream !== undefined) this.streams.abort(now, stream, 'cancelled');
  }

  private endServed(id: ExchangeId, exchange: ServedExchange, reason: FailureReason | undefined): void {
    exchange.state = nextServed(exchange.state, 'end');
    this.table.delete(id);
    exchange.peer.removeWaiting();
    // A peer that was only cut off waits for an answer and would be answered every PROBE: it must hear that none will come.
    if (reason === 'peer-timeout') {
      this.part.admission.renounce(exchange.peer, exchange.requestSlot, exchange.requestGeneration);
    }
    this.context.freeCredit(exchange.peer);
    const { id: peer } = exchange.peer;
    if (reason === undefined) this.context.telemetry.requestServed(id, peer);
    else this.context.telemetry.requestDropped(id, peer, reason);
    this.context.events.push({ type: 'served', exchange: id, peer, reason });
  }

  /** The peer will not take a transfer of ours. */
  onOutboundReset(now: Nanos, transfer: OutboundTransfer, code: number): void {
    const reason = reasonOfCode(code);
    const exchange = this.table.get(transfer.exchange);
    if (exchange?.kind === 'own') this.own.fail(now, exchange, reason);
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
      peer.removeWaiting();
      this.context.freeCredit(peer);
      const isKnown =
        exchange?.kind === 'served' && (exchange.state === 'offered' || exchange.state === 'accepted');
      if (isKnown)
        this.context.events.push({
          type: 'served',
          exchange: transfer.exchange,
          peer: peer.id,
          reason: reasonOfCode(code),
        });
    } else if (exchange?.kind === 'own') {
      this.own.fail(now, exchange, reasonOfCode(code));
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
        if (exchange.state === 'handling') this.endServed(id, exchange, reason);
      } else if (everything || exchange.request.exposed) {
        this.own.fail(now, exchange, reason);
      }
    });
    receiver.abandonPeer(now, peer, TransferErrorCode.CANCELLED, reason === 'peer-timeout');
    sender.onPeerRestart(now, peer, reason, everything);
  }
}
