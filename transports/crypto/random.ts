import { randomFillSync } from 'node:crypto';
import type { RandomSource } from '../../protocol/core/random.ts';

/** One call into OpenSSL costs as much as a thousand draws from memory. */
const POOL_BYTES = 4096;

/** The system's CSPRNG behind a pool. Bytes are wiped when they are handed out, so that a later memory disclosure shows none. */
class PooledRandom implements RandomSource {
  readonly #pool = Buffer.alloc(POOL_BYTES);
  #at = POOL_BYTES;

  nextU32(): number {
    this.#need(4);
    const value = this.#pool.readUInt32LE(this.#at);
    this.#pool.fill(0, this.#at, this.#at + 4);
    this.#at += 4;
    return value;
  }

  fill(out: Uint8Array): void {
    if (out.length > POOL_BYTES / 4) {
      randomFillSync(out);
      return;
    }
    this.#need(out.length);
    out.set(this.#pool.subarray(this.#at, this.#at + out.length));
    this.#pool.fill(0, this.#at, this.#at + out.length);
    this.#at += out.length;
  }

  #need(bytes: number): void {
    if (this.#at + bytes <= POOL_BYTES) return;
    randomFillSync(this.#pool);
    this.#at = 0;
  }
}

/** Cryptographically secure randomness for production endpoints. */
export const cryptoRandom: RandomSource = new PooledRandom();
