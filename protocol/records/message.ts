import type { Bytes } from '../core/units.ts';

const EMPTY = new Uint8Array(0);

/** A message to be sent: encoded headers, then the body. Neither is copied; the caller leaves both alone until it is acknowledged. */
export class OutgoingMessage {
  readonly head: Uint8Array;
  readonly body: Uint8Array;

  constructor(body: Uint8Array, head: Uint8Array = EMPTY) {
    this.head = head;
    this.body = body;
  }

  get sizeBytes(): Bytes {
    return this.head.length + this.body.length;
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
