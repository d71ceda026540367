// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { DecodeError } from '../decode-error.ts';
import { checkInteger, misuse } from '../misuse.ts';
import { VARINT_MAX, decodeVarint, varintLength, varintLengthAt, writeVarint } from '../varint.ts';

/** An owned copy of a TransferAccept; fields under a condition are there only if it holds. */
export interface TransferAcceptRecord {
  /** Transfers the sender may have notified since the epoch began; absolute, only grows. */
  notifyLimit: number;
  /** May be empty. */
  transfers: { slot: number; generation: number }[];
}

/**
 * The receiver has admitted these transfers and will pull them.
 * A checked view of bytes that others own, made to be reused.
 */
export class TransferAccept {
  static readonly TYPE = 0x11;
  static readonly ACK_ELICITING: boolean = false;
  static readonly TRANSFERS_MAX = 256;

  /** Transfers the sender may have notified since the epoch began; absolute, only grows. */
  notifyLimit = 0;
  /** May be empty. Flattened: slot0, generation0, … Reused, may be longer. */
  transfers: number[] = [];
  transfersCount = 0;

  /**
   * Reads the frame whose type is at `at`. Returns the position after it, or a negative DecodeError, which
   * leaves the fields in an unspecified state. Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    if (bytes[at] !== TransferAccept.TYPE) return DecodeError.UNKNOWN;
    let p = at + 1;
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.notifyLimit = value;
    }
    {
      const count = decodeVarint(bytes, p, limit);
      if (count < 0) return count;
      if (count > TransferAccept.TRANSFERS_MAX) return DecodeError.VALUE;
      p += varintLengthAt(bytes, p);
      this.transfersCount = count;
      for (let i = 0; i < count * 2; i++) {
        const value = decodeVarint(bytes, p, limit);
        if (value < 0) return value;
        p += varintLengthAt(bytes, p);
        this.transfers[i] = value;
      }
    }
    return p;
  }

  /** Bytes `emit` would write. */
  length(): number {
    let length = 1;
    length += varintLength(this.notifyLimit);
    length += varintLength(this.transfersCount);
    for (let i = 0; i < this.transfersCount * 2; i++) length += varintLength(this.transfers[i]!);
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
    out[at] = TransferAccept.TYPE;
    let p = at + 1;
    p = writeVarint(this.notifyLimit, out, p);
    p = writeVarint(this.transfersCount, out, p);
    for (let i = 0; i < this.transfersCount * 2; i++) p = writeVarint(this.transfers[i]!, out, p);
    return p;
  }

  private check(): void {
    if (this.transfersCount > TransferAccept.TRANSFERS_MAX || this.transfersCount * 2 > this.transfers.length) {
      misuse('TransferAccept.transfersCount', `${this.transfersCount} is out of range`);
    }
  }

  /** An owned copy that stays valid when the bytes behind this view change. */
  toRecord(): TransferAcceptRecord {
    const record: TransferAcceptRecord = {
      notifyLimit: this.notifyLimit,
      transfers: [],
    };
    for (let i = 0; i < this.transfersCount; i++) {
      record.transfers.push({ slot: this.transfers[i * 2]!, generation: this.transfers[i * 2 + 1]! });
    }
    return record;
  }

  /** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */
  load(record: TransferAcceptRecord): this {
    this.notifyLimit = checkInteger(record.notifyLimit, VARINT_MAX, 'TransferAccept.notifyLimit');
    this.transfersCount = checkInteger(record.transfers.length, TransferAccept.TRANSFERS_MAX, 'TransferAccept.transfers.length');
    for (let i = 0; i < this.transfersCount; i++) {
      this.transfers[i * 2 + 0] = checkInteger(record.transfers[i]!.slot, VARINT_MAX, 'TransferAccept.transfers.slot');
      this.transfers[i * 2 + 1] = checkInteger(record.transfers[i]!.generation, VARINT_MAX, 'TransferAccept.transfers.generation');
    }
    return this;
  }
}
