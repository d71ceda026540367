import { assert } from '../core/assert.ts';
import type { Bytes } from '../core/units.ts';
import { TAG_BYTES } from '../crypto/suite.ts';
import type { AeadKey, CryptoSuite } from '../crypto/suite.ts';
import { RECORD_PLAIN_BYTES, RECORD_SEALED_BYTES, recordCount, recordLength, sealedSize } from './layout.ts';
import type { OutgoingMessage } from './message.ts';
import { Keyed } from './keyed.ts';
import type { RecordPool } from './record-pool.ts';
import type { RecordSource } from './record-source.ts';
import type { Region } from './region.ts';
import { ENCRYPTED } from './sealing.ts';
import type { Sealing } from './sealing.ts';
import { SharedMessage } from './shared-message.ts';

export const RECORD_AAD_BYTES = 24;

/** What every record of a buffer is bound to: buffer id, message size, header size. MUST RECORD-2 */
export function recordAad(
  slot: number,
  generation: number,
  sizeBytes: Bytes,
  headerBytes: Bytes,
): Uint8Array {
  const aad = new Uint8Array(RECORD_AAD_BYTES);
  const words = [
    slot,
    generation,
    Math.floor(sizeBytes / 2 ** 32),
    sizeBytes >>> 0,
    Math.floor(headerBytes / 2 ** 32),
    headerBytes >>> 0,
  ];
  words.forEach((word, i) => {
    aad[i * 4] = word >>> 24;
    aad[i * 4 + 1] = word >>> 16;
    aad[i * 4 + 2] = word >>> 8;
    aad[i * 4 + 3] = word;
  });
  return aad;
}

interface Records {
  key: AeadKey;
  aad: Uint8Array;
  sealed: (Uint8Array | undefined)[];
  /** Per record: bytes not yet acknowledged, counted for each transfer that carries it; 0 once it is dropped. */
  unacked: number[];
  /** Records that are handed on by reference, if that has begun: all that are not sealed yet will be. */
  shared: SharedMessage | undefined;
}

/**
 * A message as sealed records. A record is sealed when its first byte is sent and dropped when its last is
 * acknowledged, so a message larger than memory's comfort costs only what is in flight. No record is sealed
 * twice: its ciphertext is kept until it is acknowledged. One that peers read by themselves lies in one piece and is sealed at once.
 * REQ KEY-3, KEY-7, BUF-1, BUF-4, BUF-5 · MUST RECORD-1, READ-1
 */
export class SealedBuffer extends Keyed implements RecordSource {
  /** The record that was handed on by reference last, as long as it is held: packets that follow one another ask for the same. */
  private sharedIndex = -1;
  private lastShared: SharedMessage | undefined;
  readonly sealedBytes: Bytes;
  readonly slot: number;
  readonly generation: number;
  private readonly message: OutgoingMessage;
  private readonly suite: CryptoSuite;
  private readonly pool: RecordPool;
  private readonly holders: number;
  /** Where it lies, if peers can read it there. */
  readonly region: Region | undefined;
  private made: Records | undefined;

  /** @param holders transfers that carry it */
  constructor(
    suite: CryptoSuite,
    pool: RecordPool,
    message: OutgoingMessage,
    slot: number,
    generation: number,
    rawKey: Uint8Array,
    holders: number = 1,
    region?: Region,
  ) {
    super(rawKey, 0);
    this.slot = slot;
    this.generation = generation;
    this.message = message;
    this.suite = suite;
    this.pool = pool;
    this.holders = holders;
    this.sealedBytes = sealedSize(message.sizeBytes);
    this.region = region;
    if (region === undefined) return;
    for (let i = recordCount(message.sizeBytes) - 1; i >= 0; i -= 1) this.seal(i);
  }

  get sealing(): Sealing {
    return ENCRYPTED;
  }

  /** Nothing of it is made before the first byte is wanted: many messages are announced and wait. */
  private get records(): Records {
    if (this.made !== undefined) return this.made;
    const { slot, generation, message, holders, sealedBytes } = this;
    const count = recordCount(message.sizeBytes);
    this.made = {
      key: this.suite.aeadKey(this.rawKey),
      aad: recordAad(slot, generation, message.sizeBytes, message.head.length),
      sealed: new Array<Uint8Array | undefined>(count).fill(undefined),
      unacked: Array.from({ length: count }, (_, i) => holders * recordLength(i, sealedBytes)),
      shared: undefined,
    };
    return this.made;
  }

  read(start: number, end: number, out: Uint8Array, at: number): void {
    const { records } = this;
    while (start < end) {
      const index = Math.floor(start / RECORD_SEALED_BYTES);
      const base = index * RECORD_SEALED_BYTES;
      const stop = Math.min(end, base + RECORD_SEALED_BYTES);
      if (records.shared !== undefined && this.sealShared(index, records.shared)) {
        records.shared.copy(start, stop, out, at);
      } else {
        out.set(this.record(index).subarray(start - base, stop - base), at);
      }
      at += stop - start;
      start = stop;
    }
  }

  record(index: number): Uint8Array {
    return this.records.sealed[index] ?? this.seal(index);
  }

  share(start: number, end: number): SharedMessage | undefined {
    const first = Math.floor(start / RECORD_SEALED_BYTES);
    const last = Math.floor((end - 1) / RECORD_SEALED_BYTES);
    if (first === this.sharedIndex && last === first) return this.lastShared;
    const { records } = this;
    if (this.region !== undefined || records.key.sealShared === undefined) return undefined;
    const shared = (records.shared ??= new SharedMessage(this.message));
    for (let index = first; index <= last; index += 1) {
      if (!this.sealShared(index, shared)) return undefined;
    }
    this.sharedIndex = last;
    this.lastShared = shared;
    return shared;
  }

  /** Newly acknowledged bytes; each byte is reported once for each transfer. */
  release(start: number, end: number): void {
    const { unacked } = this.records;
    while (start < end) {
      const index = Math.floor(start / RECORD_SEALED_BYTES);
      const stop = Math.min(end, (index + 1) * RECORD_SEALED_BYTES);
      const left = (unacked[index] as number) - (stop - start);
      assert(left >= 0, 'a byte was released twice');
      unacked[index] = left;
      if (left === 0) this.drop(index);
      start = stop;
    }
  }

  /** The buffer's end: every record still held goes back to the pool, and nobody can read it. MUST READ-4 */
  destroy(): void {
    const count = this.made?.sealed.length ?? 0;
    for (let i = 0; i < count; i += 1) this.drop(i);
    this.region?.close();
  }

  private drop(index: number): void {
    const { sealed, unacked } = this.records;
    const record = sealed[index];
    unacked[index] = 0;
    if (index === this.sharedIndex) this.sharedIndex = -1;
    if (record === undefined) return;
    sealed[index] = undefined;
    if (this.region === undefined) this.pool.give(record);
  }

  /** False: it was sealed into a buffer before. */
  private sealShared(index: number, shared: SharedMessage): boolean {
    const { key, aad, sealed, unacked } = this.records;
    if (sealed[index] !== undefined) return false;
    assert((unacked[index] as number) > 0, 'a record was needed after it had been dropped');
    if (shared.tags[index] !== undefined) return true;
    const tag = new Uint8Array(TAG_BYTES);
    const start = index * RECORD_PLAIN_BYTES;
    key.sealShared?.(index, aad, 0, RECORD_AAD_BYTES, this.message, start, shared.plainEnd(index), tag);
    shared.tags[index] = tag;
    return true;
  }

  private seal(index: number): Uint8Array {
    const { key, aad, sealed, unacked } = this.records;
    assert((unacked[index] as number) > 0, 'a record was needed after it had been dropped');
    const { head, body } = this.message;
    const start = index * RECORD_PLAIN_BYTES;
    const end = Math.min(start + RECORD_PLAIN_BYTES, this.message.sizeBytes);
    const base = index * RECORD_SEALED_BYTES;
    const record = this.region?.bytes.subarray(base, base + RECORD_SEALED_BYTES) ?? this.pool.take();
    if (start >= head.length) {
      const from = start - head.length;
      key.seal(index, aad, 0, RECORD_AAD_BYTES, body, from, end - head.length, record, 0);
    } else {
      this.message.copy(start, end, record, 0);
      key.seal(index, aad, 0, RECORD_AAD_BYTES, record, 0, end - start, record, 0);
    }
    sealed[index] = record;
    return record;
  }
}
