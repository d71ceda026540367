import type { SharedBytes } from '../core/shared-bytes.ts';
import type { Bytes } from '../core/units.ts';
import { TAG_BYTES } from '../crypto/suite.ts';
import { RECORD_PLAIN_BYTES, RECORD_SEALED_BYTES, recordLength, sealedSize } from './layout.ts';
import type { OutgoingMessage } from './message.ts';

/**
 * Sealed records that are the plaintext where the application has it, and their tags: of suites whose ciphertext is their plaintext.
 * Lives as long as somebody refers to it.
 */
export class SharedMessage implements SharedBytes {
  readonly message: OutgoingMessage;
  readonly lengthBytes: Bytes;
  /** By record: undefined until it is sealed. */
  readonly tags: (Uint8Array | undefined)[] = [];

  constructor(message: OutgoingMessage) {
    this.message = message;
    this.lengthBytes = sealedSize(message.sizeBytes);
  }

  /** Record `index` ends here in the plaintext; it begins at `index` × RECORD_PLAIN_BYTES. */
  plainEnd(index: number): number {
    return Math.min((index + 1) * RECORD_PLAIN_BYTES, this.message.sizeBytes);
  }

  digest(start: number, end: number): number {
    const first = Math.floor(start / RECORD_SEALED_BYTES);
    const last = Math.floor((end - 1) / RECORD_SEALED_BYTES);
    let digest = this.tagWord(first);
    for (let index = first + 1; index <= last; index += 1)
      digest = Math.imul(digest, 31) ^ this.tagWord(index);
    return digest;
  }

  copy(start: number, end: number, out: Uint8Array, at: number): void {
    while (start < end) {
      const index = Math.floor(start / RECORD_SEALED_BYTES);
      const base = index * RECORD_SEALED_BYTES;
      const tagStart = base + recordLength(index, this.lengthBytes) - TAG_BYTES;
      const stop = Math.min(end, start < tagStart ? tagStart : tagStart + TAG_BYTES);
      if (start < tagStart) {
        const shift = index * RECORD_PLAIN_BYTES - base;
        this.message.copy(start + shift, stop + shift, out, at);
      } else {
        out.set((this.tags[index] as Uint8Array).subarray(start - tagStart, stop - tagStart), at);
      }
      at += stop - start;
      start = stop;
    }
  }

  private tagWord(index: number): number {
    const tag = this.tags[index] as Uint8Array;
    const low = (tag[0] as number) | ((tag[1] as number) << 8);
    return low | ((tag[2] as number) << 16) | ((tag[3] as number) << 24);
  }
}
