import { ByteHash } from '../trace/byte-hash.ts';

const WHOLE_MAX = 256;
const HEAD = 64;
const TAIL = 32;

const hash = new ByteHash();

/**
 * 32 bits over a datagram's bytes: all of them up to 256, else the first 64 and the last 32 (headers and tag), and
 * the length.
 */
export function contentHash(bytes: Uint8Array, lengthBytes: number): number {
  hash.start(0x243f6a88, 0x85a308d3, 0x13198a2e, lengthBytes);
  if (lengthBytes <= WHOLE_MAX) {
    hash.bytes(bytes, 0, lengthBytes);
  } else {
    hash.bytes(bytes, 0, HEAD);
    hash.bytes(bytes, lengthBytes - TAIL, lengthBytes);
  }
  hash.finish();
  return hash.h0 >>> 0;
}
