// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { DecodeError } from '../decode-error.ts';
import { type U64Record, checkInteger, misuse } from '../misuse.ts';

/** An owned copy of a Probe; fields under a condition are there only if it holds. */
export interface ProbeRecord {
  /** Random. */
  nonce: U64Record;
}

/**
 * Asks for a sign of life that cannot be a replay.
 * A checked view of bytes that others own, made to be reused.
 */
export class Probe {
  static readonly TYPE = 0x18;
  static readonly ACK_ELICITING: boolean = false;

  /** Random. */
  nonceHi = 0;
  nonceLo = 0;

  /**
   * Reads the frame whose type is at `at`. Returns the position after it, or a negative DecodeError, which
   * leaves the fields in an unspecified state. Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    if (bytes[at] !== Probe.TYPE) return DecodeError.UNKNOWN;
    let p = at + 1;
    if (limit - p < 8) return DecodeError.TRUNCATED;
    this.nonceHi = ((bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!) >>> 0;
    this.nonceLo = ((bytes[p + 4]! << 24) | (bytes[p + 5]! << 16) | (bytes[p + 6]! << 8) | bytes[p + 7]!) >>> 0;
    p += 8;
    return p;
  }

  /** Bytes `emit` would write. */
  length(): number {
    return 9;
  }

  /**
   * Writes the frame, its type included, at `at`.
   * Returns the position after it, or -1, with nothing written, if it does not end before `limit`. Throws a
   * RangeError if a field breaks a rule of the table.
   */
  emit(out: Uint8Array, at: number, limit: number): number {
    this.check();
    if (this.length() > limit - at) return -1;
    out[at] = Probe.TYPE;
    let p = at + 1;
    out[p] = this.nonceHi >>> 24;
    out[p + 1] = this.nonceHi >>> 16;
    out[p + 2] = this.nonceHi >>> 8;
    out[p + 3] = this.nonceHi;
    out[p + 4] = this.nonceLo >>> 24;
    out[p + 5] = this.nonceLo >>> 16;
    out[p + 6] = this.nonceLo >>> 8;
    out[p + 7] = this.nonceLo;
    p += 8;
    return p;
  }

  private check(): void {
    if (this.nonceHi >>> 0 !== this.nonceHi) misuse('Probe.nonceHi', `${this.nonceHi} is out of range`);
    if (this.nonceLo >>> 0 !== this.nonceLo) misuse('Probe.nonceLo', `${this.nonceLo} is out of range`);
  }

  /** An owned copy that stays valid when the bytes behind this view change. */
  toRecord(): ProbeRecord {
    const record: ProbeRecord = {
      nonce: { hi: this.nonceHi, lo: this.nonceLo },
    };
    return record;
  }

  /** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */
  load(record: ProbeRecord): this {
    this.nonceHi = checkInteger(record.nonce.hi, 0xffff_ffff, 'Probe.nonce.hi');
    this.nonceLo = checkInteger(record.nonce.lo, 0xffff_ffff, 'Probe.nonce.lo');
    return this;
  }
}
