import type { Bytes } from '../core/units.ts';
import type { SealedContent } from './sealed-content.ts';
import type { Seat } from './seat.ts';
import type { StoredBuffer } from './stored-buffer.ts';

const EMPTY = new Uint8Array(0);

/** A message to be sent: encoded headers, then the body. Neither is copied; the caller leaves both alone until it is acknowledged. */
export class OutgoingMessage {
  readonly head: Uint8Array;
  readonly body: Uint8Array;
  /** Others carry the same body, sealed once. */
  readonly seat: Seat | undefined;
  /** Where the body is, if not in `body`. */
  readonly stored: StoredBuffer | SealedContent | undefined;

  constructor(
    body: Uint8Array,
    head: Uint8Array = EMPTY,
    seat?: Seat,
    stored?: StoredBuffer | SealedContent,
  ) {
    this.head = head;
    this.body = body;
    this.seat = seat;
    this.stored = stored;
  }

  /** With the body of a filled buffer, at which it has a seat. */
  static ofBuffer(stored: StoredBuffer, head: Uint8Array, keeps: boolean): OutgoingMessage {
    return new OutgoingMessage(EMPTY, head, stored.takeSeat(keeps), stored);
  }

  /** The body alone, at the same seat. */
  withoutHead(): OutgoingMessage {
    return new OutgoingMessage(this.body, EMPTY, this.seat, this.stored);
  }

  get bodyBytes(): Bytes {
    return this.stored?.sizeBytes ?? this.body.length;
  }

  get sizeBytes(): Bytes {
    return this.head.length + this.bodyBytes;
  }

  /** Copies [start, end) of head and body taken as one to `out` at `at`. */
  copy(start: number, end: number, out: Uint8Array, at: number): void {
    const headBytes = this.head.length;
    if (start < headBytes) {
      const headEnd = Math.min(end, headBytes);
      out.set(this.head.subarray(start, headEnd), at);
      at += headEnd - start;
      start = headEnd;
    }
    if (start < end) out.set(this.body.subarray(start - headBytes, end - headBytes), at);
  }
}
