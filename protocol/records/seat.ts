import { assert } from '../core/assert.ts';
import { RangeSet } from '../core/range-set.ts';
import type { RecordSource } from './record-source.ts';
import type { SealedBuffer } from './sealed-buffer.ts';

/** A sealed message that several transfers carry, and for which each is a seat. */
export interface SharedContent {
  /** The records, sealed with `make` if they are not there yet; `holders` seats need each of them. */
  source(make: (holders: number) => SealedBuffer): RecordSource;
  /** One seat needs these bytes no more; it says so of each byte once. */
  release(start: number, end: number): void;
  /** A seat is gone; `released` is what it had released. */
  leave(released: RangeSet): void;
}

/**
 * The place of one transfer at a shared message, and of the transfers that try the same again after it: what the seat has not released is there. Taken by
 * whoever made it; each transfer joins besides. REQ BUF-2, BUF-4, PAT-11
 */
export class Seat {
  private readonly content: SharedContent;
  private readonly keeps: boolean;
  private readonly released: RangeSet = new RangeSet();
  private users = 1;

  /** @param keeps nothing is released before the seat is left: a later try may need all of it */
  constructor(content: SharedContent, keeps: boolean) {
    this.content = content;
    this.keeps = keeps;
  }

  /** Another transfer can carry the message: nothing has been released. */
  get isWhole(): boolean {
    return this.released.isEmpty;
  }

  source(make: (holders: number) => SealedBuffer): RecordSource {
    return this.content.source(make);
  }

  join(): void {
    assert(this.users > 0, 'a seat that was left is not taken again');
    this.users += 1;
  }

  leave(): void {
    assert(this.users > 0, 'a seat was left too often');
    this.users -= 1;
    if (this.users === 0) this.content.leave(this.released);
  }

  release(start: number, end: number): void {
    if (this.keeps) return;
    this.released.forEachGap(start, end, (from, to) => this.content.release(from, to));
    this.released.add(start, end);
  }
}
