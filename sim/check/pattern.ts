import type { Rng } from '../random/rng.ts';

/** Length of the period; not a multiple of a record's, so that records at a wrong place differ too. */
const PATTERN_BYTES = 1_048_580;
/** Start positions: a multiple of 4, so that words can be compared. */
const STEP = 4 * 1009;

/**
 * Message bodies that can be checked without being kept: each exchange has its place in one random pattern, so that bytes at a
 * wrong offset, or of another message, differ.
 */
export class Pattern {
  private bytes: Uint8Array = new Uint8Array(0);
  private words: Uint32Array = new Uint32Array(0);
  private lengthBytes = 0;
  private readonly rng: Rng;
  private readonly onGrown: (bytes: Uint8Array) => void;

  /** @param onGrown told of the bytes that bodies are part of from now on; they never change. */
  constructor(rng: Rng, onGrown: (bytes: Uint8Array) => void = () => undefined) {
    this.rng = rng;
    this.onGrown = onGrown;
    this.grow(PATTERN_BYTES);
  }

  private grow(bodyBytesMax: number): void {
    const total = PATTERN_BYTES + Math.ceil(bodyBytesMax / 4) * 4;
    const bytes = patternBytes(this.rng, total);
    this.bytes = bytes;
    this.words = new Uint32Array(bytes.buffer);
    this.lengthBytes = bodyBytesMax;
    this.onGrown(bytes);
  }

  private startOf(ordinal: number): number {
    return (ordinal * STEP) % PATTERN_BYTES;
  }

  /** The body of `lengthBytes` of exchange `ordinal`; a view that must not be written to. */
  body(ordinal: number, lengthBytes: number): Uint8Array {
    if (lengthBytes > this.lengthBytes) this.grow(lengthBytes * 2);
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

/** Made last: whoever explores schedules wants the same one thousands of times. */
let made: { readonly stream: string; readonly bytes: Uint8Array } | undefined;

function patternBytes(rng: Rng, total: number): Uint8Array {
  const draws = rng.fork('pattern');
  const stream = Array.from({ length: 4 }, () => draws.nextU32()).join();
  if (made?.stream === stream && made.bytes.length === total) return made.bytes;
  const bytes = new Uint8Array(total);
  const base = new Uint8Array(PATTERN_BYTES);
  rng.fork('pattern').fill(base);
  for (let at = 0; at < total; at += PATTERN_BYTES)
    bytes.set(base.subarray(0, Math.min(PATTERN_BYTES, total - at)), at);
  made = { stream, bytes };
  return bytes;
}
