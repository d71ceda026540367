import type { Nanos } from '../../protocol/core/units.ts';

/** The rolling record of a run: equal digests mean equal runs. REQ DST-1 */
export class Trace {
  #h0 = 0x243f6a88;
  #h1 = 0x05a308d3;
  #h2 = 0x13198a2e;
  #h3 = 0x03707344;
  #records = 0;

  /** Number of records so far. */
  get records(): number {
    return this.#records;
  }

  /**
   * One thing that happened. `where`, `a` … `d` are safe integers whose meaning the kind defines (kinds.ts).
   */
  record(timeNs: Nanos, kind: number, where: number, a: number, b: number, c: number, d: number): void {
    this.#records++;
    const highs =
      Math.imul(high(a), 0x2c1b3c6d) ^
      Math.imul(high(b), 0x297a2d39) ^
      Math.imul(high(c), 0x1b873593) ^
      Math.imul(high(d), 0x38b34ae5);
    this.#block(timeNs | 0, high(timeNs) ^ Math.imul(kind, 0x9e3779b1), where | 0, highs);
    this.#block(a | 0, b | 0, c | 0, d | 0);
  }

  /** The 128-bit hash of all records so far, 32 hex digits. */
  digest(): string {
    let out = '';
    for (const word of [this.#h0, this.#h1, this.#h2, this.#h3]) {
      out += (word >>> 0).toString(16).padStart(8, '0');
    }
    return out;
  }

  /** One block of MurmurHash3_x86_128. */
  #block(k0: number, k1: number, k2: number, k3: number): void {
    let h0 = this.#h0 ^ Math.imul(rotl15(Math.imul(k0, 0x239b961b)), 0xab0e9789);
    h0 = (Math.imul(((h0 << 19) | (h0 >>> 13)) + this.#h1, 5) + 0x561ccd1b) | 0;
    let h1 = this.#h1 ^ Math.imul(rotl15(Math.imul(k1, 0xab0e9789)), 0x38b34ae5);
    h1 = (Math.imul(((h1 << 17) | (h1 >>> 15)) + this.#h2, 5) + 0x0bcaa747) | 0;
    let h2 = this.#h2 ^ Math.imul(rotl15(Math.imul(k2, 0x38b34ae5)), 0xa1e38b93);
    h2 = (Math.imul(((h2 << 15) | (h2 >>> 17)) + this.#h3, 5) + 0x96cd1c35) | 0;
    let h3 = this.#h3 ^ Math.imul(rotl15(Math.imul(k3, 0xa1e38b93)), 0x239b961b);
    h3 = (Math.imul(((h3 << 13) | (h3 >>> 19)) + h0, 5) + 0x32ac3b17) | 0;
    this.#h0 = h0;
    this.#h1 = h1;
    this.#h2 = h2;
    this.#h3 = h3;
  }
}

function rotl15(word: number): number {
  return (word << 15) | (word >>> 17);
}

function high(value: number): number {
  return value === (value | 0) ? 0 : Math.floor(value / 0x1_0000_0000) | 0;
}
