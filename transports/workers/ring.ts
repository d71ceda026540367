import { assert } from '../../protocol/core/assert.ts';
import type { Bytes } from '../../protocol/core/units.ts';

/** Positions have cache lines of their own, so that the two sides do not take them from each other. */
const HEADER_BYTES = 192;
const HEAD = 0;
const TAIL = 16;
/** Set by a writer that found no room, until the reader has made some. */
const WANTED = 32;
const LENGTH_BYTES = 4;
const ALIGNMENT = 8;
/** In place of a length: the rest up to the end is empty. */
const SKIP = 0xffffffff;

/**
 * Messages from one thread to one other, in memory they share: no lock, no copy but the writer's and the reader's own. A message is in one
 * piece. Positions count bytes modulo 2^32. REQ POOL-9, POOL-10
 */
export class Ring {
  readonly memory: SharedArrayBuffer;
  readonly capacityBytes: Bytes;
  readonly #positions: Int32Array;
  readonly #data: Uint8Array;
  readonly #view: DataView;
  /** Of the message that is being written or read. */
  #pending: Bytes = 0;
  /** The writer's: what is before it is written, and can be read once it is shown. */
  #written: number;

  /** @param capacityBytes a power of two */
  static memory(capacityBytes: Bytes): SharedArrayBuffer {
    assert(
      capacityBytes >= 64 && (capacityBytes & (capacityBytes - 1)) === 0,
      'the capacity is a power of two',
    );
    return new SharedArrayBuffer(HEADER_BYTES + capacityBytes);
  }

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.capacityBytes = memory.byteLength - HEADER_BYTES;
    this.#positions = new Int32Array(memory, 0, HEADER_BYTES / 4);
    this.#data = new Uint8Array(memory, HEADER_BYTES);
    this.#view = new DataView(memory, HEADER_BYTES);
    this.#written = Atomics.load(this.#positions, TAIL);
  }

  /** The longest message that always finds room in an empty ring. */
  get messageBytesMax(): Bytes {
    return this.capacityBytes / 2 - LENGTH_BYTES;
  }

  get isEmpty(): boolean {
    return Atomics.load(this.#positions, HEAD) === Atomics.load(this.#positions, TAIL);
  }

  /** Room for a message, to be filled and then committed; undefined: there is none now, and the reader will be asked to say when. */
  reserve(lengthBytes: Bytes): Uint8Array | undefined {
    assert(lengthBytes <= this.messageBytesMax, 'a message fits half of its ring');
    const tail = this.#written >>> 0;
    const at = tail & (this.capacityBytes - 1);
    const needed = alignedUp(LENGTH_BYTES + lengthBytes);
    const skipped = at + needed > this.capacityBytes ? this.capacityBytes - at : 0;
    if (this.#free(tail) < skipped + needed) {
      Atomics.store(this.#positions, WANTED, 1);
      // The reader may have made room before it could see that.
      if (this.#free(tail) < skipped + needed) return undefined;
      Atomics.store(this.#positions, WANTED, 0);
    }
    if (skipped > 0) this.#view.setUint32(at, SKIP, true);
    const start = (at + skipped) & (this.capacityBytes - 1);
    this.#view.setUint32(start, lengthBytes, true);
    this.#pending = skipped + needed;
    return this.#data.subarray(start + LENGTH_BYTES, start + LENGTH_BYTES + lengthBytes);
  }

  /** What was reserved last is written. */
  commit(): void {
    this.#written = (this.#written + this.#pending) | 0;
  }

  /** What is written can be read, all of it at once. Whether there was something new. */
  show(): boolean {
    if (Atomics.load(this.#positions, TAIL) === this.#written) return false;
    Atomics.store(this.#positions, TAIL, this.#written);
    return true;
  }

  /** Where the reader ends that is to see what is there now, and nothing that comes later. */
  get end(): number {
    return Atomics.load(this.#positions, TAIL);
  }

  /** The oldest message before `end`, valid until it is released; undefined if there is none. */
  read(end: number = this.end): Uint8Array | undefined {
    const head = Atomics.load(this.#positions, HEAD);
    if (head === end) return undefined;
    return this.#at(head >>> 0);
  }

  #at(head: number): Uint8Array {
    let at = head & (this.capacityBytes - 1);
    let lengthBytes = this.#view.getUint32(at, true);
    this.#pending = 0;
    if (lengthBytes === SKIP) {
      this.#pending = this.capacityBytes - at;
      at = 0;
      lengthBytes = this.#view.getUint32(0, true);
    }
    this.#pending += alignedUp(LENGTH_BYTES + lengthBytes);
    return this.#data.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + lengthBytes);
  }

  /** Gives back the room of what was read last. True: a writer waits for it. */
  release(): boolean {
    Atomics.add(this.#positions, HEAD, this.#pending);
    return Atomics.load(this.#positions, WANTED) === 1 && Atomics.exchange(this.#positions, WANTED, 0) === 1;
  }

  #free(tail: number): Bytes {
    const head = Atomics.load(this.#positions, HEAD) >>> 0;
    return this.capacityBytes - ((tail - head) >>> 0);
  }
}

const alignedUp = (bytes: Bytes): Bytes => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
