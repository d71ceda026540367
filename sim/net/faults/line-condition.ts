import type { DropReason } from '../drop-reason.ts';
import type { Line } from '../line.ts';
import type { LineRate } from '../line-rate.ts';
import type { Bytes } from '../../../protocol/core/units.ts';

/** Why a line is down, and whether its near end is dead as well and not only the cable. */
export interface Outage {
  readonly reason: DropReason;
  readonly deadEnd: boolean;
}

/** The active faults that act on a line as a whole. Where several overlap, the worst counts. */
export class LineCondition {
  readonly #line: Line;
  readonly #rates: LineRate[] = [];
  readonly #mtus: Bytes[] = [];
  readonly #outages: Outage[] = [];

  constructor(line: Line) {
    this.#line = line;
  }

  limitRate(rate: LineRate): void {
    this.#rates.push(rate);
    this.#applyRate();
  }

  unlimitRate(rate: LineRate): void {
    remove(this.#rates, rate);
    this.#applyRate();
  }

  limitMtu(bytes: Bytes): void {
    this.#mtus.push(bytes);
    this.#line.setMtu(Math.min(this.#line.mtuBytes, ...this.#mtus));
  }

  unlimitMtu(bytes: Bytes): void {
    remove(this.#mtus, bytes);
    this.#line.setMtu(Math.min(this.#line.mtuBytes, ...this.#mtus));
  }

  goDown(outage: Outage): void {
    this.#outages.push(outage);
    this.#line.cut(outage.reason, outage.deadEnd);
  }

  comeUp(outage: Outage): void {
    remove(this.#outages, outage);
    const [still] = this.#outages;
    if (still === undefined) this.#line.restore(outage.deadEnd);
    else this.#line.cut(still.reason, outage.deadEnd);
  }

  #applyRate(): void {
    const slowest = this.#rates.reduce((a, b) => (b.bps < a.bps ? b : a), this.#line.rate);
    this.#line.setRate(slowest);
  }
}

function remove<T>(list: T[], item: T): void {
  list.splice(list.indexOf(item), 1);
}
