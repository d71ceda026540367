/** Bytes of a line of the processor's cache, and of a record that is one. */
const LINE_BYTES = 64;
/** Allocators put large arrays so far behind the start of a page. */
const ALLOCATOR_BYTES = 16;

/**
 * Words for records of 64 bytes, each of which is one line of the cache as far as one can tell: an array of its own would begin 16 bytes
 * into a line, and the end of each record be in another one.
 */
export function lineWords(records: number): Int32Array {
  const bytes = new ArrayBuffer(LINE_BYTES * (records + 1));
  return new Int32Array(bytes, LINE_BYTES - ALLOCATOR_BYTES, (LINE_BYTES / 4) * records);
}

/** The same memory as numbers. */
export function lineNumbers({ buffer, byteOffset, length }: Int32Array): Float64Array {
  return new Float64Array(buffer, byteOffset, length / 2);
}
