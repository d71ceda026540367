import { assert } from '../core/assert.ts';
import type { SharedBytes } from '../core/shared-bytes.ts';
import type { Bytes } from '../core/units.ts';
import { TAG_BYTES } from '../crypto/suite.ts';
import type { AeadKey, Gathered } from '../crypto/suite.ts';
import { RECORD_PLAIN_BYTES, RECORD_SEALED_BYTES, recordCount, recordLength, sealedSize } from './layout.ts';
import type { OutgoingMessage } from './message.ts';
import type { Placement } from './placement.ts';
import type { RecordPool } from './record-pool.ts';
import { RECORD_AAD_BYTES } from './sealed-buffer.ts';
import { AUTHENTICATED } from './sealing.ts';
import type { Sealing } from './sealing.ts';
import { SharedMessage } from './shared-message.ts';
import { Verified } from './verified.ts';
import type { RecordCheck } from './verified.ts';

const NOTHING = new Uint8Array(0);

/** A record as it arrives: in a buffer, or, while all of it came by reference to one message and its own place in that, nowhere. */
class Filling {
  buffer: Uint8Array | undefined;
  shared: SharedMessage | undefined;
  received: Bytes = 0;
  /** Sum of the positions of the bytes received, modulo 2^32: with `received` it tells that each byte has come, and once. */
  positions = 0;
  /** Pieces it came in. */
  pieces = 0;
  /** The last of those by reference, with what it continues; start and end of each before that. */
  private start = 0;
  private end = 0;
  private edges: number[] | undefined;

  note(start: number, end: number): void {
    this.received += end - start;
    this.positions = (this.positions + positionsOf(start, end)) | 0;
    this.pieces += 1;
  }

  refer(shared: SharedMessage, start: number, end: number): void {
    this.shared = shared;
    if (this.end !== start) {
      if (this.end > 0) (this.edges ??= []).push(this.start, this.end);
      this.start = start;
    }
    this.end = end;
  }

  /** From now on it is in `buffer`, which begins at `base`. */
  gather(buffer: Uint8Array, base: number): void {
    this.buffer = buffer;
    for (let i = 0; i < (this.edges?.length ?? 0); i += 2)
      this.copy(this.edges?.[i] as number, this.edges?.[i + 1] as number, base);
    this.copy(this.start, this.end, base);
    this.shared = undefined;
  }

  private copy(start: number, end: number, base: number): void {
    this.shared?.copy(start, end, this.buffer as Uint8Array, start - base);
  }

  isWhole(lengthBytes: Bytes): boolean {
    return this.received === lengthBytes && this.positions === (positionsOf(0, lengthBytes) | 0);
  }
}

function positionsOf(start: number, end: number): number {
  return ((start + end - 1) * (end - start)) / 2;
}

/**
 * A message being received: ranges of sealed records go in, verified plaintext comes out in place. The caller keeps the
 * ranges and never passes a byte twice. REQ RDP-3, RDP-5 · MUST RECORD-3: no plaintext is delivered before its tag verified.
 */
export class Assembly implements RecordCheck {
  readonly sizeBytes: Bytes;
  readonly sealedBytes: Bytes;
  private readonly key: AeadKey;
  private readonly sealing: Sealing;
  private readonly aad: Uint8Array;
  private readonly pool: RecordPool;
  /** The record that something came of last, and its index; with one packet after the other nothing else is looked at. */
  private current: Filling | undefined;
  private currentIndex = -1;
  /** The others that something has come of. */
  private others: Map<number, Filling> | undefined;
  private recordsLeft: number;
  /** In how many pieces the record that failed last had come. */
  failedPieces = 0;
  private readonly placement: Placement | undefined;
  private readonly verified: Verified;

  /** @param into where the plaintext goes, if not to memory of its own or its sender's */
  constructor(
    sizeBytes: Bytes,
    key: AeadKey,
    sealing: Sealing,
    aad: Uint8Array,
    pool: RecordPool,
    into?: Placement,
  ) {
    this.sizeBytes = sizeBytes;
    this.verified = new Verified(sizeBytes, pool, this, into?.bytes?.subarray(0, sizeBytes));
    this.placement = into;
    this.sealedBytes = sealedSize(sizeBytes);
    this.recordsLeft = recordCount(sizeBytes);
    this.key = key;
    this.sealing = sealing;
    this.aad = aad;
    this.pool = pool;
  }

  get complete(): boolean {
    return this.recordsLeft === 0;
  }

  /** The whole message, of which the first `headerBytes` are headers. */
  message(headerBytes: Bytes): Gathered {
    assert(this.complete, 'a message is delivered when it is whole');
    if (this.goesToSink) return { head: NOTHING, body: NOTHING };
    const { message } = this.verified;
    if (message?.head.length === headerBytes) return message;
    const plaintext = this.plaintext();
    return { head: plaintext.subarray(0, headerBytes), body: plaintext.subarray(headerBytes) };
  }

  /** The message as one array: what has been verified of it so far. */
  plaintext(): Uint8Array {
    return this.verified.plaintext();
  }

  /**
   * Takes new sealed bytes [offset, offset + end - start) from `bytes`, all within one record. Returns the index of a record that
   * failed verification, which must then be received again as a whole, or -1.
   */
  write(offset: number, bytes: Uint8Array | SharedBytes, start: number, end: number): number {
    const index = Math.floor(offset / RECORD_SEALED_BYTES);
    const at = offset - index * RECORD_SEALED_BYTES;
    const record = this.fillingOf(index);
    if (bytes instanceof SharedMessage && start === offset && this.fits(record, bytes)) {
      record.refer(bytes, start, end);
    } else {
      const buffer = this.bufferOf(record, offset - at);
      if (bytes instanceof Uint8Array) buffer.set(bytes.subarray(start, end), at);
      else bytes.copy(start, end, buffer, at);
    }
    record.note(at, at + end - start);
    const length = recordLength(index, this.sealedBytes);
    if (record.received < length) return -1;
    this.current = undefined;
    if (this.verify(index, record, length)) {
      this.recordsLeft -= 1;
      // A sink says itself what it has.
      if (this.placement?.bytes !== undefined)
        this.placement.arrived.add(index * RECORD_PLAIN_BYTES, this.verified.plainEnd(index));
      return -1;
    }
    this.failedPieces = record.pieces;
    return index;
  }

  private fillingOf(index: number): Filling {
    const { current } = this;
    if (current !== undefined) {
      if (this.currentIndex === index) return current;
      (this.others ??= new Map<number, Filling>()).set(this.currentIndex, current);
    }
    const filling = this.others?.get(index) ?? new Filling();
    this.others?.delete(index);
    this.current = filling;
    this.currentIndex = index;
    return filling;
  }

  /** Whether the record was placed before: then it is not written any more. */
  skip(index: number): boolean {
    if (this.placement?.arrived.contains(index * RECORD_PLAIN_BYTES, this.verified.plainEnd(index)) !== true)
      return false;
    this.recordsLeft -= 1;
    return true;
  }

  private fits(record: Filling, shared: SharedMessage): boolean {
    if (record.shared !== undefined) return record.shared === shared;
    const { key, sealedBytes } = this;
    if (this.goesToSink || this.sealing === AUTHENTICATED || key.openShared === undefined) return false;
    return record.buffer === undefined && shared.lengthBytes === sealedBytes;
  }

  /** From now on the record is put together in a buffer. */
  private bufferOf(record: Filling, base: number): Uint8Array {
    if (record.buffer !== undefined) return record.buffer;
    const buffer = this.pool.take();
    record.gather(buffer, base);
    return buffer;
  }

  private verify(index: number, record: Filling, length: Bytes): boolean {
    const { buffer, shared } = record;
    if (shared !== undefined) {
      const tag = shared.tags[index];
      if (tag === undefined || !record.isWhole(length) || !this.holds(shared.message, index, tag))
        return false;
      this.verified.adopt(index, shared.message);
      return true;
    }
    if (buffer === undefined) return false;
    if (this.goesToSink) return this.openForSink(index, buffer, length);
    if (this.key.openShared !== undefined && this.sealing !== AUTHENTICATED && this.verified.keepsApart)
      return this.openApart(index, buffer, length);
    const { key, aad } = this;
    const at = index * RECORD_PLAIN_BYTES;
    const ok =
      this.sealing === AUTHENTICATED
        ? this.openClear(index, buffer, length - TAG_BYTES, at)
        : key.open(index, aad, 0, RECORD_AAD_BYTES, buffer, 0, length, this.plaintext(), at);
    this.pool.give(buffer);
    return ok;
  }

  holds(message: OutgoingMessage, index: number, tag: Uint8Array): boolean {
    const { key, aad } = this;
    const [start, end] = [index * RECORD_PLAIN_BYTES, this.verified.plainEnd(index)];
    return key.openShared?.(index, aad, 0, RECORD_AAD_BYTES, message, start, end, tag) === true;
  }

  /** Opened in place: the others may come by reference. */
  private openApart(index: number, buffer: Uint8Array, length: Bytes): boolean {
    if (!this.key.open(index, this.aad, 0, RECORD_AAD_BYTES, buffer, 0, length, buffer, 0)) {
      this.pool.give(buffer);
      return false;
    }
    this.verified.keepApart(index, buffer);
    return true;
  }

  private get goesToSink(): boolean {
    return this.placement !== undefined && this.placement.bytes === undefined;
  }

  /** Opened in place; the buffer is the sink's until that has written it. */
  private openForSink(index: number, buffer: Uint8Array, length: Bytes): boolean {
    const { key, aad, pool, placement } = this;
    const plainBytes = length - TAG_BYTES;
    const ok =
      this.sealing === AUTHENTICATED
        ? key.verify(index, aad, 0, RECORD_AAD_BYTES, buffer, 0, plainBytes, buffer, plainBytes)
        : key.open(index, aad, 0, RECORD_AAD_BYTES, buffer, 0, length, buffer, 0);
    if (ok) {
      placement?.put(index * RECORD_PLAIN_BYTES, buffer.subarray(0, plainBytes), () => pool.give(buffer));
    } else {
      pool.give(buffer);
    }
    return ok;
  }

  /** MUST RECORD-5 */
  private openClear(index: number, buffer: Uint8Array, plainBytes: Bytes, at: number): boolean {
    const { key, aad } = this;
    if (!key.verify(index, aad, 0, RECORD_AAD_BYTES, buffer, 0, plainBytes, buffer, plainBytes)) return false;
    this.plaintext().set(buffer.subarray(0, plainBytes), at);
    return true;
  }

  destroy(): void {
    for (const record of [this.current, ...(this.others?.values() ?? [])])
      if (record?.buffer !== undefined) this.pool.give(record.buffer);
    this.current = undefined;
    this.others = undefined;
    this.verified.destroy();
  }
}
