// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { DecodeError } from '../decode-error.ts';
import { checkInteger, misuse } from '../misuse.ts';
import { VARINT_MAX, decodeVarint, varintLength, varintLengthAt, writeVarint } from '../varint.ts';

/** An owned copy of a Ack; fields under a condition are there only if it holds. */
export interface AckRecord {
  /** Largest packet number seen. */
  largest: number;
  /** From the arrival of the largest to this acknowledgement. */
  delayNs: number;
  /** Packets below the largest that arrived without a gap. */
  firstRange: number;
  /** Gap packets missing (at least 1), then length + 1 seen. */
  ranges: { gap: number; length: number }[];
}

/**
 * Which control packets arrived. Ranges run downwards from the largest, as in RFC 9000 section 19.3.
 * A checked view of bytes that others own, made to be reused.
 */
export class Ack {
  static readonly TYPE = 0x01;
  static readonly ACK_ELICITING: boolean = false;
  static readonly RANGES_MAX = 64;

  /** Largest packet number seen. */
  largest = 0;
  /** From the arrival of the largest to this acknowledgement. */
  delayNs = 0;
  /** Packets below the largest that arrived without a gap. */
  firstRange = 0;
  /** Gap packets missing (at least 1), then length + 1 seen. Flattened: gap0, length0, … Reused, may be longer. */
  ranges: number[] = [];
  rangesCount = 0;

  /**
   * Reads the frame whose type is at `at`. Returns the position after it, or a negative DecodeError, which
   * leaves the fields in an unspecified state. Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    if (bytes[at] !== Ack.TYPE) return DecodeError.UNKNOWN;
    let p = at + 1;
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.largest = value;
    }
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.delayNs = value;
    }
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.firstRange = value;
    }
    {
      const count = decodeVarint(bytes, p, limit);
      if (count < 0) return count;
      if (count > Ack.RANGES_MAX) return DecodeError.VALUE;
      p += varintLengthAt(bytes, p);
      this.rangesCount = count;
      for (let i = 0; i < count * 2; i++) {
        const value = decodeVarint(bytes, p, limit);
        if (value < 0) return value;
        p += varintLengthAt(bytes, p);
        this.ranges[i] = value;
      }
    }
    return p;
  }

  /** Bytes `emit` would write. */
  length(): number {
    let length = 1;
    length += varintLength(this.largest);
    length += varintLength(this.delayNs);
    length += varintLength(this.firstRange);
    length += varintLength(this.rangesCount);
    for (let i = 0; i < this.rangesCount * 2; i++) length += varintLength(this.ranges[i]!);
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
    out[at] = Ack.TYPE;
    let p = at + 1;
    p = writeVarint(this.largest, out, p);
    p = writeVarint(this.delayNs, out, p);
    p = writeVarint(this.firstRange, out, p);
    p = writeVarint(this.rangesCount, out, p);
    for (let i = 0; i < this.rangesCount * 2; i++) p = writeVarint(this.ranges[i]!, out, p);
    return p;
  }

  private check(): void {
    if (this.rangesCount > Ack.RANGES_MAX || this.rangesCount * 2 > this.ranges.length) {
      misuse('Ack.rangesCount', `${this.rangesCount} is out of range`);
    }
  }

  /** An owned copy that stays valid when the bytes behind this view change. */
  toRecord(): AckRecord {
    const record: AckRecord = {
      largest: this.largest,
      delayNs: this.delayNs,
      firstRange: this.firstRange,
      ranges: [],
    };
    for (let i = 0; i < this.rangesCount; i++) {
      record.ranges.push({ gap: this.ranges[i * 2]!, length: this.ranges[i * 2 + 1]! });
    }
    return record;
  }

  /** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */
  load(record: AckRecord): this {
    this.largest = checkInteger(record.largest, VARINT_MAX, 'Ack.largest');
    this.delayNs = checkInteger(record.delayNs, VARINT_MAX, 'Ack.delayNs');
    this.firstRange = checkInteger(record.firstRange, VARINT_MAX, 'Ack.firstRange');
    this.rangesCount = checkInteger(record.ranges.length, Ack.RANGES_MAX, 'Ack.ranges.length');
    for (let i = 0; i < this.rangesCount; i++) {
      this.ranges[i * 2 + 0] = checkInteger(record.ranges[i]!.gap, VARINT_MAX, 'Ack.ranges.gap');
      this.ranges[i * 2 + 1] = checkInteger(record.ranges[i]!.length, VARINT_MAX, 'Ack.ranges.length');
    }
    return this;
  }
}
