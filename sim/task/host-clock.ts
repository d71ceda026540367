import { SimError } from './errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Nanos } from '../../protocol/core/units.ts';

const MILLION = 1_000_000;

/** What is wrong with the clock of a host. */
export interface ClockError {
  /** Ahead of virtual time by so much from now on; negative: behind. */
  readonly offsetNs?: Nanos;
  /** Parts per million by which it goes too fast from now on; negative: too slow. More than -1,000,000. */
  readonly driftPpm?: number;
  /** Steps forward by so much now; negative: back. */
  readonly jumpNs?: Nanos;
}

/** The clock of one host. It counts whole nanoseconds, exactly, however long it drifts. REQ DST-5 */
export class HostClock {
  /** 0: durations are those of virtual time. */
  driftPpm = 0;
  readonly #kernel: Kernel;
  /** What it showed, and when. */
  #shownNs: Nanos = 0;
  #sinceNs: Nanos = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  now(): Nanos {
    const elapsedNs = this.#kernel.now - this.#sinceNs;
    return this.#shownNs + elapsedNs + scaled(elapsedNs, this.driftPpm, MILLION);
  }

  /** How long it takes in virtual time until the clock has gone on by `ns`; rounded down, `ns` >= 0. */
  durationOf(ns: Nanos): Nanos {
    return this.driftPpm === 0 ? ns : scaled(ns, MILLION, MILLION + this.driftPpm);
  }

  /** Throws SimError `bad-argument`. */
  set({ offsetNs, driftPpm, jumpNs = 0 }: ClockError): void {
    for (const number of [offsetNs, driftPpm, jumpNs]) {
      if (number === undefined || Number.isSafeInteger(number)) continue;
      throw new SimError('bad-argument', `a clock is set by whole numbers, not by ${number}`);
    }
    if (driftPpm !== undefined && (driftPpm <= -MILLION || driftPpm > MILLION)) {
      throw new SimError('bad-argument', `a clock drifts by -999,999 to 1,000,000 ppm, not by ${driftPpm}`);
    }
    const { now } = this.#kernel;
    this.#shownNs = (offsetNs === undefined ? this.now() : now + offsetNs) + jumpNs;
    this.#sinceNs = now;
    this.driftPpm = driftPpm ?? this.driftPpm;
  }
}

/** `ns` × numerator / denominator, rounded down; no product exceeds 2^53. */
function scaled(ns: Nanos, numerator: number, denominator: number): Nanos {
  const whole = Math.floor(ns / denominator);
  const rest = ns - whole * denominator;
  return whole * numerator + Math.floor((rest * numerator) / denominator);
}
