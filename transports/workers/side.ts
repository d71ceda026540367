import { assert } from '../../protocol/core/assert.ts';
import type { Bytes } from '../../protocol/core/units.ts';
import type { Endpoint } from '../../protocol/endpoint/endpoint.ts';
import type { EndpointEvent, ExchangeId } from '../../protocol/endpoint/events.ts';
import { UsageError } from '../../protocol/endpoint/usage-error.ts';
import type { PeerId } from '../../protocol/peer/peer.ts';
import type { EventSubscription } from '../../protocol/pool/events.ts';
import { utf8 } from '../../protocol/pool/headers.ts';
import { OutgoingMessage } from '../../protocol/records/message.ts';
import type { TelemetryEvent } from '../../protocol/telemetry/generated/events.ts';
import type { SubscriptionOptions } from '../../protocol/telemetry/subscription.ts';
import { FAILURE_REASONS } from '../../protocol/telemetry/generated/events.ts';
import type { Causal } from '../../protocol/transfer/outbound.ts';
import { ExchangeStatus } from '../../protocol/wire/index.ts';
import { toCommon, toLocal } from './clock.ts';
import type { Conduit } from './conduit.ts';
import { Contents } from './contents.ts';
import { DistantPlacement } from './distant-placement.ts';
import type { Front } from './front.ts';
import { Flag, MessageKind, bodyOf, messageOf, type Message } from './message.ts';

/** An exchange that a thread of the application began or serves. */
export interface SideExchange {
  readonly side: Side;
  /** What the application calls it, and what the endpoint does. */
  readonly id: ExchangeId;
  readonly exchange: ExchangeId;
  readonly peer: PeerId;
  readonly priority: number;
  readonly byPeer: boolean;
  readonly isStream: boolean;
  /** What it carries, if several do or if the application sealed it. */
  readonly content: OutgoingMessage | undefined;
  /** Of what was accepted. */
  placement: DistantPlacement | undefined;
  /** Of a stream: what was written to it, and how much of that the application knows to have arrived. */
  messages: number;
  bytes: Bytes;
  toldMessages: number;
}

type ComeEvent = Extract<EndpointEvent, { type: 'request' | 'offer' | 'stream' }>;
type Events = (readonly [number, TelemetryEvent])[];

/** With 0 for none. */
const numberOf = (reason: (typeof FAILURE_REASONS)[number] | undefined): number =>
  reason === undefined ? 0 : 1 + FAILURE_REASONS.indexOf(reason);
const LIMIT = FAILURE_REASONS.indexOf('limit');
const EVENTS_PRIORITY = 0;

/** The worker's end of one thread of the application: its commands, and what is told to it. REQ POOL-2, POOL-9, POOL-10 */
export class Side {
  readonly #front: Front;
  readonly #endpoint: Endpoint;
  readonly #conduit: Conduit;
  readonly #announced: Int32Array;
  readonly #exchanges = new Map<ExchangeId, SideExchange>();
  /** Also of exchanges that are over, until the application has taken what is on its way to it. */
  readonly #placements = new Map<ExchangeId, DistantPlacement>();
  readonly #contents = new Contents((y) => this.#send({ kind: MessageKind.UNSEATED, priority: 7, y }));
  readonly #subscriptions = new Map<number, EventSubscription>();
  readonly #begun = new Int32Array(8);
  readonly #told = new Int32Array(8);
  #wantsRoom = 0;
  #events: Events = [];
  #nextId: ExchangeId = 2;
  #messages = 0;

  constructor(front: Front, conduit: Conduit, announced: Int32Array) {
    this.#front = front;
    this.#endpoint = front.endpoint;
    this.#conduit = conduit;
    this.#announced = announced;
  }

  #now(): number {
    return this.#front.driver.now();
  }

  #send(given: Parameters<typeof messageOf>[0]): void {
    this.#conduit.send(messageOf(given));
  }

  look(): boolean {
    const before = this.#messages;
    const more = this.#conduit.take(this.take);
    this.tellAnnounced();
    return more || this.#messages !== before;
  }

  sleep(): boolean {
    return this.#conduit.sleep();
  }

  rise(): void {
    this.#conduit.rise();
  }

  cork(): void {
    this.#conduit.cork();
  }

  uncork(): void {
    this.#conduit.uncork();
  }

  // --- commands ------------------------------------------------------------

  readonly take = (message: Message): void => {
    this.#messages += 1;
    const { kind, priority } = message;
    if (kind === MessageKind.CALL || kind === MessageKind.OPEN) return this.#begin(message);
    if (kind === MessageKind.WRITTEN) return this.#written(message);
    if (kind === MessageKind.LEAVE) return this.#contents.leave(message.y, message.z);
    if (kind === MessageKind.DATAGRAM) return this.#datagram(message);
    if (kind === MessageKind.WANT_ROOM) {
      this.#wantsRoom |= 1 << priority;
      if (this.#endpoint.wantQueueRoom(priority)) this.onRoom(priority);
      return;
    }
    const known = this.#exchanges.get(message.id);
    // It has ended in the meantime.
    if (known !== undefined) this.#command(message, known);
    else if (kind === MessageKind.REPLY && (message.flags & Flag.SEALED) !== 0)
      this.#contents.of(message).seat?.leave();
  };

  #command(message: Message, known: SideExchange): void {
    const endpoint = this.#endpoint;
    const now = this.#now();
    const { exchange } = known;
    const { flags, status } = message;
    switch (message.kind) {
      case MessageKind.WRITE:
        return this.#write(message, known);
      case MessageKind.END:
        return endpoint.endStream(now, exchange);
      case MessageKind.CLOSE:
        return endpoint.closeStream(now, exchange, status, bodyOf(message));
      case MessageKind.TAKE:
        return endpoint.takeMessage(now, exchange);
      case MessageKind.CANCEL:
        endpoint.cancel(now, exchange, FAILURE_REASONS[status] as 'aborted');
        return;
      case MessageKind.RELEASE:
        return endpoint.release(now, exchange);
      case MessageKind.WATCH:
        return endpoint.watch(exchange);
      case MessageKind.REPLY: {
        const content = this.#contents.of(message);
        endpoint.reply(now, exchange, content, status, message.x);
        if ((flags & Flag.SEALED) !== 0) content.seat?.leave();
        return;
      }
      case MessageKind.ACCEPT:
        return this.#accept(message, known);
      case MessageKind.PAUSE: {
        const isPaused = (flags & Flag.PAUSED) !== 0;
        if (known.placement === undefined) endpoint.pause(now, exchange, isPaused);
        else known.placement.pause(isPaused);
        return;
      }
      default:
        assert(false, 'a command that a worker knows');
    }
  }

  #begin(message: Message): void {
    const { kind, id, peer, priority, flags, y, z } = message;
    const isStream = kind === MessageKind.OPEN;
    this.#begun[priority] = (this.#begun[priority] as number) + 1;
    const content = this.#contents.of(message);
    const causal = causalOf(flags);
    const deadlineNs = toLocal(message.x);
    const now = this.#now();
    let exchange: ExchangeId;
    try {
      if (isStream) {
        const last = (flags & Flag.LAST) !== 0;
        const limits = { messages: y, bytes: z };
        const options = { priority, last, deadlineNs, limits, causal };
        exchange = this.#endpoint.openStream(now, peer, content, options);
      } else {
        exchange = this.#endpoint.call(now, peer, content, priority, deadlineNs, causal);
      }
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      // What the application could not know: that other threads, or peers, have taken the room.
      if ((flags & Flag.SEALED) !== 0) content.seat?.leave();
      if (isStream) this.#send({ kind: MessageKind.STREAM_CLOSED, id, peer, priority, x: 1 + LIMIT });
      else this.#send({ kind: MessageKind.FAILURE, id, peer, priority, status: LIMIT });
      return;
    }
    const isSeated = (flags & (Flag.SHARED | Flag.SEALED)) !== 0;
    const known: SideExchange = {
      ...NEW,
      side: this,
      id,
      exchange,
      peer,
      priority,
      isStream,
      byPeer: false,
      content: isSeated ? content : undefined,
      messages: isStream ? 1 : 0,
      bytes: isStream ? content.sizeBytes : 0,
    };
    this.#add(known);
    if (isStream) this.#tellRoom(known);
  }

  #add(known: SideExchange): void {
    this.#exchanges.set(known.id, known);
    this.#front.exchanges.set(known.exchange, known);
  }

  #remove(known: SideExchange): void {
    this.#exchanges.delete(known.id);
    this.#front.exchanges.delete(known.exchange);
  }

  #write(message: Message, known: SideExchange): void {
    const content = this.#contents.of(message);
    known.messages += 1;
    known.bytes += content.sizeBytes;
    const isLast = (message.flags & Flag.LAST) !== 0;
    this.#endpoint.writeStream(this.#now(), known.exchange, content, isLast);
    this.#tellRoom(known);
  }

  /** What has arrived of all that was written; the next time when there is news. */
  #tellRoom(known: SideExchange): void {
    const backlog = this.#endpoint.streamBacklog(known.exchange, true);
    if (backlog === undefined) return;
    const { id, priority } = known;
    const x = known.messages - backlog.messages;
    if (x === known.toldMessages) return;
    known.toldMessages = x;
    this.#send({ kind: MessageKind.STREAM_ROOM, id, priority, x, y: known.bytes - backlog.bytes });
  }

  #accept(message: Message, known: SideExchange): void {
    const { id, exchange, priority } = known;
    const now = this.#now();
    if ((message.flags & Flag.PLACE) === 0) {
      this.#endpoint.accept(now, exchange);
      return;
    }
    const placement = new DistantPlacement(
      new Float64Array(bodyOf(message).slice().buffer),
      this.#endpoint.options.sinkBytesMax,
      (x, body) => this.#send({ kind: MessageKind.PLACED, id, priority, x, body }),
      (paused) => {
        this.#endpoint.pause(this.#now(), exchange, paused);
        this.#front.driver.kick();
      },
    );
    known.placement = placement;
    this.#placements.set(id, placement);
    this.#endpoint.accept(now, exchange, placement);
  }

  #written({ id, x }: Message): void {
    const placement = this.#placements.get(id);
    placement?.written(x);
    if (placement?.isIdle === true && !this.#exchanges.has(id)) this.#placements.delete(id);
  }

  #datagram(message: Message): void {
    // One that is dropped here is as one that is lost.
    this.#endpoint.sendDatagram(this.#now(), message.peer, this.#contents.of(message));
  }

  // --- news ------------------------------------------------------------

  onCome(event: ComeEvent, known: SideExchange | undefined): void {
    const { exchange, peer, priority, headers, type } = event;
    const isStream = type === 'stream' || (type === 'offer' && event.isStream);
    let id = known?.id;
    if (id === undefined) {
      id = this.#nextId;
      this.#nextId += 2;
      this.#add({ ...NEW, side: this, id, exchange, peer, priority, isStream, byPeer: true });
    }
    const x = toCommon(event.deadlineNs);
    const common = { id, peer, priority, x, headers };
    if (type === 'offer') {
      const flags = isStream ? Flag.STREAM : 0;
      this.#send({ ...common, kind: MessageKind.OFFER, flags, y: event.sizeBytes });
      return;
    }
    const kind = isStream ? MessageKind.STREAM : MessageKind.REQUEST;
    this.#send({ ...common, kind, flags: event.offered ? Flag.OFFERED : 0, body: event.body });
  }

  /** Of an exchange that this side knows. */
  onEvent(event: Exclude<EndpointEvent, ComeEvent | { type: 'datagram' | 'queue-room' | 'alarm' }>): void {
    const known = this.#front.exchanges.get(event.exchange) as SideExchange;
    const { id, peer, priority } = known;
    const common = { id, peer, priority };
    switch (event.type) {
      case 'response': {
        const { status, headers, body, metrics } = event;
        this.#ended(known);
        return this.#send({ ...common, kind: MessageKind.RESPONSE, status, headers, body, metrics });
      }
      case 'failure': {
        const flags = known.content?.seat?.isWhole === false ? Flag.PARTLY_GONE : 0;
        this.#ended(known);
        const status = FAILURE_REASONS.indexOf(event.reason);
        return this.#send({ ...common, kind: MessageKind.FAILURE, status, flags });
      }
      case 'progress':
        return this.#send({ ...common, kind: MessageKind.PROGRESS, x: event.bytes });
      case 'arrived':
        return this.#send({ ...common, kind: MessageKind.ARRIVED });
      case 'stream-message': {
        const { headers, body } = event;
        return this.#send({ ...common, kind: MessageKind.STREAM_MESSAGE, headers, body });
      }
      case 'stream-end':
        return this.#send({ ...common, kind: MessageKind.STREAM_END });
      case 'stream-room':
        return this.#tellRoom(known);
      case 'stream-closed': {
        const { status, message: body, reason } = event;
        if (!known.byPeer) this.#remove(known);
        return this.#send({ ...common, kind: MessageKind.STREAM_CLOSED, status, body, x: numberOf(reason) });
      }
      case 'served':
        this.#remove(known);
        if (known.placement?.isIdle === true) this.#placements.delete(id);
        return this.#send({ ...common, kind: MessageKind.SERVED, x: numberOf(event.reason) });
    }
  }

  /** A call is over; what it shares may be tried again by the application, or was sealed by it for this time alone. */
  #ended(known: SideExchange): void {
    this.#remove(known);
    const { content } = known;
    if (content?.stored !== undefined) content.seat?.leave();
  }

  onDatagram({ peer, headers, body }: Extract<EndpointEvent, { type: 'datagram' }>): void {
    // Nobody waits for it: it takes no room that others wait for.
    if (this.#conduit.backlog > 0) return;
    this.#send({ kind: MessageKind.DATAGRAM, peer, priority: 0, headers, body });
  }

  onRoom(priority: number): void {
    if ((this.#wantsRoom & (1 << priority)) === 0) return;
    this.#wantsRoom &= ~(1 << priority);
    this.tellAnnounced();
    this.#send({ kind: MessageKind.QUEUE_ROOM, priority });
  }

  /** How many of its calls wait no more. With several threads, those of others count against it. */
  tellAnnounced(): void {
    for (let priority = 0; priority < 8; priority += 1) {
      const begun = this.#begun[priority] as number;
      if (begun === this.#told[priority]) continue;
      const announced = begun - this.#endpoint.queueDepth(priority);
      // Of others more may wait than this one has begun.
      if (((announced - (this.#told[priority] as number)) | 0) <= 0) continue;
      this.#told[priority] = announced;
      Atomics.store(this.#announced, priority, announced);
    }
  }

  // --- events of telemetry ------------------------------------------------------------

  subscribe(id: number, options: SubscriptionOptions): void {
    const listener = (event: TelemetryEvent): void => {
      this.#events.push([id, this.#asTheyKnow(event)]);
    };
    this.#subscriptions.set(id, this.#front.events.subscribe(listener, options));
  }

  unsubscribe(id: number): void {
    this.#subscriptions.get(id)?.close();
    this.#subscriptions.delete(id);
  }

  #asTheyKnow(event: TelemetryEvent): TelemetryEvent {
    const atNs = toCommon(event.atNs);
    if (!('exchange' in event)) return { ...event, atNs };
    const known = this.#front.exchanges.get(event.exchange);
    return { ...event, atNs, exchange: known?.side === this ? known.id : -1 } as TelemetryEvent;
  }

  sendEvents(): void {
    if (this.#events.length === 0) return;
    const events = this.#events;
    this.#events = [];
    this.#send({ kind: MessageKind.EVENTS, priority: EVENTS_PRIORITY, outside: { events } });
  }

  // --- the end ------------------------------------------------------------

  cancelAll(): void {
    const now = this.#now();
    for (const { exchange, isStream, byPeer } of this.#exchanges.values()) {
      if (isStream) this.#endpoint.closeStream(now, exchange, ExchangeStatus.CANCELLED, NONE);
      else if (!byPeer) this.#endpoint.cancel(now, exchange, 'closed');
    }
  }

  /** For the front: nobody hears this side any more. */
  end(): void {
    this.cancelAll();
    for (const known of this.#exchanges.values()) {
      if (!known.byPeer) continue;
      const message = new OutgoingMessage(utf8('who served it is gone'));
      this.#endpoint.reply(this.#now(), known.exchange, message, ExchangeStatus.CANCELLED, known.priority);
    }
    for (const id of this.#subscriptions.keys()) this.unsubscribe(id);
    for (const placement of this.#placements.values()) placement.abandon();
    this.#contents.clear();
  }
}

const NONE: Uint8Array = new Uint8Array(0);
const causalOf = (flags: number): Causal | undefined =>
  (flags & Flag.HELD) !== 0 ? 'held' : (flags & Flag.TRACKED) !== 0 ? 'tracked' : undefined;
const NEW = {
  content: undefined,
  placement: undefined,
  messages: 0,
  bytes: 0,
  toldMessages: 0,
} as const;
