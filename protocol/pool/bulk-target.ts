import type { Bytes } from '../core/units.ts';
import { Placement } from '../records/placement.ts';
import type { TransferError } from './transfer-error.ts';

export interface BulkTargetOptions {
  /** Told of the bytes that are there, at most a hundred times in a transfer. */
  onProgress?: (arrivedBytes: Bytes) => void;
  /** Told once for each transfer: everything is there, or why it is not. */
  onEnd?: (error: TransferError | undefined) => void;
}

/**
 * Where the body of a request goes, part by part as it arrives and verifies. It outlives a transfer that fails: given to the next one, of the same bytes,
 * it takes only what it lacks. That the bytes are the same is the application's to know, for example by a name in the headers. REQ PAT-5, POOL-7
 */
export class BulkTarget extends Placement {
  readonly options: BulkTargetOptions;
  /** Of the body it was last used for. */
  sizeBytes: Bytes = 0;
  isPaused = false;
  /** Of the transfer that fills it now. */
  private hold: ((paused: boolean) => void) | undefined;

  constructor(bytes: Uint8Array, options: BulkTargetOptions = {}) {
    super(bytes);
    this.options = options;
  }

  get arrivedBytes(): Bytes {
    return this.arrived.total;
  }

  get isComplete(): boolean {
    return this.sizeBytes > 0 && this.arrivedBytes === this.sizeBytes;
  }

  /** What is there, as [start, end) in ascending order. */
  get arrivedRanges(): [start: Bytes, end: Bytes][] {
    return Array.from({ length: this.arrived.count }, (_, i) => [
      this.arrived.startAt(i),
      this.arrived.endAt(i),
    ]);
  }

  /** Nothing is asked for until `resume`, also of a transfer that begins later. REQ FLOW-1 */
  pause(): void {
    this.isPaused = true;
    this.hold?.(true);
  }

  resume(): void {
    this.isPaused = false;
    this.hold?.(false);
  }

  /** For the pool: a transfer of `sizeBytes` begins to fill it. */
  begin(sizeBytes: Bytes, hold: (paused: boolean) => void): void {
    if (sizeBytes !== this.sizeBytes) this.arrived.clear();
    this.sizeBytes = sizeBytes;
    this.hold = hold;
  }

  /** For the pool: the transfer has ended. */
  end(error: TransferError | undefined): void {
    this.hold = undefined;
    this.options.onEnd?.(error);
  }
}
