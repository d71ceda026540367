import { NANOS_PER_SECOND } from '../core/units.ts';
import type { BitsPerSecond, Bytes, Nanos } from '../core/units.ts';
import type { NicPlace } from './nic-share.ts';

/**
 * The NIC's leaky bucket: what was sent drains at the NIC's rate, and the next data burst waits until it is empty, so that no
 * queue builds below us and there is never more than one burst between a control packet and the wire. Where several workers send by the NIC, the bucket of each
 * drains at an equal part of the rate. REQ NIC-7 · MUST PACE-1
 */
export class Pacer {
  private readonly nic: NicPlace;
  private readonly nsPerByte: number;
  private readonly slackNs: Nanos;
  private emptyAt: Nanos = 0;

  /** `burstBytes`: how much may be ahead of a control packet. */
  constructor(nic: NicPlace, rateBps: BitsPerSecond, burstBytes: Bytes) {
    this.nic = nic;
    this.nsPerByte = (8 * NANOS_PER_SECOND) / rateBps;
    this.slackNs = burstBytes * this.nsPerByte;
  }

  /** When data may leave. */
  get dataAt(): Nanos {
    return Math.ceil(this.emptyAt);
  }

  /** When control may leave: one burst earlier than data. */
  get controlAt(): Nanos {
    return Math.ceil(this.emptyAt - this.slackNs * this.nic.senders);
  }

  spend(now: Nanos, wireBytes: Bytes): void {
    this.emptyAt = Math.max(this.emptyAt, now) + wireBytes * this.nsPerByte * this.nic.senders;
  }
}
