import type { Nanos } from '../core/units.ts';

/** Smoothed round-trip time and its mean deviation. RFC 9002 section 5, with integers of nanoseconds. */
export class RttEstimator {
  smoothedNs: Nanos;
  variationNs: Nanos;
  minNs: Nanos;
  latestNs: Nanos;
  samples = 0;

  constructor(initialNs: Nanos) {
    this.smoothedNs = initialNs;
    this.variationNs = initialNs / 2;
    this.minNs = initialNs;
    this.latestNs = initialNs;
  }

  /** `delayNs`: how long the peer held the acknowledgement; ignored where it would go below the minimum. MUST ACK-5 */
  update(sampleNs: Nanos, delayNs: Nanos): void {
    if (sampleNs <= 0) return;
    if (this.samples === 0 || sampleNs < this.minNs) this.minNs = sampleNs;
    const adjusted = sampleNs - delayNs >= this.minNs ? sampleNs - delayNs : sampleNs;
    this.latestNs = adjusted;
    if (this.samples === 0) {
      this.smoothedNs = adjusted;
      this.variationNs = Math.round(adjusted / 2);
    } else {
      const deviation = Math.abs(this.smoothedNs - adjusted);
      this.variationNs = Math.round((3 * this.variationNs + deviation) / 4);
      this.smoothedNs = Math.round((7 * this.smoothedNs + adjusted) / 8);
    }
    this.samples += 1;
  }
}
