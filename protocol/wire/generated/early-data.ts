// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { NO_BYTES, copyBytes } from '../bytes.ts';
import { DecodeError } from '../decode-error.ts';
import { checkBytes, checkInteger, misuse } from '../misuse.ts';
import { VARINT_MAX, decodeVarint, varintLength, varintLengthAt, writeVarint } from '../varint.ts';

/** An owned copy of a EarlyData; fields under a condition are there only if it holds. */
export interface EarlyDataRecord {
  transferSlot: number;
  transferGeneration: number;
  /** Where the early part of the sealed message ends, that of all packets. */
  end: number;
  /** Of the payload in the sealed message. */
  offset: number;
  /** Sealed record bytes. */
  payload: Uint8Array;
}

/**
 * Bytes of a message that were not pulled. Follows the TRANSFER_NOTIFY of its transfer in the same packet.
 * A checked view of bytes that others own, made to be reused.
 */
export class EarlyData {
  static readonly TYPE = 0x17;
  static readonly ACK_ELICITING: boolean = false;

  transferSlot = 0;
  transferGeneration = 0;
  /** Where the early part of the sealed message ends, that of all packets. */
  end = 0;
  /** Of the payload in the sealed message. */
  offset = 0;
  /** Sealed record bytes. */
  payload: Uint8Array = NO_BYTES;
  payloadStart = 0;
  payloadLength = 0;

  /**
   * Reads the frame whose type is at `at`. Returns the position after it, or a negative DecodeError, which
   * leaves the fields in an unspecified state. Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    if (bytes[at] !== EarlyData.TYPE) return DecodeError.UNKNOWN;
    let p = at + 1;
    if (limit - p < 8) return DecodeError.TRUNCATED;
    this.transferSlot = ((bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!) >>> 0;
    this.transferGeneration = ((bytes[p + 4]! << 24) | (bytes[p + 5]! << 16) | (bytes[p + 6]! << 8) | bytes[p + 7]!) >>> 0;
    p += 8;
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.end = value;
    }
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.offset = value;
    }
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      if (value > limit - p) return DecodeError.TRUNCATED;
      this.payload = bytes;
      this.payloadStart = p;
      this.payloadLength = value;
      p += value;
    }
    return p;
  }

  /** Bytes `emit` would write. */
  length(): number {
    let length = 9;
    length += varintLength(this.end);
    length += varintLength(this.offset);
    length += varintLength(this.payloadLength) + this.payloadLength;
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
    out[at] = EarlyData.TYPE;
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
    p = writeVarint(this.end, out, p);
    p = writeVarint(this.offset, out, p);
    p = writeVarint(this.payloadLength, out, p);
    copyBytes(this.payload, this.payloadStart, this.payloadLength, out, p);
    p += this.payloadLength;
    return p;
  }

  private check(): void {
    if (this.transferSlot >>> 0 !== this.transferSlot) misuse('EarlyData.transferSlot', `${this.transferSlot} is out of range`);
    if (this.transferGeneration >>> 0 !== this.transferGeneration) misuse('EarlyData.transferGeneration', `${this.transferGeneration} is out of range`);
    if (this.payloadStart + this.payloadLength > this.payload.length) {
      misuse('EarlyData.payload', `${this.payloadLength} is out of range`);
    }
  }

  /** An owned copy that stays valid when the bytes behind this view change. */
  toRecord(): EarlyDataRecord {
    const record: EarlyDataRecord = {
      transferSlot: this.transferSlot,
      transferGeneration: this.transferGeneration,
      end: this.end,
      offset: this.offset,
      payload: new Uint8Array(this.payload.subarray(this.payloadStart, this.payloadStart + this.payloadLength)),
    };
    return record;
  }

  /** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */
  load(record: EarlyDataRecord): this {
    this.transferSlot = checkInteger(record.transferSlot, 0xffff_ffff, 'EarlyData.transferSlot');
    this.transferGeneration = checkInteger(record.transferGeneration, 0xffff_ffff, 'EarlyData.transferGeneration');
    this.end = checkInteger(record.end, VARINT_MAX, 'EarlyData.end');
    this.offset = checkInteger(record.offset, VARINT_MAX, 'EarlyData.offset');
    this.payload = checkBytes(record.payload, -1, 'EarlyData.payload');
    this.payloadStart = 0;
    this.payloadLength = this.payload.length;
    return this;
  }
}
