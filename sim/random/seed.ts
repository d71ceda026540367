import { ByteHash } from '../trace/byte-hash.ts';

/** The 128 bits that name a random stream; each word is an int32. */
export interface SeedKey {
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;
}

const TWO_32 = 0x1_0000_0000;
const hash = new ByteHash();

/** The key of the unnamed stream of `seed`, any safe integer. */
export function rootKey(seed: number): SeedKey {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is a safe integer, not ${seed}`);
  hash.start(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344);
  hash.words(seed | 0, Math.floor(seed / TWO_32) | 0, 0, 0);
  return finished();
}

/** The key of the stream `name` below `parent`: a function of the two alone. */
export function childKey(parent: SeedKey, name: string): SeedKey {
  hash.start(parent.w0, parent.w1, parent.w2, parent.w3);
  hash.words(name.length, 1, 1, 1);
  for (let i = 0; i < name.length; i += 4) {
    hash.words(unitAt(name, i), unitAt(name, i + 1), unitAt(name, i + 2), unitAt(name, i + 3));
  }
  return finished();
}

function finished(): SeedKey {
  hash.finish();
  return { w0: hash.h0, w1: hash.h1, w2: hash.h2, w3: hash.h3 };
}

function unitAt(name: string, index: number): number {
  return index < name.length ? name.charCodeAt(index) : 0;
}
