import { assert } from '../kernel/assert.ts';
import { ln } from './ln.ts';
import { childKey, rootKey, type SeedKey } from './seed.ts';
import type { RandomSource } from '../../protocol/core/random.ts';

const TWO_32 = 0x1_0000_0000;
const TWO_53 = 0x20_0000_0000_0000;

/**
 * A named deterministic stream (sfc32). The key of a fork depends on the seed and the path of names alone, never
 * on what was drawn, so a new consumer shifts nobody else's draws. REQ DST-1
 */
export class Rng implements RandomSource {
  readonly #key: SeedKey;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed any safe integer, or the key of a fork. */
  constructor(seed: number | SeedKey) {
    this.#key = typeof seed === 'number' ? rootKey(seed) : seed;
    this.#a = this.#key.w0;
    this.#b = this.#key.w1;
    this.#c = this.#key.w2 ^ this.#key.w3;
    for (let i = 0; i < 12; i++) this.nextU32();
  }

  /** The stream called `name` below this one; the same each time it is asked for. */
  fork(name: string): Rng {
    return new Rng(childKey(this.#key, name));
  }

  /** A uniform integer in [0, 2^32). */
  nextU32(): number {
    const b = this.#b;
    const c = this.#c;
    const out = (this.#a + b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = b ^ (b >>> 9);
    this.#b = (c + (c << 3)) | 0;
    this.#c = (((c << 21) | (c >>> 11)) + out) | 0;
    return out >>> 0;
  }

  /** A uniform multiple of 2^-53 in [0, 1). */
  nextFloat(): number {
    const high = this.nextU32() >>> 5;
    const low = this.nextU32() >>> 6;
    return (high * 0x400_0000 + low) / TWO_53;
  }

  /** A uniform integer in [0, n), without bias; 1 <= n <= 2^53. */
  below(n: number): number {
    assert(Number.isInteger(n) && n >= 1 && n <= TWO_53, 'below(n) needs an integer in [1, 2^53]');
    if (n <= TWO_32) {
      const limit = TWO_32 - (TWO_32 % n);
      let x = this.nextU32();
      while (x >= limit) x = this.nextU32();
      return x % n;
    }
    const limit = TWO_53 - (TWO_53 % n);
    let x = this.#next53();
    while (x >= limit) x = this.#next53();
    return x % n;
  }

  /** True with probability `numerator / denominator`. */
  ratio(numerator: number, denominator: number): boolean {
    assert(numerator >= 0 && numerator <= denominator, 'a ratio lies in [0, 1]');
    if (numerator === 0) return false;
    return this.below(denominator) < numerator;
  }

  /** An exponentially distributed number >= 0 with the given mean. */
  exponential(mean: number): number {
    return -mean * ln(1 - this.nextFloat());
  }

  /** Shuffles `items` in place, every order equally likely. */
  shuffle<T>(items: T[]): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const swapped = items[i] as T;
      items[i] = items[j] as T;
      items[j] = swapped;
    }
  }

  /** Fills `out` with uniform bytes. */
  fill(out: Uint8Array): void {
    let word = 0;
    for (let i = 0; i < out.length; i++) {
      if ((i & 3) === 0) word = this.nextU32();
      out[i] = word;
      word >>>= 8;
    }
  }

  #next53(): number {
    return (this.nextU32() >>> 11) * TWO_32 + this.nextU32();
  }
}
