import type { Bytes } from '../core/units.ts';
import { RECORD_SEALED_BYTES } from './layout.ts';
import type { Sealing } from './sealing.ts';
import type { SharedMessage } from './shared-message.ts';

/** Sealed records as a transfer sends them. */
export interface RecordSource {
  /** Id of the buffer. */
  readonly slot: number;
  readonly generation: number;
  readonly rawKey: Uint8Array;
  readonly sealing: Sealing;
  readonly sealedBytes: Bytes;
  /** Copies sealed bytes [start, end) to `out` at `at`; none of them may have been released. */
  read(start: number, end: number, out: Uint8Array, at: number): void;
  /** A sealed record in memory, where it stays until all of it has been released. */
  record(index: number): Uint8Array;
  /** All sealed bytes, of which [start, end) can be handed on by reference; undefined if `read` must copy them. */
  share(start: number, end: number): SharedMessage | undefined;
}

/** `RecordSource.read` of what has all of its records in memory. */
export function readRecords(
  source: Pick<RecordSource, 'record'>,
  start: Bytes,
  end: Bytes,
  out: Uint8Array,
  at: Bytes,
): void {
  while (start < end) {
    const index = Math.floor(start / RECORD_SEALED_BYTES);
    const base = index * RECORD_SEALED_BYTES;
    const stop = Math.min(end, base + RECORD_SEALED_BYTES);
    out.set(source.record(index).subarray(start - base, stop - base), at);
    at += stop - start;
    start = stop;
  }
}
