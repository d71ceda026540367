import type { Bytes } from '../core/units.ts';
import type { RangeSet } from '../core/range-set.ts';
import { readRecords, type RecordSource } from './record-source.ts';
import type { Sealing } from './sealing.ts';
import type { SharedContent } from './seat.ts';

/** What is known of a message that was sealed elsewhere, for example in another thread that shares the memory of its records. */
export interface SealedParts {
  readonly slot: number;
  readonly generation: number;
  readonly rawKey: Uint8Array;
  readonly sealing: Sealing;
  readonly sizeBytes: Bytes;
  readonly sealedBytes: Bytes;
  readonly records: readonly Uint8Array[];
}

/** The body of one message, sealed by somebody who wants to know when it is needed no more. REQ POOL-14, PAT-15, BUF-2 · MUST RECORD-1 */
export class SealedContent implements RecordSource, SharedContent {
  readonly slot: number;
  readonly generation: number;
  readonly rawKey: Uint8Array;
  readonly sealing: Sealing;
  readonly sizeBytes: Bytes;
  readonly sealedBytes: Bytes;
  private readonly records: readonly Uint8Array[];
  private readonly onLeft: () => void;

  constructor(parts: SealedParts, onLeft: () => void) {
    this.slot = parts.slot;
    this.generation = parts.generation;
    this.rawKey = parts.rawKey;
    this.sealing = parts.sealing;
    this.sizeBytes = parts.sizeBytes;
    this.sealedBytes = parts.sealedBytes;
    this.records = parts.records;
    this.onLeft = onLeft;
  }

  read(start: Bytes, end: Bytes, out: Uint8Array, at: Bytes): void {
    readRecords(this, start, end, out, at);
  }

  record(index: number): Uint8Array {
    return this.records[index] as Uint8Array;
  }

  share(): undefined {
    return undefined;
  }

  source(): this {
    return this;
  }

  /** All of it goes at once, when its seat is left. */
  release(): void {}

  leave(_released: RangeSet): void {
    this.onLeft();
  }
}
