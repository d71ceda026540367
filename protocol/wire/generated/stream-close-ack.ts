// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { DecodeError } from '../decode-error.ts';
import { checkInteger, misuse } from '../misuse.ts';

/** An owned copy of a StreamCloseAck; fields under a condition are there only if it holds. */
export interface StreamCloseAckRecord {
  exchangeSlot: number;
  exchangeGeneration: number;
  flags: { byCallee: boolean };
}

/**
 * The STREAM_CLOSE arrived, or the stream is over here.
 * A checked view of bytes that others own, made to be reused.
 */
export class StreamCloseAck {
  static readonly TYPE = 0x1c;
  static readonly ACK_ELICITING: boolean = false;
  /** Bit of `flags`: the exchange is one the peer began; else one the writer of the frame began. */
  static readonly BY_CALLEE = 0x01;

  exchangeSlot = 0;
  exchangeGeneration = 0;
  flags = 0;

  /**
   * Reads the frame whose type is at `at`. Returns the position after it, or a negative DecodeError, which
   * leaves the fields in an unspecified state. Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    if (bytes[at] !== StreamCloseAck.TYPE) return DecodeError.UNKNOWN;
    let p = at + 1;
    if (limit - p < 9) return DecodeError.TRUNCATED;
    this.exchangeSlot = ((bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!) >>> 0;
    this.exchangeGeneration = ((bytes[p + 4]! << 24) | (bytes[p + 5]! << 16) | (bytes[p + 6]! << 8) | bytes[p + 7]!) >>> 0;
    this.flags = bytes[p + 8]!;
    if ((this.flags & 0xfe) !== 0) return DecodeError.VALUE;
    p += 9;
    return p;
  }

  /** Bytes `emit` would write. */
  length(): number {
    return 10;
  }

  /**
   * Writes the frame, its type included, at `at`.
   * Returns the position after it, or -1, with nothing written, if it does not end before `limit`. Throws a
   * RangeError if a field breaks a rule of the table.
   */
  emit(out: Uint8Array, at: number, limit: number): number {
    this.check();
    if (this.length() > limit - at) return -1;
    out[at] = StreamCloseAck.TYPE;
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
    return p;
  }

  private check(): void {
    if ((this.flags & 0x01) !== this.flags) misuse('StreamCloseAck.flags', `${this.flags} is out of range`);
    if (this.exchangeSlot >>> 0 !== this.exchangeSlot) misuse('StreamCloseAck.exchangeSlot', `${this.exchangeSlot} is out of range`);
    if (this.exchangeGeneration >>> 0 !== this.exchangeGeneration) misuse('StreamCloseAck.exchangeGeneration', `${this.exchangeGeneration} is out of range`);
  }

  /** An owned copy that stays valid when the bytes behind this view change. */
  toRecord(): StreamCloseAckRecord {
    const record: StreamCloseAckRecord = {
      exchangeSlot: this.exchangeSlot,
      exchangeGeneration: this.exchangeGeneration,
      flags: { byCallee: (this.flags & StreamCloseAck.BY_CALLEE) !== 0 },
    };
    return record;
  }

  /** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */
  load(record: StreamCloseAckRecord): this {
    this.flags = (record.flags.byCallee ? StreamCloseAck.BY_CALLEE : 0);
    this.exchangeSlot = checkInteger(record.exchangeSlot, 0xffff_ffff, 'StreamCloseAck.exchangeSlot');
    this.exchangeGeneration = checkInteger(record.exchangeGeneration, 0xffff_ffff, 'StreamCloseAck.exchangeGeneration');
    return this;
  }
}
