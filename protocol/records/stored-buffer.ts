import { assert } from '../core/assert.ts';
import { RangeSet } from '../core/range-set.ts';
import type { Bytes } from '../core/units.ts';
import type { AeadKey, CryptoSuite } from '../crypto/suite.ts';
import { RECORD_PLAIN_BYTES, RECORD_SEALED_BYTES, recordCount, recordLength, sealedSize } from './layout.ts';
import type { RecordPool } from './record-pool.ts';
import { readRecords, type RecordSource } from './record-source.ts';
import { RECORD_AAD_BYTES, recordAad } from './sealed-buffer.ts';
import { AUTHENTICATED } from './sealing.ts';
import type { SealedParts } from './sealed-content.ts';
import type { Sealing } from './sealing.ts';
import { Seat } from './seat.ts';
import type { SharedContent } from './seat.ts';

/** allocated: nothing is in it · writing: some is · filled: all is, and it is never written again. REQ BUF-8 */
export type BufferState = 'allocated' | 'writing' | 'filled';

/** Who pays for the memory. */
export interface BufferAccount {
  readonly crypto: CryptoSuite;
  readonly records: RecordPool;
  /** So much of it is free again. */
  onFreed(bytes: Bytes): void;
}

/**
 * A message body in memory of the pool, laid out as sealed records: written as plaintext and sealed in place, once, for all transfers that ever carry it. Its owners may
 * submit it; when they have let it go, each record is freed as soon as the last transfer has it. REQ BUF-2, BUF-3, BUF-4, BUF-8, BUF-9, POOL-14, PAT-15 · MUST RECORD-1
 */
export class StoredBuffer implements RecordSource, SharedContent {
  readonly slot: number;
  readonly generation: number;
  readonly rawKey: Uint8Array;
  readonly sealing: Sealing;
  readonly sizeBytes: Bytes;
  readonly sealedBytes: Bytes;
  state: BufferState = 'allocated';
  /** Ids of it that the application has. */
  owners = 1;
  private readonly account: BufferAccount;
  private readonly key: AeadKey;
  private readonly aad: Uint8Array;
  private readonly records: (Uint8Array | undefined)[] = [];
  private readonly sealed: boolean[] = [];
  /** Per record: bytes that seats have not released. */
  private readonly needed: number[] = [];
  private readonly written: RangeSet = new RangeSet();

  constructor(
    account: BufferAccount,
    sizeBytes: Bytes,
    slot: number,
    generation: number,
    rawKey: Uint8Array,
    sealing: Sealing,
  ) {
    this.account = account;
    this.sizeBytes = sizeBytes;
    this.sealedBytes = sealedSize(sizeBytes);
    this.slot = slot;
    this.generation = generation;
    this.rawKey = rawKey;
    this.sealing = sealing;
    this.key = account.crypto.aeadKey(rawKey);
    this.aad = recordAad(slot, generation, sizeBytes, 0);
    for (let i = 0; i < recordCount(sizeBytes); i += 1) {
      const lengthBytes = recordLength(i, this.sealedBytes);
      // A short one is its own: a pooled one would cost a small buffer 64 KiB.
      this.records.push(
        lengthBytes === RECORD_SEALED_BYTES ? account.records.take() : account.records.memory(lengthBytes),
      );
      this.sealed.push(false);
      this.needed.push(0);
    }
  }

  /** What of it has not been written; undefined if nothing. */
  get firstGap(): [start: Bytes, end: Bytes] | undefined {
    let gap: [Bytes, Bytes] | undefined;
    this.written.forEachGap(0, this.sizeBytes, (start, end) => (gap ??= [start, end]));
    return gap;
  }

  /** Some of [start, end) is sealed already. */
  isSealed(start: Bytes, end: Bytes): boolean {
    for (let i = Math.floor(start / RECORD_PLAIN_BYTES); i * RECORD_PLAIN_BYTES < end; i += 1) {
      if (this.sealed[i]) return true;
    }
    return false;
  }

  write(at: Bytes, bytes: Uint8Array): void {
    this.eachRecord(at, bytes.length, (record, index, start, end) => {
      record.set(bytes.subarray(start - at, end - at), start - index * RECORD_PLAIN_BYTES);
    });
  }

  /** Seals `bytes` into it: whole records, none of them written before. */
  encrypt(at: Bytes, bytes: Uint8Array): void {
    this.eachRecord(at, bytes.length, (record, index, start, end) => {
      this.sealInto(record, index, bytes, start - at, end - at);
    });
  }

  private eachRecord(
    at: Bytes,
    lengthBytes: Bytes,
    visit: (record: Uint8Array, index: number, start: Bytes, end: Bytes) => void,
  ): void {
    this.state = 'writing';
    const stop = at + lengthBytes;
    for (let start = at; start < stop;) {
      const index = Math.floor(start / RECORD_PLAIN_BYTES);
      const end = Math.min((index + 1) * RECORD_PLAIN_BYTES, stop);
      visit(this.records[index] as Uint8Array, index, start, end);
      start = end;
    }
    this.written.add(at, stop);
  }

  /** MUST RECORD-2, RECORD-5 */
  private sealInto(record: Uint8Array, index: number, plain: Uint8Array, start: Bytes, end: Bytes): void {
    assert(!this.sealed[index], 'a record is sealed once');
    this.sealed[index] = true;
    if (this.sealing === AUTHENTICATED) {
      if (plain !== record) record.set(plain.subarray(start, end), 0);
      this.key.authenticate(
        index,
        this.aad,
        0,
        RECORD_AAD_BYTES,
        record,
        0,
        end - start,
        record,
        end - start,
      );
    } else {
      this.key.seal(index, this.aad, 0, RECORD_AAD_BYTES, plain, start, end, record, 0);
    }
  }

  read(start: number, end: number, out: Uint8Array, at: number): void {
    readRecords(this, start, end, out, at);
  }

  /** Sealed when its first byte is sent: the work is spread over the time it takes to send. */
  record(index: number): Uint8Array {
    const record = this.records[index];
    assert(record !== undefined, 'a record was needed after it had been freed');
    if (!this.sealed[index]) {
      const plainBytes = Math.min(RECORD_PLAIN_BYTES, this.sizeBytes - index * RECORD_PLAIN_BYTES);
      this.sealInto(record, index, record, 0, plainBytes);
    }
    return record;
  }

  /** All records, sealed now if they were not: for who sends them from another thread. It has a seat, so they stay. */
  parts(): SealedParts {
    const { slot, generation, rawKey, sealing, sizeBytes, sealedBytes } = this;
    const records = this.records.map((_, index) => this.record(index));
    return { slot, generation, rawKey, sealing, sizeBytes, sealedBytes, records };
  }

  /** Its ciphertext is nowhere but here. */
  share(): undefined {
    return undefined;
  }

  source(): this {
    return this;
  }

  /** A place for a transfer; see Seat. */
  takeSeat(keeps: boolean): Seat {
    assert(
      this.owners > 0 && this.state === 'filled',
      'a buffer that is not filled, or is gone, was submitted',
    );
    for (let i = 0; i < this.needed.length; i += 1)
      this.needed[i] = (this.needed[i] as number) + recordLength(i, this.sealedBytes);
    return new Seat(this, keeps);
  }

  release(start: number, end: number): void {
    while (start < end) {
      const index = Math.floor(start / RECORD_SEALED_BYTES);
      const stop = Math.min(end, (index + 1) * RECORD_SEALED_BYTES);
      const left = (this.needed[index] as number) - (stop - start);
      assert(left >= 0, 'a byte was released twice');
      this.needed[index] = left;
      if (left === 0 && this.owners === 0) this.free(index);
      start = stop;
    }
  }

  leave(released: RangeSet): void {
    released.forEachGap(0, this.sealedBytes, (start, end) => this.release(start, end));
  }

  /** An owner has let it go. */
  disown(): void {
    this.owners -= 1;
    if (this.owners > 0) return;
    for (let i = 0; i < this.records.length; i += 1) if (this.needed[i] === 0) this.free(i);
  }

  private free(index: number): void {
    const record = this.records[index];
    if (record === undefined) return;
    this.records[index] = undefined;
    if (record.length === RECORD_SEALED_BYTES) this.account.records.give(record);
    this.account.onFreed(record.length);
  }
}
