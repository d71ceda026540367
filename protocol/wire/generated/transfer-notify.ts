// Generated from spec/wire.yaml by `npm run generate`. Do not edit.
import { NO_BYTES, copyBytes } from '../bytes.ts';
import { DecodeError } from '../decode-error.ts';
import { checkBytes, checkInteger, misuse } from '../misuse.ts';
import { VARINT_MAX, decodeVarint, varintLength, varintLengthAt, writeVarint } from '../varint.ts';

/** An owned copy of a TransferNotify; fields under a condition are there only if it holds. */
export interface TransferNotifyRecord {
  /** Transfer id, low half. */
  transferSlot: number;
  /** Transfer id, high half; the worker in the top 8 bits. */
  transferGeneration: number;
  flags: { inline: boolean; response: boolean; stream: boolean; continues: boolean; last: boolean; headed: boolean; deadline: boolean; held: boolean };
  /** 0 highest. */
  priority: number;
  /** Payload bytes, headers included. */
  size: number;
  /** How many of them are headers. */
  headerSize: number;
  /** The request's transfer id. */
  replySlot?: number;
  replyGeneration?: number;
  /** 0, or an exchange error code. */
  status?: number;
  /** The id of the exchange. */
  exchangeSlot?: number;
  exchangeGeneration?: number;
  /** Counts the messages of the direction, from 0. */
  sequence?: number;
  /** Messages the peer may have announced in the other direction; absolute, only grows. */
  messageLimit?: number;
  /** Bytes it may have sent inside announcements; absolute, only grows. */
  inlineLimit?: number;
  /** Time left, from when this is written. */
  timeoutNs?: number;
  /** Encoded headers. */
  headers?: Uint8Array;
  /** The payload, size bytes. */
  inline?: Uint8Array;
  /** Buffer id, low half. */
  bufferSlot?: number;
  /** Buffer id, high half. */
  bufferGeneration?: number;
  /** AEAD key of the buffer's records. */
  dataKey?: Uint8Array;
  /** Of its records: 0 encrypted, 1 authenticated alone. */
  sealing?: number;
}

/**
 * Announces one message in one direction.
 * A checked view of bytes that others own, made to be reused.
 */
export class TransferNotify {
  static readonly TYPE = 0x10;
  static readonly ACK_ELICITING: boolean = true;
  /** Bit of `flags`: the payload follows. */
  static readonly INLINE = 0x01;
  /** Bit of `flags`: answers the transfer replySlot, replyGeneration. */
  static readonly RESPONSE = 0x02;
  /** Bit of `flags`: a message of a stream. */
  static readonly STREAM = 0x04;
  /** Bit of `flags`: a later message of the caller in the exchange exchangeSlot, exchangeGeneration. */
  static readonly CONTINUES = 0x08;
  /** Bit of `flags`: the last message of its direction of a stream. */
  static readonly LAST = 0x10;
  /** Bit of `flags`: headers follow here and are not part of the payload. */
  static readonly HEADED = 0x20;
  /** Bit of `flags`: the exchange ends after timeoutNs. */
  static readonly DEADLINE = 0x40;
  /** Bit of `flags`: the request waits: to be pulled, not to be handed over before it is announced without this. */
  static readonly HELD = 0x80;
  static readonly PRIORITY_MAX = 7;
  static readonly SEALING_MAX = 1;

  /** Transfer id, low half. */
  transferSlot = 0;
  /** Transfer id, high half; the worker in the top 8 bits. */
  transferGeneration = 0;
  flags = 0;
  /** 0 highest. */
  priority = 0;
  /** Payload bytes, headers included. */
  size = 0;
  /** How many of them are headers. */
  headerSize = 0;
  /** The request's transfer id. Only with the flag response. */
  replySlot = 0;
  /** Only with the flag response. */
  replyGeneration = 0;
  /** 0, or an exchange error code. Only with the flag response. */
  status = 0;
  /** The id of the exchange. Only with the flag continues. */
  exchangeSlot = 0;
  /** Only with the flag continues. */
  exchangeGeneration = 0;
  /** Counts the messages of the direction, from 0. Only with the flag stream. */
  sequence = 0;
  /** Messages the peer may have announced in the other direction; absolute, only grows. Only with the flag stream. */
  messageLimit = 0;
  /** Bytes it may have sent inside announcements; absolute, only grows. Only with the flag stream. */
  inlineLimit = 0;
  /** Time left, from when this is written. Only with the flag deadline. */
  timeoutNs = 0;
  /** Encoded headers. Only with the flag headed. */
  headers: Uint8Array = NO_BYTES;
  headersStart = 0;
  headersLength = 0;
  /** The payload, size bytes. Only with the flag inline. */
  inline: Uint8Array = NO_BYTES;
  inlineStart = 0;
  inlineLength = 0;
  /** Buffer id, low half. Only without the flag inline. */
  bufferSlot = 0;
  /** Buffer id, high half. Only without the flag inline. */
  bufferGeneration = 0;
  /** AEAD key of the buffer's records. Only without the flag inline. */
  dataKey: Uint8Array = NO_BYTES;
  dataKeyStart = 0;
  dataKeyLength = 16;
  /** Of its records: 0 encrypted, 1 authenticated alone. Only without the flag inline. */
  sealing = 0;

  /**
   * Reads the frame whose type is at `at`. Returns the position after it, or a negative DecodeError, which
   * leaves the fields in an unspecified state. Never throws and never reads at or past `limit`.
   */
  parse(bytes: Uint8Array, at: number, limit: number): number {
    if (at >= limit) return DecodeError.TRUNCATED;
    if (bytes[at] !== TransferNotify.TYPE) return DecodeError.UNKNOWN;
    let p = at + 1;
    if (limit - p < 10) return DecodeError.TRUNCATED;
    this.transferSlot = ((bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!) >>> 0;
    this.transferGeneration = ((bytes[p + 4]! << 24) | (bytes[p + 5]! << 16) | (bytes[p + 6]! << 8) | bytes[p + 7]!) >>> 0;
    this.flags = bytes[p + 8]!;
    this.priority = bytes[p + 9]!;
    if (this.priority > TransferNotify.PRIORITY_MAX) return DecodeError.VALUE;
    p += 10;
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.size = value;
    }
    {
      const value = decodeVarint(bytes, p, limit);
      if (value < 0) return value;
      p += varintLengthAt(bytes, p);
      this.headerSize = value;
    }
    if ((this.flags & TransferNotify.RESPONSE) !== 0) {
      if (limit - p < 8) return DecodeError.TRUNCATED;
      this.replySlot = ((bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!) >>> 0;
      this.replyGeneration = ((bytes[p + 4]! << 24) | (bytes[p + 5]! << 16) | (bytes[p + 6]! << 8) | bytes[p + 7]!) >>> 0;
      p += 8;
      {
        const value = decodeVarint(bytes, p, limit);
        if (value < 0) return value;
        p += varintLengthAt(bytes, p);
        this.status = value;
      }
    } else {
      this.replySlot = 0;
      this.replyGeneration = 0;
      this.status = 0;
    }
    if ((this.flags & TransferNotify.CONTINUES) !== 0) {
      if (limit - p < 8) return DecodeError.TRUNCATED;
      this.exchangeSlot = ((bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!) >>> 0;
      this.exchangeGeneration = ((bytes[p + 4]! << 24) | (bytes[p + 5]! << 16) | (bytes[p + 6]! << 8) | bytes[p + 7]!) >>> 0;
      p += 8;
    } else {
      this.exchangeSlot = 0;
      this.exchangeGeneration = 0;
    }
    if ((this.flags & TransferNotify.STREAM) !== 0) {
      {
        const value = decodeVarint(bytes, p, limit);
        if (value < 0) return value;
        p += varintLengthAt(bytes, p);
        this.sequence = value;
      }
      {
        const value = decodeVarint(bytes, p, limit);
        if (value < 0) return value;
        p += varintLengthAt(bytes, p);
        this.messageLimit = value;
      }
      {
        const value = decodeVarint(bytes, p, limit);
        if (value < 0) return value;
        p += varintLengthAt(bytes, p);
        this.inlineLimit = value;
      }
    } else {
      this.sequence = 0;
      this.messageLimit = 0;
      this.inlineLimit = 0;
    }
    if ((this.flags & TransferNotify.DEADLINE) !== 0) {
      {
        const value = decodeVarint(bytes, p, limit);
        if (value < 0) return value;
        p += varintLengthAt(bytes, p);
        this.timeoutNs = value;
      }
    } else {
      this.timeoutNs = 0;
    }
    if ((this.flags & TransferNotify.HEADED) !== 0) {
      {
        const value = decodeVarint(bytes, p, limit);
        if (value < 0) return value;
        p += varintLengthAt(bytes, p);
        if (value > limit - p) return DecodeError.TRUNCATED;
        this.headers = bytes;
        this.headersStart = p;
        this.headersLength = value;
        p += value;
      }
    } else {
      this.headers = NO_BYTES;
      this.headersStart = 0;
      this.headersLength = 0;
    }
    if ((this.flags & TransferNotify.INLINE) !== 0) {
      this.bufferSlot = 0;
      this.bufferGeneration = 0;
      this.dataKey = NO_BYTES;
      this.dataKeyStart = 0;
      this.dataKeyLength = 16;
      this.sealing = 0;
      {
        const value = decodeVarint(bytes, p, limit);
        if (value < 0) return value;
        p += varintLengthAt(bytes, p);
        if (value > limit - p) return DecodeError.TRUNCATED;
        this.inline = bytes;
        this.inlineStart = p;
        this.inlineLength = value;
        p += value;
      }
    } else {
      this.inline = NO_BYTES;
      this.inlineStart = 0;
      this.inlineLength = 0;
      if (limit - p < 25) return DecodeError.TRUNCATED;
      this.bufferSlot = ((bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!) >>> 0;
      this.bufferGeneration = ((bytes[p + 4]! << 24) | (bytes[p + 5]! << 16) | (bytes[p + 6]! << 8) | bytes[p + 7]!) >>> 0;
      this.dataKey = bytes;
      this.dataKeyStart = p + 8;
      this.dataKeyLength = 16;
      this.sealing = bytes[p + 24]!;
      if (this.sealing > TransferNotify.SEALING_MAX) return DecodeError.VALUE;
      p += 25;
    }
    return p;
  }

  /** Bytes `emit` would write. */
  length(): number {
    let length = 11;
    length += varintLength(this.size);
    length += varintLength(this.headerSize);
    if ((this.flags & TransferNotify.RESPONSE) !== 0) {
      length += 8;
      length += varintLength(this.status);
    }
    if ((this.flags & TransferNotify.CONTINUES) !== 0) {
      length += 8;
    }
    if ((this.flags & TransferNotify.STREAM) !== 0) {
      length += varintLength(this.sequence);
      length += varintLength(this.messageLimit);
      length += varintLength(this.inlineLimit);
    }
    if ((this.flags & TransferNotify.DEADLINE) !== 0) {
      length += varintLength(this.timeoutNs);
    }
    if ((this.flags & TransferNotify.HEADED) !== 0) {
      length += varintLength(this.headersLength) + this.headersLength;
    }
    if ((this.flags & TransferNotify.INLINE) !== 0) {
      length += varintLength(this.inlineLength) + this.inlineLength;
    } else {
      length += 25;
    }
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
    out[at] = TransferNotify.TYPE;
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
    out[p + 9] = this.priority;
    p += 10;
    p = writeVarint(this.size, out, p);
    p = writeVarint(this.headerSize, out, p);
    if ((this.flags & TransferNotify.RESPONSE) !== 0) {
      out[p] = this.replySlot >>> 24;
      out[p + 1] = this.replySlot >>> 16;
      out[p + 2] = this.replySlot >>> 8;
      out[p + 3] = this.replySlot;
      out[p + 4] = this.replyGeneration >>> 24;
      out[p + 5] = this.replyGeneration >>> 16;
      out[p + 6] = this.replyGeneration >>> 8;
      out[p + 7] = this.replyGeneration;
      p += 8;
      p = writeVarint(this.status, out, p);
    }
    if ((this.flags & TransferNotify.CONTINUES) !== 0) {
      out[p] = this.exchangeSlot >>> 24;
      out[p + 1] = this.exchangeSlot >>> 16;
      out[p + 2] = this.exchangeSlot >>> 8;
      out[p + 3] = this.exchangeSlot;
      out[p + 4] = this.exchangeGeneration >>> 24;
      out[p + 5] = this.exchangeGeneration >>> 16;
      out[p + 6] = this.exchangeGeneration >>> 8;
      out[p + 7] = this.exchangeGeneration;
      p += 8;
    }
    if ((this.flags & TransferNotify.STREAM) !== 0) {
      p = writeVarint(this.sequence, out, p);
      p = writeVarint(this.messageLimit, out, p);
      p = writeVarint(this.inlineLimit, out, p);
    }
    if ((this.flags & TransferNotify.DEADLINE) !== 0) {
      p = writeVarint(this.timeoutNs, out, p);
    }
    if ((this.flags & TransferNotify.HEADED) !== 0) {
      p = writeVarint(this.headersLength, out, p);
      copyBytes(this.headers, this.headersStart, this.headersLength, out, p);
      p += this.headersLength;
    }
    if ((this.flags & TransferNotify.INLINE) !== 0) {
      p = writeVarint(this.inlineLength, out, p);
      copyBytes(this.inline, this.inlineStart, this.inlineLength, out, p);
      p += this.inlineLength;
    } else {
      out[p] = this.bufferSlot >>> 24;
      out[p + 1] = this.bufferSlot >>> 16;
      out[p + 2] = this.bufferSlot >>> 8;
      out[p + 3] = this.bufferSlot;
      out[p + 4] = this.bufferGeneration >>> 24;
      out[p + 5] = this.bufferGeneration >>> 16;
      out[p + 6] = this.bufferGeneration >>> 8;
      out[p + 7] = this.bufferGeneration;
      copyBytes(this.dataKey, this.dataKeyStart, 16, out, p + 8);
      out[p + 24] = this.sealing;
      p += 25;
    }
    return p;
  }

  private check(): void {
    if ((this.flags & 0xff) !== this.flags) misuse('TransferNotify.flags', `${this.flags} is out of range`);
    if (this.transferSlot >>> 0 !== this.transferSlot) misuse('TransferNotify.transferSlot', `${this.transferSlot} is out of range`);
    if (this.transferGeneration >>> 0 !== this.transferGeneration) misuse('TransferNotify.transferGeneration', `${this.transferGeneration} is out of range`);
    if ((this.priority & 0xff) !== this.priority) misuse('TransferNotify.priority', `${this.priority} is out of range`);
    if (this.priority > TransferNotify.PRIORITY_MAX) misuse('TransferNotify.priority', `${this.priority} is out of range`);
    if ((this.flags & TransferNotify.RESPONSE) !== 0) {
      if (this.replySlot >>> 0 !== this.replySlot) misuse('TransferNotify.replySlot', `${this.replySlot} is out of range`);
      if (this.replyGeneration >>> 0 !== this.replyGeneration) misuse('TransferNotify.replyGeneration', `${this.replyGeneration} is out of range`);
    }
    if ((this.flags & TransferNotify.CONTINUES) !== 0) {
      if (this.exchangeSlot >>> 0 !== this.exchangeSlot) misuse('TransferNotify.exchangeSlot', `${this.exchangeSlot} is out of range`);
      if (this.exchangeGeneration >>> 0 !== this.exchangeGeneration) misuse('TransferNotify.exchangeGeneration', `${this.exchangeGeneration} is out of range`);
    }
    if ((this.flags & TransferNotify.HEADED) !== 0) {
      if (this.headersStart + this.headersLength > this.headers.length) {
        misuse('TransferNotify.headers', `${this.headersLength} is out of range`);
      }
    }
    if ((this.flags & TransferNotify.INLINE) !== 0) {
      if (this.inlineStart + this.inlineLength > this.inline.length) {
        misuse('TransferNotify.inline', `${this.inlineLength} is out of range`);
      }
    } else {
      if (this.bufferSlot >>> 0 !== this.bufferSlot) misuse('TransferNotify.bufferSlot', `${this.bufferSlot} is out of range`);
      if (this.bufferGeneration >>> 0 !== this.bufferGeneration) misuse('TransferNotify.bufferGeneration', `${this.bufferGeneration} is out of range`);
      if (this.dataKeyLength !== 16 || this.dataKeyStart + this.dataKeyLength > this.dataKey.length) {
        misuse('TransferNotify.dataKey', `${this.dataKeyLength} is out of range`);
      }
      if ((this.sealing & 0xff) !== this.sealing) misuse('TransferNotify.sealing', `${this.sealing} is out of range`);
      if (this.sealing > TransferNotify.SEALING_MAX) misuse('TransferNotify.sealing', `${this.sealing} is out of range`);
    }
  }

  /** An owned copy that stays valid when the bytes behind this view change. */
  toRecord(): TransferNotifyRecord {
    const record: TransferNotifyRecord = {
      transferSlot: this.transferSlot,
      transferGeneration: this.transferGeneration,
      flags: { inline: (this.flags & TransferNotify.INLINE) !== 0, response: (this.flags & TransferNotify.RESPONSE) !== 0, stream: (this.flags & TransferNotify.STREAM) !== 0, continues: (this.flags & TransferNotify.CONTINUES) !== 0, last: (this.flags & TransferNotify.LAST) !== 0, headed: (this.flags & TransferNotify.HEADED) !== 0, deadline: (this.flags & TransferNotify.DEADLINE) !== 0, held: (this.flags & TransferNotify.HELD) !== 0 },
      priority: this.priority,
      size: this.size,
      headerSize: this.headerSize,
    };
    if ((this.flags & TransferNotify.RESPONSE) !== 0) {
      record.replySlot = this.replySlot;
      record.replyGeneration = this.replyGeneration;
      record.status = this.status;
    }
    if ((this.flags & TransferNotify.CONTINUES) !== 0) {
      record.exchangeSlot = this.exchangeSlot;
      record.exchangeGeneration = this.exchangeGeneration;
    }
    if ((this.flags & TransferNotify.STREAM) !== 0) {
      record.sequence = this.sequence;
      record.messageLimit = this.messageLimit;
      record.inlineLimit = this.inlineLimit;
    }
    if ((this.flags & TransferNotify.DEADLINE) !== 0) {
      record.timeoutNs = this.timeoutNs;
    }
    if ((this.flags & TransferNotify.HEADED) !== 0) {
      record.headers = new Uint8Array(this.headers.subarray(this.headersStart, this.headersStart + this.headersLength));
    }
    if ((this.flags & TransferNotify.INLINE) !== 0) {
      record.inline = new Uint8Array(this.inline.subarray(this.inlineStart, this.inlineStart + this.inlineLength));
    } else {
      record.bufferSlot = this.bufferSlot;
      record.bufferGeneration = this.bufferGeneration;
      record.dataKey = new Uint8Array(this.dataKey.subarray(this.dataKeyStart, this.dataKeyStart + this.dataKeyLength));
      record.sealing = this.sealing;
    }
    return record;
  }

  /** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */
  load(record: TransferNotifyRecord): this {
    this.flags = (record.flags.inline ? TransferNotify.INLINE : 0) | (record.flags.response ? TransferNotify.RESPONSE : 0) | (record.flags.stream ? TransferNotify.STREAM : 0) | (record.flags.continues ? TransferNotify.CONTINUES : 0) | (record.flags.last ? TransferNotify.LAST : 0) | (record.flags.headed ? TransferNotify.HEADED : 0) | (record.flags.deadline ? TransferNotify.DEADLINE : 0) | (record.flags.held ? TransferNotify.HELD : 0);
    this.transferSlot = checkInteger(record.transferSlot, 0xffff_ffff, 'TransferNotify.transferSlot');
    this.transferGeneration = checkInteger(record.transferGeneration, 0xffff_ffff, 'TransferNotify.transferGeneration');
    this.priority = checkInteger(record.priority, TransferNotify.PRIORITY_MAX, 'TransferNotify.priority');
    this.size = checkInteger(record.size, VARINT_MAX, 'TransferNotify.size');
    this.headerSize = checkInteger(record.headerSize, VARINT_MAX, 'TransferNotify.headerSize');
    if ((this.flags & TransferNotify.RESPONSE) !== 0) {
      this.replySlot = checkInteger(record.replySlot, 0xffff_ffff, 'TransferNotify.replySlot');
      this.replyGeneration = checkInteger(record.replyGeneration, 0xffff_ffff, 'TransferNotify.replyGeneration');
      this.status = checkInteger(record.status, VARINT_MAX, 'TransferNotify.status');
    } else {
      if (record.replySlot !== undefined) misuse('TransferNotify.replySlot', 'does not go with these flags');
      this.replySlot = 0;
      if (record.replyGeneration !== undefined) misuse('TransferNotify.replyGeneration', 'does not go with these flags');
      this.replyGeneration = 0;
      if (record.status !== undefined) misuse('TransferNotify.status', 'does not go with these flags');
      this.status = 0;
    }
    if ((this.flags & TransferNotify.CONTINUES) !== 0) {
      this.exchangeSlot = checkInteger(record.exchangeSlot, 0xffff_ffff, 'TransferNotify.exchangeSlot');
      this.exchangeGeneration = checkInteger(record.exchangeGeneration, 0xffff_ffff, 'TransferNotify.exchangeGeneration');
    } else {
      if (record.exchangeSlot !== undefined) misuse('TransferNotify.exchangeSlot', 'does not go with these flags');
      this.exchangeSlot = 0;
      if (record.exchangeGeneration !== undefined) misuse('TransferNotify.exchangeGeneration', 'does not go with these flags');
      this.exchangeGeneration = 0;
    }
    if ((this.flags & TransferNotify.STREAM) !== 0) {
      this.sequence = checkInteger(record.sequence, VARINT_MAX, 'TransferNotify.sequence');
      this.messageLimit = checkInteger(record.messageLimit, VARINT_MAX, 'TransferNotify.messageLimit');
      this.inlineLimit = checkInteger(record.inlineLimit, VARINT_MAX, 'TransferNotify.inlineLimit');
    } else {
      if (record.sequence !== undefined) misuse('TransferNotify.sequence', 'does not go with these flags');
      this.sequence = 0;
      if (record.messageLimit !== undefined) misuse('TransferNotify.messageLimit', 'does not go with these flags');
      this.messageLimit = 0;
      if (record.inlineLimit !== undefined) misuse('TransferNotify.inlineLimit', 'does not go with these flags');
      this.inlineLimit = 0;
    }
    if ((this.flags & TransferNotify.DEADLINE) !== 0) {
      this.timeoutNs = checkInteger(record.timeoutNs, VARINT_MAX, 'TransferNotify.timeoutNs');
    } else {
      if (record.timeoutNs !== undefined) misuse('TransferNotify.timeoutNs', 'does not go with these flags');
      this.timeoutNs = 0;
    }
    if ((this.flags & TransferNotify.HEADED) !== 0) {
      this.headers = checkBytes(record.headers, -1, 'TransferNotify.headers');
      this.headersStart = 0;
      this.headersLength = this.headers.length;
    } else {
      if (record.headers !== undefined) misuse('TransferNotify.headers', 'does not go with these flags');
      this.headers = NO_BYTES;
      this.headersStart = 0;
      this.headersLength = 0;
    }
    if ((this.flags & TransferNotify.INLINE) !== 0) {
      if (record.bufferSlot !== undefined) misuse('TransferNotify.bufferSlot', 'does not go with these flags');
      this.bufferSlot = 0;
      if (record.bufferGeneration !== undefined) misuse('TransferNotify.bufferGeneration', 'does not go with these flags');
      this.bufferGeneration = 0;
      if (record.dataKey !== undefined) misuse('TransferNotify.dataKey', 'does not go with these flags');
      this.dataKey = NO_BYTES;
      this.dataKeyStart = 0;
      this.dataKeyLength = 16;
      if (record.sealing !== undefined) misuse('TransferNotify.sealing', 'does not go with these flags');
      this.sealing = 0;
      this.inline = checkBytes(record.inline, -1, 'TransferNotify.inline');
      this.inlineStart = 0;
      this.inlineLength = this.inline.length;
    } else {
      if (record.inline !== undefined) misuse('TransferNotify.inline', 'does not go with these flags');
      this.inline = NO_BYTES;
      this.inlineStart = 0;
      this.inlineLength = 0;
      this.bufferSlot = checkInteger(record.bufferSlot, 0xffff_ffff, 'TransferNotify.bufferSlot');
      this.bufferGeneration = checkInteger(record.bufferGeneration, 0xffff_ffff, 'TransferNotify.bufferGeneration');
      this.dataKey = checkBytes(record.dataKey, 16, 'TransferNotify.dataKey');
      this.dataKeyStart = 0;
      this.dataKeyLength = this.dataKey.length;
      this.sealing = checkInteger(record.sealing, TransferNotify.SEALING_MAX, 'TransferNotify.sealing');
    }
    return this;
  }
}
