import { DEADLINE_BYTES } from '../control/room.ts';
import type { SlotMap } from '../core/slot-map.ts';
import type { TimerQueue } from '../core/timer-queue.ts';
import { NEVER } from '../core/units.ts';
import type { Bytes, Nanos } from '../core/units.ts';
import type { Peer } from '../peer/peer.ts';
import type { OutgoingMessage } from '../records/message.ts';
import type { InboundTransfer } from '../transfer/inbound.ts';
import { OutboundTransfer } from '../transfer/outbound.ts';
import type { Causal } from '../transfer/outbound.ts';
import type { Reply } from '../transfer/reply.ts';
import { TransferErrorCode } from '../wire/index.ts';
import type { Context } from './context.ts';
import type { FailureReason } from './errors.ts';
import type { ExchangeId } from './events.ts';
import { nextOwn } from './states.ts';
import type { Exchange, ExchangeParts, OwnExchange } from './exchange.ts';
import { TimerNumber } from './timer-numbers.ts';

/** Own decisions to give an exchange up: whoever serves it cannot know. */
const GIVEN_UP: ReadonlySet<FailureReason | undefined> = new Set<FailureReason>([
  'aborted',
  'deadline',
  'closed',
  'dependency-failed',
]);

/** A message of a unary exchange on its way out; `moreBytes` are what its announcement holds besides. */
export function outboundOf(
  parts: ExchangeParts,
  peer: Peer,
  message: OutgoingMessage,
  priority: number,
  id: ExchangeId,
  isResponse: boolean,
  moreBytes: Bytes,
): OutboundTransfer {
  const { inlineBytesMax, noticeBytesMax } = parts;
  const { sizeBytes } = message;
  const fits = sizeBytes === 0 || (sizeBytes <= inlineBytesMax - moreBytes && peer.inline.admits(sizeBytes));
  const inlined = fits && message.stored === undefined;
  return new OutboundTransfer(peer, message, priority, id, isResponse, inlined, noticeBytesMax);
}

/** Unary exchanges that this endpoint asked for: one request, one response, one end. REQ PAT-1, XFER-5, XFER-6, XFER-7 */
export class OwnExchanges {
  private readonly context: Context;
  private readonly table: SlotMap<Exchange>;
  /** Deadlines. */
  readonly timers: TimerQueue<OwnExchange>;
  private readonly parts: () => ExchangeParts;

  constructor(context: Context, table: SlotMap<Exchange>, parts: () => ExchangeParts) {
    this.context = context;
    this.table = table;
    this.parts = parts;
    this.timers = context.deadlines.queue<OwnExchange>(TimerNumber.EXCHANGE);
  }

  call(
    now: Nanos,
    peer: Peer,
    message: OutgoingMessage,
    priority: number,
    deadlineNs: Nanos,
    causal?: Causal,
  ): ExchangeId {
    // All fields at once: what is added to an object later costs it a second one.
    const exchange: OwnExchange = {
      kind: 'own',
      state: 'asking',
      peer,
      request: undefined as unknown as OutboundTransfer,
      startedAt: now,
      response: undefined,
      timerIndex: -1,
    };
    const id = this.table.insert(exchange);
    this.context.telemetry.exchangeBegun(id, peer.id, priority, message.sizeBytes);
    const moreBytes = deadlineNs === NEVER ? 0 : DEADLINE_BYTES;
    exchange.request = outboundOf(this.parts(), peer, message, priority, id, false, moreBytes);
    if (deadlineNs !== NEVER) exchange.request.deadlineNs = deadlineNs;
    exchange.request.causal = causal;
    this.timers.arm(exchange, deadlineNs);
    peer.addWaiting(now);
    this.parts().sender.submit(now, exchange.request);
    if (deadlineNs <= now) this.giveUp(now, exchange, 'deadline');
    else this.parts().onWaiting(now, peer);
    return id;
  }

  /** What a request or an opening of ours waited for is over. MUST AFTER-2 */
  release(now: Nanos, id: ExchangeId): void {
    const exchange = this.table.get(id);
    const first = exchange?.kind === 'stream' ? exchange.opening : exchange?.request;
    if (first instanceof OutboundTransfer) this.parts().sender.release(now, first);
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

  requestId(id: ExchangeId): { slot: number; generation: number } | undefined {
    const exchange = this.table.get(id);
    if (exchange?.kind !== 'own' || exchange.request.slot < 0) return undefined;
    return { slot: exchange.request.slot, generation: exchange.request.generation };
  }

  /** The exchange of ours that waits for an answer to this request. */
  awaiting(peer: Peer, slot: number, generation: number): OwnExchange | undefined {
    const request = this.parts().sender.find(peer, slot, generation);
    const exchange = request === undefined ? undefined : this.table.get(request.exchange);
    return exchange?.kind === 'own' ? exchange : undefined;
  }

  onResponse(
    now: Nanos,
    peer: Peer,
    { slot, generation, status }: Reply,
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
    const { latencyNs, requestBytes, responseBytes, notifyRetries, repulledBytes } = metrics;
    this.context.telemetry.exchangeAnswered(
      request.exchange,
      peer.id,
      latencyNs,
      requestBytes,
      responseBytes,
      notifyRetries,
      repulledBytes,
    );
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
    const { sender, receiver } = this.parts();
    const unconfirmed = request.state === 'notified' || request.state === 'queued';
    const givenUp = GIVEN_UP.has(reason);
    exchange.state = nextOwn(exchange.state, 'end');
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
  fail(now: Nanos, exchange: OwnExchange, reason: FailureReason): void {
    const id = exchange.request.exchange;
    this.endOwn(now, exchange, reason);
    this.context.telemetry.exchangeFailed(id, exchange.peer.id, reason);
    this.context.events.push({ type: 'failure', exchange: id, peer: exchange.peer.id, reason });
  }
}
