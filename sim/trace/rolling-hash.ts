const TWO_32 = 0x1_0000_0000;

/** The order-dependent 128-bit hash of a run: the blocks of MurmurHash3_x86_128, two per record. */
export class RollingHash {
  #h0 = 0x243f6a88;
  #h1 = 0x05a308d3;
  #h2 = 0x13198a2e;
  #h3 = 0x03707344;

  /** Mixes seven safe integers, `kind` and `where` below 2^32. */
  mix(timeNs: number, kind: number, where: number, a: number, b: number, c: number, d: number): void {
    const highs =
      Math.imul(highWord(a), 0x2c1b3c6d) ^
      Math.imul(highWord(b), 0x297a2d39) ^
      Math.imul(highWord(c), 0x1b873593) ^
      Math.imul(highWord(d), 0x58f38ded);
    this.#block(timeNs | 0, highWord(timeNs) ^ Math.imul(kind, 0x9e3779b1), where | 0, highs);
    this.#block(a | 0, b | 0, c | 0, d | 0);
  }

  /** 32 hexadecimal digits. */
  digest(): string {
    return [this.#h0, this.#h1, this.#h2, this.#h3].map(hexWord).join('');
  }

  #block(k0: number, k1: number, k2: number, k3: number): void {
    let h0 = this.#h0 ^ Math.imul(rotl15(Math.imul(k0, 0x239b961b)), 0xab0e9789);
    h0 = (Math.imul((((h0 << 19) | (h0 >>> 13)) + this.#h1) | 0, 5) + 0x561ccd1b) | 0;
    let h1 = this.#h1 ^ Math.imul(rotl15(Math.imul(k1, 0xab0e9789)), 0x38b34ae5);
    h1 = (Math.imul((((h1 << 17) | (h1 >>> 15)) + this.#h2) | 0, 5) + 0x0bcaa747) | 0;
    let h2 = this.#h2 ^ Math.imul(rotl15(Math.imul(k2, 0x38b34ae5)), 0xa1e38b93);
    h2 = (Math.imul((((h2 << 15) | (h2 >>> 17)) + this.#h3) | 0, 5) + 0x96cd1c35) | 0;
    let h3 = this.#h3 ^ Math.imul(rotl15(Math.imul(k3, 0xa1e38b93)), 0x239b961b);
    h3 = (Math.imul((((h3 << 13) | (h3 >>> 19)) + h0) | 0, 5) + 0x32ac3b17) | 0;
    this.#h0 = h0;
    this.#h1 = h1;
    this.#h2 = h2;
    this.#h3 = h3;
  }
}

function rotl15(word: number): number {
  return (word << 15) | (word >>> 17);
}

/** What an int32 leaves of an integer; 0 for int32 themselves. */
function highWord(value: number): number {
  return value === (value | 0) ? 0 : Math.floor(value / TWO_32) | 0;
}

function hexWord(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
