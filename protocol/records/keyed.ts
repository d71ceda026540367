import { KEY_BYTES } from '../crypto/suite.ts';

function wordAt(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16);
  return high | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
}

/**
 * Something with a data key, as four words of its own: each message that waits has one at both sides, and an array of bytes takes four times the
 * memory. REQ KEY-3
 */
export class Keyed {
  private readonly word0: number;
  private readonly word1: number;
  private readonly word2: number;
  private readonly word3: number;

  /** Its key is the KEY_BYTES bytes from `at` on. */
  constructor(bytes: Uint8Array, at: number) {
    this.word0 = wordAt(bytes, at);
    this.word1 = wordAt(bytes, at + 4);
    this.word2 = wordAt(bytes, at + 8);
    this.word3 = wordAt(bytes, at + 12);
  }

  get rawKey(): Uint8Array {
    const bytes = new Uint8Array(KEY_BYTES);
    [this.word0, this.word1, this.word2, this.word3].forEach((word, i) => {
      for (let j = 0; j < 4; j += 1) bytes[i * 4 + j] = word >>> (24 - 8 * j);
    });
    return bytes;
  }
}
