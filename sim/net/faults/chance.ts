import type { Trial } from './trial.ts';
import type { Rng } from '../../random/rng.ts';

/** A probability, as numerator / denominator. */
export interface Ratio {
  readonly numerator: number;
  readonly denominator: number;
}

const TWO_32 = 0x1_0000_0000;

/** A repeated trial: one draw each, whatever the ratio, which is met to within 2^-32. */
export class Chance implements Trial {
  readonly #rng: Rng;
  readonly #threshold: number;

  constructor(rng: Rng, ratio: Ratio) {
    this.#rng = rng;
    this.#threshold = Math.floor((ratio.numerator / ratio.denominator) * TWO_32);
  }

  happens(): boolean {
    return this.#rng.nextU32() < this.#threshold;
  }
}
