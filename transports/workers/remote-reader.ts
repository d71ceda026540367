import type { Fifo } from '../../protocol/core/fifo.ts';
import type { EndpointEvent, ExchangeId } from '../../protocol/endpoint/events.ts';
import type { PeerId } from '../../protocol/peer/peer.ts';
import { placed } from '../../protocol/records/placement.ts';
import type { Seat } from '../../protocol/records/seat.ts';
import { FAILURE_REASONS, type FailureReason } from '../../protocol/telemetry/generated/events.ts';
import { ExchangeStatus } from '../../protocol/wire/index.ts';
import { toLocal } from './clock.ts';
import { Flag, MessageKind, bodyOf, headersOf, messageOf, type Message } from './message.ts';
import { NEW_EXCHANGE, newStreamAccount, type RemoteExchange } from './remote-exchange.ts';
import type { RemoteTelemetry } from './remote-telemetry.ts';

/** What a reader works on: the state of its endpoint. */
export interface RemoteState {
  readonly events: Fifo<EndpointEvent>;
  readonly exchanges: Map<ExchangeId, RemoteExchange>;
  readonly seats: Map<number, Seat>;
  readonly telemetry: RemoteTelemetry;
  send(message: Message): void;
  forget(id: ExchangeId): void;
  /** A peer that this thread may not have connected. */
  met(peer: PeerId): void;
}

const NONE: Uint8Array = new Uint8Array(0);
const reasonOf = (number: number): FailureReason => FAILURE_REASONS[number] as FailureReason;
/** With 0 for none. */
const reasonOrNone = (number: number): FailureReason | undefined => FAILURE_REASONS[number - 1];

/** Turns what a worker sends into the events of its endpoint. */
export class RemoteReader {
  readonly #state: RemoteState;

  constructor(state: RemoteState) {
    this.#state = state;
  }

  readonly take = (message: Message): void => {
    const { events, exchanges, seats, telemetry } = this.#state;
    const { id: exchange, x, y } = message;
    switch (message.kind) {
      case MessageKind.RESPONSE:
      case MessageKind.FAILURE:
        return this.#end(message);
      case MessageKind.REQUEST:
      case MessageKind.OFFER:
      case MessageKind.STREAM:
        return this.#come(message);
      case MessageKind.PLACED:
        return this.#place(message);
      case MessageKind.STREAM_CLOSED:
        return this.#close(message);
      case MessageKind.PROGRESS:
        if (exchanges.get(exchange)?.into === undefined)
          events.push({ type: 'progress', exchange, bytes: x });
        return;
      case MessageKind.ARRIVED:
        return events.push({ type: 'arrived', exchange });
      case MessageKind.STREAM_MESSAGE:
        return events.push({
          type: 'stream-message',
          exchange,
          headers: headersOf(message),
          body: bodyOf(message),
        });
      case MessageKind.STREAM_END:
        return events.push({ type: 'stream-end', exchange });
      case MessageKind.STREAM_ROOM: {
        const stream = exchanges.get(exchange)?.stream;
        if (stream === undefined) return;
        stream.arrivedMessages = x;
        stream.arrivedBytes = y;
        return events.push({ type: 'stream-room', exchange });
      }
      case MessageKind.SERVED: {
        this.#state.forget(exchange);
        const { peer } = message;
        return events.push({ type: 'served', exchange, peer, reason: reasonOrNone(x) });
      }
      case MessageKind.DATAGRAM:
        this.#state.met(message.peer);
        return events.push({
          type: 'datagram',
          peer: message.peer,
          headers: headersOf(message),
          body: bodyOf(message),
        });
      case MessageKind.QUEUE_ROOM:
        return events.push({ type: 'queue-room', priority: message.priority });
      case MessageKind.UNSEATED:
        seats.get(y)?.leave();
        seats.delete(y);
        return;
      case MessageKind.EVENTS:
        for (const [id, event] of message.outside?.events ?? []) telemetry.offer(id, event);
        return;
    }
  };

  /** A call has ended. */
  #end(message: Message): void {
    const { id: exchange, peer, status, metrics, flags } = message;
    const known = this.#state.exchanges.get(exchange);
    if (known === undefined) return;
    this.#state.forget(exchange);
    // Nothing more of it than that it cannot be tried again.
    if ((flags & Flag.PARTLY_GONE) !== 0) known.seat?.release(0, 1);
    const { events } = this.#state;
    if (message.kind === MessageKind.FAILURE) {
      events.push({ type: 'failure', exchange, peer, reason: reasonOf(status) });
      return;
    }
    const [headers, body] = [headersOf(message), bodyOf(message)];
    events.push({ type: 'response', exchange, peer, status, headers, body, metrics });
  }

  /** Something of a peer. */
  #come(message: Message): void {
    const { id: exchange, peer, priority, flags, kind } = message;
    const { events, exchanges } = this.#state;
    this.#state.met(peer);
    let known = exchanges.get(exchange);
    if (known === undefined) {
      known = { ...NEW_EXCHANGE, peer, priority, byPeer: true };
      exchanges.set(exchange, known);
    }
    const isStream =
      kind === MessageKind.STREAM || (kind === MessageKind.OFFER && (flags & Flag.STREAM) !== 0);
    if (isStream) known.stream ??= newStreamAccount();
    const headers = headersOf(message);
    const deadlineNs = toLocal(message.x);
    if (kind === MessageKind.OFFER) {
      known.sizeBytes = message.y;
      const { sizeBytes } = known;
      events.push({ type: 'offer', exchange, peer, priority, deadlineNs, isStream, headers, sizeBytes });
      return;
    }
    const offered = (flags & Flag.OFFERED) !== 0;
    const type = isStream ? 'stream' : 'request';
    const body = this.#bodyOf(message, known, isStream);
    events.push({ type, exchange, peer, priority, deadlineNs, offered, headers, body });
  }

  /** Record by record most of it came before, if it has a place. */
  #bodyOf(message: Message, { into, sizeBytes }: RemoteExchange, isStream: boolean): Uint8Array {
    if (into === undefined) return bodyOf(message);
    if (isStream) return placed(bodyOf(message), into);
    return into.bytes?.subarray(0, sizeBytes) ?? NONE;
  }

  #place(message: Message): void {
    const { id, priority, x, body } = message;
    const { send, exchanges } = this.#state;
    const done = (): void => send(messageOf({ kind: MessageKind.WRITTEN, id, priority, x }));
    const known = exchanges.get(id);
    const into = known?.into;
    if (into === undefined) return done();
    if (into.bytes === undefined) {
      into.put(x, bodyOf(message), done);
    } else {
      into.bytes.set(body, x);
      into.arrived.add(x, x + body.length);
      done();
    }
    const bytes = into.arrived.total + into.unwrittenBytes;
    if (known?.progress?.isNews(bytes) === true)
      this.#state.events.push({ type: 'progress', exchange: id, bytes });
  }

  #close(message: Message): void {
    const { id: exchange, status, x } = message;
    const known = this.#state.exchanges.get(exchange);
    // Closed here meanwhile.
    if (known?.stream === undefined) return;
    this.end(exchange, known, status, bodyOf(message), reasonOrNone(x));
  }

  /** The stream is over, for the application. */
  end(
    exchange: ExchangeId,
    known: RemoteExchange,
    status: number,
    message: Uint8Array,
    reason?: FailureReason,
  ): void {
    const { peer } = known;
    known.stream = undefined;
    if (!known.byPeer) this.#state.forget(exchange);
    this.#state.events.push({ type: 'stream-closed', exchange, peer, status, message, reason });
  }

  /** Everything ends with `cause`. */
  fail(cause: Error): void {
    const { events, exchanges } = this.#state;
    for (const [exchange, { peer, stream, byPeer }] of exchanges) {
      this.#state.forget(exchange);
      const reason = 'closed';
      if (stream !== undefined) {
        const status = ExchangeStatus.CANCELLED;
        events.push({ type: 'stream-closed', exchange, peer, status, message: NONE, reason, cause });
      } else if (!byPeer) {
        events.push({ type: 'failure', exchange, peer, reason, cause });
      }
      if (byPeer) events.push({ type: 'served', exchange, peer, reason });
    }
  }
}
