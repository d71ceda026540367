import { closeSync, openSync, writeSync } from 'node:fs';
import type { Bytes } from '../../protocol/core/units.ts';

const BUFFER_BYTES: Bytes = 256 * 1024;

/**
 * A file for the record of an endpoint, which only its owner may read, as the record holds secrets. What is not written when the process is killed is lost, and what
 * is there can be replayed. A file that takes no more ends the record, not the endpoint: see `failure`.
 */
export class RecordFile {
  /** What the system said when it took no more. */
  failure: Error | undefined;
  readonly #file: number;
  readonly #buffer: Buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  #filled = 0;
  #isOpen = true;

  /** Replaces what is there. Throws what the system says. */
  constructor(path: string) {
    this.#file = openSync(path, 'w', 0o600);
  }

  /** As `record` of a pool. */
  readonly write = (bytes: Uint8Array): void => {
    if (bytes.length > BUFFER_BYTES - this.#filled) this.#flush();
    if (bytes.length > BUFFER_BYTES) {
      this.#put(bytes);
      return;
    }
    this.#buffer.set(bytes, this.#filled);
    this.#filled += bytes.length;
  };

  /** Idempotent. */
  close(): void {
    if (!this.#isOpen) return;
    this.#flush();
    this.#isOpen = false;
    closeSync(this.#file);
  }

  #flush(): void {
    this.#put(this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
  }

  #put(bytes: Uint8Array): void {
    if (this.failure !== undefined || !this.#isOpen) return;
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    } catch (error) {
      this.failure = error as Error;
    }
  }
}
