import { viewOf } from '../trace/byte-hash.ts';
import type { Gathered } from '../../protocol/crypto/suite.ts';

// Odd, so that a word never loses weight, however many follow it.
const FACTOR_0 = 0x1b873593;
const FACTOR_1 = 0xcc9e2d51 | 0;
/** Shorter pieces are read byte by byte. */
const VIEW_MIN_BYTES = 64;

/** FACTOR to the power of 2^i. */
const POWERS_0: readonly number[] = powersOf(FACTOR_0);
const POWERS_1: readonly number[] = powersOf(FACTOR_1);

/**
 * Bytes that never change, with the digest of each of their beginnings: the digest of any part of them is known in constant
 * time. Twice the memory of the bytes.
 */
export class KnownBytes {
  readonly bytes: Uint8Array;
  readonly prefix0: Int32Array;
  readonly prefix1: Int32Array;

  constructor(bytes: Uint8Array) {
    const words = bytes.length >> 2;
    this.bytes = bytes;
    this.prefix0 = new Int32Array(words + 1);
    this.prefix1 = new Int32Array(words + 1);
    const digest = new ContentDigest();
    digest.start();
    for (let i = 0; i < words; i++) {
      digest.word(wordAt(bytes, 4 * i));
      this.prefix0[i + 1] = digest.d0;
      this.prefix1[i + 1] = digest.d1;
    }
  }
}

const known = new WeakMap<Uint8Array, KnownBytes>();

/** The digests of `bytes`, computed once. */
export function knownBytes(bytes: Uint8Array): KnownBytes {
  const before = known.get(bytes);
  if (before !== undefined) return before;
  const computed = new KnownBytes(bytes);
  known.set(bytes, computed);
  return computed;
}

/**
 * 64 bits over a sequence of little-endian words: two polynomials over scrambled words, modulo 2^32. Not cryptographic. What differs
 * in a single word never collides; the digest of a whole follows from those of its parts.
 */
export class ContentDigest {
  d0 = 0;
  d1 = 0;
  #known: KnownBytes | undefined;

  /** From now on parts of `known` cost nothing. */
  know(known: KnownBytes): void {
    this.#known = known;
  }

  start(): void {
    this.d0 = 0;
    this.d1 = 0;
  }

  word(word: number): void {
    const scrambled = scramble(word);
    this.d0 = (Math.imul(this.d0, FACTOR_0) + scrambled) | 0;
    this.d1 = (Math.imul(this.d1, FACTOR_1) + scrambled) | 0;
  }

  /** The bytes [start, end), padded with zeros to a multiple of 4: more may follow only if nothing was padded. */
  bytes(bytes: Uint8Array, start: number, end: number): void {
    const wholeEnd = start + ((end - start) & ~3);
    const known = this.#known;
    if (known !== undefined && bytes.buffer === known.bytes.buffer) this.#part(known, bytes, start, wholeEnd);
    else this.#words(bytes, start, wholeEnd);
    if (wholeEnd < end) this.word(tailWord(bytes, wholeEnd, end));
  }

  /** [start, end) of two arrays taken as one. */
  gathered(content: Gathered, start: number, end: number): void {
    const { head, body } = content;
    const headBytes = head.length;
    if (start >= headBytes) {
      this.bytes(body, start - headBytes, end - headBytes);
    } else if (end <= headBytes) {
      this.bytes(head, start, end);
    } else if ((headBytes - start) % 4 === 0) {
      this.bytes(head, start, headBytes);
      this.bytes(body, 0, end - headBytes);
    } else {
      const whole = new Uint8Array(end - start);
      whole.set(head.subarray(start));
      whole.set(body.subarray(0, end - headBytes), headBytes - start);
      this.bytes(whole, 0, whole.length);
    }
  }

  #words(bytes: Uint8Array, start: number, end: number): void {
    if (end - start < VIEW_MIN_BYTES) {
      for (let at = start; at < end; at += 4) this.word(wordAt(bytes, at));
      return;
    }
    const view = viewOf(bytes.buffer);
    let { d0, d1 } = this;
    const viewEnd = bytes.byteOffset + end;
    for (let at = bytes.byteOffset + start; at < viewEnd; at += 4) {
      const scrambled = scramble(view.getInt32(at, true));
      d0 = (Math.imul(d0, FACTOR_0) + scrambled) | 0;
      d1 = (Math.imul(d1, FACTOR_1) + scrambled) | 0;
    }
    this.d0 = d0;
    this.d1 = d1;
  }

  #part(known: KnownBytes, bytes: Uint8Array, start: number, end: number): void {
    const from = bytes.byteOffset - known.bytes.byteOffset + start;
    const to = from + end - start;
    if (from < 0 || from % 4 !== 0 || to > known.bytes.length) {
      this.#words(bytes, start, end);
      return;
    }
    const [first, last] = [from >> 2, to >> 2];
    const weight0 = power(POWERS_0, last - first);
    const weight1 = power(POWERS_1, last - first);
    const before0 = (this.d0 - (known.prefix0[first] as number)) | 0;
    const before1 = (this.d1 - (known.prefix1[first] as number)) | 0;
    this.d0 = (Math.imul(before0, weight0) + (known.prefix0[last] as number)) | 0;
    this.d1 = (Math.imul(before1, weight1) + (known.prefix1[last] as number)) | 0;
  }
}

/** A bijection, so that what two words differ in is not in the same bits. */
function scramble(word: number): number {
  const h = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  return h ^ (h >>> 13);
}

function powersOf(factor: number): number[] {
  const powers = [factor];
  for (let i = 1; i < 32; i++) {
    const last = powers[i - 1] as number;
    powers.push(Math.imul(last, last));
  }
  return powers;
}

function power(powers: readonly number[], exponent: number): number {
  let result = 1;
  for (let left = exponent, i = 0; left > 0; left >>>= 1, i++) {
    if ((left & 1) !== 0) result = Math.imul(result, powers[i] as number);
  }
  return result;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** The word at `at`, of which less than four bytes are there, with zeros from `end` on. */
function tailWord(bytes: Uint8Array, at: number, end: number): number {
  let word = bytes[at] as number;
  if (end - at > 1) word |= (bytes[at + 1] as number) << 8;
  if (end - at > 2) word |= (bytes[at + 2] as number) << 16;
  return word;
}
