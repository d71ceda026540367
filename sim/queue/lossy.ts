import { SimError } from '../task/errors.ts';
import type { Ratio } from '../net/faults/chance.ts';
import type { Rng } from '../random/rng.ts';
import type { EMPTY, Queue } from './queue.ts';
import type { Nanos } from '../../protocol/core/units.ts';

/** Takes every item in and loses some of them. Whoever pushed does not notice. */
export class LossyQueue<T> implements Queue<T> {
  /** Items lost so far. */
  lost = 0;
  readonly #inner: Queue<T>;
  readonly #rng: Rng;
  readonly #rate: Ratio;

  constructor(inner: Queue<T>, rng: Rng, rate: Ratio) {
    const { numerator, denominator } = rate;
    const isRatio = [numerator, denominator].every((part) => Number.isSafeInteger(part) && part >= 0);
    if (!isRatio || denominator === 0 || numerator > denominator) {
      throw new SimError('bad-argument', `${numerator}/${denominator} is not a probability`);
    }
    this.#inner = inner;
    this.#rng = rng;
    this.#rate = rate;
  }

  get length(): number {
    return this.#inner.length;
  }

  get capacity(): number {
    return this.#inner.capacity;
  }

  push(nowNs: Nanos, item: T): boolean {
    if (!this.#rng.ratio(this.#rate.numerator, this.#rate.denominator)) return this.#inner.push(nowNs, item);
    this.lost++;
    return true;
  }

  pop(nowNs: Nanos): T | typeof EMPTY {
    return this.#inner.pop(nowNs);
  }

  readyAtNs(): Nanos {
    return this.#inner.readyAtNs();
  }
}

/** `inner` behind a loss of `rate`; draws from `rng`, a stream of its own: `sim.rng.fork('name')`. */
export function lossy<T>(inner: Queue<T>, rng: Rng, rate: Ratio): LossyQueue<T> {
  return new LossyQueue(inner, rng, rate);
}
