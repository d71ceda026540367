import type { Bytes } from '../core/units.ts';
import { Placement } from '../records/placement.ts';
import type { RecordSink } from '../records/placement.ts';
import { TARGET_OPTIONS, checkArgument, checkOptions, isSink } from './arguments.ts';
import type { TransferError } from './transfer-error.ts';

export interface BulkTargetOptions {
  /** Told of the bytes that are there, at most a hundred times in a transfer. */
  onProgress?: (arrivedBytes: Bytes) => void;
  /** Told once for each transfer: everything is there, or why it is not. */
  onEnd?: (error: TransferError | undefined) => void;
}

/** Where a body goes that is not to be in memory. All it holds are the bytes it was given and has not written. REQ PAT-5 */
export interface BulkSink extends RecordSink {
  /** Largest body it takes. */
  readonly roomBytes: Bytes;
  /** A transfer of `sizeBytes` begins; `isResumed`: what was written stays. */
  begin(sizeBytes: Bytes, isResumed: boolean): void;
  /** All of the body has been given: resolves when it is safe, and rejects if it will not be. Called again for the same body it has nothing to do. */
  finish(sizeBytes: Bytes): Promise<void>;
  /** It failed, or is not wanted any more: nothing of it is left. */
  discard(): Promise<void>;
}

/** What a target needs of the request that fills it. */
export interface Filler {
  hold(paused: boolean): void;
  /** The sink has failed. */
  fail(error: Error): void;
}

/**
 * Where the body of a request goes, part by part as it arrives and verifies. It outlives a transfer that fails: given to the next one, of the same bytes,
 * it takes only what it lacks. That the bytes are the same is the application's to know, for example by a name in the headers. REQ PAT-5, POOL-7
 */
export class BulkTarget extends Placement {
  readonly options: BulkTargetOptions;
  readonly sink: BulkSink | undefined;
  /** Of the body it was last used for. */
  sizeBytes: Bytes = 0;
  isPaused = false;
  /** Of the transfer that fills it now. */
  private filler: Filler | undefined;

  constructor(destination: Uint8Array | BulkSink, options: BulkTargetOptions = {}) {
    const isPlace = destination instanceof Uint8Array || isSink(destination);
    checkArgument(isPlace, 'the destination of a BulkTarget', destination, 'a Uint8Array or a sink');
    checkOptions('options of a BulkTarget', options, TARGET_OPTIONS);
    super(destination);
    this.options = options;
    this.sink = destination instanceof Uint8Array ? undefined : destination;
    this.onRoom = () => {
      if (!this.isPaused) this.filler?.hold(false);
    };
    this.onFailure = (error) => {
      this.forget();
      if (this.filler !== undefined) this.filler.fail(error);
      else void this.sink?.discard().catch(() => {});
    };
  }

  get roomBytes(): Bytes {
    return this.sink?.roomBytes ?? this.bytes?.length ?? 0;
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
    this.filler?.hold(true);
  }

  resume(): void {
    this.isPaused = false;
    this.filler?.hold(false);
  }

  /** What came and is not complete is not wanted any more: a sink keeps nothing of it. */
  async discard(): Promise<void> {
    this.forget();
    await this.sink?.discard();
  }

  /** For the pool: a transfer of `sizeBytes` begins to fill it, of which a sink is given `sinkBytesMax` ahead. */
  begin(sizeBytes: Bytes, sinkBytesMax: Bytes, filler: Filler): void {
    if (sizeBytes !== this.sizeBytes) this.forget();
    this.sizeBytes = sizeBytes;
    this.sinkBytesMax = sinkBytesMax;
    this.filler = filler;
    this.sink?.begin(sizeBytes, this.arrivedBytes > 0);
  }

  /** For the pool: the transfer has ended. */
  end(error: TransferError | undefined): void {
    this.filler = undefined;
    this.options.onEnd?.(error);
  }
}
