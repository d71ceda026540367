// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { DecodeError } from '../decode-error.ts';
import { checkInteger, misuse } from '../misuse.ts';

/** An owned copy of a CancelPull; fields under a condition are there only if it holds. */
export interface CancelPullRecord {
  transferSlot: number;
  transferGeneration: number;
}

/**
 * The receiver withdraws what it has pulled of the transfer and not received.
 * A checked view of bytes that others own, made to be reused.
 */
export class CancelPull {
  static readonly TYPE = 0x16;
  static readonly ACK_ELICITING: boolean = false;

  transferSlot = 0;
  transferGeneration = 0;

  /**
   * Reads the frame whose type is at `at`. Returns the position after it, or a negative DecodeError, which
   * leaves the fields in an unspecified state. Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    if (bytes[at] !== CancelPull.TYPE) return DecodeError.UNKNOWN;
    let p = at + 1;
    if (limit - p < 8) return DecodeError.TRUNCATED;
    this.transferSlot = ((bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!) >>> 0;
    this.transferGeneration = ((bytes[p + 4]! << 24) | (bytes[p + 5]! << 16) | (bytes[p + 6]! << 8) | bytes[p + 7]!) >>> 0;
    p += 8;
    return p;
  }

  /** Bytes `emit` would write. */
  length(): number {
    return 9;
  }

  /**
   * Writes the frame, its type included, at `at`.
   * Returns the position after it, or -1, with nothing written, if it does not end before `limit`. Throws a
   * RangeError if a field breaks a rule of the table.
   */
  emit(out: Uint8Array, at: number, limit: number): number {
    this.check();
    if (this.length() > limit - at) return -1;
    out[at] = CancelPull.TYPE;
    let p = at + 1;
    out[p] = this.transferSlot >>> 24;
    out[p + 1] = this.transferSlot >>> 16;
    out[p + 2] = this.transferSlot >>> 8;
    out[p + 3] = this.transferSlot;
    out[p + 4] = this.transferGeneration >>> 24;
    out[p + 5] = this.transferGeneration >>> 16;
    out[p + 6] = this.transferGeneration >>> 8;
    out[p + 7] = this.transferGeneration;
    p += 8;
    return p;
  }

  private check(): void {
    if (this.transferSlot >>> 0 !== this.transferSlot) misuse('CancelPull.transferSlot', `${this.transferSlot} is out of range`);
    if (this.transferGeneration >>> 0 !== this.transferGeneration) misuse('CancelPull.transferGeneration', `${this.transferGeneration} is out of range`);
  }

  /** An owned copy that stays valid when the bytes behind this view change. */
  toRecord(): CancelPullRecord {
    const record: CancelPullRecord = {
      transferSlot: this.transferSlot,
      transferGeneration: this.transferGeneration,
    };
    return record;
  }

  /** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */
  load(record: CancelPullRecord): this {
    this.transferSlot = checkInteger(record.transferSlot, 0xffff_ffff, 'CancelPull.transferSlot');
    this.transferGeneration = checkInteger(record.transferGeneration, 0xffff_ffff, 'CancelPull.transferGeneration');
    return this;
  }
}
