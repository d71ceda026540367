import type { Ffi, Pointer } from '../native/index.ts';

const U32 = 2 ** 32;

/** A struct of C, ours or libfabric's, on a machine that is little endian, as all are that libfabric runs on. */
export class Struct {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Memory of our own, zeroed. */
  static of(lengthBytes: number): Struct {
    // More than 64 bytes lie outside of the heap of JavaScript, where nothing is moved.
    return new Struct(new Uint8Array(new ArrayBuffer(Math.max(lengthBytes, 128)), 0, lengthBytes));
  }

  /** What lies at `at`. */
  static at(ffi: Ffi, at: Pointer, lengthBytes: number): Struct {
    return new Struct(ffi.view(at, lengthBytes));
  }

  i32(offset: number): number {
    return this.#view.getInt32(offset, true);
  }

  u32(offset: number): number {
    return this.#view.getUint32(offset, true);
  }

  /** Exact up to 2^53: a pointer, or a size. */
  pointer(offset: number): Pointer {
    return this.#view.getUint32(offset, true) + this.#view.getUint32(offset + 4, true) * U32;
  }

  bits64(offset: number): bigint {
    return this.#view.getBigUint64(offset, true);
  }

  setI32(offset: number, value: number): void {
    this.#view.setInt32(offset, value, true);
  }

  setPointer(offset: number, value: Pointer): void {
    this.#view.setUint32(offset, value % U32, true);
    this.#view.setUint32(offset + 4, Math.floor(value / U32), true);
  }

  setBits64(offset: number, value: bigint): void {
    this.#view.setBigUint64(offset, value, true);
  }
}

/** The text that ends with a zero at `at`; empty for NULL. */
export function textAt(ffi: Ffi, at: Pointer): string {
  if (at === 0) return '';
  let text = '';
  for (let i = 0; ; i += 1) {
    const [byte] = ffi.view(at + i, 1);
    if (byte === undefined || byte === 0) return text;
    text += String.fromCharCode(byte);
  }
}

/** Bytes that end with a zero. */
export function zeroTerminated(text: string): Uint8Array {
  const struct = Struct.of(text.length + 1);
  new TextEncoder().encodeInto(text, struct.bytes);
  return struct.bytes;
}
