// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { DecodeError } from '../decode-error.ts';
import { type U64Record, checkInteger, misuse } from '../misuse.ts';

/** An owned copy of a Region; fields under a condition are there only if it holds. */
export interface RegionRecord {
  transferSlot: number;
  transferGeneration: number;
  /** Names the memory, to the sender's NIC. */
  key: U64Record;
  /** Of the first byte of the sealed message in it. */
  address: U64Record;
}

/**
 * Where the receiver's NIC can read a message by itself. Follows the TRANSFER_NOTIFY of its transfer in the same packet.
 * A checked view of bytes that others own, made to be reused.
 */
export class Region {
  static readonly TYPE = 0x20;
  static readonly ACK_ELICITING: boolean = false;

  transferSlot = 0;
  transferGeneration = 0;
  /** Names the memory, to the sender's NIC. */
  keyHi = 0;
  keyLo = 0;
  /** Of the first byte of the sealed message in it. */
  addressHi = 0;
  addressLo = 0;

  /**
   * Reads the frame whose type is at `at`. Returns the position after it, or a negative DecodeError, which
   * leaves the fields in an unspecified state. Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    if (bytes[at] !== Region.TYPE) return DecodeError.UNKNOWN;
    let p = at + 1;
    if (limit - p < 24) return DecodeError.TRUNCATED;
    this.transferSlot = ((bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!) >>> 0;
    this.transferGeneration = ((bytes[p + 4]! << 24) | (bytes[p + 5]! << 16) | (bytes[p + 6]! << 8) | bytes[p + 7]!) >>> 0;
    this.keyHi = ((bytes[p + 8]! << 24) | (bytes[p + 9]! << 16) | (bytes[p + 10]! << 8) | bytes[p + 11]!) >>> 0;
    this.keyLo = ((bytes[p + 12]! << 24) | (bytes[p + 13]! << 16) | (bytes[p + 14]! << 8) | bytes[p + 15]!) >>> 0;
    this.addressHi = ((bytes[p + 16]! << 24) | (bytes[p + 17]! << 16) | (bytes[p + 18]! << 8) | bytes[p + 19]!) >>> 0;
    this.addressLo = ((bytes[p + 20]! << 24) | (bytes[p + 21]! << 16) | (bytes[p + 22]! << 8) | bytes[p + 23]!) >>> 0;
    p += 24;
    return p;
  }

  /** Bytes `emit` would write. */
  length(): number {
    return 25;
  }

  /**
   * Writes the frame, its type included, at `at`.
   * Returns the position after it, or -1, with nothing written, if it does not end before `limit`. Throws a
   * RangeError if a field breaks a rule of the table.
   */
  emit(out: Uint8Array, at: number, limit: number): number {
    this.check();
    if (this.length() > limit - at) return -1;
    out[at] = Region.TYPE;
    let p = at + 1;
    out[p] = this.transferSlot >>> 24;
    out[p + 1] = this.transferSlot >>> 16;
    out[p + 2] = this.transferSlot >>> 8;
    out[p + 3] = this.transferSlot;
    out[p + 4] = this.transferGeneration >>> 24;
    out[p + 5] = this.transferGeneration >>> 16;
    out[p + 6] = this.transferGeneration >>> 8;
    out[p + 7] = this.transferGeneration;
    out[p + 8] = this.keyHi >>> 24;
    out[p + 9] = this.keyHi >>> 16;
    out[p + 10] = this.keyHi >>> 8;
    out[p + 11] = this.keyHi;
    out[p + 12] = this.keyLo >>> 24;
    out[p + 13] = this.keyLo >>> 16;
    out[p + 14] = this.keyLo >>> 8;
    out[p + 15] = this.keyLo;
    out[p + 16] = this.addressHi >>> 24;
    out[p + 17] = this.addressHi >>> 16;
    out[p + 18] = this.addressHi >>> 8;
    out[p + 19] = this.addressHi;
    out[p + 20] = this.addressLo >>> 24;
    out[p + 21] = this.addressLo >>> 16;
    out[p + 22] = this.addressLo >>> 8;
    out[p + 23] = this.addressLo;
    p += 24;
    return p;
  }

  private check(): void {
    if (this.transferSlot >>> 0 !== this.transferSlot) misuse('Region.transferSlot', `${this.transferSlot} is out of range`);
    if (this.transferGeneration >>> 0 !== this.transferGeneration) misuse('Region.transferGeneration', `${this.transferGeneration} is out of range`);
    if (this.keyHi >>> 0 !== this.keyHi) misuse('Region.keyHi', `${this.keyHi} is out of range`);
    if (this.keyLo >>> 0 !== this.keyLo) misuse('Region.keyLo', `${this.keyLo} is out of range`);
    if (this.addressHi >>> 0 !== this.addressHi) misuse('Region.addressHi', `${this.addressHi} is out of range`);
    if (this.addressLo >>> 0 !== this.addressLo) misuse('Region.addressLo', `${this.addressLo} is out of range`);
  }

  /** An owned copy that stays valid when the bytes behind this view change. */
  toRecord(): RegionRecord {
    const record: RegionRecord = {
      transferSlot: this.transferSlot,
      transferGeneration: this.transferGeneration,
      key: { hi: this.keyHi, lo: this.keyLo },
      address: { hi: this.addressHi, lo: this.addressLo },
    };
    return record;
  }

  /** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */
  load(record: RegionRecord): this {
    this.transferSlot = checkInteger(record.transferSlot, 0xffff_ffff, 'Region.transferSlot');
    this.transferGeneration = checkInteger(record.transferGeneration, 0xffff_ffff, 'Region.transferGeneration');
    this.keyHi = checkInteger(record.key.hi, 0xffff_ffff, 'Region.key.hi');
    this.keyLo = checkInteger(record.key.lo, 0xffff_ffff, 'Region.key.lo');
    this.addressHi = checkInteger(record.address.hi, 0xffff_ffff, 'Region.address.hi');
    this.addressLo = checkInteger(record.address.lo, 0xffff_ffff, 'Region.address.lo');
    return this;
  }
}
