import { NANOS_PER_SECOND } from '../core/units.ts';
import type { BitsPerSecond, Bytes, Nanos } from '../core/units.ts';
import type { Delivery } from '../wire/index.ts';

/** Loss is heavy when it is so many bytes more than this part of what comes: cables lose, too. */
const HEAVY_SHARE = 1 / 8;
const HEAVY_BYTES: Bytes = 24_000;
/** Its sender is told with each pull until so much has come after heavy loss. */
const TOLD_BYTES: Bytes = 4_194_304;
const BPS_PER_MBPS = 1e6;

/**
 * What came of one peer's data, for it to learn what its path carries. A range that is pulled again was lost or is late; which of the two is told by what comes: of
 * a lost one only the repetition. REQ CC-1, CC-5 · MUST BBR-1
 */
export class Arrivals {
  arrivedBytes: Bytes = 0;
  againBytes: Bytes = 0;
  belatedBytes: Bytes = 0;
  markedBytes: Bytes = 0;
  private peakBps: BitsPerSecond = 0;
  /** Of the present window: since when, and what came after that. */
  private since: Nanos = 0;
  private windowBytes: Bytes = 0;
  /** Lost beyond what is not heavy. */
  private excessBytes: Bytes = 0;
  /** The sender is told until so much has arrived. */
  private toldUntil: Bytes = 0;

  /** `again`: the packet was marked as repetition. The peer is as far away as `rttNs`. */
  onData(now: Nanos, rttNs: Nanos, newBytes: Bytes, knownBytes: Bytes, again: boolean): void {
    const bytes = newBytes + knownBytes;
    this.arrivedBytes += bytes;
    this.windowBytes += bytes;
    if (now - this.since >= rttNs) this.endWindow(now);
    if (again) this.againBytes += newBytes;
    else this.belatedBytes += knownBytes;
    if (this.excessBytes > 0 || again) this.weigh(again ? newBytes : -knownBytes, bytes);
  }

  /** Lost bytes, or such as were taken for lost, among `bytes`. */
  private weigh(lostBytes: Bytes, bytes: Bytes): void {
    this.excessBytes = Math.max(0, this.excessBytes + lostBytes - bytes * HEAVY_SHARE);
    if (this.excessBytes >= HEAVY_BYTES) this.toldUntil = this.arrivedBytes + TOLD_BYTES;
  }

  /** Bytes that came with a mark, besides. */
  onMarked(bytes: Bytes): void {
    this.markedBytes += bytes;
  }

  /** From one packet to another: what the first brought does not count. */
  private endWindow(now: Nanos): void {
    const rateBps = (this.windowBytes * 8 * NANOS_PER_SECOND) / (now - this.since);
    if (rateBps > this.peakBps) this.peakBps = rateBps;
    this.since = now;
    this.windowBytes = 0;
  }

  /** Fills what is to be told; false if that is nothing. */
  fill(frame: Delivery): boolean {
    if (this.arrivedBytes >= this.toldUntil) return false;
    frame.arrivedBytes = this.arrivedBytes;
    frame.againBytes = this.againBytes;
    frame.belatedBytes = this.belatedBytes;
    frame.markedBytes = this.markedBytes;
    frame.peakMbps = Math.ceil(this.peakBps / BPS_PER_MBPS);
    return true;
  }

  onTold(): void {
    this.peakBps = 0;
  }
}
