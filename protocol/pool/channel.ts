import { Fifo } from '../core/fifo.ts';
import type { Bytes } from '../core/units.ts';
import type { ExchangeId } from '../endpoint/events.ts';
import type { PeerId } from '../peer/peer.ts';
import type { StreamEnd } from '../stream/streams.ts';
import { ExchangeStatus } from '../wire/index.ts';
import type { UsageError } from '../endpoint/usage-error.ts';
import { checkBody } from './arguments.ts';
import { decodeHeaders, textOf } from './headers.ts';
import type { Headers } from './headers.ts';
import { TransferError } from './transfer-error.ts';

/** What a channel needs of its pool. */
export interface ChannelHost {
  /** Writes that may wait for room at once: who does not wait for his promises must not fill memory with them. REQ BP-2 */
  writesMax(): number;
  /** Throws UsageError for a message that cannot be sent. */
  check(body: Uint8Array, head: Uint8Array): void;
  write(exchange: ExchangeId, body: Uint8Array, head: Uint8Array): boolean;
  end(exchange: ExchangeId): void;
  close(exchange: ExchangeId, status: number, reason: string): void;
  /** The oldest message was taken. */
  take(exchange: ExchangeId): void;
  /** What is on its way; undefined if the stream is over, which the channel is about to be told. */
  backlog(exchange: ExchangeId, wantRoom: boolean): { messages: number; bytes: Bytes } | undefined;
  /** A promise was settled, or is awaited. */
  touch(): void;
}

export interface ChannelLimits {
  messages: number;
  bytes: Bytes;
}

const NONE: Uint8Array = new Uint8Array(0);

interface Deferred<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

interface PendingWrite extends Deferred<void> {
  body: Uint8Array;
}

/** One side of a stream, as promises. REQ POOL-12, BP-1, BP-3 */
export class Channel {
  readonly peer: PeerId;
  readonly exchange: ExchangeId;
  /** Of the first message that comes; none if the stream ends without one. */
  readonly headers: Promise<Headers>;
  /** Encoded headers of the first message that leaves. */
  headersOut: Uint8Array = NONE;
  private readonly host: ChannelHost;
  private readonly limits: ChannelLimits;
  private readonly unread: Fifo<Uint8Array> = new Fifo<Uint8Array>();
  private readonly readers: Deferred<IteratorResult<Uint8Array, undefined>>[] = [];
  private readonly writers: Fifo<PendingWrite> = new Fifo<PendingWrite>();
  private headersIn: Deferred<Headers> | undefined;
  /** No message comes any more. */
  private atEnd = false;
  /** Nothing is written any more. */
  private sealed = false;
  private error: TransferError | undefined;
  private over = false;
  /** Told when it is. */
  onOver: (() => void) | undefined;

  constructor(host: ChannelHost, exchange: ExchangeId, peer: PeerId, limits: ChannelLimits) {
    this.host = host;
    this.exchange = exchange;
    this.peer = peer;
    this.limits = limits;
    this.headers = new Promise((resolve, reject) => {
      this.headersIn = { resolve, reject };
    });
    // Whoever does not ask for them is not to hear of an error twice.
    this.headers.catch(() => {});
  }

  get isOver(): boolean {
    return this.over;
  }

  /** Why it is over, unless it is not or its end was regular. */
  get failure(): TransferError | undefined {
    return this.error;
  }

  // --- writing -------------------------------------------------------------------------------------------

  /**
   * Resolves when the message has been taken over: at once, or when so much of what was written before has arrived that there is room. The bytes must stay as they
   * are until the stream is over. Rejects when the stream has ended, and with UsageError for a message that cannot be sent.
   */
  write(body: Uint8Array): Promise<void> {
    try {
      // Now: when there is room for it the writer is not there to hear of it.
      checkBody(body);
      this.host.check(body, this.headersOut);
    } catch (error) {
      return Promise.reject(error as UsageError);
    }
    if (this.sealed) return Promise.reject(this.error ?? this.ended());
    if (this.writers.length === 0 && this.hasRoom(body.length, false)) {
      if (this.send(body)) return Promise.resolve();
      return Promise.reject(this.error ?? new TransferError('closed', this.peer));
    }
    if (this.writers.length >= this.host.writesMax()) {
      const detail = `${this.host.writesMax()} writes wait already (streamWritesMax): await them`;
      return Promise.reject(new TransferError('limit', this.peer, { detail }));
    }
    this.hasRoom(body.length, true);
    return new Promise((resolve, reject) => this.writers.push({ body, resolve, reject }));
  }

  private ended(): TransferError {
    return new TransferError('closed', this.peer, {
      detail: 'nothing is written to a stream that has ended',
    });
  }

  private hasRoom(bytes: Bytes, wantRoom: boolean): boolean {
    const backlog = this.host.backlog(this.exchange, wantRoom);
    if (backlog === undefined) return false;
    if (backlog.messages === 0) return true;
    return backlog.messages < this.limits.messages && backlog.bytes + bytes <= this.limits.bytes;
  }

  private send(body: Uint8Array): boolean {
    const head = this.headersOut;
    this.headersOut = NONE;
    return this.host.write(this.exchange, body, head);
  }

  /** Some of what was written has arrived. */
  onRoom(): void {
    for (let next = this.writers.peek(); next !== undefined; next = this.writers.peek()) {
      if (!this.hasRoom(next.body.length, true)) return;
      this.writers.shift();
      this.host.touch();
      if (this.send(next.body)) next.resolve();
      else next.reject(this.error ?? new TransferError('closed', this.peer));
    }
    if (this.afterWrites !== undefined) this.finishWrites();
  }

  private afterWrites: (() => void) | undefined;

  /** Calls `then` when all writes that wait have been taken over. */
  whenWritten(then: () => void): void {
    this.sealed = true;
    this.afterWrites = then;
    if (this.writers.length === 0) this.finishWrites();
  }

  private finishWrites(): void {
    const then = this.afterWrites;
    this.afterWrites = undefined;
    then?.();
  }

  // --- reading -------------------------------------------------------------------------------------------

  onMessage(headerBytes: Uint8Array, body: Uint8Array): void {
    if (this.over) return;
    if (this.headersIn !== undefined) {
      const headers = decodeHeaders(headerBytes);
      if (headers === undefined) {
        this.close(ExchangeStatus.FAILED, 'headers do not parse');
        return;
      }
      this.headersIn.resolve(headers);
      this.headersIn = undefined;
      this.host.touch();
    }
    this.deliver(body);
  }

  private deliver(body: Uint8Array): void {
    const reader = this.readers.shift();
    if (reader === undefined) {
      this.unread.push(body);
      return;
    }
    this.host.take(this.exchange);
    this.host.touch();
    reader.resolve({ done: false, value: body });
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const body = this.unread.shift();
    if (body !== undefined) {
      this.host.take(this.exchange);
      return Promise.resolve({ done: false, value: body });
    }
    if (this.error !== undefined) return Promise.reject(this.error);
    if (this.atEnd || this.over) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.readers.push({ resolve, reject }));
  }

  /** All messages have come. */
  onEnd(): void {
    this.atEnd = true;
    this.settleHeaders();
    for (const reader of this.readers.splice(0)) {
      this.host.touch();
      reader.resolve({ done: true, value: undefined });
    }
  }

  private settleHeaders(): void {
    if (this.error === undefined) this.headersIn?.resolve({});
    else this.headersIn?.reject(this.error);
    this.headersIn = undefined;
  }

  // --- the end -------------------------------------------------------------------------------------------

  /** The stream ends now, in both directions. */
  close(status: number, reason: string): void {
    if (!this.over) this.host.close(this.exchange, status, reason);
  }

  /** The stream is over; `own` says why if that was decided here. */
  onClosed(end: StreamEnd, own?: TransferError): void {
    if (this.over) return;
    this.over = true;
    this.sealed = true;
    this.error = own ?? errorOf(end, this.peer);
    if (this.error !== undefined) this.unread.clear();
    this.onOver?.();
    this.onEndOf(this.error);
  }

  private onEndOf(error: TransferError | undefined): void {
    this.host.touch();
    this.settleHeaders();
    for (const reader of this.readers.splice(0)) {
      if (error === undefined) reader.resolve({ done: true, value: undefined });
      else reader.reject(error);
    }
    for (let write = this.writers.shift(); write !== undefined; write = this.writers.shift()) {
      write.reject(error ?? new TransferError('closed', this.peer));
    }
    this.finishWrites();
  }
}

/** How a stream ended, as what its reader sees; nothing for a regular end. */
function errorOf({ status, message, reason, cause }: StreamEnd, peer: PeerId): TransferError | undefined {
  if (reason !== undefined) return new TransferError(reason, peer, { status, cause });
  if (status === ExchangeStatus.OK) return undefined;
  const detail = textOf(message);
  const text = detail === '' ? {} : { detail };
  return new TransferError(REASONS.get(status) ?? 'rejected', peer, { ...text, status });
}

const REASONS: ReadonlyMap<number, TransferError['reason']> = new Map<number, TransferError['reason']>([
  [ExchangeStatus.HANDLER_FAILED, 'handler-failed'],
  [ExchangeStatus.CANCELLED, 'cancelled'],
  [ExchangeStatus.DEADLINE, 'deadline'],
  [ExchangeStatus.FAILED, 'protocol-violation'],
]);
