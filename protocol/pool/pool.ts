import type { Endpoint } from '../endpoint/endpoint.ts';
import { UsageError } from '../endpoint/endpoint.ts';
import type { Nanos } from '../core/units.ts';
import type { FailureReason } from '../endpoint/errors.ts';
import type { EndpointEvent, ExchangeId, ExchangeMetrics } from '../endpoint/events.ts';
import type { PeerConfig, PeerId } from '../peer/peer.ts';
import { OutgoingMessage } from '../records/message.ts';
import { ExchangeStatus } from '../wire/index.ts';
import { CancelSignal } from './abort.ts';
import type { AbortSignalLike } from './abort.ts';
import type { Driver } from './driver.ts';
import { decodeHeaders, encodeHeaders, textOf, utf8Prefix } from './headers.ts';
import type { Headers } from './headers.ts';
import { IncomingRequest } from './incoming.ts';
import { TransferError } from './transfer-error.ts';
import { UnaryCall } from './unary-call.ts';
import type { CallHost } from './unary-call.ts';

export { TransferError } from './transfer-error.ts';

/** Priority of a call that names none: the middle. */
const DEFAULT_PRIORITY = 3;

/** What every call may say. */
export interface CallOptions {
  headers?: Headers;
  /** 0 (highest) … 7. */
  priority?: number;
  /** The call is given up at this instant of `Pool.now()`. */
  deadlineNs?: Nanos;
}

export interface UnaryOptions extends CallOptions {
  /** Gives the call up when it is aborted. */
  signal?: AbortSignalLike;
  /** Whether the request may be handled twice: then it is also retried when its fate is unknown. */
  idempotent?: boolean;
  /** Times it is tried again after a transient failure. */
  retriesMax?: number;
}

export interface UnaryResponse {
  body: Uint8Array;
  headers: Headers;
  metrics: ExchangeMetrics;
}

/** What a handler returns: a body, or a body with headers. The bytes must stay as they are until they are acknowledged. */
export type HandlerResult = Uint8Array | { body: Uint8Array; headers?: Headers };
export type Handler = (request: IncomingRequest) => HandlerResult | Promise<HandlerResult>;

/** Bytes of a handler's message that travel to its caller. */
const MESSAGE_BYTES_MAX = 1024;

/** A handler may throw anything, also what has no text. */
function textOfThrown(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    return '';
  }
}

/** An exchange that ended with a status of its handler's side. */
function reasonOfStatus(status: number): FailureReason {
  return status === ExchangeStatus.HANDLER_FAILED ? 'handler-failed' : 'rejected';
}

/** Ends of one call; the callback form is for callers with very many, e.g. a workload generator. */
export interface CallOutcome {
  onResponse(body: Uint8Array, headers: Uint8Array, metrics: ExchangeMetrics): void;
  onFailure(error: TransferError): void;
}

/**
 * The application's single entry point: calls and a handler over one endpoint. It never waits itself; a Driver supplies the time and calls
 * `dispatch` to hand events to the application. REQ POOL-1, POOL-3, POOL-8, POOL-11, POOL-13, PAT-1
 */
export class Pool {
  private readonly endpoint: Endpoint;
  private readonly driver: Driver;
  private readonly calls: Map<ExchangeId, CallOutcome> = new Map<ExchangeId, CallOutcome>();
  private readonly retrying: Set<UnaryCall> = new Set<UnaryCall>();
  /** Of the requests being served whose handlers asked for one. */
  private readonly signals: Map<ExchangeId, CancelSignal> = new Map<ExchangeId, CancelSignal>();
  private handler: Handler | undefined;
  private closed = false;
  /** Told of every peer that comes, goes or restarts. REQ EVT-1, HEALTH-12 */
  onPeer: ((peer: PeerId, state: 'up' | 'down' | 'restarted') => void) | undefined;
  /** Told of every served exchange that ended; without a reason its response arrived. */
  onServed: ((exchange: ExchangeId, peer: PeerId, reason: FailureReason | undefined) => void) | undefined;

  private readonly callHost: CallHost = {
    call: (peer, request, options, outcome) => this.call(peer, request, options, outcome),
    cancel: (exchange) => this.cancel(exchange),
    retryLater: (call, peer, tries) => {
      this.retrying.add(call);
      const now = this.driver.now();
      const alarm = this.endpoint.setAlarm(now, now + this.endpoint.backoffNs(peer, tries), () => {
        this.retrying.delete(call);
        call.retry();
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

  constructor(endpoint: Endpoint, driver: Driver) {
    this.endpoint = endpoint;
    this.driver = driver;
  }

  addPeer(config: PeerConfig): PeerId {
    const id = this.endpoint.addPeer(this.driver.now(), config);
    this.driver.kick();
    return id;
  }

  /** Takes requests from now on. One handler per pool. */
  serve(handler: Handler): void {
    this.handler = handler;
    this.endpoint.serve();
  }

  /**
   * One request, one response. Rejects with TransferError; throws UsageError at once for an unknown peer, a bad priority or a message beyond the
   * limits. `request` must stay as it is until the promise settles.
   */
  unaryRpc(peer: PeerId, request: Uint8Array, options: UnaryOptions = {}): Promise<UnaryResponse> {
    return new Promise((resolve, reject) => {
      new UnaryCall(this.callHost, peer, request, options, resolve, reject).start();
    });
  }

  /** The same with callbacks and without retries; `signal` is left to the caller. */
  call(peer: PeerId, request: Uint8Array, options: CallOptions, outcome: CallOutcome): ExchangeId {
    if (this.closed) throw new UsageError('ERR_DCQUIC_CLOSED', 'the pool is closed');
    const message = new OutgoingMessage(request, encodeHeaders(options.headers));
    const { priority = DEFAULT_PRIORITY, deadlineNs } = options;
    const id = this.endpoint.call(this.driver.now(), peer, message, priority, deadlineNs);
    this.calls.set(id, outcome);
    this.driver.kick();
    return id;
  }

  /** Gives up a call that was begun with `call`: its outcome is a failure with `aborted`, unless it has one already. */
  cancel(exchange: ExchangeId): void {
    this.endpoint.cancel(this.driver.now(), exchange, 'aborted');
    this.driver.kick();
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
    return this.calls.size > 0 || this.retrying.size > 0;
  }

  /** For drivers: hands everything the endpoint has to tell to the application. */
  dispatch(): void {
    for (let event = this.endpoint.pollEvent(); event !== undefined; event = this.endpoint.pollEvent()) {
      this.onEvent(event);
    }
  }

  private onEvent(event: EndpointEvent): void {
    switch (event.type) {
      case 'request':
        this.onRequest(event);
        return;
      case 'response': {
        const outcome = this.take(event.exchange);
        if (event.status === ExchangeStatus.OK) outcome?.onResponse(event.body, event.headers, event.metrics);
        else
          outcome?.onFailure(new TransferError(reasonOfStatus(event.status), event.peer, textOf(event.body)));
        return;
      }
      case 'failure':
        this.take(event.exchange)?.onFailure(new TransferError(event.reason, event.peer));
        return;
      case 'served':
        this.onServedEnd(event);
        return;
      case 'alarm':
        event.alarm.ring();
        return;
      case 'peer':
        this.onPeer?.(event.peer, event.state);
    }
  }

  private take(exchange: ExchangeId): CallOutcome | undefined {
    const outcome = this.calls.get(exchange);
    this.calls.delete(exchange);
    return outcome;
  }

  private onServedEnd({ exchange, peer, reason }: Extract<EndpointEvent, { type: 'served' }>): void {
    const signal = this.signals.get(exchange);
    this.signals.delete(exchange);
    if (reason !== undefined) {
      this.touch();
      signal?.abort(new TransferError(reason, peer));
    }
    this.onServed?.(exchange, peer, reason);
  }

  private readonly signalOf = (exchange: ExchangeId): CancelSignal => {
    let signal = this.signals.get(exchange);
    if (signal === undefined) {
      signal = new CancelSignal();
      if (this.endpoint.isServing(exchange)) this.signals.set(exchange, signal);
      else signal.abort(new TransferError('cancelled', -1));
    }
    return signal;
  };

  private onRequest(event: Extract<EndpointEvent, { type: 'request' }>): void {
    const { exchange } = event;
    const headers = decodeHeaders(event.headers);
    if (headers === undefined) {
      this.answerFailure(exchange, new Error('the request headers do not parse'));
      return;
    }
    let result: HandlerResult | Promise<HandlerResult>;
    try {
      result = (this.handler as Handler)(new IncomingRequest(event, headers, this.signalOf));
    } catch (error) {
      this.answerFailure(exchange, error);
      return;
    }
    // A handler that answers at once costs no promise, and its response shares a packet with the acknowledgement.
    if (result instanceof Promise) {
      this.driver.touchPromise?.();
      result.then(
        (value) => this.answer(exchange, value),
        (error: unknown) => this.answerFailure(exchange, error),
      );
    } else {
      this.answer(exchange, result);
    }
  }

  private answer(exchange: ExchangeId, result: HandlerResult): void {
    try {
      const { body, headers } = result instanceof Uint8Array ? { body: result, headers: undefined } : result;
      this.send(exchange, new OutgoingMessage(body, encodeHeaders(headers)), ExchangeStatus.OK);
    } catch (error) {
      // What the handler returned cannot be sent: the caller learns that, not silence.
      this.answerFailure(exchange, error);
    }
  }

  private answerFailure(exchange: ExchangeId, error: unknown): void {
    const body = utf8Prefix(
      textOfThrown(error),
      Math.min(MESSAGE_BYTES_MAX, this.endpoint.options.messageBytesMax),
    );
    this.send(exchange, new OutgoingMessage(body), ExchangeStatus.HANDLER_FAILED);
  }

  private send(exchange: ExchangeId, message: OutgoingMessage, status: number): void {
    if (this.closed) return;
    this.endpoint.reply(this.driver.now(), exchange, message, status, DEFAULT_PRIORITY);
    this.driver.kick();
  }

  /** Gives up every pending call, with `closed`. Idempotent; the driver stops driving by its own close. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    const pending = [...this.calls];
    this.calls.clear();
    for (const call of this.retrying) call.stopWaiting('closed');
    for (const [exchange, outcome] of pending) {
      this.endpoint.cancel(this.driver.now(), exchange, 'closed');
      outcome.onFailure(new TransferError('closed', -1));
    }
    this.driver.kick();
  }
}
