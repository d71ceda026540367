import type { Address } from './core/address.ts';
import type { SharedBytes } from './core/shared-bytes.ts';

/**
 * What `Endpoint.pollTransmit` fills: a run of segments to one destination, all `segmentBytes` long except the
 * last, which may be shorter. A driver hands the run to the kernel in one call (GSO) or sends segment by segment.
 */
export class TransmitBuffer {
  readonly bytes: Uint8Array;
  /** The driver moves payload by reference: segments may end with shared bytes, whose place in `bytes` is left as it was. */
  readonly byReference: boolean;
  /** Bytes filled, over all segments. */
  lengthBytes = 0;
  segmentBytes = 0;
  destination: Address = 0;
  /** Which of the UDP flows to the destination the run is of: 0 is that of control packets. */
  path = 0;
  /** Class for network queues: 0 (control, served first) … 7. */
  networkPriority = 0;
  /** Of each segment: what it ends with by reference, if anything. */
  readonly shared: (SharedBytes | undefined)[] = [];
  /** Then: how many bytes come before it, and where in it the segment begins. */
  readonly headerBytes: number[] = [];
  readonly sharedStart: number[] = [];
  /** The driver takes payload from where it is: what is in `pieces` has not been copied to its place in `bytes`. */
  readonly gathers: boolean;
  readonly pieces: Pieces = new Pieces();

  constructor(capacityBytes: number, byReference = false, gathers = false) {
    this.bytes = new Uint8Array(capacityBytes);
    this.byReference = byReference;
    this.gathers = gathers;
  }

  /** Segment `index` ends, after `headerBytes`, with `shared` from `start` on. */
  refer(index: number, headerBytes: number, shared: SharedBytes, start: number): void {
    this.shared[index] = shared;
    this.headerBytes[index] = headerBytes;
    this.sharedStart[index] = start;
  }

  /** Copies the pieces to their places: the memory they are in need not stay as it is any longer. */
  join(): void {
    const { pieces, bytes } = this;
    for (let i = 0; i < pieces.count; i += 1) {
      const from = pieces.memory[i] as Uint8Array;
      bytes.set(from.subarray(pieces.start[i], pieces.end[i]), pieces.place[i]);
    }
    pieces.count = 0;
  }
}

/** Parts of a run that are still where they were made, in the order of their places. The first `count` of each array count. */
export class Pieces {
  count = 0;
  /** Where in the run. */
  readonly place: number[] = [];
  /** [start, end) of `memory`. */
  readonly memory: Uint8Array[] = [];
  readonly start: number[] = [];
  readonly end: number[] = [];

  add(place: number, memory: Uint8Array, start: number, end: number): void {
    const { count } = this;
    this.place[count] = place;
    this.memory[count] = memory;
    this.start[count] = start;
    this.end[count] = end;
    this.count = count + 1;
  }
}
