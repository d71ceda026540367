// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { DecodeError } from '../decode-error.ts';

/** An owned copy of a Padding; fields under a condition are there only if it holds. */
export type PaddingRecord = Record<string, never>;

/**
 * One byte, no meaning.
 * A checked view of bytes that others own, made to be reused.
 */
export class Padding {
  static readonly TYPE = 0x00;
  static readonly ACK_ELICITING: boolean = false;

  /**
   * Reads the frame whose type is at `at`. Returns the position after it, or a negative DecodeError, which
   * leaves the fields in an unspecified state. Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    if (bytes[at] !== Padding.TYPE) return DecodeError.UNKNOWN;
    return at + 1;
  }

  /** Bytes `emit` would write. */
  length(): number {
    return 1;
  }

  /**
   * Writes the frame, its type included, at `at`.
   * Returns the position after it, or -1, with nothing written, if it does not end before `limit`. Throws a
   * RangeError if a field breaks a rule of the table.
   */
  emit(out: Uint8Array, at: number, limit: number): number {
    if (this.length() > limit - at) return -1;
    out[at] = Padding.TYPE;
    return at + 1;
  }

  toRecord(): PaddingRecord {
    return {};
  }

  load(_record: PaddingRecord): this {
    return this;
  }
}
