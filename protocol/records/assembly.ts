import type { Bytes } from '../core/units.ts';
import type { AeadKey } from '../crypto/suite.ts';
import { RECORD_PLAIN_BYTES, RECORD_SEALED_BYTES, recordCount, recordLength, sealedSize } from './layout.ts';
import type { RecordPool } from './record-pool.ts';
import { RECORD_AAD_BYTES } from './sealed-buffer.ts';

/** A record as it arrives. */
interface Filling {
  buffer: Uint8Array;
  received: Bytes;
  /** Pieces it came in. */
  pieces: number;
}

/**
 * A message being received: ranges of sealed records go in, verified plaintext comes out in place. The caller keeps the
 * ranges and never passes a byte twice. REQ RDP-3, RDP-5 · MUST RECORD-3: no plaintext is delivered before its tag verified.
 */
export class Assembly {
  readonly plaintext: Uint8Array;
  readonly sealedBytes: Bytes;
  private readonly key: AeadKey;
  private readonly aad: Uint8Array;
  private readonly pool: RecordPool;
  private readonly filling: Map<number, Filling> = new Map<number, Filling>();
  private recordsLeft: number;
  /** In how many pieces the record that failed last had come. */
  failedPieces = 0;

  constructor(sizeBytes: Bytes, key: AeadKey, aad: Uint8Array, pool: RecordPool) {
    this.plaintext = new Uint8Array(sizeBytes);
    this.sealedBytes = sealedSize(sizeBytes);
    this.recordsLeft = recordCount(sizeBytes);
    this.key = key;
    this.aad = aad;
    this.pool = pool;
  }

  get complete(): boolean {
    return this.recordsLeft === 0;
  }

  /**
   * Writes new sealed bytes [offset, offset + end - start) from `bytes`, all within one record. Returns the index of a record that
   * failed verification, which must then be received again as a whole, or -1.
   */
  write(offset: number, bytes: Uint8Array, start: number, end: number): number {
    const index = Math.floor(offset / RECORD_SEALED_BYTES);
    let record = this.filling.get(index);
    if (record === undefined) {
      record = { buffer: this.pool.take(), received: 0, pieces: 0 };
      this.filling.set(index, record);
    }
    record.buffer.set(bytes.subarray(start, end), offset - index * RECORD_SEALED_BYTES);
    record.received += end - start;
    record.pieces += 1;
    const length = recordLength(index, this.sealedBytes);
    if (record.received < length) return -1;
    const at = index * RECORD_PLAIN_BYTES;
    const ok = this.key.open(
      index,
      this.aad,
      0,
      RECORD_AAD_BYTES,
      record.buffer,
      0,
      length,
      this.plaintext,
      at,
    );
    this.filling.delete(index);
    this.pool.give(record.buffer);
    if (!ok) {
      this.failedPieces = record.pieces;
      return index;
    }
    this.recordsLeft -= 1;
    return -1;
  }

  destroy(): void {
    for (const record of this.filling.values()) this.pool.give(record.buffer);
    this.filling.clear();
  }
}
