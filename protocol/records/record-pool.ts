import type { Bytes } from '../core/units.ts';
import { RECORD_SEALED_BYTES } from './layout.ts';

/** Free record buffers kept for reuse; more are left to the garbage collector. */
const FREE_MAX = 256;

/** Record-sized buffers, reused, counted: `inUse` must be 0 when no transfer is left. REQ BUF-3, BUF-6, BUF-9 */
export class RecordPool {
  /** For records of any length. Memory that another thread is to read must be shared. */
  readonly memory: (lengthBytes: Bytes) => Uint8Array;
  private readonly free: Uint8Array[] = [];
  inUse = 0;

  constructor(memory: (lengthBytes: Bytes) => Uint8Array = (lengthBytes) => new Uint8Array(lengthBytes)) {
    this.memory = memory;
  }

  take(): Uint8Array {
    this.inUse += 1;
    return this.free.pop() ?? this.memory(RECORD_SEALED_BYTES);
  }

  give(buffer: Uint8Array): void {
    this.inUse -= 1;
    if (this.free.length < FREE_MAX) this.free.push(buffer);
  }
}
