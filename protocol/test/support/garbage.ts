import type { Rng } from '../../../sim/random/rng.ts';

const DATAGRAM_MAX = 1500;
/** Where the fields of a control packet stand: length, credential, epoch, worker, tag, phase and number. */
const CONTROL_FIELDS = [
  [1, 3],
  [3, 19],
  [19, 27],
  [27, 28],
  [28, 32],
  [32, 34],
] as const;
/** And of a data packet: length, slot, token, offset. */
const DATA_FIELDS = [
  [1, 3],
  [3, 7],
  [7, 15],
  [15, 17],
] as const;

/**
 * Datagrams that nobody with a key has made: noise, noise that looks like a packet, and real ones mutated. The array it returns is
 * reused by the next call.
 */
export class Garbage {
  private readonly rng: Rng;
  private readonly corpus: readonly Uint8Array[];
  private readonly buffer = new Uint8Array(2 * DATAGRAM_MAX);

  /** @param corpus datagrams as endpoints sent them */
  constructor(rng: Rng, corpus: readonly Uint8Array[]) {
    this.rng = rng;
    this.corpus = corpus;
  }

  next(): Uint8Array {
    const choice = this.rng.below(16);
    if (choice < 2) return this.noise();
    if (choice < 4) return this.likeness();
    const length = this.load(0);
    if (choice < 7) return this.flipBits(length);
    if (choice < 9) return this.buffer.subarray(0, this.rng.below(length + 1));
    if (choice < 10) return this.extend(length);
    if (choice < 12) return this.splice(length);
    if (choice < 15) return this.overwriteField(length);
    return this.buffer.subarray(0, length);
  }

  private load(at: number): number {
    const datagram = this.corpus[this.rng.below(this.corpus.length)]!;
    this.buffer.set(datagram, at);
    return datagram.length;
  }

  private noise(): Uint8Array {
    const length = this.rng.ratio(1, 2) ? this.rng.below(64) : this.rng.below(DATAGRAM_MAX);
    const bytes = this.buffer.subarray(0, length);
    this.rng.fill(bytes);
    return bytes;
  }

  /** Noise behind a first byte and a length that are right. */
  private likeness(): Uint8Array {
    const bytes = this.noise();
    if (bytes.length < 3) return bytes;
    bytes[0] = this.rng.ratio(1, 2) ? 0x20 : 0x60;
    bytes[1] = bytes.length >> 8;
    bytes[2] = bytes.length;
    return bytes;
  }

  private flipBits(length: number): Uint8Array {
    for (let flips = 1 + this.rng.below(8); flips > 0; flips -= 1) {
      this.buffer[this.rng.below(length)]! ^= 1 << this.rng.below(8);
    }
    return this.buffer.subarray(0, length);
  }

  private extend(length: number): Uint8Array {
    const more = 1 + this.rng.below(100);
    this.rng.fill(this.buffer.subarray(length, length + more));
    return this.buffer.subarray(0, length + more);
  }

  /** The front of one and the back of another, or one behind the other. */
  private splice(length: number): Uint8Array {
    const at = this.rng.ratio(1, 2) ? length : this.rng.below(length);
    return this.buffer.subarray(0, at + this.load(at));
  }

  private overwriteField(length: number): Uint8Array {
    const isData = this.buffer[0]! >>> 6 === 1;
    const fields = isData ? DATA_FIELDS : CONTROL_FIELDS;
    const [start, end] = fields[this.rng.below(fields.length)]!;
    this.rng.fill(this.buffer.subarray(start, end));
    return this.buffer.subarray(0, length);
  }
}
