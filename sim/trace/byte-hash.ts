// The primes of xxHash32, whose rounds these lanes are.
const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;

/** Shorter pieces are read byte by byte: a view of the buffer of a small array costs more than its hash. */
const VIEW_MIN_BYTES = 64;

// One view per buffer, whatever the alignment of the arrays in it; hosts hash many packets of few buffers.
const views = new WeakMap<ArrayBufferLike, DataView>();
let lastBuffer: ArrayBufferLike = new ArrayBuffer(0);
let lastView: DataView = new DataView(lastBuffer);

/**
 * A fast 128-bit hash over 32-bit words in four lanes. Not cryptographic. A step is a bijection of the lane for a given word and
 * of the word for a given lane, and so is the finish: inputs of one shape that differ in a single word never collide, and
 * those that differ in one lane do with probability 2^-32. The result depends neither on the alignment of the bytes nor on
 * the byte order of the machine.
 */
export class ByteHash {
  h0 = 0;
  h1 = 0;
  h2 = 0;
  h3 = 0;

  /** Begins a new hash under a key of four words. */
  start(k0: number, k1: number, k2: number, k3: number): void {
    this.h0 = k0 | 0;
    this.h1 = k1 | 0;
    this.h2 = k2 | 0;
    this.h3 = k3 | 0;
  }

  words(w0: number, w1: number, w2: number, w3: number): void {
    this.h0 = step(this.h0, w0);
    this.h1 = step(this.h1, w1);
    this.h2 = step(this.h2, w2);
    this.h3 = step(this.h3, w3);
  }

  /** The bytes [start, end), padded with zeros to a multiple of 16: who needs to tell lengths apart hashes them too. */
  bytes(bytes: Uint8Array, start: number, end: number): void {
    const wholeEnd = start + ((end - start) & ~15);
    if (end - start < VIEW_MIN_BYTES) {
      for (let at = start; at < wholeEnd; at += 16) {
        this.words(wordAt(bytes, at), wordAt(bytes, at + 4), wordAt(bytes, at + 8), wordAt(bytes, at + 12));
      }
    } else {
      this.#viewed(viewOf(bytes.buffer), bytes.byteOffset + start, bytes.byteOffset + wholeEnd);
    }
    if (wholeEnd === end) return;
    this.words(
      tailWord(bytes, wholeEnd, end),
      tailWord(bytes, wholeEnd + 4, end),
      tailWord(bytes, wholeEnd + 8, end),
      tailWord(bytes, wholeEnd + 12, end),
    );
  }

  /** Mixes the lanes; h0 … h3 are the hash then, as int32. */
  finish(): void {
    let { h0, h1, h2, h3 } = this;
    for (let round = 0; round < 2; round++) {
      h0 = (h0 + h1 + h2 + h3) | 0;
      h1 = (h1 + h0) | 0;
      h2 = (h2 + h0) | 0;
      h3 = (h3 + h0) | 0;
      h0 = avalanche(h0);
      h1 = avalanche(h1);
      h2 = avalanche(h2);
      h3 = avalanche(h3);
    }
    this.start(h0, h1, h2, h3);
  }

  /** The hash in 32 bits, unsigned, at a fraction of the cost: the lanes are joined as in xxHash32. Not h0 of finish(). */
  finish32(): number {
    return join(this.h0, this.h1, this.h2, this.h3);
  }

  #viewed(view: DataView, start: number, end: number): void {
    let { h0, h1, h2, h3 } = this;
    for (let at = start; at < end; at += 16) {
      h0 = step(h0, view.getInt32(at, true));
      h1 = step(h1, view.getInt32(at + 4, true));
      h2 = step(h2, view.getInt32(at + 8, true));
      h3 = step(h3, view.getInt32(at + 12, true));
    }
    this.start(h0, h1, h2, h3);
  }
}

const shared = new ByteHash();

/** 32 bits, unsigned, over the bytes [start, end) and their number: packet content in a trace record. */
export function hashBytes(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  shared.start(0x243f6a88, 0x85a308d3, 0x13198a2e, end - start);
  shared.bytes(bytes, start, end);
  return shared.finish32();
}

/** The finalizer of MurmurHash3: every input bit flips every output bit with probability near one half. */
export function avalanche(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** One word for four lanes, unsigned; a bijection of each lane for given others. */
export function join(h0: number, h1: number, h2: number, h3: number): number {
  const rotated1 = (h1 << 7) | (h1 >>> 25);
  const rotated2 = (h2 << 12) | (h2 >>> 20);
  const rotated3 = (h3 << 18) | (h3 >>> 14);
  return avalanche(h0 + rotated1 + rotated2 + rotated3) >>> 0;
}

/** The state of a lane after one more word. */
export function step(state: number, word: number): number {
  const sum = (state + Math.imul(word, PRIME_2)) | 0;
  return Math.imul((sum << 13) | (sum >>> 19), PRIME_1);
}

/** A view of all of a buffer, the same one again for the same buffer. */
export function viewOf(buffer: ArrayBufferLike): DataView {
  if (buffer === lastBuffer) return lastView;
  let view = views.get(buffer);
  if (view === undefined) {
    view = new DataView(buffer);
    views.set(buffer, view);
  }
  lastBuffer = buffer;
  lastView = view;
  return view;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** The word at `at`, with zeros from `end` on. */
function tailWord(bytes: Uint8Array, at: number, end: number): number {
  const left = end - at;
  if (left >= 4) return wordAt(bytes, at);
  if (left <= 0) return 0;
  let word = bytes[at] as number;
  if (left > 1) word |= (bytes[at + 1] as number) << 8;
  if (left > 2) word |= (bytes[at + 2] as number) << 16;
  return word;
}
