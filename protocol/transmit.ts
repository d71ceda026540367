import type { Address } from './core/address.ts';

/**
 * What `Endpoint.pollTransmit` fills: a run of segments to one destination, all `segmentBytes` long except the
 * last, which may be shorter. A driver hands the run to the kernel in one call (GSO) or sends segment by segment.
 */
export class TransmitBuffer {
  readonly bytes: Uint8Array;
  /** Bytes filled, over all segments. */
  lengthBytes = 0;
  segmentBytes = 0;
  destination: Address = 0;
  /** Class for network queues: 0 (control, served first) … 7. */
  networkPriority = 0;

  constructor(capacityBytes: number) {
    this.bytes = new Uint8Array(capacityBytes);
  }
}
