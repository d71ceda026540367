import { avalanche } from './byte-hash.ts';

/** Words of a record as they are hashed, and numbers of eight bytes: the layout of README.md. */
export const RECORD_WORDS = 12;
export const RECORD_NUMBERS = 6;

const PRIME_0 = 0x9e3779b1;
const PRIME_1 = 0x85ebca77;
const PRIME_2 = 0xc2b2ae3d;
const PRIME_3 = 0x27d4eb2f;

/** Where the halves of a number of eight bytes are on this machine. */
const LOW = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1;
const HIGH = 1 - LOW;

/**
 * The order-dependent 128-bit hash of a run: four lanes of 32 bits, each of which takes three words of a record, and
 * adds its neighbour to itself between two records. All of that is a bijection of the state for a given record, and of each word for
 * given others: runs that differ in a single word never have one hash. One multiplication per word; records come in batches, so that the
 * state stays in registers.
 */
export class RollingHash {
  #h0 = 0x243f6a88;
  #h1 = 0x05a308d3;
  #h2 = 0x13198a2e;
  #h3 = 0x03707344;

  /** 32 hexadecimal digits. */
  digest(): string {
    let h0 = this.#h0;
    let h1 = this.#h1;
    let h2 = this.#h2;
    let h3 = this.#h3;
    for (let round = 0; round < 2; round++) {
      h0 = avalanche((h0 + h1 + h2 + h3) | 0);
      h1 = avalanche((h1 + h0) | 0);
      h2 = avalanche((h2 + h1) | 0);
      h3 = avalanche((h3 + h2) | 0);
    }
    return [h0, h1, h2, h3].map(hexWord).join('');
  }

  /** Mixes the records in the first `end` words: each of RECORD_WORDS. */
  mix(words: Int32Array, end: number): void {
    let h0 = this.#h0;
    let h1 = this.#h1;
    let h2 = this.#h2;
    let h3 = this.#h3;
    for (let at = 0; at < end; at += RECORD_WORDS) {
      h0 = step0(h0, words[at + LOW] as number);
      h1 = step1(h1, words[at + HIGH] as number);
      h2 = step2(h2, words[at + 2] as number);
      h3 = step3(h3, words[at + 3] as number);
      h0 = step0(h0, words[at + 4 + LOW] as number);
      h1 = step1(h1, words[at + 4 + HIGH] as number);
      h2 = step2(h2, words[at + 6 + LOW] as number);
      h3 = step3(h3, words[at + 6 + HIGH] as number);
      h0 = step0(h0, words[at + 8 + LOW] as number);
      h1 = step1(h1, words[at + 8 + HIGH] as number);
      h2 = step2(h2, words[at + 10 + LOW] as number);
      h3 = step3(h3, words[at + 10 + HIGH] as number);
      h0 = (h0 + h1) | 0;
      h1 = (h1 + h2) | 0;
      h2 = (h2 + h3) | 0;
      h3 = (h3 + h0) | 0;
    }
    this.#h0 = h0;
    this.#h1 = h1;
    this.#h2 = h2;
    this.#h3 = h3;
  }
}

function step0(lane: number, word: number): number {
  const product = Math.imul(lane ^ word, PRIME_0);
  return (product << 15) | (product >>> 17);
}

function step1(lane: number, word: number): number {
  const product = Math.imul(lane ^ word, PRIME_1);
  return (product << 17) | (product >>> 15);
}

function step2(lane: number, word: number): number {
  const product = Math.imul(lane ^ word, PRIME_2);
  return (product << 13) | (product >>> 19);
}

function step3(lane: number, word: number): number {
  const product = Math.imul(lane ^ word, PRIME_3);
  return (product << 19) | (product >>> 13);
}

function hexWord(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
