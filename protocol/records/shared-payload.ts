import type { RangeSet } from '../core/range-set.ts';
import { assert } from '../core/assert.ts';
import type { SealedBuffer } from './sealed-buffer.ts';

/**
 * One sealed message for several transfers: sealed once, its records freed when the last transfer that still needs them has them or has ended.
 * REQ PAT-14, PAT-15, BUF-2, BUF-4, BUF-7 · MUST RECORD-1
 */
export class SharedPayload {
  private holders: number;
  private buffer: SealedBuffer | undefined;

  /** @param holders transfers that will carry it; each leaves once */
  constructor(holders: number) {
    this.holders = holders;
  }

  /** The buffer, made when the first of the transfers is announced. */
  bufferOf(make: (holders: number) => SealedBuffer): SealedBuffer {
    this.buffer ??= make(this.holders);
    return this.buffer;
  }

  /** A transfer needs it no more; `acked` is what was released for it. */
  leave(acked: RangeSet): void {
    assert(this.holders > 0, 'a shared payload was left too often');
    this.holders -= 1;
    const { buffer } = this;
    if (buffer === undefined) return;
    if (this.holders === 0) buffer.destroy();
    else acked.forEachGap(0, buffer.sealedBytes, (start, end) => buffer.release(start, end));
  }
}
