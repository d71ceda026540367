const TWO_32 = 0x1_0000_0000;
/** Numbers of a record, and records that are hashed together. */
const FIELDS = 7;
const BATCH_FIELDS: number = 64 * FIELDS;

/**
 * The order-dependent 128-bit hash of a run: the blocks of MurmurHash3_x86_128, two per record. Records are gathered and hashed in
 * batches, so that the state stays in registers, at half the cost.
 */
export class RollingHash {
  #h0 = 0x243f6a88;
  #h1 = 0x05a308d3;
  #h2 = 0x13198a2e;
  #h3 = 0x03707344;
  readonly #pending = new Float64Array(BATCH_FIELDS);
  #length = 0;

  /** Mixes seven safe integers, `kind` and `where` below 2^32. */
  mix(timeNs: number, kind: number, where: number, a: number, b: number, c: number, d: number): void {
    const pending = this.#pending;
    const at = this.#length;
    pending[at] = timeNs;
    pending[at + 1] = kind;
    pending[at + 2] = where;
    pending[at + 3] = a;
    pending[at + 4] = b;
    pending[at + 5] = c;
    pending[at + 6] = d;
    this.#length = at + FIELDS;
    if (at + FIELDS === BATCH_FIELDS) this.#flush();
  }

  /** 32 hexadecimal digits. */
  digest(): string {
    this.#flush();
    return [this.#h0, this.#h1, this.#h2, this.#h3].map(hexWord).join('');
  }

  #flush(): void {
    const pending = this.#pending;
    const end = this.#length;
    let h0 = this.#h0;
    let h1 = this.#h1;
    let h2 = this.#h2;
    let h3 = this.#h3;
    for (let at = 0; at < end; at += FIELDS) {
      const timeNs = pending[at] as number;
      const kind = pending[at + 1] as number;
      const where = pending[at + 2] as number;
      const a = pending[at + 3] as number;
      const b = pending[at + 4] as number;
      const c = pending[at + 5] as number;
      const d = pending[at + 6] as number;
      const highs =
        Math.imul(highWord(a), 0x2c1b3c6d) ^
        Math.imul(highWord(b), 0x297a2d39) ^
        Math.imul(highWord(c), 0x1b873593) ^
        Math.imul(highWord(d), 0x58f38ded);
      h0 = (Math.imul(rotl19(h0 ^ scramble0(timeNs | 0)) + h1, 5) + 0x561ccd1b) | 0;
      h1 =
        (Math.imul(rotl17(h1 ^ scramble1(highWord(timeNs) ^ Math.imul(kind, 0x9e3779b1))) + h2, 5) +
          0x0bcaa747) |
        0;
      h2 = (Math.imul(rotl15(h2 ^ scramble2(where | 0)) + h3, 5) + 0x96cd1c35) | 0;
      h3 = (Math.imul(rotl13(h3 ^ scramble3(highs)) + h0, 5) + 0x32ac3b17) | 0;
      h0 = (Math.imul(rotl19(h0 ^ scramble0(a | 0)) + h1, 5) + 0x561ccd1b) | 0;
      h1 = (Math.imul(rotl17(h1 ^ scramble1(b | 0)) + h2, 5) + 0x0bcaa747) | 0;
      h2 = (Math.imul(rotl15(h2 ^ scramble2(c | 0)) + h3, 5) + 0x96cd1c35) | 0;
      h3 = (Math.imul(rotl13(h3 ^ scramble3(d | 0)) + h0, 5) + 0x32ac3b17) | 0;
    }
    this.#h0 = h0;
    this.#h1 = h1;
    this.#h2 = h2;
    this.#h3 = h3;
    this.#length = 0;
  }
}

function scramble0(word: number): number {
  return Math.imul(rotl15(Math.imul(word, 0x239b961b)), 0xab0e9789);
}

function scramble1(word: number): number {
  return Math.imul(rotl15(Math.imul(word, 0xab0e9789)), 0x38b34ae5);
}

function scramble2(word: number): number {
  return Math.imul(rotl15(Math.imul(word, 0x38b34ae5)), 0xa1e38b93);
}

function scramble3(word: number): number {
  return Math.imul(rotl15(Math.imul(word, 0xa1e38b93)), 0x239b961b);
}

function rotl13(word: number): number {
  return (word << 13) | (word >>> 19);
}

function rotl15(word: number): number {
  return (word << 15) | (word >>> 17);
}

function rotl17(word: number): number {
  return (word << 17) | (word >>> 15);
}

function rotl19(word: number): number {
  return (word << 19) | (word >>> 13);
}

/** What an int32 leaves of an integer; 0 for int32 themselves. */
function highWord(value: number): number {
  return value === (value | 0) ? 0 : Math.floor(value / TWO_32) | 0;
}

function hexWord(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
