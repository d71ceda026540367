import { KEY_BYTES } from '../crypto/suite.ts';

function wordAt(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16);
  return high | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
}

/** A data key as four words: as an array of bytes it takes four times the memory, and each message that waits has one at both sides. REQ KEY-3 */
export class RawKey {
  private readonly word0: number;
  private readonly word1: number;
  private readonly word2: number;
  private readonly word3: number;

  /** The KEY_BYTES bytes from `at` on. */
  constructor(bytes: Uint8Array, at: number = 0) {
    this.word0 = wordAt(bytes, at);
    this.word1 = wordAt(bytes, at + 4);
    this.word2 = wordAt(bytes, at + 8);
    this.word3 = wordAt(bytes, at + 12);
  }

  get bytes(): Uint8Array {
    const bytes = new Uint8Array(KEY_BYTES);
    [this.word0, this.word1, this.word2, this.word3].forEach((word, i) => {
      for (let j = 0; j < 4; j += 1) bytes[i * 4 + j] = word >>> (24 - 8 * j);
    });
    return bytes;
  }
}
