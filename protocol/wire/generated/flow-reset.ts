// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { DecodeError } from '../decode-error.ts';
import { checkInteger, misuse } from '../misuse.ts';
import { VARINT_MAX, decodeVarint, varintLength, varintLengthAt, writeVarint } from '../varint.ts';

/** An owned copy of a FlowReset; fields under a condition are there only if it holds. */
export interface FlowResetRecord {
  transferSlot: number;
  transferGeneration: number;
  flags: { byReceiver: boolean };
  /** Transfer error code. */
  code: number;
}

/**
 * One side gives a transfer up.
 * A checked view of bytes that others own, made to be reused.
 */
export class FlowReset {
  static readonly TYPE = 0x15;
  static readonly ACK_ELICITING: boolean = true;
  /** Bit of `flags`: the transfer is one the peer sends; else one it receives. */
  static readonly BY_RECEIVER = 0x01;

  transferSlot = 0;
  transferGeneration = 0;
  flags = 0;
  /** Transfer error code. */
  code = 0;

  /**
   * Reads the frame whose type is at `at`. Returns the position after it, or a negative DecodeError, which
   * leaves the fields in an unspecified state. Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    if (bytes[at] !== FlowReset.TYPE) return DecodeError.UNKNOWN;
    let p = at + 1;
    if (limit - p < 9) return DecodeError.TRUNCATED;
    this.transferSlot = ((bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!) >>> 0;
    this.transferGeneration = ((bytes[p + 4]! << 24) | (bytes[p + 5]! << 16) | (bytes[p + 6]! << 8) | bytes[p + 7]!) >>> 0;
    this.flags = bytes[p + 8]!;
    if ((this.flags & 0xfe) !== 0) return DecodeError.VALUE;
    p += 9;
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.code = value;
    }
    return p;
  }

  /** Bytes `emit` would write. */
  length(): number {
    let length = 10;
    length += varintLength(this.code);
    return length;
  }

  /**
   * Writes the frame, its type included, at `at`.
   * Returns the position after it, or -1, with nothing written, if it does not end before `limit`. Throws a
   * RangeError if a field breaks a rule of the table.
   */
  emit(out: Uint8Array, at: number, limit: number): number {
    this.check();
    if (this.length() > limit - at) return -1;
    out[at] = FlowReset.TYPE;
    let p = at + 1;
    out[p] = this.transferSlot >>> 24;
    out[p + 1] = this.transferSlot >>> 16;
    out[p + 2] = this.transferSlot >>> 8;
    out[p + 3] = this.transferSlot;
    out[p + 4] = this.transferGeneration >>> 24;
    out[p + 5] = this.transferGeneration >>> 16;
    out[p + 6] = this.transferGeneration >>> 8;
    out[p + 7] = this.transferGeneration;
    out[p + 8] = this.flags;
    p += 9;
    p = writeVarint(this.code, out, p);
    return p;
  }

  private check(): void {
    if ((this.flags & 0x01) !== this.flags) misuse('FlowReset.flags', `${this.flags} is out of range`);
    if (this.transferSlot >>> 0 !== this.transferSlot) misuse('FlowReset.transferSlot', `${this.transferSlot} is out of range`);
    if (this.transferGeneration >>> 0 !== this.transferGeneration) misuse('FlowReset.transferGeneration', `${this.transferGeneration} is out of range`);
  }

  /** An owned copy that stays valid when the bytes behind this view change. */
  toRecord(): FlowResetRecord {
    const record: FlowResetRecord = {
      transferSlot: this.transferSlot,
      transferGeneration: this.transferGeneration,
      flags: { byReceiver: (this.flags & FlowReset.BY_RECEIVER) !== 0 },
      code: this.code,
    };
    return record;
  }

  /** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */
  load(record: FlowResetRecord): this {
    this.flags = (record.flags.byReceiver ? FlowReset.BY_RECEIVER : 0);
    this.transferSlot = checkInteger(record.transferSlot, 0xffff_ffff, 'FlowReset.transferSlot');
    this.transferGeneration = checkInteger(record.transferGeneration, 0xffff_ffff, 'FlowReset.transferGeneration');
    this.code = checkInteger(record.code, VARINT_MAX, 'FlowReset.code');
    return this;
  }
}
