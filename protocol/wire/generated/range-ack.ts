// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { DecodeError } from '../decode-error.ts';
import { checkInteger, misuse } from '../misuse.ts';
import { VARINT_MAX, decodeVarint, varintLength, varintLengthAt, writeVarint } from '../varint.ts';

/** An owned copy of a RangeAck; fields under a condition are there only if it holds. */
export interface RangeAckRecord {
  transferSlot: number;
  transferGeneration: number;
  flags: { final: boolean };
  /** Ascending and disjoint; empty when final. */
  ranges: { offset: number; length: number }[];
}

/**
 * These ranges arrived and verified; the sender may free them.
 * A checked view of bytes that others own, made to be reused.
 */
export class RangeAck {
  static readonly TYPE = 0x14;
  static readonly ACK_ELICITING: boolean = false;
  /** Bit of `flags`: the whole message arrived; no more is wanted. */
  static readonly FINAL = 0x01;
  static readonly RANGES_MAX = 64;

  transferSlot = 0;
  transferGeneration = 0;
  flags = 0;
  /** Ascending and disjoint; empty when final. Flattened: offset0, length0, … Reused, may be longer. */
  ranges: number[] = [];
  rangesCount = 0;

  /**
   * Reads the frame whose type is at `at`. Returns the position after it, or a negative DecodeError, which
   * leaves the fields in an unspecified state. Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    if (bytes[at] !== RangeAck.TYPE) return DecodeError.UNKNOWN;
    let p = at + 1;
    if (limit - p < 9) return DecodeError.TRUNCATED;
    this.transferSlot = ((bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!) >>> 0;
    this.transferGeneration = ((bytes[p + 4]! << 24) | (bytes[p + 5]! << 16) | (bytes[p + 6]! << 8) | bytes[p + 7]!) >>> 0;
    this.flags = bytes[p + 8]!;
    if ((this.flags & 0xfe) !== 0) return DecodeError.VALUE;
    p += 9;
    {
      const count = decodeVarint(bytes, p, limit);
      if (count < 0) return count;
      if (count > RangeAck.RANGES_MAX) return DecodeError.VALUE;
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
    let length = 10;
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
    out[at] = RangeAck.TYPE;
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
    p = writeVarint(this.rangesCount, out, p);
    for (let i = 0; i < this.rangesCount * 2; i++) p = writeVarint(this.ranges[i]!, out, p);
    return p;
  }

  private check(): void {
    if ((this.flags & 0x01) !== this.flags) misuse('RangeAck.flags', `${this.flags} is out of range`);
    if (this.transferSlot >>> 0 !== this.transferSlot) misuse('RangeAck.transferSlot', `${this.transferSlot} is out of range`);
    if (this.transferGeneration >>> 0 !== this.transferGeneration) misuse('RangeAck.transferGeneration', `${this.transferGeneration} is out of range`);
    if (this.rangesCount > RangeAck.RANGES_MAX || this.rangesCount * 2 > this.ranges.length) {
      misuse('RangeAck.rangesCount', `${this.rangesCount} is out of range`);
    }
  }

  /** An owned copy that stays valid when the bytes behind this view change. */
  toRecord(): RangeAckRecord {
    const record: RangeAckRecord = {
      transferSlot: this.transferSlot,
      transferGeneration: this.transferGeneration,
      flags: { final: (this.flags & RangeAck.FINAL) !== 0 },
      ranges: [],
    };
    for (let i = 0; i < this.rangesCount; i++) {
      record.ranges.push({ offset: this.ranges[i * 2]!, length: this.ranges[i * 2 + 1]! });
    }
    return record;
  }

  /** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */
  load(record: RangeAckRecord): this {
    this.flags = (record.flags.final ? RangeAck.FINAL : 0);
    this.transferSlot = checkInteger(record.transferSlot, 0xffff_ffff, 'RangeAck.transferSlot');
    this.transferGeneration = checkInteger(record.transferGeneration, 0xffff_ffff, 'RangeAck.transferGeneration');
    this.rangesCount = checkInteger(record.ranges.length, RangeAck.RANGES_MAX, 'RangeAck.ranges.length');
    for (let i = 0; i < this.rangesCount; i++) {
      this.ranges[i * 2 + 0] = checkInteger(record.ranges[i]!.offset, VARINT_MAX, 'RangeAck.ranges.offset');
      this.ranges[i * 2 + 1] = checkInteger(record.ranges[i]!.length, VARINT_MAX, 'RangeAck.ranges.length');
    }
    return this;
  }
}
