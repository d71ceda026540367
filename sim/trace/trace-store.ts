import { assert } from '../kernel/assert.ts';
import { RECORD_NUMBERS } from './rolling-hash.ts';
import type { Nanos } from '../../protocol/core/units.ts';

/** Bytes of a stored record; README.md has the layout. */
export const RECORD_BYTES = 48;
const CHUNK_RECORDS = 8192;
const CHUNK_BYTES = CHUNK_RECORDS * RECORD_BYTES;

const KIND_AT = 8;
const WHERE_AT = 12;
const A_AT = 16;
const B_AT = 24;
const C_AT = 32;
const D_AT = 40;

export interface TraceStoreOptions {
  /** Records kept at most, RECORD_BYTES each; the rest is counted in `notStored`. */
  readonly recordsMax: number;
  /** Records to let pass before keeping any. Default 0. */
  readonly fromRecord?: number;
}

export interface TraceRecord {
  readonly timeNs: Nanos;
  readonly kind: number;
  readonly where: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

export type TraceVisitor = (
  timeNs: Nanos,
  kind: number,
  where: number,
  a: number,
  b: number,
  c: number,
  d: number,
) => void;

/** The records of one stretch of a run, in chunks of memory that another program can read. */
export class TraceStore {
  /** Index in the run of the first record kept. */
  readonly fromRecord: number;
  readonly #recordsMax: number;
  readonly #chunks: DataView[] = [];
  #toSkip: number;
  #length = 0;
  #notStored = 0;
  /** The last chunk, and where its next record goes. */
  #chunk = new DataView(new ArrayBuffer(0));
  #at = 0;

  constructor(options: TraceStoreOptions) {
    assert(options.recordsMax >= 0, 'recordsMax is a number of records');
    this.#recordsMax = options.recordsMax;
    this.fromRecord = options.fromRecord ?? 0;
    this.#toSkip = this.fromRecord;
  }

  /** Records kept. */
  get length(): number {
    return this.#length;
  }

  /** Records that came when the store was full. */
  get notStored(): number {
    return this.#notStored;
  }

  add(timeNs: Nanos, kind: number, where: number, a: number, b: number, c: number, d: number): void {
    if (this.#toSkip > 0) {
      this.#toSkip--;
      return;
    }
    if (this.#length === this.#recordsMax) {
      this.#notStored++;
      return;
    }
    if (this.#at === this.#chunk.byteLength) this.#addChunk();
    const chunk = this.#chunk;
    const at = this.#at;
    chunk.setFloat64(at, timeNs, true);
    chunk.setUint32(at + KIND_AT, kind, true);
    chunk.setInt32(at + WHERE_AT, where, true);
    chunk.setFloat64(at + A_AT, a, true);
    chunk.setFloat64(at + B_AT, b, true);
    chunk.setFloat64(at + C_AT, c, true);
    chunk.setFloat64(at + D_AT, d, true);
    this.#at = at + RECORD_BYTES;
    this.#length++;
  }

  /** The first `records` of what a Trace has gathered, in the layout of a stored record, but in the byte order of the machine. */
  addAll(numbers: Float64Array, words: Int32Array, records: number): void {
    const number = (at: number): number => numbers[at] as number;
    for (let at = 0; at < records * RECORD_NUMBERS; at += RECORD_NUMBERS) {
      const kind = (words[2 * at + 2] as number) >>> 0;
      const where = words[2 * at + 3] as number;
      this.add(number(at), kind, where, number(at + 2), number(at + 3), number(at + 4), number(at + 5));
    }
  }

  /** The record with `index` in [0, length), else undefined. */
  at(index: number): TraceRecord | undefined {
    let record: TraceRecord | undefined;
    const visit: TraceVisitor = (timeNs, kind, where, a, b, c, d) => {
      record = { timeNs, kind, where, a, b, c, d };
    };
    this.forEach(visit, index, index + 1);
    return record;
  }

  /** Visits the records with an index in [start, end), without an object for each. */
  forEach(visit: TraceVisitor, start = 0, end: number = this.#length): void {
    for (let index = Math.max(start, 0); index < Math.min(end, this.#length); index++) {
      const chunk = this.#chunks[Math.floor(index / CHUNK_RECORDS)] as DataView;
      const at = (index % CHUNK_RECORDS) * RECORD_BYTES;
      visit(
        chunk.getFloat64(at, true),
        chunk.getUint32(at + KIND_AT, true),
        chunk.getInt32(at + WHERE_AT, true),
        chunk.getFloat64(at + A_AT, true),
        chunk.getFloat64(at + B_AT, true),
        chunk.getFloat64(at + C_AT, true),
        chunk.getFloat64(at + D_AT, true),
      );
    }
  }

  /** The records as bytes, in pieces of whole records; valid until the next add(). */
  pieces(): Uint8Array[] {
    return this.#chunks.map((chunk, index) => {
      const records = Math.min(CHUNK_RECORDS, this.#length - index * CHUNK_RECORDS);
      return new Uint8Array(chunk.buffer, 0, records * RECORD_BYTES);
    });
  }

  #addChunk(): void {
    this.#chunk = new DataView(new ArrayBuffer(CHUNK_BYTES));
    this.#chunks.push(this.#chunk);
    this.#at = 0;
  }
}
