import { OutgoingMessage } from '../records/message.ts';

/** One byte in front of each value. */
const Tag = {
  UNDEFINED: 0,
  NULL: 1,
  FALSE: 2,
  TRUE: 3,
  NUMBER: 4,
  TEXT: 5,
  BYTES: 6,
  LIST: 7,
  RECORD: 8,
  MESSAGE: 9,
  THING: 10,
  DIGEST: 11,
} as const;

/** A value that has no content but is the same one each time, such as an alarm. */
export class Thing {
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }
}

/** Stands for bytes of an output: as many, and almost certainly the same ones. */
export class Digest {
  readonly length: number;
  readonly hash: number;

  constructor(length: number, hash: number) {
    this.length = length;
    this.hash = hash;
  }

  static of(bytes: Uint8Array): Digest {
    return new Digest(bytes.length, hashOf(bytes));
  }
}

/** A record that is not what it should be: cut, damaged, or of another kind. */
export class RecordError extends Error {
  override readonly name: string = 'RecordError';
}

const FNV_START = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const SHORT_BYTES = 32;

/** 53 bits of FNV-1a in two halves, one of which sees the bytes inverted. */
export function hashOf(bytes: Uint8Array): number {
  let low = FNV_START | 0;
  let high = FNV_PRIME | 0;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] as number;
    low = Math.imul(low ^ byte, FNV_PRIME);
    high = Math.imul(high ^ (byte ^ 0xff), FNV_PRIME) ^ (high >>> 15);
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}

/** Writes values one behind the other into memory that grows. */
export class ValueWriter {
  private bytes = new Uint8Array(4096);
  private view = new DataView(this.bytes.buffer);
  private at = 0;
  private readonly numberOf: (thing: object) => number | undefined;

  /** @param numberOf of things that have one */
  constructor(numberOf: (thing: object) => number | undefined = () => undefined) {
    this.numberOf = numberOf;
  }

  /** What was written since the last call; valid until the next `value`. */
  take(): Uint8Array {
    const taken = this.bytes.subarray(0, this.at);
    this.at = 0;
    return taken;
  }

  /** `asDigest`: bytes that are long are told by their hash. Throws RecordError for what has no content that can be written, such as a function. */
  value(value: unknown, asDigest: boolean): void {
    if (value === undefined) this.u8(Tag.UNDEFINED);
    else if (value === null) this.u8(Tag.NULL);
    else if (typeof value === 'boolean') this.u8(value ? Tag.TRUE : Tag.FALSE);
    else if (typeof value === 'number') this.number(Tag.NUMBER, value);
    else if (typeof value === 'string') this.text(value);
    else if (typeof value === 'object') this.object(value, asDigest);
    else throw new RecordError(`a ${typeof value} cannot be recorded`);
  }

  private object(value: object, asDigest: boolean): void {
    const number = value instanceof Thing ? value.number : this.numberOf(value);
    if (number !== undefined) this.number(Tag.THING, number);
    else if (value instanceof Uint8Array) this.content(value, asDigest);
    else if (value instanceof Digest) this.digest(value);
    else if (value instanceof OutgoingMessage) this.message(value, asDigest);
    else if (Array.isArray(value)) {
      this.number(Tag.LIST, value.length);
      for (const one of value) this.value(one, asDigest);
    } else {
      const entries = Object.entries(value);
      this.number(Tag.RECORD, entries.length);
      for (const [name, one] of entries) {
        this.text(name);
        this.value(one, asDigest);
      }
    }
  }

  private message({ head, body, seat, stored }: OutgoingMessage, asDigest: boolean): void {
    if (seat !== undefined || stored !== undefined)
      throw new RecordError('messages that are sealed once for several peers cannot be recorded');
    this.u8(Tag.MESSAGE);
    this.content(head, asDigest);
    this.content(body, asDigest);
  }

  private content(bytes: Uint8Array, asDigest: boolean): void {
    if (asDigest && bytes.length > SHORT_BYTES) {
      this.digest(Digest.of(bytes));
      return;
    }
    this.number(Tag.BYTES, bytes.length);
    this.room(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  private digest({ length, hash }: Digest): void {
    this.number(Tag.DIGEST, length);
    this.number(Tag.NUMBER, hash);
  }

  private text(text: string): void {
    this.number(Tag.TEXT, text.length);
    this.room(text.length * 2);
    for (let i = 0; i < text.length; i += 1) this.view.setUint16(this.at + i * 2, text.charCodeAt(i), true);
    this.at += text.length * 2;
  }

  private number(tag: number, value: number): void {
    this.u8(tag);
    this.room(8);
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  private u8(value: number): void {
    this.room(1);
    this.bytes[this.at] = value;
    this.at += 1;
  }

  private room(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const grown = new Uint8Array(2 * (this.at + more));
    grown.set(this.bytes);
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}

/** Reads what a ValueWriter wrote. Throws RecordError. */
export class ValueReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;
  private readonly thing: (number: number) => unknown;

  constructor(bytes: Uint8Array, thing: (number: number) => unknown = (number) => new Thing(number)) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.thing = thing;
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  value(): unknown {
    const tag = this.bytes[this.take(1)];
    if (tag === Tag.UNDEFINED) return undefined;
    if (tag === Tag.NULL) return null;
    if (tag === Tag.FALSE || tag === Tag.TRUE) return tag === Tag.TRUE;
    if (tag === Tag.MESSAGE) {
      const head = this.value() as Uint8Array;
      return new OutgoingMessage(this.value() as Uint8Array, head);
    }
    const number = this.view.getFloat64(this.take(8), true);
    if (tag === Tag.NUMBER) return number;
    if (tag === Tag.THING) return this.thing(number);
    if (!Number.isInteger(number) || number < 0) throw new RecordError(`${number} is no length`);
    if (tag === Tag.TEXT) return this.text(number);
    if (tag === Tag.BYTES) return this.content(number);
    if (tag === Tag.DIGEST) return new Digest(number, this.value() as number);
    if (tag === Tag.LIST) return Array.from({ length: number }, () => this.value());
    if (tag !== Tag.RECORD) throw new RecordError(`${tag} is no kind of value`);
    return Object.fromEntries(Array.from({ length: number }, () => [this.value() as string, this.value()]));
  }

  private text(length: number): string {
    const start = this.take(length * 2);
    let text = '';
    for (let i = 0; i < length; i += 1) text += String.fromCharCode(this.view.getUint16(start + i * 2, true));
    return text;
  }

  /** A copy, as what was recorded was the caller's own. */
  private content(length: number): Uint8Array {
    const start = this.take(length);
    return this.bytes.slice(start, start + length);
  }

  private take(length: number): number {
    const start = this.at;
    if (length > this.bytes.length - start) throw new RecordError('an entry is shorter than it says');
    this.at += length;
    return start;
  }
}
