import { UsageError } from '../endpoint/endpoint.ts';
import type { Bytes, Nanos } from '../core/units.ts';
import type { BufferId } from '../endpoint/buffers.ts';
import type { EndpointEvent, ExchangeId, ExchangeMetrics } from '../endpoint/events.ts';
import type { PeerConfig, PeerId } from '../peer/peer.ts';
import type { OutgoingMessage } from '../records/message.ts';
import { ExchangeStatus } from '../wire/index.ts';
import type { AbortSignalLike } from './abort.ts';
import { abandon, broadcast } from './broadcast.ts';
import type { BroadcastCall, BroadcastOptions } from './broadcast.ts';
import { PoolBuffers } from './buffers.ts';
import * as args from './arguments.ts';
import type { Acceptor } from './acceptance.ts';
import { PoolCausality, callOf } from './causality.ts';
import type { Call, CausalCall, CausalOptions, Tokens } from './causality.ts';
import type { Driver } from './driver.ts';
import { PoolEvents } from './events.ts';
import { decodeHeaders, encodeHeaders, textOf, utf8 } from './headers.ts';
import type { Headers } from './headers.ts';
import type { IncomingRequest } from './incoming.ts';
import type { StreamHandler } from './incoming-stream.ts';
import type { OutgoingStream } from './outgoing-stream.ts';
import type { PoolEndpoint } from './pool-endpoint.ts';
import { QueueRoom } from './queue-room.ts';
import { sendAll } from './streamed-request.ts';
import type { StreamedResponse } from './streamed-request.ts';
import { PoolStreams, checkSource } from './streams.ts';
import type { Source, StreamOptions } from './streams.ts';
import type { Causal } from '../transfer/outbound.ts';
import { TransferError, errorOfStatus } from './transfer-error.ts';
import { UnaryCall, keepsSeat } from './unary-call.ts';
import type { CallHost } from './unary-call.ts';
import { DEFAULT_PRIORITY, UnaryServer } from './unary-server.ts';

export type * from './broadcast.ts';
export type { StreamedResponse } from './streamed-request.ts';
export { TransferError } from './transfer-error.ts';

/** Bytes, or the id of a buffer that is filled. A buffer may be released as soon as it is submitted. */
export type Payload = Uint8Array | BufferId;

/** What every call may say. */
export interface CallOptions {
  headers?: Headers;
  /** 0 (highest) … 7. */
  priority?: number;
  /** The call is given up at this instant of `Pool.now()`. */
  deadlineNs?: Nanos;
}

export interface UnaryOptions extends CallOptions, CausalOptions {
  /** Gives the call up when it is aborted. */
  signal?: AbortSignalLike;
  /** Whether the request may be handled twice: then it is also retried when its fate is unknown. */
  idempotent?: boolean;
  /** Times it is tried again after a transient failure. */
  retriesMax?: number;
}

export interface BulkOptions extends UnaryOptions {
  /** Told of the bytes that are acknowledged, at most a hundred times. */
  onProgress?: (acknowledgedBytes: Bytes) => void;
}

export interface UnaryResponse {
  body: Uint8Array;
  headers: Headers;
  metrics: ExchangeMetrics;
}

/** What a handler returns: a body, or a body with headers. The bytes must stay as they are until they are acknowledged. */
export type HandlerResult = Payload | { body: Payload; headers?: Headers };
export type Handler = (request: IncomingRequest) => HandlerResult | Promise<HandlerResult>;

/** Takes datagrams, at once: nobody waits for what it returns; what it throws is an uncaught exception. */
export type DatagramHandler = (datagram: { peer: PeerId; headers: Headers; body: Uint8Array }) => void;

/** What a pool serves. */
export interface Service {
  unary?: Handler;
  stream?: StreamHandler;
  /** Decides about each request before its payload comes. */
  accept?: Acceptor;
  datagram?: DatagramHandler;
}

/** What a streamed response can do: all but write. */
export type ResponseStream = Omit<OutgoingStream, 'write' | 'end'>;

export interface RequestStreamOptions extends StreamOptions {
  /** What the handler sees before the first message; empty by default. */
  request?: Uint8Array;
}

/** One object for all calls that say nothing. */
const NO_OPTIONS: UnaryOptions = Object.freeze({});
const NOTHING: Uint8Array = new Uint8Array(0);

/** Ends of one call; the callback form is for callers with very many, e.g. a workload generator. */
export interface CallOutcome {
  onResponse(body: Uint8Array, headers: Uint8Array, metrics: ExchangeMetrics): void;
  onFailure(error: TransferError): void;
  /** If others can depend on it. */
  readonly causal?: CausalCall;
  /** Bytes of the request that are acknowledged. */
  readonly onProgress?: ((bytes: Bytes) => void) | undefined;
}

/**
 * The application's single entry point: calls and a handler over one endpoint. It never waits itself; a Driver supplies the time and calls
 * `dispatch` to hand events to the application. REQ POOL-1, POOL-3, POOL-8, POOL-11, POOL-13, PAT-1
 */
export class Pool {
  private readonly endpoint: PoolEndpoint;
  private readonly driver: Driver;
  private readonly calls: Map<ExchangeId, CallOutcome> = new Map<ExchangeId, CallOutcome>();
  private readonly retrying: Set<UnaryCall> = new Set<UnaryCall>();
  private readonly server: UnaryServer;
  private readonly streams: PoolStreams;
  readonly causality: PoolCausality;
  /** Messages to be submitted by id. */
  readonly buffers: PoolBuffers;
  private readonly room: QueueRoom;
  /** What the endpoint tells of itself. */
  readonly events: PoolEvents;
  private onDatagram: DatagramHandler | undefined;
  private closed = false;

  private readonly callHost: CallHost = {
    call: (peer, message, options, outcome, causal) => {
      const exchange = this.begin(peer, message, options, outcome, causal.wait(options.after));
      causal.attach(exchange, this.block);
      return exchange;
    },
    cancel: (exchange) => this.cancel(exchange),
    retryLater: (call, peer, tries) => {
      this.retrying.add(call);
      const now = this.driver.now();
      const { deadlineNs } = call;
      const at = Math.min(now + this.endpoint.backoffNs(peer, tries), deadlineNs);
      const alarm = this.endpoint.setAlarm(now, at, () => {
        this.retrying.delete(call);
        call.retry(this.driver.now() >= deadlineNs);
      });
      this.driver.kick();
      return alarm;
    },
    forgetRetry: (call, alarm) => {
      this.retrying.delete(call);
      this.endpoint.clearAlarm(alarm);
    },
    touch: () => this.touch(),
  };

  /** @param tokens calls of pools that have the same may depend on each other's */
  constructor(endpoint: PoolEndpoint, driver: Driver, tokens?: Tokens) {
    this.endpoint = endpoint;
    this.driver = driver;
    this.server = new UnaryServer(endpoint, driver);
    this.room = new QueueRoom(endpoint, driver);
    this.causality = new PoolCausality(endpoint, driver, tokens);
    this.events = new PoolEvents(endpoint.telemetry, driver);
    this.buffers = new PoolBuffers(endpoint.buffers, driver, endpoint.options.bufferWaitersMax);
    this.streams = new PoolStreams(endpoint, driver, this.server.signalOf, this.causality);
  }

  addPeer(config: PeerConfig): PeerId {
    this.assertOpen();
    const id = this.endpoint.addPeer(this.driver.now(), config);
    this.driver.kick();
    return id;
  }

  /** Takes requests from now on, in place of what was served before. A function alone serves unary requests. */
  serve(service: Handler | Service): void {
    this.assertOpen();
    if (typeof service !== 'function') args.checkOptions('what is served', service, args.SERVICE);
    const { unary, stream, accept, datagram } = typeof service === 'function' ? { unary: service } : service;
    this.server.handler = unary;
    this.server.acceptor = accept;
    this.streams.handler = stream;
    this.onDatagram = datagram;
    this.endpoint.takeDatagrams(datagram !== undefined);
    if (unary !== undefined || stream !== undefined || accept !== undefined)
      this.endpoint.serve(accept !== undefined);
  }

  /**
   * One request, many responses. Throws UsageError as `unaryRpc` rejects with it. REQ PAT-2, POOL-4, POOL-12
   *
   *     for await (const chunk of pool.streamingResponse(peer, request)) …
   */
  streamingResponse(peer: PeerId, request: Uint8Array, options: StreamOptions = {}): ResponseStream {
    this.assertOpen();
    args.checkOptions('options of streamingResponse', options, args.RESPONSE_STREAM_OPTIONS);
    return this.streams.open(peer, request, true, options);
  }

  /** Many requests, read from `source` as fast as the peer takes them; one response. REQ PAT-3, POOL-5 */
  streamingRequest(peer: PeerId, source: Source, options: RequestStreamOptions = {}): Call<StreamedResponse> {
    const causal = this.causality.begin();
    const begin = (): Promise<StreamedResponse> => {
      this.assertOpen();
      args.checkOptions('options of streamingRequest', options, args.REQUEST_STREAM_OPTIONS);
      checkSource(source);
      return sendAll(this.streams.open(peer, options.request ?? NOTHING, false, options, causal), source);
    };
    return callOf(causal, (resolve) => {
      try {
        resolve(begin());
      } catch (error) {
        causal.end(error as UsageError);
        throw error;
      }
    });
  }

  /** Many requests, many responses. REQ PAT-4, POOL-6 */
  bidirectional(peer: PeerId, options: RequestStreamOptions = {}): OutgoingStream {
    this.assertOpen();
    args.checkOptions('options of bidirectional', options, args.REQUEST_STREAM_OPTIONS);
    return this.streams.open(peer, options.request ?? NOTHING, false, options);
  }

  /**
   * One request to many peers, sealed once; the outcome of each, in the order of `peers`, when all are known. A peer that fails fails alone. Throws UsageError as `unaryRpc` rejects
   * with it. REQ PAT-13, PAT-14, PAT-15, HEALTH-10
   */
  broadcast(peers: readonly PeerId[], request: Payload, options: BroadcastOptions = {}): BroadcastCall {
    this.assertOpen();
    args.checkOptions('options of broadcast', options, args.BROADCAST_OPTIONS);
    args.checkArgument(Array.isArray(peers), 'peers', peers, 'an array of them');
    const { priority = DEFAULT_PRIORITY, deadlineNs } = options;
    const causals: CausalCall[] = [];
    let messages: OutgoingMessage[] = [];
    try {
      for (let i = 0; i < peers.length; i += 1) causals.push(this.causality.begin());
      messages = this.messages(request, options, peers.length);
      for (const causal of causals) causal.wait(options.after);
      this.endpoint.checkCalls(peers, messages[0], priority, deadlineNs);
    } catch (error) {
      abandon(messages, causals, error as UsageError);
      throw error;
    }
    return broadcast(this.callHost, peers, messages, options, causals);
  }

  /** `count` requests of the same bytes under one seal. */
  private messages(request: Payload, options: UnaryOptions, count: number): OutgoingMessage[] {
    const keeps = keepsSeat(options);
    if (typeof request === 'number')
      return Array.from({ length: count }, () => this.message(request, options));
    const message = args.messageOf(request, options.headers);
    return this.endpoint.buffers.share(message, count, keeps);
  }

  /** Of a buffer at a seat, which must be left. */
  private message(request: Payload, options: UnaryOptions): OutgoingMessage {
    if (typeof request !== 'number') return args.messageOf(request, options.headers);
    return this.endpoint.buffers.message(request, encodeHeaders(options.headers), keepsSeat(options));
  }

  /**
   * Sends one message once, in one packet: it arrives at most once, or not. False: it was not sent, because too many wait or the peer is not to be reached now. Throws UsageError
   * for one that does not fit a packet. The bytes must stay as they are for a moment. REQ PAT-16
   */
  datagram(peer: PeerId, body: Uint8Array, options: { headers?: Headers } = {}): boolean {
    this.assertOpen();
    args.checkOptions('options of datagram', options, args.DATAGRAM_OPTIONS);
    const message = args.messageOf(body, options.headers);
    const sent = this.endpoint.sendDatagram(this.driver.now(), peer, message);
    this.driver.kick();
    return sent;
  }

  /** Resolves when calls of `priority` are taken: at once, or when half of the `queueDepthMax` that wait have been announced or have ended. REQ CONF-5, PQ-6 */
  whenRoom(priority: number = DEFAULT_PRIORITY): Promise<void> {
    return this.closed ? Promise.resolve() : this.room.when(priority);
  }

  private assertOpen(): void {
    if (this.closed) throw new UsageError('ERR_DCQUIC_CLOSED', 'the pool is closed');
  }

  /**
   * One request, one response. Rejects with TransferError; throws UsageError at once for an unknown peer, a bad priority or a message beyond the
   * limits. `request` must stay as it is until the promise settles.
   */
  unaryRpc(peer: PeerId, request: Payload, options: UnaryOptions = NO_OPTIONS): Call<UnaryResponse> {
    return this.unary(peer, request, options, args.UNARY_OPTIONS);
  }

  private unary(
    peer: PeerId,
    request: Payload,
    options: BulkOptions,
    kinds: args.OptionKinds,
  ): Call<UnaryResponse> {
    const causal = this.causality.begin();
    return callOf(causal, (resolve, reject) => {
      try {
        args.checkOptions('options of the call', options, kinds);
        const message = this.message(request, options);
        new UnaryCall(this.callHost, peer, message, options, causal, resolve, reject).start();
      } catch (error) {
        causal.end(error as UsageError);
        throw error;
      }
    });
  }

  /**
   * Many bytes into memory of the peer's choice: its acceptor gives a buffer or a BulkTarget, and learns how far it is. Resolves with what the peer answers when all are there. One
   * that failed is resumed by another call with the same bytes, if the peer gives the same target. Throws and rejects as `unaryRpc`. REQ PAT-5, POOL-7
   */
  rawBulkTransfer(peer: PeerId, bytes: Payload, options: BulkOptions = {}): Call<UnaryResponse> {
    return this.unary(peer, bytes, options, args.BULK_OPTIONS);
  }

  /** The same with callbacks, without retries; `signal` is left to the caller. With `after`, if only an empty one, others can depend on it: `causality.tokenOf`. */
  call(
    peer: PeerId,
    request: Uint8Array,
    options: CallOptions & CausalOptions,
    outcome: CallOutcome,
  ): ExchangeId {
    const message = args.messageOf(request, options.headers);
    if (options.after === undefined) return this.begin(peer, message, options, outcome, undefined);
    const causal = this.causality.begin();
    try {
      const exchange = this.callHost.call(peer, message, options, causal.ending(outcome), causal);
      causal.list();
      return exchange;
    } catch (error) {
      causal.end(error as UsageError);
      throw error;
    }
  }

  private begin(
    peer: PeerId,
    message: OutgoingMessage,
    options: CallOptions,
    outcome: CallOutcome,
    causal: Causal | undefined,
  ): ExchangeId {
    this.assertOpen();
    const { priority = DEFAULT_PRIORITY, deadlineNs } = options;
    const id = this.endpoint.call(this.driver.now(), peer, message, priority, deadlineNs, causal);
    this.calls.set(id, outcome);
    if (outcome.onProgress !== undefined) this.endpoint.watch(id);
    this.driver.kick();
    return id;
  }

  /** What it depends on has failed. */
  private readonly block = (exchange: ExchangeId): void => {
    this.endpoint.cancel(this.driver.now(), exchange, 'dependency-failed');
    this.driver.kick();
  };

  /** Gives up a call that was begun with `call`: its outcome is a failure with `aborted`, unless it has one already. */
  cancel(exchange: ExchangeId): void {
    this.endpoint.cancel(this.driver.now(), exchange, 'aborted');
    this.driver.kick();
  }

  /** How a peer is, as far as it can be known; undefined if there is none. REQ HEALTH-1 */
  peerHealth(peer: PeerId): ReturnType<PoolEndpoint['peerHealth']> {
    return this.endpoint.peerHealth(peer);
  }

  /** The clock of deadlines. */
  now(): Nanos {
    return this.driver.now();
  }

  private touch(): void {
    this.driver.touchPromise?.();
  }

  /** Whether a caller waits for something. */
  isBusy(): boolean {
    return this.calls.size > 0 || this.retrying.size > 0 || this.streams.size > 0;
  }

  /** For drivers: hands everything the endpoint has to tell to the application. */
  dispatch(): void {
    for (let event = this.endpoint.pollEvent(); event !== undefined; event = this.endpoint.pollEvent()) {
      this.onEvent(event);
    }
    if (this.endpoint.telemetry.isWatched) this.events.deliver();
  }

  private onEvent(event: EndpointEvent): void {
    switch (event.type) {
      case 'request':
        this.server.onRequest(event);
        return;
      case 'offer':
        this.server.onOffer(event);
        return;
      case 'response': {
        const outcome = this.take(event.exchange);
        // Whatever it says, it proves that the request arrived. MUST AFTER-1
        (outcome?.causal ?? this.causality.of(event.exchange))?.arrive();
        if (event.status === ExchangeStatus.OK) outcome?.onResponse(event.body, event.headers, event.metrics);
        else outcome?.onFailure(errorOfStatus(event.status, event.peer, textOf(event.body)));
        return;
      }
      case 'failure':
        this.onFailure(event);
        return;
      case 'arrived':
        (this.calls.get(event.exchange)?.causal ?? this.causality.of(event.exchange))?.arrive();
        return;
      case 'progress':
        this.calls.get(event.exchange)?.onProgress?.(event.bytes);
        this.server.bulk.onProgress(event.exchange, event.bytes);
        return;
      case 'served':
        this.server.onServed(event);
        return;
      case 'queue-room':
        this.room.onRoom(event.priority);
        return;
      case 'alarm':
        event.alarm.ring();
        return;
      case 'stream':
        this.streams.onOpened(event);
        this.server.onStream(event, () => this.streams.onStream(event));
        return;
      case 'datagram': {
        const headers = decodeHeaders(event.headers);
        if (headers !== undefined) this.onDatagram?.({ peer: event.peer, headers, body: event.body });
        return;
      }
      default:
        this.streams.onEvent(event);
    }
  }

  private onFailure(event: Extract<EndpointEvent, { type: 'failure' }>): void {
    const { exchange, peer, reason } = event;
    const outcome = this.take(exchange);
    // The failure that ended it before it was handed over.
    const cause = reason === 'dependency-failed' ? outcome?.causal?.cause : event.cause;
    outcome?.onFailure(new TransferError(reason, peer, { cause }));
  }

  private take(exchange: ExchangeId): CallOutcome | undefined {
    const outcome = this.calls.get(exchange);
    this.calls.delete(exchange);
    return outcome;
  }

  /** Gives up every pending call, with `closed`, refuses those of others, and aborts the signals of handlers that serve them. Idempotent; the driver stops driving by its own close. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.streams.close();
    this.endpoint.stopServing(this.driver.now(), utf8('the pool was closed'), DEFAULT_PRIORITY);
    this.buffers.close();
    this.room.close();
    const pending = [...this.calls];
    this.calls.clear();
    for (const call of this.retrying) call.stopWaiting('closed');
    try {
      for (const [exchange, outcome] of pending) {
        this.endpoint.cancel(this.driver.now(), exchange, 'closed');
        outcome.onFailure(new TransferError('closed', -1));
      }
    } finally {
      this.driver.kick();
      // Last: handlers may have handed their signals on to calls, which end for `closed` too.
      this.server.close();
    }
  }
}
