import { Rng } from '../random/rng.ts';

/** Length of the period; not a multiple of a record's, so that records at a wrong place differ too. */
const PATTERN_BYTES = 1_048_580;
/** Start positions: a multiple of 4, so that words can be compared. */
const STEP = 4 * 1009;
/** Of the bytes of every run. */
const SEED = 1;

/**
 * Message bodies that can be checked without being kept: each exchange has its place in one random pattern, so that bytes at a
 * wrong offset, or of another message, differ. The pattern is the same in every run, and made once; where a run begins in it is
 * random.
 */
export class Pattern {
  private bytes: Uint8Array;
  private words: Uint32Array;
  private readonly first: number;
  private readonly onGrown: (bytes: Uint8Array) => void;

  /** @param onGrown told of the bytes that bodies are part of from now on; they never change. */
  constructor(rng: Rng, onGrown: (bytes: Uint8Array) => void = () => undefined) {
    this.first = 4 * rng.below(PATTERN_BYTES / 4);
    this.onGrown = onGrown;
    this.bytes = patternBytes(2 * PATTERN_BYTES);
    this.words = new Uint32Array(this.bytes.buffer);
    onGrown(this.bytes);
  }

  private grow(bodyBytesMax: number): void {
    this.bytes = patternBytes(PATTERN_BYTES + Math.ceil(bodyBytesMax / 4) * 4);
    this.words = new Uint32Array(this.bytes.buffer);
    this.onGrown(this.bytes);
  }

  private startOf(ordinal: number): number {
    return (this.first + ordinal * STEP) % PATTERN_BYTES;
  }

  /** The body of `lengthBytes` of exchange `ordinal`; a view that must not be written to. */
  body(ordinal: number, lengthBytes: number): Uint8Array {
    if (PATTERN_BYTES + lengthBytes > this.bytes.length) this.grow(lengthBytes * 2);
    const start = this.startOf(ordinal);
    return this.bytes.subarray(start, start + lengthBytes);
  }

  /** Whether `body` is exactly what `body(ordinal, lengthBytes)` is. */
  matches(ordinal: number, lengthBytes: number, body: Uint8Array): boolean {
    if (body.length !== lengthBytes) return false;
    const start = this.startOf(ordinal);
    // It came by reference: the very bytes that were sent.
    if (body.buffer === this.bytes.buffer && body.byteOffset === start) return true;
    let at = 0;
    if (body.byteOffset % 4 === 0) {
      const count = lengthBytes >> 2;
      const words = new Uint32Array(body.buffer, body.byteOffset, count);
      const expected = this.words;
      const base = start >> 2;
      for (let i = 0; i < count; i += 1) if (words[i] !== expected[base + i]) return false;
      at = count * 4;
    }
    for (; at < lengthBytes; at += 1) if (body[at] !== this.bytes[start + at]) return false;
    return true;
  }
}

let made: Uint8Array = new Uint8Array(0);

/** The pattern, at least `lengthBytes` of it: the longest that was asked for, whose beginning is the same however long it is. */
function patternBytes(lengthBytes: number): Uint8Array {
  if (made.length >= lengthBytes) return made;
  const period = new Uint8Array(PATTERN_BYTES);
  new Rng(SEED).fork('pattern').fill(period);
  const bytes = new Uint8Array(lengthBytes);
  for (let at = 0; at < lengthBytes; at += PATTERN_BYTES)
    bytes.set(period.subarray(0, Math.min(PATTERN_BYTES, lengthBytes - at)), at);
  made = bytes;
  return bytes;
}
