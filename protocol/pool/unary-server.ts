import { NEVER } from '../core/units.ts';
import type { Bytes, Nanos } from '../core/units.ts';
import type { EndpointEvent, ExchangeId } from '../endpoint/events.ts';
import type { PeerId } from '../peer/peer.ts';
import { OutgoingMessage } from '../records/message.ts';
import { placed } from '../records/placement.ts';
import { ExchangeStatus } from '../wire/index.ts';
import { CancelSignal } from './abort.ts';
import type { SignalOf } from './abort.ts';
import { rejectionStatus } from './acceptance.ts';
import type { Acceptor, Offer, Verdict } from './acceptance.ts';
import { ANSWER, VERDICT, checkArgument, checkOptions, messageOf } from './arguments.ts';
import { BulkServer } from './bulk-server.ts';
import { BulkTarget } from './bulk-target.ts';
import type { Driver } from './driver.ts';
import type { PoolEndpoint } from './pool-endpoint.ts';
import { decodeHeaders, encodeHeaders, utf8Prefix } from './headers.ts';
import type { Headers } from './headers.ts';
import { IncomingRequest } from './incoming.ts';
import type { Handler, HandlerResult, Payload } from './pool.ts';
import { TransferError } from './transfer-error.ts';

type RequestEvent = Extract<EndpointEvent, { type: 'request' }>;
type OfferEvent = Extract<EndpointEvent, { type: 'offer' }>;
type StreamEvent = Extract<EndpointEvent, { type: 'stream' }>;
type ServedEvent = Extract<EndpointEvent, { type: 'served' }>;

/** Priority of responses, and of calls that name none: the middle. */
export const DEFAULT_PRIORITY = 3;
const NOTHING = new Uint8Array(0);
/** Bytes of a message for people that travel to a caller. */
const MESSAGE_BYTES_MAX = 1024;

/** A handler may throw anything, also what has no text. */
export function textOfThrown(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    return '';
  }
}

/** What an acceptor is asked about. */
class RequestOffer implements Offer {
  readonly peer: PeerId;
  readonly headers: Headers;
  readonly isStream: boolean;
  readonly sizeBytes: Bytes;
  readonly priority: number;
  readonly deadlineNs: Nanos | undefined;
  private readonly exchange: ExchangeId;
  private readonly signalOf: SignalOf;

  constructor(
    event: OfferEvent | RequestEvent | StreamEvent,
    headers: Headers,
    sizeBytes: Bytes,
    signalOf: SignalOf,
  ) {
    this.peer = event.peer;
    this.headers = headers;
    this.isStream = event.type === 'offer' ? event.isStream : event.type === 'stream';
    this.sizeBytes = sizeBytes;
    this.priority = event.priority;
    this.deadlineNs = event.deadlineNs === NEVER ? undefined : event.deadlineNs;
    this.exchange = event.exchange;
    this.signalOf = signalOf;
  }

  get signal(): CancelSignal {
    return this.signalOf(this.exchange, this.peer);
  }
}

/** The serving half of a pool: acceptor, handler, answers. REQ PAT-1, PAT-12 */
export class UnaryServer {
  handler: Handler | undefined;
  acceptor: Acceptor | undefined;
  readonly bulk: BulkServer;
  private readonly endpoint: PoolEndpoint;
  private readonly driver: Driver;
  private closed = false;
  /** Of the requests being served whose handlers asked for one. */
  private readonly signals: Map<ExchangeId, { signal: CancelSignal; peer: PeerId }> = new Map();

  constructor(endpoint: PoolEndpoint, driver: Driver) {
    this.endpoint = endpoint;
    this.driver = driver;
    this.bulk = new BulkServer(endpoint, driver);
  }

  onServed({ exchange, peer, reason }: ServedEvent): void {
    const signal = this.signals.get(exchange)?.signal;
    this.signals.delete(exchange);
    try {
      this.bulk.end(exchange, peer, reason ?? 'rejected');
    } finally {
      if (reason !== undefined && signal !== undefined) {
        this.driver.touchPromise?.();
        signal.abort(new TransferError(reason, peer));
      }
    }
  }

  /** Nobody is answered any more: whoever works or waits for that learns it. What listeners throw comes out after all were told. */
  close(): void {
    this.closed = true;
    const abandoned = [...this.signals.values()];
    this.signals.clear();
    const thrown: unknown[] = [];
    for (const { signal, peer } of abandoned) {
      this.driver.touchPromise?.();
      try {
        signal.abort(new TransferError('closed', peer));
      } catch (error) {
        thrown.push(error);
      }
    }
    if (thrown.length > 0) throw thrown[0];
  }

  /** A request will be pulled if the application wants it. MUST OFFER-2 */
  onOffer(event: OfferEvent): void {
    if (this.closed) return;
    this.consider(event, event.headers, event.sizeBytes, ({ into }) => {
      const { exchange, sizeBytes } = event;
      const target = this.targetOf(event, into, sizeBytes);
      if (target === false) return;
      if (target?.isComplete) {
        // All of it came with an earlier transfer: nothing is left to pull. MUST PULL-8
        const body = target.bytes?.subarray(0, sizeBytes) ?? NOTHING;
        this.handle({ ...event, type: 'request', body, offered: true }, body);
        return;
      }
      this.endpoint.accept(this.driver.now(), exchange, target);
      if (target?.isPaused) target.pause();
      this.driver.kick();
    });
  }

  /** Where the body goes; false: there is no room for it, and the caller is told. */
  private targetOf(
    event: OfferEvent | RequestEvent,
    into: Uint8Array | BulkTarget | undefined,
    sizeBytes: number,
  ): BulkTarget | undefined | false {
    if (into === undefined) return undefined;
    const isPlace = into instanceof Uint8Array || into instanceof BulkTarget;
    checkArgument(isPlace, 'the verdict of the acceptor: into', into, 'a Uint8Array or a BulkTarget');
    const { exchange } = event;
    const isStream = event.type === 'offer' && event.isStream;
    const isBulk = into instanceof BulkTarget && !isStream;
    const memory = into instanceof BulkTarget ? into.bytes : into;
    if (isStream && memory === undefined) {
      this.reject(exchange, { reject: 'the opening of a stream goes into memory' });
      return false;
    }
    const target = isBulk ? into : new BulkTarget(memory ?? NOTHING);
    const room = target.roomBytes;
    if (room < sizeBytes) {
      this.reject(exchange, { reject: `the buffer has room for ${room} of ${sizeBytes} bytes` });
      return false;
    }
    if (!isBulk) return target;
    const holder = this.bulk.holderOf(target);
    if (holder !== undefined) {
      this.reject(holder, { reject: 'another request has taken its place' });
      this.bulk.end(holder, event.peer, 'cancelled');
    }
    this.bulk.begin(exchange, target, sizeBytes, (error) => this.failSink(exchange, event.peer, error));
    return target;
  }

  /** A request is here. One that was not offered, because it came inside its announcement, is considered now. */
  onRequest(event: RequestEvent): void {
    if (this.closed) return;
    const { body } = event;
    if (event.offered || this.acceptor === undefined) {
      this.handle(event, body);
      return;
    }
    this.consider(event, event.headers, body.length, ({ into }) => {
      const target = this.targetOf(event, into, body.length);
      if (target === false) return;
      this.handle(event, placed(body, target));
    });
  }

  /** A peer opened a stream. */
  onStream(event: StreamEvent, take: () => void): void {
    if (this.closed) return;
    if (event.offered || this.acceptor === undefined) take();
    else this.consider(event, event.headers, event.body.length, take);
  }

  /** Asks the application about a request, and goes on with `take` if it wants it. */
  private consider(
    event: OfferEvent | RequestEvent | StreamEvent,
    headerBytes: Uint8Array,
    sizeBytes: number,
    take: (verdict: { into?: Uint8Array | BulkTarget }) => void,
  ): void {
    const { exchange } = event;
    const headers = this.headersOf(exchange, headerBytes);
    if (headers === undefined) return;
    const failed = (error: unknown): void => this.reject(exchange, { reject: textOfThrown(error) });
    const decide = (verdict: Verdict): void => {
      try {
        // The caller may have given up meanwhile: nobody wants it.
        if (!this.endpoint.isServing(exchange)) return;
        checkOptions('the verdict of the acceptor', verdict, VERDICT);
        if (verdict.reject !== undefined) this.reject(exchange, verdict);
        else take(verdict);
      } catch (error) {
        failed(error);
      }
    };
    try {
      const verdict = (this.acceptor as Acceptor)(new RequestOffer(event, headers, sizeBytes, this.signalOf));
      if (verdict instanceof Promise) {
        this.driver.touchPromise?.();
        verdict.then(decide, failed);
      } else {
        decide(verdict);
      }
    } catch (error) {
      failed(error);
    }
  }

  /** MUST OFFER-3 */
  private reject(exchange: ExchangeId, verdict: { reject: string; status?: number }): void {
    const text = this.text(verdict.reject);
    const status = rejectionStatus(verdict);
    this.endpoint.closeStream(this.driver.now(), exchange, status, text);
    this.send(exchange, new OutgoingMessage(text), status);
  }

  private headersOf(exchange: ExchangeId, bytes: Uint8Array): Headers | undefined {
    const headers = decodeHeaders(bytes);
    if (headers === undefined) this.fail(exchange, new Error('the request headers do not parse'));
    return headers;
  }

  private handle(event: RequestEvent, body: Uint8Array): void {
    const { exchange } = event;
    const headers = this.headersOf(exchange, event.headers);
    if (headers === undefined) return;
    const target = this.bulk.sinkOf(exchange);
    if (target?.sink === undefined) {
      this.run(event, headers, body);
      return;
    }
    this.driver.touchPromise?.();
    target.sink.finish(target.sizeBytes).then(
      () => this.run(event, headers, body),
      (error: unknown) =>
        this.failSink(exchange, event.peer, error instanceof Error ? error : new Error(textOfThrown(error))),
    );
  }

  /** What a request brought is not in its place, and will not be: the caller learns why, and the target keeps nothing. */
  private failSink(exchange: ExchangeId, peer: PeerId, error: Error): void {
    const target = this.bulk.sinkOf(exchange);
    if (target === undefined) return;
    void target.discard().catch(() => {});
    this.reject(exchange, { reject: error.message });
    this.bulk.end(exchange, peer, 'rejected', error);
  }

  /** The whole request is here. */
  private run(event: RequestEvent, headers: Headers, body: Uint8Array): void {
    const { exchange } = event;
    let result: HandlerResult | Promise<HandlerResult>;
    try {
      // What its owner throws when it is told of the end is as if the handler did.
      const isPlaced = this.bulk.end(exchange, event.peer);
      if (this.handler === undefined && isPlaced) {
        this.answer(exchange, body.subarray(0, 0));
        return;
      }
      if (this.handler === undefined) {
        this.reject(exchange, { reject: 'only streams are served' });
        return;
      }
      result = this.handler(new IncomingRequest(event, headers, body, this.signalOf));
    } catch (error) {
      this.fail(exchange, error);
      return;
    }
    // A handler that answers at once costs no promise, and its response shares a packet with the acknowledgement.
    if (result instanceof Promise) {
      this.driver.touchPromise?.();
      result.then(
        (value) => this.answer(exchange, value),
        (error: unknown) => this.fail(exchange, error),
      );
    } else {
      this.answer(exchange, result);
    }
  }

  private answer(exchange: ExchangeId, result: HandlerResult): void {
    try {
      const isBody = result instanceof Uint8Array || typeof result === 'number';
      if (!isBody) checkOptions('what the handler returned', result, ANSWER);
      const { body, headers } = isBody ? { body: result, headers: undefined } : result;
      this.respond(exchange, body, headers);
    } catch (error) {
      // What the handler returned cannot be sent: the caller learns that, not silence.
      this.fail(exchange, error);
    }
  }

  private respond(exchange: ExchangeId, body: Payload, headers: Headers | undefined): void {
    if (typeof body !== 'number') {
      this.send(exchange, messageOf(body, headers), ExchangeStatus.OK);
      return;
    }
    const message = this.endpoint.buffers.message(body, encodeHeaders(headers), false);
    try {
      this.send(exchange, message, ExchangeStatus.OK);
    } finally {
      message.seat?.leave();
    }
  }

  private fail(exchange: ExchangeId, error: unknown): void {
    const body = this.text(textOfThrown(error));
    this.send(exchange, new OutgoingMessage(body), ExchangeStatus.HANDLER_FAILED);
  }

  private text(text: string): Uint8Array {
    return utf8Prefix(text, Math.min(MESSAGE_BYTES_MAX, this.endpoint.options.messageBytesMax));
  }

  private send(exchange: ExchangeId, message: OutgoingMessage, status: number): void {
    if (this.closed) return;
    this.endpoint.reply(this.driver.now(), exchange, message, status, DEFAULT_PRIORITY);
    this.driver.kick();
  }

  readonly signalOf: SignalOf = (exchange, peer) => {
    const known = this.signals.get(exchange);
    if (known !== undefined) return known.signal;
    const signal = new CancelSignal();
    if (this.closed) signal.abort(new TransferError('closed', peer));
    else if (this.endpoint.isServing(exchange)) this.signals.set(exchange, { signal, peer });
    else signal.abort(new TransferError('cancelled', peer));
    return signal;
  };
}
