import { NANOS_PER_SECOND } from '../core/units.ts';
import type { BitsPerSecond, Bytes, Nanos } from '../core/units.ts';

/** Of what the link carries, so much keeps it busy. */
const BUSY_SHARE = 3 / 4;

/** How much has come lately: where the link is busy, silence of one sender says nothing, as its bytes may stand in line behind others. MUST PULL-10 */
export class ArrivalMeter {
  private readonly windowNs: Nanos;
  private readonly bytesPerNs: number;
  /** Beginning of the present window, what came in it, and in the one before. */
  private since: Nanos = 0;
  private bytes: Bytes = 0;
  private bytesBefore: Bytes = 0;

  constructor(rateBps: BitsPerSecond, windowNs: Nanos) {
    this.windowNs = windowNs;
    this.bytesPerNs = rateBps / (8 * NANOS_PER_SECOND);
  }

  onBytes(now: Nanos, bytes: Bytes): void {
    this.advance(now);
    this.bytes += bytes;
  }

  /** So many receivers share the link. */
  isBusy(now: Nanos, receivers: number): boolean {
    this.advance(now);
    const { windowNs } = this;
    // What came before is taken to have come evenly.
    const came = this.bytes + this.bytesBefore * (1 - (now - this.since) / windowNs);
    return came * receivers > BUSY_SHARE * this.bytesPerNs * windowNs;
  }

  private advance(now: Nanos): void {
    const windows = Math.floor((now - this.since) / this.windowNs);
    if (windows === 0) return;
    this.bytesBefore = windows === 1 ? this.bytes : 0;
    this.bytes = 0;
    this.since += windows * this.windowNs;
  }
}
