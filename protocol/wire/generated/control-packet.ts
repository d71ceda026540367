// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { NO_BYTES, copyBytes } from '../bytes.ts';
import { DecodeError } from '../decode-error.ts';
import { type U64Record, checkBytes, checkInteger, misuse } from '../misuse.ts';
import { VARINT_MAX, decodeVarint, varintLength, varintLengthAt, writeVarint } from '../varint.ts';

/** An owned copy of a ControlPacket; fields under a condition are there only if it holds. */
export interface ControlPacketRecord {
  flags: { reused: boolean; patient: boolean };
  /** Whole packet, header and tag included. */
  length: number;
  /** Path secret both sides share. */
  credential: Uint8Array;
  /** One incarnation of the sender's state for this peer; random. */
  epoch: U64Record;
  /** Sending worker. */
  worker: number;
  /** Low half of the epoch of its receiver that it is meant for; 0 if the sender holds none for current. */
  receiverTag: number;
  /** Control key generation, starts at 0, only grows. */
  keyPhase: number;
  /** Grows by at least 1 per packet of an epoch and worker, across key phases. */
  packetNumber: number;
  /** Frames, then the 16-byte tag. */
  sealed: Uint8Array;
}

/**
 * Sealed with the sending worker's control key; the nonce is the packet number, the AAD the header.
 * A checked view of bytes that others own, made to be reused.
 */
export class ControlPacket {
  static readonly KIND = 0;
  /** Bit of `flags`: an earlier incarnation of the sender may have used the path secret. */
  static readonly REUSED = 0x01;
  /** Bit of `flags`: its acknowledgement may wait for another packet to its sender. */
  static readonly PATIENT = 0x02;

  flags = 0;
  /** Whole packet, header and tag included. */
  length = 0;
  /** Path secret both sides share. */
  credential: Uint8Array = NO_BYTES;
  credentialStart = 0;
  credentialLength = 16;
  /** One incarnation of the sender's state for this peer; random. */
  epochHi = 0;
  epochLo = 0;
  /** Sending worker. */
  worker = 0;
  /** Low half of the epoch of its receiver that it is meant for; 0 if the sender holds none for current. */
  receiverTag = 0;
  /** Control key generation, starts at 0, only grows. */
  keyPhase = 0;
  /** Grows by at least 1 per packet of an epoch and worker, across key phases. */
  packetNumber = 0;
  /** Frames, then the 16-byte tag. */
  sealed: Uint8Array = NO_BYTES;
  sealedStart = 0;
  sealedLength = 0;

  /**
   * Reads the packet at `at` of a datagram that ends at `limit`. Returns the position after it, where the next
   * packet of the datagram stands, or a negative DecodeError, which leaves the fields in an unspecified state.
   * Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    const first = bytes[at]!;
    if (first >>> 6 !== ControlPacket.KIND) return DecodeError.UNKNOWN;
    if ((first & 0xfc) !== 0x20) return DecodeError.VALUE;
    this.flags = first & 0x03;
    if (limit - at < 34) return DecodeError.TRUNCATED;
    let p = at + 1;
    this.length = (bytes[p]! << 8) | bytes[p + 1]!;
    if (this.length < 34) return DecodeError.VALUE;
    this.credential = bytes;
    this.credentialStart = p + 2;
    this.credentialLength = 16;
    this.epochHi = ((bytes[p + 18]! << 24) | (bytes[p + 19]! << 16) | (bytes[p + 20]! << 8) | bytes[p + 21]!) >>> 0;
    this.epochLo = ((bytes[p + 22]! << 24) | (bytes[p + 23]! << 16) | (bytes[p + 24]! << 8) | bytes[p + 25]!) >>> 0;
    this.worker = bytes[p + 26]!;
    this.receiverTag = ((bytes[p + 27]! << 24) | (bytes[p + 28]! << 16) | (bytes[p + 29]! << 8) | bytes[p + 30]!) >>> 0;
    const end = at + this.length;
    if (end > limit) return DecodeError.TRUNCATED;
    p += 31;
    {
      const value = decodeVarint(bytes, p, end);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.keyPhase = value;
    }
    {
      const value = decodeVarint(bytes, p, end);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.packetNumber = value;
    }
    this.sealed = bytes;
    this.sealedStart = p;
    this.sealedLength = end - p;
    return end;
  }

  /** Bytes of a header with these values. */
  static headerLength(keyPhase: number, packetNumber: number): number {
    return 32 + varintLength(keyPhase) + varintLength(packetNumber);
  }

  /** Position after the header, where `sealed` begins. */
  get headerEnd(): number {
    return this.sealedStart;
  }

  /** Bytes `emit` would write. */
  emitLength(): number {
    return ControlPacket.headerLength(this.keyPhase, this.packetNumber) + this.sealedLength;
  }

  /**
   * Writes the header alone, with `length` as it stands, at `at`.
   * Returns the position after it, or -1, with nothing written, if it does not end before `limit`. Throws a
   * RangeError if a field breaks a rule of the table.
   */
  emitHeader(out: Uint8Array, at: number, limit: number): number {
    this.check();
    if (ControlPacket.headerLength(this.keyPhase, this.packetNumber) > limit - at) return -1;
    out[at] = 0x20 | this.flags;
    let p = at + 1;
    out[p] = this.length >>> 8;
    out[p + 1] = this.length;
    copyBytes(this.credential, this.credentialStart, 16, out, p + 2);
    out[p + 18] = this.epochHi >>> 24;
    out[p + 19] = this.epochHi >>> 16;
    out[p + 20] = this.epochHi >>> 8;
    out[p + 21] = this.epochHi;
    out[p + 22] = this.epochLo >>> 24;
    out[p + 23] = this.epochLo >>> 16;
    out[p + 24] = this.epochLo >>> 8;
    out[p + 25] = this.epochLo;
    out[p + 26] = this.worker;
    out[p + 27] = this.receiverTag >>> 24;
    out[p + 28] = this.receiverTag >>> 16;
    out[p + 29] = this.receiverTag >>> 8;
    out[p + 30] = this.receiverTag;
    p += 31;
    p = writeVarint(this.keyPhase, out, p);
    p = writeVarint(this.packetNumber, out, p);
    return p;
  }

  /**
   * Writes the header and, if `sealedLength` is above 0, copies `sealed` behind it; it may stand there already,
   * but not under the header.
   * Returns the position after it, or -1, with nothing written, if it does not end before `limit`. Throws a
   * RangeError if a field breaks a rule of the table, or if `length` is not that of the packet with its sealed.
   */
  emit(out: Uint8Array, at: number, limit: number): number {
    if (this.sealedLength === 0) return this.emitHeader(out, at, limit);
    const length = this.emitLength();
    if (this.length !== length) misuse('ControlPacket.length', `must be ${length}, not ${this.length}`);
    if (this.sealedStart + this.sealedLength > this.sealed.length) {
      misuse('ControlPacket.sealed', `${this.sealedLength} is out of range`);
    }
    if (length > limit - at) return -1;
    const p = this.emitHeader(out, at, limit);
    copyBytes(this.sealed, this.sealedStart, this.sealedLength, out, p);
    return at + length;
  }

  private check(): void {
    if ((this.flags & 0x03) !== this.flags) misuse('ControlPacket.flags', `${this.flags} is out of range`);
    if ((this.length & 0xffff) !== this.length) misuse('ControlPacket.length', `${this.length} is out of range`);
    if (this.credentialLength !== 16 || this.credentialStart + this.credentialLength > this.credential.length) {
      misuse('ControlPacket.credential', `${this.credentialLength} is out of range`);
    }
    if (this.epochHi >>> 0 !== this.epochHi) misuse('ControlPacket.epochHi', `${this.epochHi} is out of range`);
    if (this.epochLo >>> 0 !== this.epochLo) misuse('ControlPacket.epochLo', `${this.epochLo} is out of range`);
    if ((this.worker & 0xff) !== this.worker) misuse('ControlPacket.worker', `${this.worker} is out of range`);
    if (this.receiverTag >>> 0 !== this.receiverTag) misuse('ControlPacket.receiverTag', `${this.receiverTag} is out of range`);
  }

  /** An owned copy that stays valid when the bytes behind this view change. */
  toRecord(): ControlPacketRecord {
    const record: ControlPacketRecord = {
      flags: { reused: (this.flags & ControlPacket.REUSED) !== 0, patient: (this.flags & ControlPacket.PATIENT) !== 0 },
      length: this.length,
      credential: new Uint8Array(this.credential.subarray(this.credentialStart, this.credentialStart + this.credentialLength)),
      epoch: { hi: this.epochHi, lo: this.epochLo },
      worker: this.worker,
      receiverTag: this.receiverTag,
      keyPhase: this.keyPhase,
      packetNumber: this.packetNumber,
      sealed: new Uint8Array(this.sealed.subarray(this.sealedStart, this.sealedStart + this.sealedLength)),
    };
    return record;
  }

  /** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */
  load(record: ControlPacketRecord): this {
    this.flags = (record.flags.reused ? ControlPacket.REUSED : 0) | (record.flags.patient ? ControlPacket.PATIENT : 0);
    this.length = checkInteger(record.length, 0xffff, 'ControlPacket.length');
    this.credential = checkBytes(record.credential, 16, 'ControlPacket.credential');
    this.credentialStart = 0;
    this.credentialLength = this.credential.length;
    this.epochHi = checkInteger(record.epoch.hi, 0xffff_ffff, 'ControlPacket.epoch.hi');
    this.epochLo = checkInteger(record.epoch.lo, 0xffff_ffff, 'ControlPacket.epoch.lo');
    this.worker = checkInteger(record.worker, 0xff, 'ControlPacket.worker');
    this.receiverTag = checkInteger(record.receiverTag, 0xffff_ffff, 'ControlPacket.receiverTag');
    this.keyPhase = checkInteger(record.keyPhase, VARINT_MAX, 'ControlPacket.keyPhase');
    this.packetNumber = checkInteger(record.packetNumber, VARINT_MAX, 'ControlPacket.packetNumber');
    this.sealed = checkBytes(record.sealed, -1, 'ControlPacket.sealed');
    this.sealedStart = 0;
    this.sealedLength = this.sealed.length;
    return this;
  }
}
