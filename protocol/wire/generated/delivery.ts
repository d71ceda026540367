// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { DecodeError } from '../decode-error.ts';
import { checkInteger } from '../misuse.ts';
import { VARINT_MAX, decodeVarint, varintLength, varintLengthAt, writeVarint } from '../varint.ts';

/** An owned copy of a Delivery; fields under a condition are there only if it holds. */
export interface DeliveryRecord {
  /** Payload bytes of data, each copy. */
  arrivedBytes: number;
  /** Of those, new ones in packets with `retransmission`. */
  againBytes: number;
  /** Of those, known ones in packets without it: their repetition came before them. */
  belatedBytes: number;
  /** Of those, in packets with a mark (CE). */
  markedBytes: number;
  /** The highest rate at which they came, for a round trip, since the frame before. */
  peakMbps: number;
}

/**
 * What its sender has received of the peer's data, in counts that only grow.
 * A checked view of bytes that others own, made to be reused.
 */
export class Delivery {
  static readonly TYPE = 0x21;
  static readonly ACK_ELICITING: boolean = false;

  /** Payload bytes of data, each copy. */
  arrivedBytes = 0;
  /** Of those, new ones in packets with `retransmission`. */
  againBytes = 0;
  /** Of those, known ones in packets without it: their repetition came before them. */
  belatedBytes = 0;
  /** Of those, in packets with a mark (CE). */
  markedBytes = 0;
  /** The highest rate at which they came, for a round trip, since the frame before. */
  peakMbps = 0;

  /**
   * Reads the frame whose type is at `at`. Returns the position after it, or a negative DecodeError, which
   * leaves the fields in an unspecified state. Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    if (bytes[at] !== Delivery.TYPE) return DecodeError.UNKNOWN;
    let p = at + 1;
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.arrivedBytes = value;
    }
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.againBytes = value;
    }
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.belatedBytes = value;
    }
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.markedBytes = value;
    }
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.peakMbps = value;
    }
    return p;
  }

  /** Bytes `emit` would write. */
  length(): number {
    let length = 1;
    length += varintLength(this.arrivedBytes);
    length += varintLength(this.againBytes);
    length += varintLength(this.belatedBytes);
    length += varintLength(this.markedBytes);
    length += varintLength(this.peakMbps);
    return length;
  }

  /**
   * Writes the frame, its type included, at `at`.
   * Returns the position after it, or -1, with nothing written, if it does not end before `limit`. Throws a
   * RangeError if a field breaks a rule of the table.
   */
  emit(out: Uint8Array, at: number, limit: number): number {
    if (this.length() > limit - at) return -1;
    out[at] = Delivery.TYPE;
    let p = at + 1;
    p = writeVarint(this.arrivedBytes, out, p);
    p = writeVarint(this.againBytes, out, p);
    p = writeVarint(this.belatedBytes, out, p);
    p = writeVarint(this.markedBytes, out, p);
    p = writeVarint(this.peakMbps, out, p);
    return p;
  }

  /** An owned copy that stays valid when the bytes behind this view change. */
  toRecord(): DeliveryRecord {
    const record: DeliveryRecord = {
      arrivedBytes: this.arrivedBytes,
      againBytes: this.againBytes,
      belatedBytes: this.belatedBytes,
      markedBytes: this.markedBytes,
      peakMbps: this.peakMbps,
    };
    return record;
  }

  /** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */
  load(record: DeliveryRecord): this {
    this.arrivedBytes = checkInteger(record.arrivedBytes, VARINT_MAX, 'Delivery.arrivedBytes');
    this.againBytes = checkInteger(record.againBytes, VARINT_MAX, 'Delivery.againBytes');
    this.belatedBytes = checkInteger(record.belatedBytes, VARINT_MAX, 'Delivery.belatedBytes');
    this.markedBytes = checkInteger(record.markedBytes, VARINT_MAX, 'Delivery.markedBytes');
    this.peakMbps = checkInteger(record.peakMbps, VARINT_MAX, 'Delivery.peakMbps');
    return this;
  }
}
