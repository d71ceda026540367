import { NANOS_PER_SECOND } from '../core/units.ts';
import type { BitsPerSecond, Bytes, Nanos } from '../core/units.ts';

/**
 * The NIC's leaky bucket: what was sent drains at the NIC's rate, and the next data burst waits until it is empty, so that no
 * queue builds below us and there is never more than one burst between a control packet and the wire. REQ NIC-7 · MUST PACE-1
 */
export class Pacer {
  private readonly nsPerByte: number;
  private readonly slackNs: Nanos;
  private emptyAt: Nanos = 0;

  /** `burstBytes`: how much may be ahead of a control packet. */
  constructor(rateBps: BitsPerSecond, burstBytes: Bytes) {
    this.nsPerByte = (8 * NANOS_PER_SECOND) / rateBps;
    this.slackNs = burstBytes * this.nsPerByte;
  }

  /** When data may leave. */
  get dataAt(): Nanos {
    return Math.ceil(this.emptyAt);
  }

  /** When control may leave: one burst earlier than data. */
  get controlAt(): Nanos {
    return Math.ceil(this.emptyAt - this.slackNs);
  }

  spend(now: Nanos, wireBytes: Bytes): void {
    this.emptyAt = Math.max(this.emptyAt, now) + wireBytes * this.nsPerByte;
  }
}
