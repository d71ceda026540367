import type { Token } from '../causality/causality-map.ts';
import type { Bytes } from '../core/units.ts';
import type { PeerId } from '../peer/peer.ts';
import { ExchangeStatus } from '../wire/index.ts';
import { checkClosing } from './arguments.ts';
import type { Channel, ChannelHost } from './channel.ts';
import type { Headers } from './headers.ts';

declare global {
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol;
  }
}

/**
 * A stream this side opened. Iterating reads the messages of the peer, at the reader's pace: a slow reader slows the peer's writer. The iteration ends when the peer's handler is
 * done, and throws TransferError if the stream ends otherwise. Leaving it early closes the stream.
 */
export class OutgoingStream implements AsyncIterable<Uint8Array> {
  private readonly channel: Channel;
  private readonly host: ChannelHost;
  /** For those that depend on it: on its opening, or on its regular end. */
  readonly token: Token;

  constructor(channel: Channel, host: ChannelHost, token: Token) {
    this.token = token;
    this.channel = channel;
    this.host = host;
  }

  get peer(): PeerId {
    return this.channel.peer;
  }

  /** Of the first message of the peer; none if the stream ends without one. */
  get headers(): Promise<Headers> {
    return this.channel.headers;
  }

  /**
   * Resolves when there was room for the message: the writer's part of backpressure. The bytes must stay as they are until the stream is over. Rejects with TransferError
   * when the stream has ended.
   */
  write(body: Uint8Array): Promise<void> {
    return this.channel.write(body);
  }

  /** What was written and is not acknowledged: never more than the stream's limits, or one message. REQ BP-3 */
  get backlog(): { messages: number; bytes: Bytes } {
    return this.host.backlog(this.channel.exchange, false) ?? { messages: 0, bytes: 0 };
  }

  /** For who counts streams: `then` is called when this one is over, whatever of it is read later. */
  whenOver(then: () => void): void {
    if (this.channel.isOver) then();
    else this.channel.onOver = then;
  }

  /** No message follows; the peer's go on. */
  end(): void {
    this.channel.whenWritten(() => this.host.end(this.channel.exchange));
  }

  /** Ends the stream in both directions. `status`: 3 (cancelled), or the application's from 256; both sides see it, and `reason`. */
  close(status: number = ExchangeStatus.CANCELLED, reason: string = ''): void {
    checkClosing(status, reason);
    this.channel.close(status === ExchangeStatus.OK ? ExchangeStatus.CANCELLED : status, reason);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return {
      next: () => this.channel.next(),
      return: () => {
        this.close();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  /** Closes the stream unless it is over. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }
}
