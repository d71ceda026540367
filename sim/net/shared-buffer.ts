import { assert } from '../kernel/assert.ts';
import type { Bytes } from '../../protocol/core/units.ts';

/** The memory that all ports of one switch queue in. */
export class SharedBuffer {
  readonly capacityBytes: Bytes;
  #usedBytes: Bytes = 0;
  #peakBytes: Bytes = 0;

  /** @param capacityBytes may be Infinity. */
  constructor(capacityBytes: Bytes) {
    this.capacityBytes = capacityBytes;
  }

  get usedBytes(): Bytes {
    return this.#usedBytes;
  }

  get peakBytes(): Bytes {
    return this.#peakBytes;
  }

  /** Takes room for a packet; false, and nothing taken, if there is not enough. */
  take(bytes: Bytes): boolean {
    const used = this.#usedBytes + bytes;
    if (used > this.capacityBytes) return false;
    this.#usedBytes = used;
    if (used > this.#peakBytes) this.#peakBytes = used;
    return true;
  }

  give(bytes: Bytes): void {
    assert(bytes <= this.#usedBytes, 'a buffer gets back what was taken from it');
    this.#usedBytes -= bytes;
  }
}
