// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { DecodeError } from '../decode-error.ts';
import { checkInteger } from '../misuse.ts';
import { VARINT_MAX, decodeVarint, varintLength, varintLengthAt, writeVarint } from '../varint.ts';

/** An owned copy of a Backlog; fields under a condition are there only if it holds. */
export interface BacklogRecord {
  /** How long that takes on its link. */
  delayNs: number;
}

/**
 * Its sender has data of others that goes before the messages that it announces behind this in the packet.
 * A checked view of bytes that others own, made to be reused.
 */
export class Backlog {
  static readonly TYPE = 0x1f;
  static readonly ACK_ELICITING: boolean = false;

  /** How long that takes on its link. */
  delayNs = 0;

  /**
   * Reads the frame whose type is at `at`. Returns the position after it, or a negative DecodeError, which
   * leaves the fields in an unspecified state. Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    if (bytes[at] !== Backlog.TYPE) return DecodeError.UNKNOWN;
    let p = at + 1;
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.delayNs = value;
    }
    return p;
  }

  /** Bytes `emit` would write. */
  length(): number {
    let length = 1;
    length += varintLength(this.delayNs);
    return length;
  }

  /**
   * Writes the frame, its type included, at `at`.
   * Returns the position after it, or -1, with nothing written, if it does not end before `limit`. Throws a
   * RangeError if a field breaks a rule of the table.
   */
  emit(out: Uint8Array, at: number, limit: number): number {
    if (this.length() > limit - at) return -1;
    out[at] = Backlog.TYPE;
    let p = at + 1;
    p = writeVarint(this.delayNs, out, p);
    return p;
  }

  /** An owned copy that stays valid when the bytes behind this view change. */
  toRecord(): BacklogRecord {
    const record: BacklogRecord = {
      delayNs: this.delayNs,
    };
    return record;
  }

  /** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */
  load(record: BacklogRecord): this {
    this.delayNs = checkInteger(record.delayNs, VARINT_MAX, 'Backlog.delayNs');
    return this;
  }
}
