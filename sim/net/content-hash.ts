const WHOLE_MAX = 256;
const HEAD = 64;
const TAIL = 32;

/**
 * 32 bits over a datagram's bytes: all of them up to 256, else the first 64 and the last 32 (headers and tag), and
 * the length. Words are put together byte by byte, so that the value does not depend on the machine's byte order.
 */
export function contentHash(bytes: Uint8Array, lengthBytes: number): number {
  let hash = Math.imul(lengthBytes ^ 0x5bd1e995, 0x2c1b3c6d);
  if (lengthBytes <= WHOLE_MAX) {
    hash = mixed(hash, bytes, 0, lengthBytes);
  } else {
    hash = mixed(hash, bytes, 0, HEAD);
    hash = mixed(hash, bytes, lengthBytes - TAIL, lengthBytes);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function mixed(seed: number, bytes: Uint8Array, start: number, end: number): number {
  let hash = seed;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) {
    hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
    hash ^= hash >>> 11;
  }
  return hash;
}
