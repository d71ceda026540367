// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { NO_BYTES, copyBytes } from '../bytes.ts';
import { DecodeError } from '../decode-error.ts';
import { type U64Record, checkBytes, checkInteger, misuse } from '../misuse.ts';
import { VARINT_MAX, decodeVarint, varintLength, varintLengthAt, writeVarint } from '../varint.ts';

/** An owned copy of a DataPacket; fields under a condition are there only if it holds. */
export interface DataPacketRecord {
  flags: { retransmission: boolean; congested: boolean; crowded: boolean };
  /** Whole packet. */
  length: number;
  /** The receiver's slot, from PULL_REQUEST. */
  pullSlot: number;
  /** Pull token, from PULL_REQUEST. */
  token: U64Record;
  /** Of the payload in the sealed message. */
  offset: number;
  /** Sealed record bytes. */
  payload: Uint8Array;
}

/**
 * A range of sealed records. Not sealed itself; the token that only a sealed PULL_REQUEST reveals admits it.
 * A checked view of bytes that others own, made to be reused.
 */
export class DataPacket {
  static readonly KIND = 1;
  /** Bit of `flags`: begins below the end of what was sent of the transfer before. */
  static readonly RETRANSMISSION = 0x01;
  /** Bit of `flags`: more was pulled of its sender than its link carries now. */
  static readonly CONGESTED = 0x02;
  /** Bit of `flags`: more was announced to its sender than it can pull soon. */
  static readonly CROWDED = 0x04;

  flags = 0;
  /** Whole packet. */
  length = 0;
  /** The receiver's slot, from PULL_REQUEST. */
  pullSlot = 0;
  /** Pull token, from PULL_REQUEST. */
  tokenHi = 0;
  tokenLo = 0;
  /** Of the payload in the sealed message. */
  offset = 0;
  /** Sealed record bytes. */
  payload: Uint8Array = NO_BYTES;
  payloadStart = 0;
  payloadLength = 0;

  /**
   * Reads the packet at `at` of a datagram that ends at `limit`. Returns the position after it, where the next
   * packet of the datagram stands, or a negative DecodeError, which leaves the fields in an unspecified state.
   * Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    const first = bytes[at]!;
    if (first >>> 6 !== DataPacket.KIND) return DecodeError.UNKNOWN;
    if ((first & 0xf8) !== 0x60) return DecodeError.VALUE;
    this.flags = first & 0x07;
    if (limit - at < 16) return DecodeError.TRUNCATED;
    let p = at + 1;
    this.length = (bytes[p]! << 8) | bytes[p + 1]!;
    if (this.length < 16) return DecodeError.VALUE;
    this.pullSlot = ((bytes[p + 2]! << 24) | (bytes[p + 3]! << 16) | (bytes[p + 4]! << 8) | bytes[p + 5]!) >>> 0;
    this.tokenHi = ((bytes[p + 6]! << 24) | (bytes[p + 7]! << 16) | (bytes[p + 8]! << 8) | bytes[p + 9]!) >>> 0;
    this.tokenLo = ((bytes[p + 10]! << 24) | (bytes[p + 11]! << 16) | (bytes[p + 12]! << 8) | bytes[p + 13]!) >>> 0;
    const end = at + this.length;
    if (end > limit) return DecodeError.TRUNCATED;
    p += 14;
    {
      const value = decodeVarint(bytes, p, end);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.offset = value;
    }
    this.payload = bytes;
    this.payloadStart = p;
    this.payloadLength = end - p;
    return end;
  }

  /** Bytes of a header with these values. */
  static headerLength(offset: number): number {
    return 15 + varintLength(offset);
  }

  /** Position after the header, where `payload` begins. */
  get headerEnd(): number {
    return this.payloadStart;
  }

  /** Bytes `emit` would write. */
  emitLength(): number {
    return DataPacket.headerLength(this.offset) + this.payloadLength;
  }

  /**
   * Writes the header alone, with `length` as it stands, at `at`.
   * Returns the position after it, or -1, with nothing written, if it does not end before `limit`. Throws a
   * RangeError if a field breaks a rule of the table.
   */
  emitHeader(out: Uint8Array, at: number, limit: number): number {
    this.check();
    if (DataPacket.headerLength(this.offset) > limit - at) return -1;
    out[at] = 0x60 | this.flags;
    let p = at + 1;
    out[p] = this.length >>> 8;
    out[p + 1] = this.length;
    out[p + 2] = this.pullSlot >>> 24;
    out[p + 3] = this.pullSlot >>> 16;
    out[p + 4] = this.pullSlot >>> 8;
    out[p + 5] = this.pullSlot;
    out[p + 6] = this.tokenHi >>> 24;
    out[p + 7] = this.tokenHi >>> 16;
    out[p + 8] = this.tokenHi >>> 8;
    out[p + 9] = this.tokenHi;
    out[p + 10] = this.tokenLo >>> 24;
    out[p + 11] = this.tokenLo >>> 16;
    out[p + 12] = this.tokenLo >>> 8;
    out[p + 13] = this.tokenLo;
    p += 14;
    p = writeVarint(this.offset, out, p);
    return p;
  }

  /**
   * Writes the header and, if `payloadLength` is above 0, copies `payload` behind it; it may stand there already,
   * but not under the header.
   * Returns the position after it, or -1, with nothing written, if it does not end before `limit`. Throws a
   * RangeError if a field breaks a rule of the table, or if `length` is not that of the packet with its payload.
   */
  emit(out: Uint8Array, at: number, limit: number): number {
    if (this.payloadLength === 0) return this.emitHeader(out, at, limit);
    const length = this.emitLength();
    if (this.length !== length) misuse('DataPacket.length', `must be ${length}, not ${this.length}`);
    if (this.payloadStart + this.payloadLength > this.payload.length) {
      misuse('DataPacket.payload', `${this.payloadLength} is out of range`);
    }
    if (length > limit - at) return -1;
    const p = this.emitHeader(out, at, limit);
    copyBytes(this.payload, this.payloadStart, this.payloadLength, out, p);
    return at + length;
  }

  private check(): void {
    if ((this.flags & 0x07) !== this.flags) misuse('DataPacket.flags', `${this.flags} is out of range`);
    if ((this.length & 0xffff) !== this.length) misuse('DataPacket.length', `${this.length} is out of range`);
    if (this.pullSlot >>> 0 !== this.pullSlot) misuse('DataPacket.pullSlot', `${this.pullSlot} is out of range`);
    if (this.tokenHi >>> 0 !== this.tokenHi) misuse('DataPacket.tokenHi', `${this.tokenHi} is out of range`);
    if (this.tokenLo >>> 0 !== this.tokenLo) misuse('DataPacket.tokenLo', `${this.tokenLo} is out of range`);
  }

  /** An owned copy that stays valid when the bytes behind this view change. */
  toRecord(): DataPacketRecord {
    const record: DataPacketRecord = {
      flags: { retransmission: (this.flags & DataPacket.RETRANSMISSION) !== 0, congested: (this.flags & DataPacket.CONGESTED) !== 0, crowded: (this.flags & DataPacket.CROWDED) !== 0 },
      length: this.length,
      pullSlot: this.pullSlot,
      token: { hi: this.tokenHi, lo: this.tokenLo },
      offset: this.offset,
      payload: new Uint8Array(this.payload.subarray(this.payloadStart, this.payloadStart + this.payloadLength)),
    };
    return record;
  }

  /** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */
  load(record: DataPacketRecord): this {
    this.flags = (record.flags.retransmission ? DataPacket.RETRANSMISSION : 0) | (record.flags.congested ? DataPacket.CONGESTED : 0) | (record.flags.crowded ? DataPacket.CROWDED : 0);
    this.length = checkInteger(record.length, 0xffff, 'DataPacket.length');
    this.pullSlot = checkInteger(record.pullSlot, 0xffff_ffff, 'DataPacket.pullSlot');
    this.tokenHi = checkInteger(record.token.hi, 0xffff_ffff, 'DataPacket.token.hi');
    this.tokenLo = checkInteger(record.token.lo, 0xffff_ffff, 'DataPacket.token.lo');
    this.offset = checkInteger(record.offset, VARINT_MAX, 'DataPacket.offset');
    this.payload = checkBytes(record.payload, -1, 'DataPacket.payload');
    this.payloadStart = 0;
    this.payloadLength = this.payload.length;
    return this;
  }
}
