// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { DecodeError } from '../decode-error.ts';
import { checkInteger, misuse } from '../misuse.ts';
import { VARINT_MAX, decodeVarint, varintLength, varintLengthAt, writeVarint } from '../varint.ts';

/** An owned copy of a StreamCredit; fields under a condition are there only if it holds. */
export interface StreamCreditRecord {
  exchangeSlot: number;
  exchangeGeneration: number;
  flags: { byCallee: boolean };
  /** Messages the peer may have announced; absolute, only grows. */
  messageLimit: number;
  /** Bytes it may have sent inside announcements; absolute, only grows. */
  inlineLimit: number;
}

/**
 * How much the reader of a direction of a stream takes.
 * A checked view of bytes that others own, made to be reused.
 */
export class StreamCredit {
  static readonly TYPE = 0x1a;
  static readonly ACK_ELICITING: boolean = true;
  /** Bit of `flags`: the exchange is one the peer began; else one the writer of the frame began. */
  static readonly BY_CALLEE = 0x01;

  exchangeSlot = 0;
  exchangeGeneration = 0;
  flags = 0;
  /** Messages the peer may have announced; absolute, only grows. */
  messageLimit = 0;
  /** Bytes it may have sent inside announcements; absolute, only grows. */
  inlineLimit = 0;

  /**
   * Reads the frame whose type is at `at`. Returns the position after it, or a negative DecodeError, which
   * leaves the fields in an unspecified state. Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    if (bytes[at] !== StreamCredit.TYPE) return DecodeError.UNKNOWN;
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
      this.messageLimit = value;
    }
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.inlineLimit = value;
    }
    return p;
  }

  /** Bytes `emit` would write. */
  length(): number {
    let length = 10;
    length += varintLength(this.messageLimit);
    length += varintLength(this.inlineLimit);
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
    out[at] = StreamCredit.TYPE;
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
    p = writeVarint(this.messageLimit, out, p);
    p = writeVarint(this.inlineLimit, out, p);
    return p;
  }

  private check(): void {
    if ((this.flags & 0x01) !== this.flags) misuse('StreamCredit.flags', `${this.flags} is out of range`);
    if (this.exchangeSlot >>> 0 !== this.exchangeSlot) misuse('StreamCredit.exchangeSlot', `${this.exchangeSlot} is out of range`);
    if (this.exchangeGeneration >>> 0 !== this.exchangeGeneration) misuse('StreamCredit.exchangeGeneration', `${this.exchangeGeneration} is out of range`);
  }

  /** An owned copy that stays valid when the bytes behind this view change. */
  toRecord(): StreamCreditRecord {
    const record: StreamCreditRecord = {
      exchangeSlot: this.exchangeSlot,
      exchangeGeneration: this.exchangeGeneration,
      flags: { byCallee: (this.flags & StreamCredit.BY_CALLEE) !== 0 },
      messageLimit: this.messageLimit,
      inlineLimit: this.inlineLimit,
    };
    return record;
  }

  /** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */
  load(record: StreamCreditRecord): this {
    this.flags = (record.flags.byCallee ? StreamCredit.BY_CALLEE : 0);
    this.exchangeSlot = checkInteger(record.exchangeSlot, 0xffff_ffff, 'StreamCredit.exchangeSlot');
    this.exchangeGeneration = checkInteger(record.exchangeGeneration, 0xffff_ffff, 'StreamCredit.exchangeGeneration');
    this.messageLimit = checkInteger(record.messageLimit, VARINT_MAX, 'StreamCredit.messageLimit');
    this.inlineLimit = checkInteger(record.inlineLimit, VARINT_MAX, 'StreamCredit.inlineLimit');
    return this;
  }
}
