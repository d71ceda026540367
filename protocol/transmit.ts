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

  constructor(capacityBytes: number, byReference = false) {
    this.bytes = new Uint8Array(capacityBytes);
    this.byReference = byReference;
  }

  /** Segment `index` ends, after `headerBytes`, with `shared` from `start` on. */
  refer(index: number, headerBytes: number, shared: SharedBytes, start: number): void {
    this.shared[index] = shared;
    this.headerBytes[index] = headerBytes;
    this.sharedStart[index] = start;
  }
}
