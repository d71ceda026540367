import { NEVER } from '../core/units.ts';
import type { Nanos } from '../core/units.ts';
import type { EndpointEvent } from '../endpoint/events.ts';
import type { PeerId } from '../peer/peer.ts';
import type { CancelSignal, SignalOf } from './abort.ts';
import { checkClosing } from './arguments.ts';
import type { Channel } from './channel.ts';
import { encodeHeaders } from './headers.ts';
import type { Headers } from './headers.ts';

/**
 * Serves a stream: yields the messages of its answer, or writes them and returns; one that it returns is the last. The stream is closed with status 0 when it is done, and with
 * handler-failed if it throws.
 */
export type StreamHandler = (
  stream: IncomingStream,
) => AsyncIterable<Uint8Array> | Promise<Uint8Array | void> | Uint8Array | void;

/** A stream that a peer opened. Iterating reads what comes after the request, at the handler's pace. */
export class IncomingStream implements AsyncIterable<Uint8Array> {
  readonly peer: PeerId;
  /** Of the request. */
  readonly headers: Headers;
  /** The message the stream was opened with. */
  readonly request: Uint8Array;
  /** 0 (highest) … 7. */
  readonly priority: number;
  /** When the caller closes it, on this pool's clock. */
  readonly deadlineNs: Nanos | undefined;
  private readonly channel: Channel;
  private readonly signalOf: SignalOf;
  private ownSignal: CancelSignal | undefined;

  constructor(
    channel: Channel,
    event: Extract<EndpointEvent, { type: 'stream' }>,
    headers: Headers,
    signalOf: SignalOf,
  ) {
    this.channel = channel;
    this.peer = event.peer;
    this.headers = headers;
    this.request = event.body;
    this.priority = event.priority;
    this.deadlineNs = event.deadlineNs === NEVER ? undefined : event.deadlineNs;
    this.signalOf = signalOf;
  }

  /** Aborted when the caller closes the stream, or is gone, or this pool was closed. */
  get signal(): CancelSignal {
    this.ownSignal ??= this.signalOf(this.channel.exchange, this.peer);
    return this.ownSignal;
  }

  /** Headers of the answer; they travel with its first message. Throws UsageError for what are none. */
  setHeaders(headers: Headers): void {
    this.channel.headersOut = encodeHeaders(headers);
  }

  /** Resolves when there was room for the message; rejects when the stream has ended. */
  write(body: Uint8Array): Promise<void> {
    return this.channel.write(body);
  }

  /** Ends the stream in both directions with a status of the application, from 256; the caller sees it, and `reason`. */
  close(status: number, reason: string = ''): void {
    checkClosing(status, reason);
    this.channel.close(status, reason);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return {
      next: () => this.channel.next(),
      // The handler has read enough; what it writes may go on.
      return: () => Promise.resolve({ done: true, value: undefined }),
    };
  }
}

export function isAsyncIterable(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
