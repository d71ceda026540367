import { assert } from '../kernel/assert.ts';
import { ln } from './ln.ts';
import { childKey, rootKey, type SeedKey } from './seed.ts';
import type { RandomSource } from '../../protocol/core/random.ts';

const TWO_21 = 0x20_0000;
const TWO_26 = 0x400_0000;
const TWO_32 = 0x1_0000_0000;
const TWO_53 = 0x20_0000_0000_0000;
/** Draws of sfc32 until all of its key has reached all of its state, as its author advises. */
const WARM_UP_DRAWS = 12;

/**
 * A named deterministic stream (sfc32, Chris Doty-Humphrey). What a fork yields depends on the seed and the path of names
 * alone, never on what was drawn, so a new consumer shifts nobody else's draws. The golden test pins the stream: a
 * change breaks every saved scenario. REQ DST-1
 */
export class Rng implements RandomSource {
  readonly #key: SeedKey;
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  /** @param seed any safe integer; or the key of a stream. */
  constructor(seed: number | SeedKey) {
    this.#key = typeof seed === 'number' ? rootKey(seed) : seed;
    this.#a = this.#key.w0;
    this.#b = this.#key.w1;
    this.#c = this.#key.w2;
    this.#counter = this.#key.w3;
    for (let i = 0; i < WARM_UP_DRAWS; i++) this.nextU32();
  }

  /** The stream called `name` below this one; from its start each time it is asked for. */
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
    return this.#next53() / TWO_53;
  }

  /** A uniform integer in [0, n), without bias; `n` is an integer in [1, 2^53]. */
  below(n: number): number {
    assert(n >= 1 && n <= TWO_53 && Math.floor(n) === n, 'below(n) takes an integer in [1, 2^53]');
    if (n <= TWO_21) return this.#belowSmall(n);
    const span = n <= TWO_32 ? TWO_32 : TWO_53;
    const limit = span - (span % n);
    for (;;) {
      const draw = n <= TWO_32 ? this.nextU32() : this.#next53();
      if (draw < limit) return draw % n;
    }
  }

  /** True with probability `numerator / denominator`, integers; never draws for a probability of 0. */
  ratio(numerator: number, denominator: number): boolean {
    assert(numerator >= 0 && numerator <= denominator, 'a probability lies in [0, 1]');
    return numerator !== 0 && this.below(denominator) < numerator;
  }

  /** An exponentially distributed number >= 0 with the given mean: the gaps of a Poisson process. */
  exponential(mean: number): number {
    return -mean * ln(1 - this.nextFloat());
  }

  /** Shuffles in place, every order equally likely (Fisher and Yates). */
  shuffle<T>(items: T[]): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const item = items[i] as T;
      items[i] = items[j] as T;
      items[j] = item;
    }
  }

  /** Fills `out` with uniform bytes: one draw per four, little endian. */
  fill(out: Uint8Array): void {
    let word = 0;
    for (let i = 0; i < out.length; i++) {
      word = (i & 3) === 0 ? this.nextU32() : word >>> 8;
      out[i] = word;
    }
  }

  /** Lemire's method: the product with `n` is exact below 2^53, its high word is the result. */
  #belowSmall(n: number): number {
    for (;;) {
      const product = this.nextU32() * n;
      const result = Math.floor(product / TWO_32);
      const low = product - result * TWO_32;
      if (low >= n || low >= TWO_32 % n) return result;
    }
  }

  #next53(): number {
    const high = this.nextU32() >>> 5;
    return high * TWO_26 + (this.nextU32() >>> 6);
  }
}
