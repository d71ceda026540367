import type { Bytes } from '../core/units.ts';

/** Memory of this endpoint that peers read without its doing anything, by a NIC that can. */
export interface Region {
  readonly bytes: Uint8Array;
  /** What a reader names: the key of the memory and the address of its first byte, 64 bits each as two u32. */
  readonly keyHi: number;
  readonly keyLo: number;
  readonly addressHi: number;
  readonly addressLo: number;
  /** Nothing of it can be read any more. Called once. REQ BUF-5 */
  close(): void;
}

/** Where a driver with such a NIC takes regions from. */
export interface ReadableMemory {
  /** Exactly `bytes` of memory that peers can read; undefined: there is no room, or it is not worth it. */
  expose(bytes: Bytes): Region | undefined;
}

/** What is exposed of an endpoint, counted: 0 when no transfer is left. REQ BUF-5, BUF-9 */
export class Exposure {
  exposedBytes: Bytes = 0;
  private readonly memory: ReadableMemory | undefined;

  constructor(memory: ReadableMemory | undefined) {
    this.memory = memory;
  }

  /** Whether the NIC can read, too. */
  get isThere(): boolean {
    return this.memory !== undefined;
  }

  expose(bytes: Bytes): Region | undefined {
    const region = this.memory?.expose(bytes);
    if (region === undefined) return undefined;
    this.exposedBytes += bytes;
    const close = (): void => {
      this.exposedBytes -= bytes;
      region.close();
    };
    const { keyHi, keyLo, addressHi, addressLo } = region;
    return { bytes: region.bytes, keyHi, keyLo, addressHi, addressLo, close };
  }
}
