import type { RangeSet } from '../core/range-set.ts';
import { assert } from '../core/assert.ts';
import { OutgoingMessage } from './message.ts';
import { Seat } from './seat.ts';
import type { SharedContent } from './seat.ts';
import type { SealedBuffer } from './sealed-buffer.ts';

/**
 * One sealed message for several transfers: sealed once, its records freed when the last transfer that still needs them has them or has ended.
 * REQ PAT-14, PAT-15, BUF-2, BUF-4, BUF-7 · MUST RECORD-1
 */
export class SharedPayload implements SharedContent {
  private seats: number;
  private buffer: SealedBuffer | undefined;

  private constructor(seats: number) {
    this.seats = seats;
  }

  /** `count` messages of the same bytes under one seal; the seat of each must be left. `keeps` as of a Seat. */
  static messages(message: OutgoingMessage, count: number, keeps: boolean): OutgoingMessage[] {
    const shared = new SharedPayload(count);
    return Array.from(
      { length: count },
      () => new OutgoingMessage(message.body, message.head, new Seat(shared, keeps)),
    );
  }

  /** Made when the first of the transfers is announced. */
  source(make: (holders: number) => SealedBuffer): SealedBuffer {
    this.buffer ??= make(this.seats);
    return this.buffer;
  }

  release(start: number, end: number): void {
    this.buffer?.release(start, end);
  }

  leave(released: RangeSet): void {
    assert(this.seats > 0, 'a shared payload was left too often');
    this.seats -= 1;
    const { buffer } = this;
    if (buffer === undefined) return;
    if (this.seats === 0) buffer.destroy();
    else released.forEachGap(0, buffer.sealedBytes, (start, end) => buffer.release(start, end));
  }
}
