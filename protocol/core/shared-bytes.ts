import type { Bytes } from './units.ts';

/** Bytes that nobody changes while they are under way, handed on by reference and not by copy. */
export interface SharedBytes {
  readonly lengthBytes: Bytes;
  /** An int32 that tells the content of [start, end) from others of the same place: what a trace says of it. */
  digest(start: number, end: number): number;
  /** Copies [start, end) to `out` at `at`. */
  copy(start: number, end: number, out: Uint8Array, at: number): void;
}
