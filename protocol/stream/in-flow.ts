import { Fifo } from '../core/fifo.ts';
import type { Bytes } from '../core/units.ts';
import type { Peer } from '../peer/peer.ts';
import type { InboundTransfer } from '../transfer/inbound.ts';

/** A message that has arrived and is not handed over yet, because one before it is missing. */
export interface ArrivedMessage {
  headers: Uint8Array;
  body: Uint8Array;
}

interface Arrived extends ArrivedMessage {
  bytes: Bytes;
  inline: boolean;
}

/** Messages granted to all streams of a peer beyond one each, as a multiple of the notify window. */
const EXTRA_PER_WINDOW = 4;

/**
 * The reading half of a stream: puts messages in order, says how many may come, and which of them may be pulled. Bounded by depth and bytes.
 * REQ BP-1, BP-2, BP-3 · MUST STRM-1, STRM-3, STRM-4, STRM-5
 */
export class InFlow {
  /** Sequence number after the last message of the direction, once it is known. */
  end: number = Number.POSITIVE_INFINITY;
  /** Messages announced so far, and the sequence number after the largest of them. */
  announced = 0;
  high = 0;
  /** Messages handed over; the next one has this number. */
  handed = 0;
  /** What a peer has been told. */
  messageLimit: number;
  inlineLimit: Bytes = 0;
  /** Being pulled, or waiting for that; by sequence number. */
  readonly transfers: Map<number, InboundTransfer> = new Map<number, InboundTransfer>();
  private readonly peer: Peer;
  private readonly first: number;
  private readonly depth: number;
  private readonly bytesMax: Bytes;
  private readonly arrived: Map<number, Arrived> = new Map<number, Arrived>();
  /** Handed over and not taken. */
  private readonly unread: Fifo<{ bytes: Bytes; inline: boolean }> = new Fifo<{
    bytes: Bytes;
    inline: boolean;
  }>();
  private readonly held: Set<number> = new Set<number>();
  private taken = 0;
  private inlineReceived: Bytes = 0;
  private inlineTaken: Bytes = 0;
  /** Bytes of messages pulled or being pulled, and not taken. */
  private pulledBytes: Bytes = 0;
  /** Messages granted beyond the one. */
  private extra = 0;

  /** @param first messages the peer may announce before it is told of any limit */
  constructor(peer: Peer, depth: number, bytesMax: Bytes, first: number) {
    this.peer = peer;
    this.depth = depth;
    this.bytesMax = bytesMax;
    this.messageLimit = first;
    this.first = first;
  }

  /** Every message has been handed over. */
  get isDone(): boolean {
    return this.handed === this.end;
  }

  isOpen(sequence: number): boolean {
    return (
      sequence < this.end &&
      sequence >= this.handed &&
      !this.arrived.has(sequence) &&
      !this.transfers.has(sequence)
    );
  }

  /** Whether the peer was told that it may announce this one. */
  isGranted(sequence: number, inlineBytes: Bytes): boolean {
    if (sequence < this.first) return true;
    return sequence < this.messageLimit && this.inlineReceived + inlineBytes <= this.inlineLimit;
  }

  /** A message came inside its announcement. The opening does not count against a limit that its sender could not know. */
  onInline(sequence: number, message: ArrivedMessage, sizeBytes: Bytes): void {
    const bytes = sequence < this.first ? 0 : sizeBytes;
    this.note(sequence);
    this.inlineReceived += bytes;
    this.arrived.set(sequence, { ...message, bytes, inline: true });
  }

  /** A message was announced that is to be pulled; false: later. */
  onAnnounced(sequence: number, transfer: InboundTransfer): boolean {
    this.note(sequence);
    this.transfers.set(sequence, transfer);
    if (this.mayPull(sequence, transfer.sizeBytes)) return true;
    this.held.add(sequence);
    return false;
  }

  private note(sequence: number): void {
    this.announced += 1;
    if (sequence >= this.high) this.high = sequence + 1;
  }

  /** The one that the application waits for always may: that is the reserve of one message. */
  private mayPull(sequence: number, bytes: Bytes): boolean {
    const isAwaited = sequence === this.handed && this.unread.length === 0;
    if (!isAwaited && this.pulledBytes + bytes > this.bytesMax / 2) return false;
    this.pulledBytes += bytes;
    return true;
  }

  /** A message that was pulled is whole. */
  onPulled(sequence: number, message: ArrivedMessage, bytes: Bytes): void {
    this.transfers.delete(sequence);
    this.arrived.set(sequence, { ...message, bytes, inline: false });
  }

  /** The next message in order, if it is here. */
  shift(): ArrivedMessage | undefined {
    const message = this.arrived.get(this.handed);
    if (message === undefined) return undefined;
    this.arrived.delete(this.handed);
    this.handed += 1;
    this.unread.push({ bytes: message.bytes, inline: message.inline });
    return message;
  }

  /** The application has taken the oldest message handed over. */
  take(): void {
    const message = this.unread.shift();
    if (message === undefined) return;
    this.taken += 1;
    if (message.inline) this.inlineTaken += message.bytes;
    else this.pulledBytes -= message.bytes;
  }

  /** A held message that may be pulled now. */
  release(): InboundTransfer | undefined {
    for (const sequence of this.held) {
      const transfer = this.transfers.get(sequence);
      if (transfer !== undefined && !this.mayPull(sequence, transfer.sizeBytes)) continue;
      this.held.delete(sequence);
      if (transfer !== undefined) return transfer;
    }
    return undefined;
  }

  /** Raises the limits as far as what was taken allows. MUST STRM-4 */
  grant(notifyWindow: number): void {
    const free = EXTRA_PER_WINDOW * notifyWindow - (this.peer.streamExtra - this.extra);
    const extra = Math.max(Math.min(this.depth - 1, free), 0);
    this.messageLimit = Math.max(this.messageLimit, this.taken + 1 + extra);
    this.hold(Math.max(this.messageLimit - this.taken - 1, 0));
    this.inlineLimit = Math.max(this.inlineLimit, this.inlineTaken + Math.floor(this.bytesMax / 2));
  }

  /** Gives back what was granted. */
  close(): void {
    this.hold(0);
  }

  private hold(extra: number): void {
    this.peer.streamExtra += extra - this.extra;
    this.extra = extra;
  }

  /** Whether a limit of `sent` messages is so old that the writer may soon have to wait for more. */
  isStale(sentMessages: number, sentInline: Bytes): boolean {
    // Who has announced his last message needs no more; one who has only written it still does.
    if (this.high === this.end) return false;
    const low = sentMessages - this.high <= this.depth / 2 && this.messageLimit > sentMessages;
    return low || this.inlineLimit - sentInline >= this.bytesMax / 8;
  }
}
