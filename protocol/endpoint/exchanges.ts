import { SlotMap } from '../core/slot-map.ts';
import type { Nanos } from '../core/units.ts';
import type { Peer } from '../peer/peer.ts';
import type { OutgoingMessage } from '../records/message.ts';
import type { Admission, Gate } from '../transfer/admission.ts';
import type { InboundTransfer } from '../transfer/inbound.ts';
import { OutboundTransfer } from '../transfer/outbound.ts';
import type { Receiver } from '../transfer/receiver.ts';
import type { Sender } from '../transfer/sender.ts';
import { TransferErrorCode, TransferNotify } from '../wire/index.ts';
import type { Context } from './context.ts';
import { reasonOfCode } from './errors.ts';
import type { FailureReason } from './errors.ts';
import type { ExchangeId } from './events.ts';

/** An exchange this endpoint asked for: a request on its way, then a response awaited. */
interface OwnExchange {
  kind: 'own';
  peer: Peer;
  request: OutboundTransfer;
  startedAt: Nanos;
  /** Its response is being pulled: there is no second one. */
  answered: boolean;
}

/** An exchange this endpoint serves: a request handed to the application, then a response kept until it is acknowledged. */
interface ServedExchange {
  kind: 'served';
  peer: Peer;
  requestSlot: number;
  requestGeneration: number;
  response: OutboundTransfer | undefined;
}

type Exchange = OwnExchange | ServedExchange;

/** What the exchanges need of the rest of the endpoint; set once, when all parts exist. */
export interface ExchangeParts {
  sender: Sender;
  receiver: Receiver;
  admission: Admission;
  inlineBytesMax: number;
  onWaiting(now: Nanos, peer: Peer): void;
}

/** Unary exchanges over transfers: one request, one response, one handler run. REQ PAT-1, RDP-11, XFER-5, XFER-7 · MUST EXCH-1, EXCH-2 */
export class Exchanges implements Gate {
  private readonly context: Context;
  private readonly table: SlotMap<Exchange>;
  private parts: ExchangeParts | undefined;
  /** Requests being pulled: each will need a place in the table when it is whole. */
  private arriving = 0;

  constructor(context: Context) {
    this.context = context;
    this.table = new SlotMap<Exchange>(context.options.exchangesMax);
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
    return this.table.size + this.arriving >= this.context.options.exchangesMax || this.table.isFull;
  }

  call(now: Nanos, peer: Peer, message: OutgoingMessage, priority: number): ExchangeId {
    const exchange = { kind: 'own', peer, startedAt: now, answered: false } as OwnExchange;
    const id = this.table.insert(exchange);
    exchange.request = new OutboundTransfer(peer, message, priority, id, false, this.fitsInline(message));
    peer.addWaiting(now);
    this.part.sender.submit(now, exchange.request);
    this.part.onWaiting(now, peer);
    return id;
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
    const { peer } = exchange;
    const response = new OutboundTransfer(peer, message, priority, id, true, this.fitsInline(message));
    response.replySlot = exchange.requestSlot;
    response.replyGeneration = exchange.requestGeneration;
    response.status = status;
    exchange.response = response;
    this.part.sender.submit(now, response);
    this.part.onWaiting(now, peer);
    return true;
  }

  private fitsInline(message: OutgoingMessage): boolean {
    return message.sizeBytes === 0 || message.sizeBytes <= this.part.inlineBytesMax;
  }

  /** MUST EXCH-3, EXCH-4 */
  admit(peer: Peer, notify: TransferNotify): number {
    const inline = (notify.flags & TransferNotify.INLINE) !== 0;
    if ((notify.flags & TransferNotify.RESPONSE) === 0) {
      if (!this.context.serving || this.isFull) return TransferErrorCode.REFUSED;
      if (!inline) this.arriving += 1;
      return 0;
    }
    const exchange = this.awaiting(peer, notify.replySlot, notify.replyGeneration);
    if (exchange === undefined || exchange.answered) return TransferErrorCode.UNKNOWN_TRANSFER;
    exchange.answered = !inline;
    return 0;
  }

  onRefused(now: Nanos, peer: Peer, notify: TransferNotify, code: number): void {
    if ((notify.flags & TransferNotify.RESPONSE) === 0 || code === TransferErrorCode.UNKNOWN_TRANSFER) return;
    const exchange = this.awaiting(peer, notify.replySlot, notify.replyGeneration);
    if (exchange !== undefined && !exchange.answered) this.fail(now, exchange, reasonOfCode(code));
  }

  private awaiting(peer: Peer, slot: number, generation: number): OwnExchange | undefined {
    const request = this.part.sender.find(peer, slot, generation);
    const exchange = request === undefined ? undefined : this.table.get(request.exchange);
    return exchange?.kind === 'own' ? exchange : undefined;
  }

  deliverInline(now: Nanos, peer: Peer, notify: TransferNotify, payload: Uint8Array): void {
    if ((notify.flags & TransferNotify.RESPONSE) !== 0) {
      this.onResponse(
        now,
        peer,
        notify.replySlot,
        notify.replyGeneration,
        notify.status,
        payload,
        notify.headerSize,
        0,
      );
    } else {
      this.onRequest(peer, notify.transferSlot, notify.transferGeneration, payload, notify.headerSize);
    }
  }

  /** A pulled message is whole. */
  deliver(now: Nanos, transfer: InboundTransfer, payload: Uint8Array): void {
    const { peer, headerBytes } = transfer;
    this.part.admission.onWhole(now, transfer);
    if (!transfer.isResponse) {
      this.arriving -= 1;
      this.onRequest(peer, transfer.slot, transfer.generation, payload, headerBytes);
      return;
    }
    const { replySlot, replyGeneration, status, repulledBytes } = transfer;
    this.onResponse(now, peer, replySlot, replyGeneration, status, payload, headerBytes, repulledBytes);
  }

  private onRequest(
    peer: Peer,
    slot: number,
    generation: number,
    payload: Uint8Array,
    headerBytes: number,
  ): void {
    const exchange = this.table.insert({
      kind: 'served',
      peer,
      requestSlot: slot,
      requestGeneration: generation,
      response: undefined,
    });
    const headers = payload.subarray(0, headerBytes);
    this.context.events.push({
      type: 'request',
      exchange,
      peer: peer.id,
      headers,
      body: payload.subarray(headerBytes),
    });
  }

  private onResponse(
    now: Nanos,
    peer: Peer,
    slot: number,
    generation: number,
    status: number,
    payload: Uint8Array,
    headerBytes: number,
    repulledBytes: number,
  ): void {
    const exchange = this.awaiting(peer, slot, generation);
    if (exchange === undefined) return;
    const { request } = exchange;
    const metrics = {
      latencyNs: now - exchange.startedAt,
      requestBytes: request.message.sizeBytes,
      responseBytes: payload.length,
      notifyRetries: Math.max(request.notifyCount - 1, 0),
      repulledBytes,
    };
    // A response proves that the request arrived: its final RANGE_ACK may be missing, or on its way.
    this.endOwn(now, exchange, undefined);
    this.context.events.push({
      type: 'response',
      exchange: request.exchange,
      peer: peer.id,
      status,
      headers: payload.subarray(0, headerBytes),
      body: payload.subarray(headerBytes),
      metrics,
    });
  }

  /** Removes an own exchange, its request with it. A response that is still being pulled finds nobody when it is whole. */
  private endOwn(now: Nanos, exchange: OwnExchange, reason: FailureReason | undefined): void {
    const { request, peer } = exchange;
    const { sender } = this.part;
    const unconfirmed = request.slot >= 0 && (request.state === 'notified' || request.state === 'queued');
    this.table.delete(request.exchange);
    peer.removeWaiting();
    sender.finish(now, request, reason);
    if (reason === 'peer-timeout' && unconfirmed) sender.relinquish(request);
    else sender.freeSlot(request);
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
    if (exchange.kind === 'own') {
      if (reason !== undefined) this.fail(now, exchange, reason);
      return;
    }
    this.endServed(transfer.exchange, exchange, reason);
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
    else this.part.sender.finish(now, transfer, reason);
  }

  /** A transfer being received ended before it was whole. */
  onInboundEnd(now: Nanos, transfer: InboundTransfer, code: number, tell: boolean): void {
    this.part.admission.onAbandoned(transfer, code, tell);
    if (!transfer.isResponse) {
      this.arriving -= 1;
      this.context.freeCredit(transfer.peer);
      return;
    }
    const exchange = this.awaiting(transfer.peer, transfer.replySlot, transfer.replyGeneration);
    if (exchange !== undefined) this.fail(now, exchange, reasonOfCode(code));
  }

  /** The peer died or restarted: everything that depends on it ends. */
  onPeerEnd(now: Nanos, peer: Peer, reason: FailureReason, everything: boolean): void {
    const { sender, receiver } = this.part;
    this.table.forEach((exchange, id) => {
      if (exchange.peer !== peer) return;
      if (exchange.kind === 'served') {
        if (exchange.response === undefined) this.endServed(id, exchange, reason);
      } else if (everything || exchange.request.exposed) {
        this.fail(now, exchange, reason);
      }
    });
    receiver.abandonPeer(now, peer, TransferErrorCode.CANCELLED, reason === 'peer-timeout');
    sender.onPeerRestart(now, peer, reason, everything);
  }
}
