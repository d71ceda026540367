import { DropReason } from '../drop-reason.ts';
import { Chance, type Ratio } from './chance.ts';
import type { Fate } from './fate.ts';
import type { LineFault } from './line-fault.ts';
import type { Packet } from '../packet.ts';
import type { Rng } from '../../random/rng.ts';

/**
 * Loses packets in bursts: the two-state chain of Gilbert (1960), which loses everything in its bad state. A burst ends
 * after each packet with probability 1 / b, so its mean length is b packets; one begins with probability p / (b (1 - p)), so
 * that in the long run the share p is lost. One draw per packet. REQ DST-5
 */
export class BurstLoss implements LineFault {
  readonly #begins: Chance;
  readonly #ends: Chance;
  #bad = false;

  constructor(rng: Rng, rate: Ratio, burst: number) {
    this.#begins = new Chance(rng, burstBegins(rate, burst));
    this.#ends = new Chance(rng, { numerator: 1, denominator: burst });
  }

  decide(_packet: Packet, fate: Fate): boolean {
    if (this.#bad) this.#bad = !this.#ends.happens();
    else this.#bad = this.#begins.happens();
    if (this.#bad) fate.lost ??= DropReason.LOSS;
    return this.#bad;
  }
}

/** Above 1 if bursts of that mean length cannot be so frequent that the share `rate` is lost. */
export function burstBegins(rate: Ratio, burst: number): Ratio {
  return { numerator: rate.numerator, denominator: burst * (rate.denominator - rate.numerator) };
}
