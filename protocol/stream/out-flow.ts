import { Fifo } from '../core/fifo.ts';
import type { Bytes } from '../core/units.ts';
import type { OutgoingMessage } from '../records/message.ts';
import type { OutboundTransfer } from '../transfer/outbound.ts';

interface Waiting {
  message: OutgoingMessage;
  last: boolean;
}

/** The writing half of a stream: messages that wait for a grant, and those on their way. REQ BP-3 · MUST STRM-3 */
export class OutFlow {
  /** Largest limits that came. */
  messageLimit: number;
  inlineLimit: Bytes = 0;
  /** Messages given a number. */
  sequence = 0;
  /** The last message has been written. */
  ended = false;
  /** Bytes of messages written and not acknowledged. */
  bytes: Bytes = 0;
  readonly waiting: Fifo<Waiting> = new Fifo<Waiting>();
  readonly active: Set<OutboundTransfer> = new Set<OutboundTransfer>();
  private readonly first: number;
  private inlineSent: Bytes = 0;

  /** @param first messages that may be announced before a limit comes */
  constructor(first: number) {
    this.messageLimit = first;
    this.first = first;
  }

  /** Messages written and not acknowledged. */
  get messages(): number {
    return this.waiting.length + this.active.size;
  }

  /** Messages written in all. */
  get count(): number {
    return this.sequence + this.waiting.length;
  }

  push(message: OutgoingMessage, last: boolean): void {
    this.waiting.push({ message, last });
    this.bytes += message.sizeBytes;
    this.ended = last;
  }

  /** The next message that may be announced. */
  next(): Waiting | undefined {
    return this.sequence < this.messageLimit ? this.waiting.shift() : undefined;
  }

  /** Whether so many bytes may come inside an announcement; then they count. The opening always may: nobody could have granted it. */
  takeInline(bytes: Bytes): boolean {
    if (this.sequence < this.first) return true;
    if (this.inlineSent + bytes > this.inlineLimit) return false;
    this.inlineSent += bytes;
    return true;
  }

  onLimits(messageLimit: number, inlineLimit: Bytes): void {
    if (messageLimit > this.messageLimit) this.messageLimit = messageLimit;
    if (inlineLimit > this.inlineLimit) this.inlineLimit = inlineLimit;
  }

  /** A message has arrived, or will not. */
  onEnd(transfer: OutboundTransfer): void {
    if (this.active.delete(transfer)) this.bytes -= transfer.messageBytes;
  }

  /** Drops what waits and returns what is on its way. */
  clear(): OutboundTransfer[] {
    this.waiting.clear();
    const active = [...this.active];
    this.active.clear();
    this.bytes = 0;
    return active;
  }
}
