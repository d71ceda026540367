import { assert } from '../kernel/assert.ts';
import { configInteger } from './config-error.ts';
import type { Nanos } from '../../protocol/core/units.ts';

/** Bins of one series; a longer run doubles the width instead. A power of two. */
export const BINS_MAX = 4096;
const BINS_INITIAL = 64;
const MEMBERS_INITIAL = 16;

/**
 * Values over time in equally wide bins from 0 on, in bounded memory: when a run outgrows BINS_MAX bins, neighbours
 * merge and the width doubles.
 */
abstract class BinnedSeries {
  #binNs: Nanos;
  #binEndNs: Nanos;
  /** Bin of the latest time told. */
  protected last = 0;
  protected bins: Float64Array = new Float64Array(BINS_INITIAL);

  constructor(binNs: Nanos) {
    this.#binNs = configInteger('seriesBinNs', binNs, 1, 1e15);
    this.#binEndNs = binNs;
  }

  /** Width of a bin now: the width given, times a power of two. */
  get binNs(): Nanos {
    return this.#binNs;
  }

  /** What a bin nobody has written to holds. */
  protected abstract fresh(): number;
  protected abstract merge(earlier: number, later: number): number;

  /** Says that it is `nowNs` now: `last` becomes the bin that holds it. Times never go back. */
  advanceTo(nowNs: Nanos): void {
    if (nowNs >= this.#binEndNs) this.#roll(nowNs);
  }

  #roll(nowNs: Nanos): void {
    while (nowNs >= this.#binNs * BINS_MAX) this.#coarsen();
    const bin = Math.floor(nowNs / this.#binNs);
    if (bin >= this.bins.length) {
      let capacity = this.bins.length;
      while (capacity <= bin) capacity *= 2;
      const wider = new Float64Array(capacity);
      wider.set(this.bins);
      this.bins = wider;
    }
    this.bins.fill(this.fresh(), this.last + 1, bin + 1);
    this.last = bin;
    this.#binEndNs = (bin + 1) * this.#binNs;
  }

  #coarsen(): void {
    const half = this.last >> 1;
    for (let i = 0; i <= half; i++) {
      const earlier = this.bins[2 * i] as number;
      this.bins[i] = 2 * i + 1 <= this.last ? this.merge(earlier, this.bins[2 * i + 1] as number) : earlier;
    }
    this.last = half;
    this.#binNs *= 2;
    this.#binEndNs = (half + 1) * this.#binNs;
  }

  /** One value per `binNs`, a multiple of the series' own width, from 0 to the latest time told. */
  values(binNs: Nanos): number[] {
    const group = binNs / this.#binNs;
    assert(Number.isInteger(group) && group >= 1, 'bins are read at a multiple of their width');
    const out: number[] = [];
    for (let start = 0; start <= this.last; start += group) {
      let value = this.bins[start] as number;
      for (let i = start + 1; i < start + group && i <= this.last; i++) {
        value = this.merge(value, this.bins[i] as number);
      }
      out.push(value);
    }
    return out;
  }
}

/** Amounts that happened in each bin. */
export class SumSeries extends BinnedSeries {
  add(nowNs: Nanos, amount: number): void {
    this.advanceTo(nowNs);
    (this.bins[this.last] as number) += amount;
  }

  protected override fresh(): number {
    return 0;
  }

  protected override merge(earlier: number, later: number): number {
    return earlier + later;
  }
}

/** Of several things that each keep their level until told otherwise, the highest level in each bin. */
export class PeakSeries extends BinnedSeries {
  #levels = new Float64Array(MEMBERS_INITIAL);
  #members = 0;

  /** One more thing, at level 0; returns its number. */
  addMember(): number {
    if (this.#members === this.#levels.length) {
      const levels = new Float64Array(2 * this.#members);
      levels.set(this.#levels);
      this.#levels = levels;
    }
    return this.#members++;
  }

  set(nowNs: Nanos, member: number, level: number): void {
    this.advanceTo(nowNs);
    this.#levels[member] = level;
    if (level > (this.bins[this.last] as number)) this.bins[this.last] = level;
  }

  protected override fresh(): number {
    let highest = 0;
    for (const level of this.#levels) if (level > highest) highest = level;
    return highest;
  }

  protected override merge(earlier: number, later: number): number {
    return Math.max(earlier, later);
  }
}
