import type { Bytes, Nanos } from '../core/units.ts';
import { NEVER } from '../core/units.ts';
import type { Alarm } from '../endpoint/alarms.ts';
import { checkMessage } from '../endpoint/usage-error.ts';
import type { UsageError } from '../endpoint/usage-error.ts';
import type { EndpointEvent, ExchangeId } from '../endpoint/events.ts';
import type { PeerId } from '../peer/peer.ts';
import { OutgoingMessage } from '../records/message.ts';
import { ExchangeStatus } from '../wire/index.ts';
import type { AbortSignalLike, SignalOf } from './abort.ts';
import type { CausalCall, CausalOptions, PoolCausality } from './causality.ts';
import { LIMITS, checkArgument, checkOptions, hasMethods, messageOf } from './arguments.ts';
import { Channel } from './channel.ts';
import type { ChannelHost } from './channel.ts';
import type { Driver } from './driver.ts';
import type { PoolEndpoint } from './pool-endpoint.ts';
import { decodeHeaders, utf8 } from './headers.ts';
import type { Headers } from './headers.ts';
import { IncomingStream, isAsyncIterable } from './incoming-stream.ts';
import type { StreamHandler } from './incoming-stream.ts';
import { OutgoingStream } from './outgoing-stream.ts';
import { TransferError } from './transfer-error.ts';
import { DEFAULT_PRIORITY, textOfThrown } from './unary-server.ts';

type StreamEvent = Extract<EndpointEvent, { type: 'stream' }>;

export interface StreamOptions extends CausalOptions {
  headers?: Headers;
  /** 0 (highest) … 7; of all messages of this side. */
  priority?: number;
  /** The stream is closed at this instant of `Pool.now()`. */
  deadlineNs?: Nanos;
  /** Closes the stream when it is aborted. */
  signal?: AbortSignalLike;
  /** What may be on its way and unread, of each direction at this side. */
  limits?: { messages?: number; bytes?: Bytes };
}

/** Chunks to send: anything that yields them, at its own pace or as fast as there is room. */
export type Source = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The streams of a pool. REQ POOL-4, POOL-5, POOL-6, PAT-2, PAT-3, PAT-4 */
export class PoolStreams {
  handler: StreamHandler | undefined;
  private readonly endpoint: PoolEndpoint;
  private readonly driver: Driver;
  private readonly signalOf: SignalOf;
  private readonly channels: Map<ExchangeId, Channel> = new Map<ExchangeId, Channel>();
  /** Why streams that this side closes end, as their own reader sees it. */
  private readonly ownReasons: Map<ExchangeId, TransferError> = new Map<ExchangeId, TransferError>();
  private readonly causality: PoolCausality;
  private readonly causals: Map<ExchangeId, CausalCall> = new Map<ExchangeId, CausalCall>();
  private readonly cleanups: Map<ExchangeId, () => void> = new Map<ExchangeId, () => void>();

  constructor(endpoint: PoolEndpoint, driver: Driver, signalOf: SignalOf, causality: PoolCausality) {
    this.causality = causality;
    this.endpoint = endpoint;
    this.driver = driver;
    this.signalOf = signalOf;
  }

  get size(): number {
    return this.channels.size;
  }

  /** A stream of ours; `last`: this side writes nothing but the opening. */
  open(
    peer: PeerId,
    opening: Uint8Array,
    last: boolean,
    options: StreamOptions,
    causal: CausalCall = this.causality.begin(),
  ): OutgoingStream {
    const { signal, deadlineNs = NEVER } = options;
    let exchange: ExchangeId;
    let limits: { messages: number; bytes: Bytes };
    try {
      limits = this.limitsOf(options);
      exchange = this.begin(peer, opening, last, limits, options, causal);
    } catch (error) {
      causal.end(error as UsageError);
      throw error;
    }
    const channel = new Channel(this.host, exchange, peer, limits);
    this.channels.set(exchange, channel);
    this.causals.set(exchange, causal);
    causal.attach(exchange, () => {
      const { cause } = causal;
      this.ownReasons.set(exchange, new TransferError('dependency-failed', peer, { cause }));
      this.host.close(exchange, ExchangeStatus.CANCELLED, '');
    });
    causal.list();
    this.watch(exchange, peer, signal, deadlineNs);
    this.driver.kick();
    return new OutgoingStream(channel, this.host, causal.token);
  }

  private begin(
    peer: PeerId,
    opening: Uint8Array,
    last: boolean,
    limits: { messages: number; bytes: Bytes },
    options: StreamOptions,
    call: CausalCall,
  ): ExchangeId {
    const { headers, priority = DEFAULT_PRIORITY, deadlineNs = NEVER, after } = options;
    const message = messageOf(opening, headers);
    const causal = call.wait(after);
    const now = this.driver.now();
    return this.endpoint.openStream(now, peer, message, { priority, last, deadlineNs, limits, causal });
  }

  private limitsOf({ limits = {} }: StreamOptions): { messages: number; bytes: Bytes } {
    checkOptions('limits of a stream', limits, LIMITS);
    const { streamMessagesMax, streamBytesMax } = this.endpoint.options;
    return { messages: limits.messages ?? streamMessagesMax, bytes: limits.bytes ?? streamBytesMax };
  }

  /** Closes the stream at its deadline, and when the signal says so. */
  private watch(
    exchange: ExchangeId,
    peer: PeerId,
    signal: AbortSignalLike | undefined,
    deadlineNs: Nanos,
  ): void {
    const give = (reason: 'aborted' | 'deadline', status: number): void => {
      this.ownReasons.set(exchange, new TransferError(reason, peer, { cause: signal?.reason }));
      this.host.close(exchange, status, '');
    };
    const onAbort = (): void => give('aborted', ExchangeStatus.CANCELLED);
    let alarm: Alarm | undefined;
    if (deadlineNs !== NEVER) {
      alarm = this.endpoint.setAlarm(this.driver.now(), deadlineNs, () =>
        give('deadline', ExchangeStatus.DEADLINE),
      );
    }
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort);
    this.cleanups.set(exchange, () => {
      if (alarm !== undefined) this.endpoint.clearAlarm(alarm);
      signal?.removeEventListener('abort', onAbort);
    });
  }

  onEvent(event: EndpointEvent): void {
    switch (event.type) {
      case 'stream':
        this.onStream(event);
        return;
      case 'stream-message':
        this.channels.get(event.exchange)?.onMessage(event.headers, event.body);
        return;
      case 'stream-end':
        this.channels.get(event.exchange)?.onEnd();
        return;
      case 'stream-room':
        this.channels.get(event.exchange)?.onRoom();
        return;
      case 'stream-closed': {
        const channel = this.channels.get(event.exchange);
        const own = this.ownReasons.get(event.exchange);
        const causal = this.causals.get(event.exchange);
        this.forget(event.exchange);
        channel?.onClosed(event, own);
        causal?.end(channel?.failure);
        return;
      }
      default:
    }
  }

  private forget(exchange: ExchangeId): void {
    this.channels.delete(exchange);
    this.ownReasons.delete(exchange);
    this.causals.delete(exchange);
    this.cleanups.get(exchange)?.();
    this.cleanups.delete(exchange);
  }

  /** A peer opened a stream, about which nothing is decided yet; what comes of it meanwhile is kept. */
  onOpened({ exchange, peer }: StreamEvent): void {
    this.channels.set(exchange, new Channel(this.host, exchange, peer, this.limitsOf({})));
  }

  /** It is to be served. */
  onStream(event: StreamEvent): void {
    const { exchange } = event;
    const channel = this.channels.get(exchange);
    if (channel === undefined) return;
    const headers = decodeHeaders(event.headers);
    if (this.handler === undefined || headers === undefined) {
      this.host.close(
        exchange,
        ExchangeStatus.REJECTED,
        headers === undefined ? 'headers do not parse' : 'no streams are served',
      );
      return;
    }
    // The opening is the handler's from the beginning.
    this.host.take(exchange);
    this.run(this.handler, channel, new IncomingStream(channel, event, headers, this.signalOf));
  }

  /** Runs the handler, sends what it yields, and closes the stream after it. */
  private run(handler: StreamHandler, channel: Channel, incoming: IncomingStream): void {
    const failed = (error: unknown): void =>
      channel.close(ExchangeStatus.HANDLER_FAILED, textOfThrown(error));
    const finished = (): void =>
      channel.whenWritten(() => {
        if (!channel.isOver) this.host.close(channel.exchange, ExchangeStatus.OK, '');
      });
    try {
      const result = handler(incoming);
      this.driver.touchPromise?.();
      if (isAsyncIterable(result)) {
        pump(result, (body) => channel.write(body)).then(finished, failed);
      } else {
        Promise.resolve(result)
          .then((body) => (body === undefined ? undefined : channel.write(body)))
          .then(finished, failed);
      }
    } catch (error) {
      failed(error);
    }
  }

  /** Closes all streams of ours, for `closed`. */
  close(): void {
    for (const [exchange, channel] of this.channels) {
      this.ownReasons.set(exchange, new TransferError('closed', channel.peer));
      this.host.close(exchange, ExchangeStatus.CANCELLED, 'the pool was closed');
    }
  }

  private readonly host: ChannelHost = {
    check: (body, head) => checkMessage(this.endpoint.options, new OutgoingMessage(body, head), 0),
    write: (exchange, body, head) => {
      const message = new OutgoingMessage(body, head);
      const written = this.endpoint.writeStream(this.driver.now(), exchange, message);
      this.driver.kick();
      return written;
    },
    end: (exchange) => {
      this.endpoint.endStream(this.driver.now(), exchange);
      this.driver.kick();
    },
    close: (exchange, status, reason) => {
      this.endpoint.closeStream(this.driver.now(), exchange, status, utf8(reason));
      this.driver.kick();
    },
    take: (exchange) => {
      this.endpoint.takeMessage(this.driver.now(), exchange);
      this.driver.kick();
    },
    backlog: (exchange, wantRoom) => this.endpoint.streamBacklog(exchange, wantRoom),
    touch: () => this.driver.touchPromise?.(),
    writesMax: () => this.endpoint.options.streamWritesMax,
  };
}

/** Throws UsageError for what yields nothing. Text would yield its letters, and bytes their numbers. */
export function checkSource(source: Source): void {
  const yields = hasMethods(source, [Symbol.asyncIterator]) || hasMethods(source, [Symbol.iterator]);
  checkArgument(
    yields && !ArrayBuffer.isView(source),
    'the source of messages',
    source,
    'iterable, and yield Uint8Arrays',
  );
}

/** Writes what `source` yields, one after the other, as fast as there is room. */
export async function pump(source: Source, write: (body: Uint8Array) => Promise<void>): Promise<void> {
  for await (const body of source) await write(body);
}
