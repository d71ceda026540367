// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { NO_BYTES, copyBytes } from '../bytes.ts';
import { DecodeError } from '../decode-error.ts';
import { checkBytes, checkInteger, misuse } from '../misuse.ts';
import { VARINT_MAX, decodeVarint, varintLength, varintLengthAt, writeVarint } from '../varint.ts';

/** An owned copy of a Datagram; fields under a condition are there only if it holds. */
export interface DatagramRecord {
  /** How many bytes of the payload are headers. */
  headerSize: number;
  /** Headers, then body. */
  payload: Uint8Array;
}

/**
 * One message, sent once.
 * A checked view of bytes that others own, made to be reused.
 */
export class Datagram {
  static readonly TYPE = 0x1d;
  static readonly ACK_ELICITING: boolean = false;

  /** How many bytes of the payload are headers. */
  headerSize = 0;
  /** Headers, then body. */
  payload: Uint8Array = NO_BYTES;
  payloadStart = 0;
  payloadLength = 0;

  /**
   * Reads the frame whose type is at `at`. Returns the position after it, or a negative DecodeError, which
   * leaves the fields in an unspecified state. Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    if (bytes[at] !== Datagram.TYPE) return DecodeError.UNKNOWN;
    let p = at + 1;
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.headerSize = value;
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
    let length = 1;
    length += varintLength(this.headerSize);
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
    out[at] = Datagram.TYPE;
    let p = at + 1;
    p = writeVarint(this.headerSize, out, p);
    p = writeVarint(this.payloadLength, out, p);
    copyBytes(this.payload, this.payloadStart, this.payloadLength, out, p);
    p += this.payloadLength;
    return p;
  }

  private check(): void {
    if (this.payloadStart + this.payloadLength > this.payload.length) {
      misuse('Datagram.payload', `${this.payloadLength} is out of range`);
    }
  }

  /** An owned copy that stays valid when the bytes behind this view change. */
  toRecord(): DatagramRecord {
    const record: DatagramRecord = {
      headerSize: this.headerSize,
      payload: new Uint8Array(this.payload.subarray(this.payloadStart, this.payloadStart + this.payloadLength)),
    };
    return record;
  }

  /** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */
  load(record: DatagramRecord): this {
    this.headerSize = checkInteger(record.headerSize, VARINT_MAX, 'Datagram.headerSize');
    this.payload = checkBytes(record.payload, -1, 'Datagram.payload');
    this.payloadStart = 0;
    this.payloadLength = this.payload.length;
    return this;
  }
}
