// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { DecodeError } from '../decode-error.ts';
import { checkInteger } from '../misuse.ts';
import { VARINT_MAX, decodeVarint, varintLength, varintLengthAt, writeVarint } from '../varint.ts';

/** An owned copy of a NotifyBlocked; fields under a condition are there only if it holds. */
export interface NotifyBlockedRecord {
  /** The limit it knows. */
  limit: number;
}

/**
 * The sender has transfers to notify and no credit left.
 * A checked view of bytes that others own, made to be reused.
 */
export class NotifyBlocked {
  static readonly TYPE = 0x12;
  static readonly ACK_ELICITING: boolean = true;

  /** The limit it knows. */
  limit = 0;

  /**
   * Reads the frame whose type is at `at`. Returns the position after it, or a negative DecodeError, which
   * leaves the fields in an unspecified state. Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    if (bytes[at] !== NotifyBlocked.TYPE) return DecodeError.UNKNOWN;
    let p = at + 1;
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.limit = value;
    }
    return p;
  }

  /** Bytes `emit` would write. */
  length(): number {
    let length = 1;
    length += varintLength(this.limit);
    return length;
  }

  /**
   * Writes the frame, its type included, at `at`.
   * Returns the position after it, or -1, with nothing written, if it does not end before `limit`. Throws a
   * RangeError if a field breaks a rule of the table.
   */
  emit(out: Uint8Array, at: number, limit: number): number {
    if (this.length() > limit - at) return -1;
    out[at] = NotifyBlocked.TYPE;
    let p = at + 1;
    p = writeVarint(this.limit, out, p);
    return p;
  }

  /** An owned copy that stays valid when the bytes behind this view change. */
  toRecord(): NotifyBlockedRecord {
    const record: NotifyBlockedRecord = {
      limit: this.limit,
    };
    return record;
  }

  /** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */
  load(record: NotifyBlockedRecord): this {
    this.limit = checkInteger(record.limit, VARINT_MAX, 'NotifyBlocked.limit');
    return this;
  }
}
