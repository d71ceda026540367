/**
 * The slow obvious codec: interprets spec/wire.yaml field by field, with big integers and plain arrays. It shares
 * no code with the generator or with what that makes, so that both would have to make the same mistake.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface OracleField {
  name: string;
  type: string;
  max?: number;
  of?: string[];
  bits?: Record<string, { bit: number }>;
  when?: string;
  unless?: string;
}

export interface OracleMessage {
  name: string;
  form: 'packet' | 'frame';
  code: number;
  /** Flags of a packet's first byte. */
  packetFlags: Record<string, { bit: number }>;
  fields: OracleField[];
}

export type OracleRecord = Record<string, unknown>;
export type OracleError = 'TRUNCATED' | 'VALUE' | 'UNKNOWN';
export type OracleResult = { record: OracleRecord; next: number } | { error: OracleError };

interface RawMessage {
  kind?: number;
  type?: number;
  flags?: Record<string, { bit: number }>;
  fields: OracleField[];
}

interface RawTable {
  version: number;
  packets: Record<string, RawMessage>;
  frames: Record<string, RawMessage>;
  errors: Record<'transfer' | 'exchange', Record<string, { code: number }>>;
}

const yaml = readFileSync(new URL('../../../spec/wire.yaml', import.meta.url), 'utf8');
export const rawTable = parse(yaml) as RawTable;
export const oracleMessages: OracleMessage[] = [
  ...Object.entries(rawTable.packets).map(([name, raw]) => message(name, 'packet', raw)),
  ...Object.entries(rawTable.frames).map(([name, raw]) => message(name, 'frame', raw)),
];

function message(name: string, form: 'packet' | 'frame', raw: RawMessage): OracleMessage {
  return { name, form, code: (raw.kind ?? raw.type)!, packetFlags: raw.flags ?? {}, fields: raw.fields };
}

export function isPresent(field: OracleField, flags: Record<string, boolean>): boolean {
  if (field.when !== undefined) return flags[field.when] === true;
  if (field.unless !== undefined) return flags[field.unless] !== true;
  return true;
}

// Encoding

/** The bytes of a valid record. */
export function oracleEncode(message: OracleMessage, record: OracleRecord): number[] {
  return oracleGroups(message, record).flat();
}

/** The same, one array for the first byte and for each field that is there. */
export function oracleGroups(message: OracleMessage, record: OracleRecord): number[][] {
  const flags = (record['flags'] ?? {}) as Record<string, boolean>;
  const first =
    message.form === 'frame'
      ? message.code
      : message.code * 64 + rawTable.version * 16 + flagsValue(message.packetFlags, flags);
  const present = message.fields.filter((field) => isPresent(field, flags));
  return [[first], ...present.map((field) => encodeField(field, record[field.name]))];
}

function encodeField(field: OracleField, value: unknown): number[] {
  if (field.type === 'u8') return bigEndian(BigInt(value as number), 1);
  if (field.type === 'u16') return bigEndian(BigInt(value as number), 2);
  if (field.type === 'u32') return bigEndian(BigInt(value as number), 4);
  if (field.type === 'u64') {
    const { hi, lo } = value as { hi: number; lo: number };
    return bigEndian(BigInt(hi) * 2n ** 32n + BigInt(lo), 8);
  }
  if (field.type === 'varint') return oracleVarint(BigInt(value as number));
  if (field.type === 'flags') return [flagsValue(field.bits!, value as Record<string, boolean>)];
  if (field.type === 'list') {
    const items = value as Record<string, number>[];
    const integers = items.flatMap((item) => field.of!.map((name) => BigInt(item[name]!)));
    return [...oracleVarint(BigInt(items.length)), ...integers.flatMap(oracleVarint)];
  }
  const content = [...(value as Uint8Array)];
  return field.type === 'bytes' ? [...oracleVarint(BigInt(content.length)), ...content] : content;
}

function flagsValue(bits: Record<string, { bit: number }>, flags: Record<string, boolean>): number {
  return Object.entries(bits).reduce((sum, [name, { bit }]) => sum + (flags[name] ? 2 ** bit : 0), 0);
}

function bigEndian(value: bigint, length: number): number[] {
  return Array.from({ length }, (_, index) => Number((value >> BigInt(8 * (length - 1 - index))) & 0xffn));
}

/** RFC 9000 section 16: two bits of length, then the value. */
export function oracleVarint(value: bigint): number[] {
  for (const exponent of [0, 1, 2, 3]) {
    const length = 2 ** exponent;
    const valueBits = BigInt(8 * length - 2);
    if (value < 2n ** valueBits) return bigEndian((BigInt(exponent) << valueBits) | value, length);
  }
  throw new Error(`${value} has no varint`);
}

// Decoding

class Refusal extends Error {
  readonly error: OracleError;
  constructor(error: OracleError) {
    super(error);
    this.error = error;
  }
}

/** What `bytes`, a frame or a datagram from here on, says; `next` counts from its beginning. */
export function oracleDecode(message: OracleMessage, bytes: number[]): OracleResult {
  try {
    return message.form === 'frame' ? decodeFrame(message, bytes) : decodePacket(message, bytes);
  } catch (refusal) {
    if (refusal instanceof Refusal) return { error: refusal.error };
    throw refusal;
  }
}

function decodeFrame(message: OracleMessage, bytes: number[]): OracleResult {
  const reader = new Reader(bytes);
  if (reader.integer(1) !== BigInt(message.code)) throw new Refusal('UNKNOWN');
  const record: OracleRecord = {};
  let flags: Record<string, boolean> = {};
  for (const field of message.fields) {
    if (!isPresent(field, flags)) continue;
    record[field.name] = decodeField(field, reader);
    if (field.type === 'flags') flags = record[field.name] as Record<string, boolean>;
  }
  return { record, next: reader.position };
}

function decodePacket(message: OracleMessage, datagram: number[]): OracleResult {
  const reader = new Reader(datagram);
  const first = Number(reader.integer(1));
  if (Math.floor(first / 64) !== message.code) throw new Refusal('UNKNOWN');
  if (Math.floor(first / 16) % 4 !== rawTable.version) throw new Refusal('VALUE');
  const flags = decodeFlags(message.packetFlags, first % 16);
  const record: OracleRecord = Object.keys(message.packetFlags).length > 0 ? { flags } : {};
  const lengthBytes = Number(reader.integer(2));
  if (lengthBytes < shortestHeader(message)) throw new Refusal('VALUE');
  if (lengthBytes > datagram.length) throw new Refusal('TRUNCATED');
  const packet = new Reader(datagram.slice(0, lengthBytes));
  packet.take(1);
  for (const field of message.fields) record[field.name] = decodeField(field, packet);
  return { record, next: lengthBytes };
}

function shortestHeader(message: OracleMessage): number {
  const sizes: Record<string, number> = { u8: 1, u16: 2, u32: 4, u64: 8, varint: 1, rest: 0 };
  return message.fields.reduce((sum, { type }) => sum + (sizes[type] ?? Number(type.split(':')[1])), 1);
}

function decodeField(field: OracleField, reader: Reader): unknown {
  const integer = (value: bigint): number => {
    if (field.max !== undefined && value > BigInt(field.max)) throw new Refusal('VALUE');
    return Number(value);
  };
  if (field.type === 'u8') return integer(reader.integer(1));
  if (field.type === 'u16') return integer(reader.integer(2));
  if (field.type === 'u32') return integer(reader.integer(4));
  if (field.type === 'u64') return { hi: Number(reader.integer(4)), lo: Number(reader.integer(4)) };
  if (field.type === 'varint') return integer(reader.varint());
  if (field.type === 'flags') return decodeFlags(field.bits!, Number(reader.integer(1)));
  if (field.type === 'rest') return Uint8Array.from(reader.take(reader.left()));
  if (field.type === 'bytes') return Uint8Array.from(reader.take(Number(reader.varint())));
  if (field.type === 'list') {
    const count = integer(reader.varint());
    return Array.from({ length: count }, () =>
      Object.fromEntries(field.of!.map((name) => [name, Number(reader.varint())])),
    );
  }
  return Uint8Array.from(reader.take(Number(field.type.split(':')[1])));
}

function decodeFlags(bits: Record<string, { bit: number }>, value: number): Record<string, boolean> {
  const flags: Record<string, boolean> = {};
  let known = 0;
  for (const [name, { bit }] of Object.entries(bits)) {
    flags[name] = Math.floor(value / 2 ** bit) % 2 === 1;
    if (flags[name]) known += 2 ** bit;
  }
  if (known !== value) throw new Refusal('VALUE');
  return flags;
}

class Reader {
  position = 0;
  readonly #bytes: number[];

  constructor(bytes: number[]) {
    this.#bytes = bytes;
  }

  left(): number {
    return this.#bytes.length - this.position;
  }

  take(length: number): number[] {
    if (length > this.left()) throw new Refusal('TRUNCATED');
    this.position += length;
    return this.#bytes.slice(this.position - length, this.position);
  }

  integer(length: number): bigint {
    return this.take(length).reduce((value, byte) => value * 256n + BigInt(byte), 0n);
  }

  varint(): bigint {
    const exponent = Math.floor((this.take(1)[0] as number) / 64);
    this.position -= 1;
    const bits = 8 * 2 ** exponent - 2;
    const value = this.integer(2 ** exponent) % 2n ** BigInt(bits);
    if (value > 2n ** 53n - 1n) throw new Refusal('VALUE');
    return value;
  }
}
