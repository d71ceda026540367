// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { DecodeError } from '../decode-error.ts';
import { checkInteger } from '../misuse.ts';
import { VARINT_MAX, decodeVarint, varintLength, varintLengthAt, writeVarint } from '../varint.ts';

/** An owned copy of a EarlyLimit; fields under a condition are there only if it holds. */
export interface EarlyLimitRecord {
  /** Grows with each limit; the latest counts. */
  sequence: number;
  /** Of one message. */
  bytes: number;
}

/**
 * How much of a message the peer may send early.
 * A checked view of bytes that others own, made to be reused.
 */
export class EarlyLimit {
  static readonly TYPE = 0x1e;
  static readonly ACK_ELICITING: boolean = false;

  /** Grows with each limit; the latest counts. */
  sequence = 0;
  /** Of one message. */
  bytes = 0;

  /**
   * Reads the frame whose type is at `at`. Returns the position after it, or a negative DecodeError, which
   * leaves the fields in an unspecified state. Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    if (bytes[at] !== EarlyLimit.TYPE) return DecodeError.UNKNOWN;
    let p = at + 1;
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.sequence = value;
    }
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.bytes = value;
    }
    return p;
  }

  /** Bytes `emit` would write. */
  length(): number {
    let length = 1;
    length += varintLength(this.sequence);
    length += varintLength(this.bytes);
    return length;
  }

  /**
   * Writes the frame, its type included, at `at`.
   * Returns the position after it, or -1, with nothing written, if it does not end before `limit`. Throws a
   * RangeError if a field breaks a rule of the table.
   */
  emit(out: Uint8Array, at: number, limit: number): number {
    if (this.length() > limit - at) return -1;
    out[at] = EarlyLimit.TYPE;
    let p = at + 1;
    p = writeVarint(this.sequence, out, p);
    p = writeVarint(this.bytes, out, p);
    return p;
  }

  /** An owned copy that stays valid when the bytes behind this view change. */
  toRecord(): EarlyLimitRecord {
    const record: EarlyLimitRecord = {
      sequence: this.sequence,
      bytes: this.bytes,
    };
    return record;
  }

  /** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */
  load(record: EarlyLimitRecord): this {
    this.sequence = checkInteger(record.sequence, VARINT_MAX, 'EarlyLimit.sequence');
    this.bytes = checkInteger(record.bytes, VARINT_MAX, 'EarlyLimit.bytes');
    return this;
  }
}
