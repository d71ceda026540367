/** The 128 bits that name a random stream. Immutable; each word is an int32. */
export interface SeedKey {
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;
}

/** The key of the unnamed stream of `seed`, any safe integer. */
export function rootKey(seed: number): SeedKey {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed must be a safe integer, not ${seed}`);
  const lo = seed | 0;
  const hi = Math.floor(seed / 0x1_0000_0000) | 0;
  return finish(lo ^ 0x243f6a88, hi ^ 0x85a308d3, lo ^ 0x13198a2e, hi ^ 0x03707344, 8);
}

/** The key of the stream `name` below `parent`: a function of the two alone. */
export function childKey(parent: SeedKey, name: string): SeedKey {
  let { w0, w1, w2, w3 } = parent;
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    const mixed = Math.imul(w0 ^ unit, 0x2c1b3c6d) + i;
    w0 = w1 ^ (mixed >>> 15);
    w1 = Math.imul(w2 + mixed, 0x297a2d39);
    w2 = w3 ^ ((mixed << 13) | (mixed >>> 19));
    w3 = Math.imul(mixed ^ (mixed >>> 12), 0x85ebca6b);
  }
  return finish(w0, w1, w2, w3, name.length);
}

function finish(a: number, b: number, c: number, d: number, length: number): SeedKey {
  let [h0, h1, h2, h3] = [a ^ length, b ^ length, c ^ length, d ^ length];
  h0 = (h0 + h1 + h2 + h3) | 0;
  h1 = (h1 + h0) | 0;
  h2 = (h2 + h0) | 0;
  h3 = (h3 + h0) | 0;
  [h0, h1, h2, h3] = [avalanche(h0), avalanche(h1), avalanche(h2), avalanche(h3)];
  h0 = (h0 + h1 + h2 + h3) | 0;
  return { w0: h0, w1: (h1 + h0) | 0, w2: (h2 + h0) | 0, w3: (h3 + h0) | 0 };
}

/** The finalizer of MurmurHash3: every input bit flips every output bit with probability near one half. */
function avalanche(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
