import { ByteHash, join, step } from '../trace/byte-hash.ts';

const WHOLE_MAX = 256;
const HEAD = 64;
const TAIL = 32;
const BLOCK = 16;
const KEY_0 = 0x243f6a88;
const KEY_1 = 0x85a308d3 | 0;
const KEY_2 = 0x13198a2e;

const hash = new ByteHash();

/**
 * 32 bits over a datagram of `lengthBytes` that begins at `start`: all of its bytes up to 256, else the first 64 and the
 * last 32 (headers and tag), and the length.
 */
export function contentHash(bytes: DataView, start: number, lengthBytes: number): number {
  if (lengthBytes <= BLOCK) return shortHash(bytes, start, lengthBytes);
  hash.start(KEY_0, KEY_1, KEY_2, lengthBytes);
  if (lengthBytes <= WHOLE_MAX) {
    mixBlocks(bytes, start, start + lengthBytes);
  } else {
    mixBlocks(bytes, start, start + HEAD);
    mixBlocks(bytes, start + lengthBytes - TAIL, start + lengthBytes);
  }
  return hash.finish32();
}

/**
 * The same over a datagram that ends with part of shared bytes: its first `headerBytes`, which part of what, and the length.
 * @param digest of what is shared
 */
export function sharedContentHash(
  bytes: DataView,
  start: number,
  headerBytes: number,
  lengthBytes: number,
  sharedStart: number,
  digest: number,
): number {
  hash.start(KEY_0, KEY_1, KEY_2, lengthBytes);
  mixBlocks(bytes, start, start + headerBytes);
  hash.words(digest, sharedStart, headerBytes, 0);
  return hash.finish32();
}

/** Of a single block, which needs no object. */
function shortHash(bytes: DataView, start: number, lengthBytes: number): number {
  if (lengthBytes === 0) return join(KEY_0, KEY_1, KEY_2, 0);
  const end = start + lengthBytes;
  const h0 = step(KEY_0, tailWord(bytes, start, end));
  const h1 = step(KEY_1, tailWord(bytes, start + 4, end));
  const h2 = step(KEY_2, tailWord(bytes, start + 8, end));
  return join(h0, h1, h2, step(lengthBytes, tailWord(bytes, start + 12, end)));
}

/** The last block is filled up with zeros. */
function mixBlocks(bytes: DataView, start: number, end: number): void {
  let at = start;
  for (; at + BLOCK <= end; at += BLOCK) {
    const w2 = bytes.getInt32(at + 8, true);
    const w3 = bytes.getInt32(at + 12, true);
    hash.words(bytes.getInt32(at, true), bytes.getInt32(at + 4, true), w2, w3);
  }
  if (at === end) return;
  const w2 = tailWord(bytes, at + 8, end);
  const w3 = tailWord(bytes, at + 12, end);
  hash.words(tailWord(bytes, at, end), tailWord(bytes, at + 4, end), w2, w3);
}

/** The word at `start`, with zeros from `end` on. */
function tailWord(bytes: DataView, start: number, end: number): number {
  const left = end - start;
  if (left >= 4) return bytes.getInt32(start, true);
  let word = 0;
  for (let i = 0; i < left; i++) word |= bytes.getUint8(start + i) << (8 * i);
  return word;
}
