import { datagramRoom } from '../../protocol/control/room.ts';
import { assert } from '../../protocol/core/assert.ts';
import { Fifo } from '../../protocol/core/fifo.ts';
import { NEVER, type Bytes, type Nanos } from '../../protocol/core/units.ts';
import type { Alarm } from '../../protocol/endpoint/alarms.ts';
import type { OpenStreamOptions } from '../../protocol/endpoint/config.ts';
import type { EndpointEvent, ExchangeId } from '../../protocol/endpoint/events.ts';
import type { EndpointOptions } from '../../protocol/endpoint/options.ts';
import * as usage from '../../protocol/endpoint/usage-error.ts';
import type { PeerHealth } from '../../protocol/peer/health.ts';
import type { PeerId } from '../../protocol/peer/peer.ts';
import type { PoolEndpoint } from '../../protocol/pool/pool-endpoint.ts';
import type { OutgoingMessage } from '../../protocol/records/message.ts';
import type { Placement } from '../../protocol/records/placement.ts';
import type { Seat } from '../../protocol/records/seat.ts';
import { StoredBuffer } from '../../protocol/records/stored-buffer.ts';
import { callWaitNs } from '../../protocol/recovery/retry-wait.ts';
import { FAILURE_REASONS, type FailureReason } from '../../protocol/telemetry/generated/events.ts';
import type { Causal } from '../../protocol/transfer/outbound.ts';
import { Progress } from '../../protocol/transfer/progress.ts';
import { ExchangeStatus } from '../../protocol/wire/index.ts';
import { cryptoRandom } from '../crypto/random.ts';
import { nodeLoop } from '../inline/event-loop.ts';
import { toCommon } from './clock.ts';
import { Flag, MessageKind, messageOf, type Message } from './message.ts';
import type { ToWorker } from './orders.ts';
import { RemoteAlarms } from './remote-alarms.ts';
import { CommonMessage, type RemoteBuffers } from './remote-buffers.ts';
import { NEW_EXCHANGE, newStreamAccount, type RemoteExchange } from './remote-exchange.ts';
import { RemoteReader } from './remote-reader.ts';
import { RemoteTelemetry } from './remote-telemetry.ts';

/** The way to the worker, as an endpoint needs it. */
export interface RemoteWay {
  send(message: Message): void;
  order(order: ToWorker): void;
  /** Messages that wait for room. */
  readonly backlog: number;
  /** By priority: see ConduitMemory. */
  readonly announced: Int32Array;
  /** There are events that no message from the worker brought. */
  onNews(): void;
}

type Content = Pick<Message, 'headers' | 'body' | 'outside' | 'flags' | 'y' | 'z'>;

/**
 * An endpoint in a worker, for a pool in a thread of the application: what misuse of the API is found out here, the rest are messages. It counts calls from
 * when they are made, so a queue is never longer than `queueDepthMax`, rings included. REQ POOL-2, POOL-9, POOL-10, BP-2
 */
export class RemoteEndpoint implements PoolEndpoint {
  readonly options: EndpointOptions;
  readonly buffers: RemoteBuffers;
  readonly telemetry: RemoteTelemetry;
  readonly reader: RemoteReader;
  readonly #way: RemoteWay;
  readonly #events = new Fifo<EndpointEvent>();
  readonly #exchanges = new Map<ExchangeId, RemoteExchange>();
  readonly #peers = new Map<PeerId, PeerHealth | undefined>();
  /** Sealed here, sent there. */
  readonly #seats = new Map<number, Seat>();
  readonly #alarms: RemoteAlarms;
  readonly #begun = new Int32Array(8);
  /** Of those that began here; odd, those of peers are even. */
  #nextId: ExchangeId = 1;
  #nextSeat = 1;
  #own = 0;

  constructor(options: EndpointOptions, buffers: RemoteBuffers, way: RemoteWay) {
    this.options = options;
    this.buffers = buffers;
    this.#way = way;
    this.telemetry = new RemoteTelemetry((order) => way.order(order));
    this.#alarms = new RemoteAlarms(nodeLoop, (alarm) => {
      this.#events.push({ type: 'alarm', alarm });
      way.onNews();
    });
    this.reader = new RemoteReader({
      events: this.#events,
      exchanges: this.#exchanges,
      seats: this.#seats,
      telemetry: this.telemetry,
      send: (message) => way.send(message),
      forget: (id) => this.#forget(id),
      met: (peer) => {
        if (!this.#peers.has(peer)) this.#peers.set(peer, undefined);
      },
    });
  }

  // --- peers and what is served ------------------------------------------------------------

  addPeer(): never {
    throw new usage.UsageError('ERR_DCQUIC_PEER', 'peers of a pool with workers come by its connect');
  }

  /** The worker knows the peer. */
  knowPeer(peer: PeerId, health: PeerHealth | undefined): void {
    this.#peers.set(peer, health);
  }

  get peers(): PeerId[] {
    return [...this.#peers.keys()];
  }

  /** As the worker told when it changed last. */
  peerHealth(peer: PeerId): PeerHealth | undefined {
    return this.#peers.get(peer);
  }

  serve(offering = false): void {
    this.#way.order({ order: 'serve', isOffering: offering });
  }

  stopServing(_now: Nanos, message: Uint8Array, priority: number): void {
    this.#way.order({ order: 'stop-serving', message, priority });
  }

  takeDatagrams(isWanted: boolean): void {
    this.#way.order({ order: 'take-datagrams', isWanted });
  }

  isServing(exchange: ExchangeId): boolean {
    return this.#exchanges.get(exchange)?.byPeer === true;
  }

  // --- calls ------------------------------------------------------------

  call(
    _now: Nanos,
    peer: PeerId,
    request: OutgoingMessage,
    priority: number,
    deadlineNs: Nanos = NEVER,
    causal?: Causal,
  ): ExchangeId {
    usage.checkMessage(this.options, request, priority);
    const x = toCommon(usage.checkDeadline(deadlineNs));
    this.#checkRoom([peer], priority);
    const id = this.#begin(peer, priority, request.seat);
    const content = this.#contentOf(request, priority);
    const flags = content.flags | flagOf(causal);
    this.#way.send(messageOf({ kind: MessageKind.CALL, id, peer, priority, ...content, flags, x }));
    return id;
  }

  checkCalls(
    peers: readonly PeerId[],
    message: OutgoingMessage | undefined,
    priority: number,
    deadlineNs: Nanos = NEVER,
  ): void {
    if (message !== undefined) usage.checkMessage(this.options, message, priority);
    usage.checkDeadline(deadlineNs);
    this.#checkRoom(peers, priority);
  }

  #checkRoom(peers: readonly PeerId[], priority: number): void {
    const { queueDepthMax, exchangesMax } = this.options;
    usage.checkQueue(queueDepthMax, this.#depth(priority), priority, peers.length);
    for (const peer of peers) if (!this.#peers.has(peer)) throw usage.noPeer(peer);
    if (this.#own + peers.length > exchangesMax)
      throw new usage.UsageError('ERR_DCQUIC_EXCHANGES', `there are ${exchangesMax} exchanges already`);
  }

  #depth(priority: number): number {
    return ((this.#begun[priority] as number) - Atomics.load(this.#way.announced, priority)) | 0;
  }

  #begin(peer: PeerId, priority: number, seat: Seat | undefined, openingBytes?: Bytes): ExchangeId {
    const id = this.#nextId;
    this.#nextId += 2;
    this.#own += 1;
    this.#begun[priority] = (this.#begun[priority] as number) + 1;
    const stream = openingBytes === undefined ? undefined : newStreamAccount(openingBytes);
    this.#exchanges.set(id, { ...NEW_EXCHANGE, peer, priority, byPeer: false, stream, seat });
    return id;
  }

  #forget(id: ExchangeId): void {
    if (this.#exchanges.get(id)?.byPeer === false) this.#own -= 1;
    this.#exchanges.delete(id);
  }

  /** How the content of a message travels: as it is, by the number of what the worker has, or as records that are sealed. */
  #contentOf(message: OutgoingMessage, priority: number): Content {
    const { head: headers, body, stored, seat } = message;
    if (message instanceof CommonMessage) {
      const { content, at: z } = message;
      const { number: y, count, keeps } = content;
      const isFirst = content.onLeave === undefined;
      content.onLeave ??= (left) =>
        this.#way.send(messageOf({ kind: MessageKind.LEAVE, priority, y, z: left }));
      return isFirst
        ? { headers, body, outside: { count, keeps }, flags: Flag.SHARED, y, z }
        : { headers: NONE, body: NONE, outside: undefined, flags: Flag.SHARED, y, z };
    }
    if (stored === undefined) return { headers, body, outside: undefined, flags: 0, y: 0, z: 0 };
    assert(stored instanceof StoredBuffer && seat !== undefined, 'a buffer of this thread, at a seat');
    const y = this.#nextSeat;
    this.#nextSeat += 1;
    seat.join();
    this.#seats.set(y, seat);
    return { headers, body, outside: { sealed: stored.parts() }, flags: Flag.SEALED, y, z: 0 };
  }

  wantQueueRoom(priority: number): boolean {
    usage.checkPriority(priority);
    if (this.#depth(priority) < this.options.queueDepthMax) return true;
    this.#way.send(messageOf({ kind: MessageKind.WANT_ROOM, priority }));
    return false;
  }

  cancel(_now: Nanos, exchange: ExchangeId, reason: FailureReason): boolean {
    return this.#tell(exchange, MessageKind.CANCEL, { status: FAILURE_REASONS.indexOf(reason) });
  }

  release(_now: Nanos, exchange: ExchangeId): void {
    this.#tell(exchange, MessageKind.RELEASE);
  }

  watch(exchange: ExchangeId): void {
    this.#tell(exchange, MessageKind.WATCH);
  }

  /** What is known here of the round trip is nothing. */
  backoffNs(_peer: PeerId, tries: number): Nanos {
    return callWaitNs(this.options, undefined, tries, cryptoRandom);
  }

  setAlarm(_now: Nanos, at: Nanos, ring: () => void): Alarm {
    return this.#alarms.set(usage.wholeDeadline(at), ring);
  }

  clearAlarm(alarm: Alarm): void {
    this.#alarms.clear(alarm);
  }

  /** False also while messages wait for room in the rings. */
  sendDatagram(_now: Nanos, peer: PeerId, message: OutgoingMessage): boolean {
    if (!this.#peers.has(peer)) throw usage.noPeer(peer);
    const { options } = this;
    const room = datagramRoom(options.mtuBytes - options.datagramHeaderBytes);
    if (message.sizeBytes > room) {
      const text = `a datagram has ${message.sizeBytes} bytes; the limit is ${room}`;
      throw new usage.UsageError('ERR_DCQUIC_SIZE', text);
    }
    if (this.#way.backlog > 0) return false;
    const { head: headers, body } = message;
    this.#way.send(messageOf({ kind: MessageKind.DATAGRAM, peer, priority: 0, headers, body }));
    return true;
  }

  // --- requests of peers ------------------------------------------------------------

  reply(
    _now: Nanos,
    exchange: ExchangeId,
    response: OutgoingMessage,
    status: number,
    priority: number,
  ): boolean {
    usage.checkMessage(this.options, response, priority);
    const known = this.#exchanges.get(exchange);
    if (known === undefined) return false;
    const content = this.#contentOf(response, known.priority);
    return this.#tell(exchange, MessageKind.REPLY, { ...content, x: priority, status });
  }

  accept(_now: Nanos, exchange: ExchangeId, into?: Placement): boolean {
    const known = this.#exchanges.get(exchange);
    if (known === undefined) return false;
    known.into = into;
    // The opening of a stream is one message that comes in one piece.
    if (into === undefined || known.stream !== undefined) return this.#tell(exchange, MessageKind.ACCEPT);
    known.progress = new Progress(known.sizeBytes);
    const there: number[] = [];
    for (let i = 0; i < into.arrived.count; i += 1)
      there.push(into.arrived.startAt(i), into.arrived.endAt(i));
    const body = new Uint8Array(Float64Array.from(there).buffer);
    return this.#tell(exchange, MessageKind.ACCEPT, { flags: Flag.PLACE, x: known.sizeBytes, body });
  }

  pause(_now: Nanos, exchange: ExchangeId, paused: boolean): boolean {
    return this.#tell(exchange, MessageKind.PAUSE, { flags: paused ? Flag.PAUSED : 0 });
  }

  // --- streams ------------------------------------------------------------

  openStream(_now: Nanos, peer: PeerId, opening: OutgoingMessage, options: OpenStreamOptions): ExchangeId {
    const { priority, last = false, deadlineNs = NEVER, causal } = options;
    usage.checkMessage(this.options, opening, priority);
    const x = toCommon(usage.checkDeadline(deadlineNs));
    this.#checkRoom([peer], priority);
    const { head: headers, body, sizeBytes } = opening;
    const id = this.#begin(peer, priority, undefined, sizeBytes);
    const { messages = this.options.streamMessagesMax, bytes = this.options.streamBytesMax } =
      options.limits ?? {};
    const flags = flagOf(causal) | (last ? Flag.LAST : 0);
    const kind = MessageKind.OPEN;
    this.#way.send(messageOf({ kind, id, peer, priority, flags, x, y: messages, z: bytes, headers, body }));
    return id;
  }

  writeStream(_now: Nanos, exchange: ExchangeId, message: OutgoingMessage, last = false): boolean {
    usage.checkMessage(this.options, message, 0);
    const stream = this.#exchanges.get(exchange)?.stream;
    if (stream === undefined) return false;
    stream.messages += 1;
    stream.bytes += message.sizeBytes;
    const { head: headers, body } = message;
    return this.#tell(exchange, MessageKind.WRITE, { headers, body, flags: last ? Flag.LAST : 0 });
  }

  /** The worker tells of room without being asked. */
  streamBacklog(exchange: ExchangeId): { messages: number; bytes: Bytes } | undefined {
    const stream = this.#exchanges.get(exchange)?.stream;
    if (stream === undefined) return undefined;
    return {
      messages: stream.messages - stream.arrivedMessages,
      bytes: stream.bytes - stream.arrivedBytes,
    };
  }

  endStream(_now: Nanos, exchange: ExchangeId): void {
    this.#tell(exchange, MessageKind.END);
  }

  takeMessage(_now: Nanos, exchange: ExchangeId): void {
    this.#tell(exchange, MessageKind.TAKE);
  }

  /** One of ours is over at once. */
  closeStream(_now: Nanos, exchange: ExchangeId, status: number, reason: Uint8Array): void {
    const known = this.#exchanges.get(exchange);
    this.#tell(exchange, MessageKind.CLOSE, { status, body: reason });
    if (known?.stream === undefined || (known.byPeer && status === ExchangeStatus.OK)) return;
    this.reader.end(exchange, known, status, reason);
    this.#way.onNews();
  }

  #tell(id: ExchangeId, kind: MessageKind, more: Partial<Message> = {}): boolean {
    const known = this.#exchanges.get(id);
    if (known === undefined) return false;
    this.#way.send(messageOf({ ...more, kind, id, peer: known.peer, priority: known.priority }));
    return true;
  }

  // --- events ------------------------------------------------------------

  get hasEvents(): boolean {
    return this.#events.length > 0;
  }

  pollEvent(): EndpointEvent | undefined {
    return this.#events.shift();
  }

  /** The worker is gone: so is all that it had under way. */
  fail(cause: Error): void {
    this.reader.fail(cause);
    for (const seat of this.#seats.values()) seat.leave();
    this.#seats.clear();
    this.#way.onNews();
  }
}

const NONE: Uint8Array = new Uint8Array(0);
const flagOf = (causal: Causal | undefined): number =>
  causal === undefined ? 0 : causal === 'held' ? Flag.HELD : Flag.TRACKED;
