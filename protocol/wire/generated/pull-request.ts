// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { DecodeError } from '../decode-error.ts';
import { type U64Record, checkInteger, misuse } from '../misuse.ts';
import { VARINT_MAX, decodeVarint, varintLength, varintLengthAt, writeVarint } from '../varint.ts';

/** An owned copy of a PullRequest; fields under a condition are there only if it holds. */
export interface PullRequestRecord {
  transferSlot: number;
  transferGeneration: number;
  flags: { retransmission: boolean };
  /** To be repeated in each data packet. */
  pullSlot: number;
  /** To be repeated in each data packet; random, one per transfer. */
  token: U64Record;
  /** Highest sending rate in Mbit/s, at least 1. */
  rateMbps: number;
  /** Ascending and disjoint. */
  ranges: { offset: number; length: number }[];
}

/**
 * The receiver has room for these ranges of the sealed message.
 * A checked view of bytes that others own, made to be reused.
 */
export class PullRequest {
  static readonly TYPE = 0x13;
  static readonly ACK_ELICITING: boolean = false;
  /** Bit of `flags`: the ranges were pulled before. */
  static readonly RETRANSMISSION = 0x01;
  static readonly RANGES_MAX = 64;

  transferSlot = 0;
  transferGeneration = 0;
  flags = 0;
  /** To be repeated in each data packet. */
  pullSlot = 0;
  /** To be repeated in each data packet; random, one per transfer. */
  tokenHi = 0;
  tokenLo = 0;
  /** Highest sending rate in Mbit/s, at least 1. */
  rateMbps = 0;
  /** Ascending and disjoint. Flattened: offset0, length0, … Reused, may be longer. */
  ranges: number[] = [];
  rangesCount = 0;

  /**
   * Reads the frame whose type is at `at`. Returns the position after it, or a negative DecodeError, which
   * leaves the fields in an unspecified state. Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    if (bytes[at] !== PullRequest.TYPE) return DecodeError.UNKNOWN;
    let p = at + 1;
    if (limit - p < 21) return DecodeError.TRUNCATED;
    this.transferSlot = ((bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!) >>> 0;
    this.transferGeneration = ((bytes[p + 4]! << 24) | (bytes[p + 5]! << 16) | (bytes[p + 6]! << 8) | bytes[p + 7]!) >>> 0;
    this.flags = bytes[p + 8]!;
    if ((this.flags & 0xfe) !== 0) return DecodeError.VALUE;
    this.pullSlot = ((bytes[p + 9]! << 24) | (bytes[p + 10]! << 16) | (bytes[p + 11]! << 8) | bytes[p + 12]!) >>> 0;
    this.tokenHi = ((bytes[p + 13]! << 24) | (bytes[p + 14]! << 16) | (bytes[p + 15]! << 8) | bytes[p + 16]!) >>> 0;
    this.tokenLo = ((bytes[p + 17]! << 24) | (bytes[p + 18]! << 16) | (bytes[p + 19]! << 8) | bytes[p + 20]!) >>> 0;
    p += 21;
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.rateMbps = value;
    }
    {
      const count = decodeVarint(bytes, p, limit);
      if (count < 0) return count;
      if (count > PullRequest.RANGES_MAX) return DecodeError.VALUE;
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
    let length = 22;
    length += varintLength(this.rateMbps);
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
    out[at] = PullRequest.TYPE;
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
    out[p + 9] = this.pullSlot >>> 24;
    out[p + 10] = this.pullSlot >>> 16;
    out[p + 11] = this.pullSlot >>> 8;
    out[p + 12] = this.pullSlot;
    out[p + 13] = this.tokenHi >>> 24;
    out[p + 14] = this.tokenHi >>> 16;
    out[p + 15] = this.tokenHi >>> 8;
    out[p + 16] = this.tokenHi;
    out[p + 17] = this.tokenLo >>> 24;
    out[p + 18] = this.tokenLo >>> 16;
    out[p + 19] = this.tokenLo >>> 8;
    out[p + 20] = this.tokenLo;
    p += 21;
    p = writeVarint(this.rateMbps, out, p);
    p = writeVarint(this.rangesCount, out, p);
    for (let i = 0; i < this.rangesCount * 2; i++) p = writeVarint(this.ranges[i]!, out, p);
    return p;
  }

  private check(): void {
    if ((this.flags & 0x01) !== this.flags) misuse('PullRequest.flags', `${this.flags} is out of range`);
    if (this.transferSlot >>> 0 !== this.transferSlot) misuse('PullRequest.transferSlot', `${this.transferSlot} is out of range`);
    if (this.transferGeneration >>> 0 !== this.transferGeneration) misuse('PullRequest.transferGeneration', `${this.transferGeneration} is out of range`);
    if (this.pullSlot >>> 0 !== this.pullSlot) misuse('PullRequest.pullSlot', `${this.pullSlot} is out of range`);
    if (this.tokenHi >>> 0 !== this.tokenHi) misuse('PullRequest.tokenHi', `${this.tokenHi} is out of range`);
    if (this.tokenLo >>> 0 !== this.tokenLo) misuse('PullRequest.tokenLo', `${this.tokenLo} is out of range`);
    if (this.rangesCount > PullRequest.RANGES_MAX || this.rangesCount * 2 > this.ranges.length) {
      misuse('PullRequest.rangesCount', `${this.rangesCount} is out of range`);
    }
  }

  /** An owned copy that stays valid when the bytes behind this view change. */
  toRecord(): PullRequestRecord {
    const record: PullRequestRecord = {
      transferSlot: this.transferSlot,
      transferGeneration: this.transferGeneration,
      flags: { retransmission: (this.flags & PullRequest.RETRANSMISSION) !== 0 },
      pullSlot: this.pullSlot,
      token: { hi: this.tokenHi, lo: this.tokenLo },
      rateMbps: this.rateMbps,
      ranges: [],
    };
    for (let i = 0; i < this.rangesCount; i++) {
      record.ranges.push({ offset: this.ranges[i * 2]!, length: this.ranges[i * 2 + 1]! });
    }
    return record;
  }

  /** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */
  load(record: PullRequestRecord): this {
    this.flags = (record.flags.retransmission ? PullRequest.RETRANSMISSION : 0);
    this.transferSlot = checkInteger(record.transferSlot, 0xffff_ffff, 'PullRequest.transferSlot');
    this.transferGeneration = checkInteger(record.transferGeneration, 0xffff_ffff, 'PullRequest.transferGeneration');
    this.pullSlot = checkInteger(record.pullSlot, 0xffff_ffff, 'PullRequest.pullSlot');
    this.tokenHi = checkInteger(record.token.hi, 0xffff_ffff, 'PullRequest.token.hi');
    this.tokenLo = checkInteger(record.token.lo, 0xffff_ffff, 'PullRequest.token.lo');
    this.rateMbps = checkInteger(record.rateMbps, VARINT_MAX, 'PullRequest.rateMbps');
    this.rangesCount = checkInteger(record.ranges.length, PullRequest.RANGES_MAX, 'PullRequest.ranges.length');
    for (let i = 0; i < this.rangesCount; i++) {
      this.ranges[i * 2 + 0] = checkInteger(record.ranges[i]!.offset, VARINT_MAX, 'PullRequest.ranges.offset');
      this.ranges[i * 2 + 1] = checkInteger(record.ranges[i]!.length, VARINT_MAX, 'PullRequest.ranges.length');
    }
    return this;
  }
}
