import { assert } from '../core/assert.ts';
import { RangeSet } from '../core/range-set.ts';
import type { Bytes } from '../core/units.ts';

/** Takes verified bytes in any order, and says when it has them: for example a file. REQ PAT-5 */
export interface RecordSink {
  /** Puts `bytes` at `at`; they stay as they are until `done`, which is called once, and not before this returns. */
  write(at: Bytes, bytes: Uint8Array, done: (error?: Error) => void): void;
}

const NOTHING = new Uint8Array(0);

/**
 * Where the body of a message goes, and what of it is there: it has arrived and verified, in this transfer or in one before that
 * ended too early, and is written if it goes to a sink. REQ PAT-5, RDP-5
 */
export class Placement {
  readonly destination: Uint8Array | RecordSink;
  /** In bytes of the body. */
  readonly arrived: RangeSet = new RangeSet();
  /** Given to the sink and not written. */
  unwrittenBytes: Bytes = 0;
  /** So many, and nothing more is pulled for it: `sinkBytesMax` of who receives. */
  protected sinkBytesMax: Bytes = 0;
  /** Told when the sink can take more again, and when it failed. */
  protected onRoom: (() => void) | undefined;
  protected onFailure: ((error: Error) => void) | undefined;
  private wasFull = false;
  /** Of what was written for another body nothing counts. */
  private epoch = 0;

  constructor(destination: Uint8Array | RecordSink) {
    this.destination = destination;
  }

  /** Memory of the application, if it goes there. */
  get bytes(): Uint8Array | undefined {
    return this.destination instanceof Uint8Array ? this.destination : undefined;
  }

  /** The sink has enough to do. REQ BP-1, BP-2 */
  get isFull(): boolean {
    return this.bytes === undefined && this.unwrittenBytes >= this.sinkBytesMax;
  }

  /** Memory that a body of `sizeBytes` takes on its way there, at most. */
  memoryBytes(sizeBytes: Bytes): Bytes {
    return this.bytes === undefined ? Math.min(sizeBytes, this.sinkBytesMax) : sizeBytes;
  }

  /** Another body comes: nothing of it is there. */
  protected forget(): void {
    this.arrived.clear();
    this.epoch += 1;
  }

  /** Hands verified bytes to the sink. */
  put(at: Bytes, bytes: Uint8Array, done: () => void = () => {}): void {
    const { destination, epoch } = this;
    if (destination instanceof Uint8Array) return;
    this.unwrittenBytes += bytes.length;
    this.wasFull ||= this.isFull;
    let isGiven = false;
    destination.write(at, bytes, (error) => {
      assert(isGiven, 'a sink says that it has written after it was given the bytes');
      this.unwrittenBytes -= bytes.length;
      done();
      if (epoch === this.epoch) {
        if (error === undefined) this.arrived.add(at, at + bytes.length);
        else this.onFailure?.(error);
      }
      if (!this.wasFull || this.unwrittenBytes * 2 > this.sinkBytesMax) return;
      this.wasFull = false;
      this.onRoom?.();
    });
    isGiven = true;
  }
}

/** The body where the application wants it; nothing, if that is not memory. */
export function placed(body: Uint8Array, into: Placement | undefined): Uint8Array {
  if (into === undefined) return body;
  const { bytes } = into;
  if (bytes === undefined) {
    // What came record by record is there already, or on its way.
    if (body.length > 0) into.put(0, body);
    return NOTHING;
  }
  if (body.buffer !== bytes.buffer) {
    bytes.set(body);
    into.arrived.add(0, body.length);
  }
  return bytes.subarray(0, body.length);
}
