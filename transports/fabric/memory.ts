import type { Bytes } from '../../protocol/core/units.ts';
import type { ReadableMemory, Region } from '../../protocol/records/region.ts';
import type { Domain, Registration } from './domain.ts';

export interface MemoryLimits {
  /** Smaller messages are sent: a registration would cost more than it spares. */
  readBytesMin: Bytes;
  /** Of all messages that peers can read at once, the sizes of their buffers rounded up to powers of two. */
  exposedBytesMax: Bytes;
}

/** What is kept of memory that was exposed. */
export interface MemoryCounters {
  /** Messages exposed so far. */
  exposed: number;
  /** Memory there is, exposed or waiting to be. */
  heldBytes: Bytes;
}

/**
 * Memory for messages that peers read by themselves: one registration for each message, closed with it, so that nobody reads what comes after. The memory itself is
 * used for such messages only and kept: a provider may still be sending of it when it is revoked. REQ BUF-5, BUF-6, EFA-3
 */
export class FabricMemory implements ReadableMemory {
  readonly counters: MemoryCounters = { exposed: 0, heldBytes: 0 };
  readonly #domain: Domain;
  readonly #limits: MemoryLimits;
  readonly #onError: (error: Error) => void;
  /** Buffers not in use, by size. */
  readonly #free = new Map<Bytes, Uint8Array[]>();

  constructor(domain: Domain, limits: MemoryLimits, onError: (error: Error) => void) {
    this.#domain = domain;
    this.#limits = limits;
    this.#onError = onError;
  }

  expose(bytes: Bytes): Region | undefined {
    if (bytes < this.#limits.readBytesMin) return undefined;
    const buffer = this.#take(2 ** Math.ceil(Math.log2(bytes)));
    if (buffer === undefined) return undefined;
    const memory = buffer.subarray(0, bytes);
    const registration = this.#register(memory);
    if (registration === undefined) {
      this.#giveBack(buffer);
      return undefined;
    }
    const { key, base, close } = registration;
    this.counters.exposed += 1;
    const address = BigInt(base);
    return {
      bytes: memory,
      keyHi: Number(key >> 32n),
      keyLo: Number(key & 0xffff_ffffn),
      addressHi: Number(address >> 32n),
      addressLo: Number(address & 0xffff_ffffn),
      close: () => {
        close();
        this.#giveBack(buffer);
      },
    };
  }

  /** Undefined: the system allows no more; the message is sent. */
  #register(memory: Uint8Array): Registration | undefined {
    try {
      return this.#domain.expose(memory);
    } catch (error) {
      this.#onError(error as Error);
      return undefined;
    }
  }

  #giveBack(buffer: Uint8Array): void {
    const buffers = this.#free.get(buffer.length);
    if (buffers === undefined) this.#free.set(buffer.length, [buffer]);
    else buffers.push(buffer);
  }

  #take(bytes: Bytes): Uint8Array | undefined {
    const exact = this.#free.get(bytes)?.pop();
    if (exact !== undefined) return exact;
    if (this.counters.heldBytes + bytes <= this.#limits.exposedBytesMax) {
      this.counters.heldBytes += bytes;
      return new Uint8Array(bytes);
    }
    // Better a larger one than none.
    const larger = [...this.#free].filter(([size, buffers]) => size > bytes && buffers.length > 0);
    return larger.sort(([a], [b]) => a - b)[0]?.[1].pop();
  }
}
