import type { Nanos } from '../../protocol/core/units.ts';

/** However many faults slow a clock down, it goes on. */
const GAIN_MIN = -15 / 16;

/** A clock gains `numerator` ns in `denominator` ns of true time; loses them if it is negative. */
export interface Drift {
  readonly numerator: number;
  readonly denominator: number;
}

/**
 * What a host takes for the time. It may be off, run fast or slow, and be set; but it is read as a monotonic clock, so one that is set
 * back stands still until it is where it was. REQ DST-5
 */
export class LocalClock {
  /** True time, and what the clock said then; from there it runs on evenly. */
  #sinceNs: Nanos = 0;
  #readingNs: Nanos = 0;
  #drifts: readonly Drift[] = [];
  /** Gained in one nanosecond. */
  #gain = 0;
  #shownNs: Nanos = 0;

  /** What it shows at the true time `nowNs`, which never goes back. */
  read(nowNs: Nanos): Nanos {
    this.#shownNs = Math.max(this.#shownNs, this.#readingAt(nowNs));
    return this.#shownNs;
  }

  /** The earliest true time, not before `nowNs`, at which it shows `localNs`, if nobody touches it. */
  trueTimeOf(localNs: Nanos, nowNs: Nanos): Nanos {
    if (this.read(nowNs) >= localNs) return nowNs;
    const estimateNs = this.#sinceNs + Math.floor((localNs - this.#readingNs) / (1 + this.#gain));
    // The division is rounded, and each reading is.
    let atNs = Math.max(nowNs, estimateNs - 2);
    while (this.#readingAt(atNs) < localNs) atNs++;
    return atNs;
  }

  /** Sets it forward, or back, by so much. */
  step(nowNs: Nanos, byNs: Nanos): void {
    this.#readingNs = this.#readingAt(nowNs) + byNs;
    this.#sinceNs = nowNs;
  }

  addDrift(nowNs: Nanos, drift: Drift): void {
    this.#setDrifts(nowNs, [...this.#drifts, drift]);
  }

  removeDrift(nowNs: Nanos, drift: Drift): void {
    this.#setDrifts(
      nowNs,
      this.#drifts.filter((other) => other !== drift),
    );
  }

  #setDrifts(nowNs: Nanos, drifts: readonly Drift[]): void {
    this.step(nowNs, 0);
    this.#drifts = drifts;
    const gain = drifts.reduce((sum, { numerator, denominator }) => sum + numerator / denominator, 0);
    this.#gain = Math.max(gain, GAIN_MIN);
  }

  #readingAt(trueNs: Nanos): Nanos {
    const elapsedNs = trueNs - this.#sinceNs;
    return this.#readingNs + elapsedNs + Math.floor(elapsedNs * this.#gain);
  }
}
