// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { NO_BYTES, copyBytes } from '../bytes.ts';
import { DecodeError } from '../decode-error.ts';
import { checkBytes, checkInteger, misuse } from '../misuse.ts';
import { VARINT_MAX, decodeVarint, varintLength, varintLengthAt, writeVarint } from '../varint.ts';

/** An owned copy of a StreamClose; fields under a condition are there only if it holds. */
export interface StreamCloseRecord {
  exchangeSlot: number;
  exchangeGeneration: number;
  flags: { byCallee: boolean };
  /** Messages the writer has sent in all. */
  count: number;
  /** 0, or an exchange error code. */
  status: number;
  /** UTF-8 for people; at most 256 bytes are sent. */
  reason: Uint8Array;
}

/**
 * The writer of the frame sends no more messages; with a status other than 0 neither side does.
 * A checked view of bytes that others own, made to be reused.
 */
export class StreamClose {
  static readonly TYPE = 0x1b;
  static readonly ACK_ELICITING: boolean = true;
  /** Bit of `flags`: the exchange is one the peer began; else one the writer of the frame began. */
  static readonly BY_CALLEE = 0x01;

  exchangeSlot = 0;
  exchangeGeneration = 0;
  flags = 0;
  /** Messages the writer has sent in all. */
  count = 0;
  /** 0, or an exchange error code. */
  status = 0;
  /** UTF-8 for people; at most 256 bytes are sent. */
  reason: Uint8Array = NO_BYTES;
  reasonStart = 0;
  reasonLength = 0;

  /**
   * Reads the frame whose type is at `at`. Returns the position after it, or a negative DecodeError, which
   * leaves the fields in an unspecified state. Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    if (bytes[at] !== StreamClose.TYPE) return DecodeError.UNKNOWN;
    let p = at + 1;
    if (limit - p < 9) return DecodeError.TRUNCATED;
    this.exchangeSlot = ((bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!) >>> 0;
    this.exchangeGeneration = ((bytes[p + 4]! << 24) | (bytes[p + 5]! << 16) | (bytes[p + 6]! << 8) | bytes[p + 7]!) >>> 0;
    this.flags = bytes[p + 8]!;
    if ((this.flags & 0xfe) !== 0) return DecodeError.VALUE;
    p += 9;
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.count = value;
    }
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.status = value;
    }
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      if (value > limit - p) return DecodeError.TRUNCATED;
      this.reason = bytes;
      this.reasonStart = p;
      this.reasonLength = value;
      p += value;
    }
    return p;
  }

  /** Bytes `emit` would write. */
  length(): number {
    let length = 10;
    length += varintLength(this.count);
    length += varintLength(this.status);
    length += varintLength(this.reasonLength) + this.reasonLength;
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
    out[at] = StreamClose.TYPE;
    let p = at + 1;
    out[p] = this.exchangeSlot >>> 24;
    out[p + 1] = this.exchangeSlot >>> 16;
    out[p + 2] = this.exchangeSlot >>> 8;
    out[p + 3] = this.exchangeSlot;
    out[p + 4] = this.exchangeGeneration >>> 24;
    out[p + 5] = this.exchangeGeneration >>> 16;
    out[p + 6] = this.exchangeGeneration >>> 8;
    out[p + 7] = this.exchangeGeneration;
    out[p + 8] = this.flags;
    p += 9;
    p = writeVarint(this.count, out, p);
    p = writeVarint(this.status, out, p);
    p = writeVarint(this.reasonLength, out, p);
    copyBytes(this.reason, this.reasonStart, this.reasonLength, out, p);
    p += this.reasonLength;
    return p;
  }

  private check(): void {
    if ((this.flags & 0x01) !== this.flags) misuse('StreamClose.flags', `${this.flags} is out of range`);
    if (this.exchangeSlot >>> 0 !== this.exchangeSlot) misuse('StreamClose.exchangeSlot', `${this.exchangeSlot} is out of range`);
    if (this.exchangeGeneration >>> 0 !== this.exchangeGeneration) misuse('StreamClose.exchangeGeneration', `${this.exchangeGeneration} is out of range`);
    if (this.reasonStart + this.reasonLength > this.reason.length) {
      misuse('StreamClose.reason', `${this.reasonLength} is out of range`);
    }
  }

  /** An owned copy that stays valid when the bytes behind this view change. */
  toRecord(): StreamCloseRecord {
    const record: StreamCloseRecord = {
      exchangeSlot: this.exchangeSlot,
      exchangeGeneration: this.exchangeGeneration,
      flags: { byCallee: (this.flags & StreamClose.BY_CALLEE) !== 0 },
      count: this.count,
      status: this.status,
      reason: new Uint8Array(this.reason.subarray(this.reasonStart, this.reasonStart + this.reasonLength)),
    };
    return record;
  }

  /** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */
  load(record: StreamCloseRecord): this {
    this.flags = (record.flags.byCallee ? StreamClose.BY_CALLEE : 0);
    this.exchangeSlot = checkInteger(record.exchangeSlot, 0xffff_ffff, 'StreamClose.exchangeSlot');
    this.exchangeGeneration = checkInteger(record.exchangeGeneration, 0xffff_ffff, 'StreamClose.exchangeGeneration');
    this.count = checkInteger(record.count, VARINT_MAX, 'StreamClose.count');
    this.status = checkInteger(record.status, VARINT_MAX, 'StreamClose.status');
    this.reason = checkBytes(record.reason, -1, 'StreamClose.reason');
    this.reasonStart = 0;
    this.reasonLength = this.reason.length;
    return this;
  }
}
