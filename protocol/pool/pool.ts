import type { Endpoint } from '../endpoint/endpoint.ts';
import { UsageError } from '../endpoint/endpoint.ts';
import type { FailureReason } from '../endpoint/errors.ts';
import type { EndpointEvent, ExchangeId, ExchangeMetrics } from '../endpoint/events.ts';
import type { PeerConfig, PeerId } from '../peer/peer.ts';
import { OutgoingMessage } from '../records/message.ts';
import { ExchangeStatus } from '../wire/index.ts';
import type { Driver } from './driver.ts';
import { decodeHeaders, encodeHeaders, textOf, utf8Prefix } from './headers.ts';
import type { Headers } from './headers.ts';

/** Priority of a call that names none: the middle. */
const DEFAULT_PRIORITY = 3;

export interface UnaryOptions {
  headers?: Headers;
  /** 0 (highest) … 7. */
  priority?: number;
}

export interface UnaryResponse {
  body: Uint8Array;
  headers: Headers;
  metrics: ExchangeMetrics;
}

/** A request as a handler sees it. */
export interface IncomingRequest {
  peer: PeerId;
  headers: Headers;
  body: Uint8Array;
}

/** What a handler returns: a body, or a body with headers. The bytes must stay as they are until they are acknowledged. */
export type HandlerResult = Uint8Array | { body: Uint8Array; headers?: Headers };
export type Handler = (request: IncomingRequest) => HandlerResult | Promise<HandlerResult>;

/** How a call ended without a response. `reason` is for programs, the message for people. REQ PAT-12 */
export class TransferError extends Error {
  override readonly name = 'TransferError';
  readonly code = 'ERR_DCQUIC_TRANSFER';
  readonly reason: FailureReason;
  readonly peer: PeerId;

  constructor(reason: FailureReason, peer: PeerId, detail?: string) {
    super(detail === undefined ? EXPLANATIONS[reason] : `${EXPLANATIONS[reason]}: ${detail}`);
    this.reason = reason;
    this.peer = peer;
  }
}

const EXPLANATIONS: Record<FailureReason, string> = {
  cancelled: 'the peer cancelled the transfer',
  'unknown-transfer': 'the peer no longer knows the transfer',
  'message-too-large': 'the request or the response is larger than its receiver takes',
  refused: 'the peer serves no requests, or no more at this time',
  integrity: 'the message failed verification too often',
  limit: 'the peer refused the transfer over a limit',
  'handler-failed': 'the handler at the peer failed',
  'peer-timeout': 'the peer did not answer within the peer timeout; the request may have been handled',
  'peer-restarted': 'the peer restarted; the request may have been handled before',
  closed: 'the pool was closed',
  'protocol-violation': 'the peer broke the protocol',
};

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
  private handler: Handler | undefined;
  private closed = false;
  /** Told of every peer that comes, goes or restarts. REQ EVT-1, HEALTH-12 */
  onPeer: ((peer: PeerId, state: 'up' | 'down' | 'restarted') => void) | undefined;
  /** Told of every served exchange that ended; without a reason its response arrived. */
  onServed: ((exchange: ExchangeId, peer: PeerId, reason: FailureReason | undefined) => void) | undefined;

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
      this.call(peer, request, options, {
        onResponse: (body, headers, metrics) => {
          this.driver.touchPromise?.();
          const decoded = decodeHeaders(headers);
          if (decoded === undefined)
            reject(new TransferError('protocol-violation', peer, 'its headers do not parse'));
          else resolve({ body, headers: decoded, metrics });
        },
        onFailure: (error) => {
          this.driver.touchPromise?.();
          reject(error);
        },
      });
    });
  }

  /** The same with callbacks. */
  call(peer: PeerId, request: Uint8Array, options: UnaryOptions, outcome: CallOutcome): ExchangeId {
    if (this.closed) throw new UsageError('ERR_DCQUIC_CLOSED', 'the pool is closed');
    const message = new OutgoingMessage(request, encodeHeaders(options.headers));
    const id = this.endpoint.call(this.driver.now(), peer, message, options.priority ?? DEFAULT_PRIORITY);
    this.calls.set(id, outcome);
    this.driver.kick();
    return id;
  }

  /** Whether a caller waits for something. */
  isBusy(): boolean {
    return this.calls.size > 0;
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
        this.onRequest(event.exchange, event.peer, event.headers, event.body);
        return;
      case 'response': {
        const outcome = this.take(event.exchange);
        if (event.status === ExchangeStatus.OK) outcome?.onResponse(event.body, event.headers, event.metrics);
        else outcome?.onFailure(new TransferError('handler-failed', event.peer, textOf(event.body)));
        return;
      }
      case 'failure':
        this.take(event.exchange)?.onFailure(new TransferError(event.reason, event.peer));
        return;
      case 'served':
        this.onServed?.(event.exchange, event.peer, event.reason);
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

  private onRequest(exchange: ExchangeId, peer: PeerId, headerBytes: Uint8Array, body: Uint8Array): void {
    const headers = decodeHeaders(headerBytes);
    if (headers === undefined) {
      this.answerFailure(exchange, new Error('the request headers do not parse'));
      return;
    }
    let result: HandlerResult | Promise<HandlerResult>;
    try {
      result = (this.handler as Handler)({ peer, headers, body });
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

  /** Ends every pending call with `closed`. Idempotent; the driver stops driving by its own close. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    const pending = [...this.calls.values()];
    this.calls.clear();
    for (const outcome of pending) outcome.onFailure(new TransferError('closed', -1));
  }
}
