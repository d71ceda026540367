/** What a bytes field of a message refers to while it has no content. */
export const NO_BYTES: Uint8Array = new Uint8Array(0);

/** Up to here a loop is as fast as a view for `set`, and leaves no garbage. */
const LOOP_BYTES_MAX = 32;

/** Copies `length` bytes. The ranges may overlap only if `from` and `to` are the same object. */
export function copyBytes(from: Uint8Array, start: number, length: number, to: Uint8Array, at: number): void {
  if (from === to) to.copyWithin(at, start, start + length);
  else if (length > LOOP_BYTES_MAX) to.set(from.subarray(start, start + length), at);
  else for (let i = 0; i < length; i++) to[at + i] = from[start + i]!;
}
