import type { Bytes } from '../core/units.ts';
import { RECORD_PLAIN_BYTES } from './layout.ts';
import type { OutgoingMessage } from './message.ts';
import type { RecordPool } from './record-pool.ts';

export interface RecordCheck {
  /** Whether `message` has at the place of record `index` what `tag` was made of. */
  holds(message: OutgoingMessage, index: number, tag: Uint8Array): boolean;
}

/** Records apart at most: more of them, and bytes are what comes. */
const APART_MAX = 4;

/**
 * Verified plaintext of a message: one array, or, where records are handed on by reference, what its sender has. A record that came
 * as bytes there stays in its record buffer until one comes by reference; then the sender's memory is found to hold it too.
 */
export class Verified {
  private readonly sizeBytes: Bytes;
  private readonly pool: RecordPool;
  private readonly check: RecordCheck;
  /** None as long as all that is verified is part of `source`, or apart. */
  private whole: Uint8Array | undefined;
  private source: OutgoingMessage | undefined;
  /** Indexes of the records that are part of `source`. */
  private sourced: number[] | undefined;
  /** Record buffers with plaintext and tag of records that are not, by index. */
  private apart: Map<number, Uint8Array> | undefined;

  /** @param whole where the plaintext goes, if not to memory of its own or its sender's */
  constructor(sizeBytes: Bytes, pool: RecordPool, check: RecordCheck, whole?: Uint8Array) {
    this.sizeBytes = sizeBytes;
    this.pool = pool;
    this.check = check;
    this.whole = whole;
  }

  /** The message as its sender has it, if all that is verified is part of it. */
  get message(): OutgoingMessage | undefined {
    return this.whole === undefined && this.apart === undefined ? this.source : undefined;
  }

  /** A record that is opened in its buffer need not be copied yet: more of them are to come. */
  get keepsApart(): boolean {
    const { whole, apart, sizeBytes } = this;
    return whole === undefined && sizeBytes > RECORD_PLAIN_BYTES && (apart?.size ?? 0) < APART_MAX;
  }

  plainEnd(index: number): number {
    return Math.min((index + 1) * RECORD_PLAIN_BYTES, this.sizeBytes);
  }

  /** The message as one array: what has been verified of it so far. */
  plaintext(): Uint8Array {
    if (this.whole === undefined) {
      const whole = new Uint8Array(this.sizeBytes);
      for (const index of this.sourced ?? []) this.copyRecord(this.source as OutgoingMessage, index, whole);
      for (const [index, buffer] of this.apart ?? []) {
        const start = index * RECORD_PLAIN_BYTES;
        whole.set(buffer.subarray(0, this.plainEnd(index) - start), start);
      }
      this.destroy();
      this.whole = whole;
    }
    return this.whole;
  }

  /** Takes `buffer`, in which record `index` is open, its tag behind it. */
  keepApart(index: number, buffer: Uint8Array): void {
    (this.apart ??= new Map<number, Uint8Array>()).set(index, buffer);
    if (this.source !== undefined) this.join(this.source);
  }

  /** Record `index` is verified and stays where its sender has it, if the others of the message do. */
  adopt(index: number, message: OutgoingMessage): void {
    if (this.whole !== undefined || (this.source !== undefined && this.source !== message)) {
      this.copyRecord(message, index, this.plaintext());
      return;
    }
    this.source = message;
    (this.sourced ??= []).push(index);
    this.join(message);
  }

  /** Records apart of which `source` has the very same need no memory; with another one among them, all are copied. */
  private join(source: OutgoingMessage): void {
    const { apart } = this;
    if (apart === undefined) return;
    for (const [index, buffer] of apart) {
      const tagStart = this.plainEnd(index) - index * RECORD_PLAIN_BYTES;
      if (!this.check.holds(source, index, buffer.subarray(tagStart))) {
        this.plaintext();
        return;
      }
      apart.delete(index);
      (this.sourced ??= []).push(index);
      this.pool.give(buffer);
    }
    this.apart = undefined;
  }

  private copyRecord(message: OutgoingMessage, index: number, out: Uint8Array): void {
    const start = index * RECORD_PLAIN_BYTES;
    message.copy(start, this.plainEnd(index), out, start);
  }

  /** Gives the record buffers back. */
  destroy(): void {
    for (const buffer of this.apart?.values() ?? []) this.pool.give(buffer);
    this.apart = undefined;
  }
}
