import { drawFlips } from '../bit-flips.ts';
import { Chance, type Ratio } from './chance.ts';
import type { Fate } from './fate.ts';
import type { Packet } from '../packet.ts';
import type { Nanos } from '../../../protocol/core/units.ts';
import type { Rng } from '../../random/rng.ts';

/** Something that goes wrong on one direction of one link; it adds its part to the fate of each packet. */
export interface LineFault {
  decide(packet: Packet, fate: Fate): void;
}

/** Loses packets independently of each other. REQ DST-5 */
export class Loss implements LineFault {
  readonly #chance: Chance;

  constructor(rng: Rng, rate: Ratio) {
    this.#chance = new Chance(rng, rate);
  }

  decide(_packet: Packet, fate: Fate): void {
    if (this.#chance.happens()) fate.lost = true;
  }
}

/** Delivers some packets twice. REQ DST-5 */
export class Duplication implements LineFault {
  readonly #chance: Chance;

  constructor(rng: Rng, rate: Ratio) {
    this.#chance = new Chance(rng, rate);
  }

  decide(_packet: Packet, fate: Fate): void {
    if (this.#chance.happens()) fate.copies++;
  }
}

/** Holds some packets back by 1 … `delayNsMax` ns, uniformly: later ones overtake them. REQ DST-5 */
export class Reordering implements LineFault {
  readonly #rng: Rng;
  readonly #chance: Chance;
  readonly #delayNsMax: Nanos;

  constructor(rng: Rng, rate: Ratio, delayNsMax: Nanos) {
    this.#rng = rng;
    this.#chance = new Chance(rng, rate);
    this.#delayNsMax = delayNsMax;
  }

  decide(_packet: Packet, fate: Fate): void {
    if (this.#chance.happens()) fate.delayNs += 1 + this.#rng.below(this.#delayNsMax);
  }
}

/** Flips one to three bits of the datagram in some packets, which arrive nevertheless. REQ DST-5 */
export class Corruption implements LineFault {
  readonly #rng: Rng;
  readonly #chance: Chance;

  constructor(rng: Rng, rate: Ratio) {
    this.#rng = rng;
    this.#chance = new Chance(rng, rate);
  }

  decide(packet: Packet, fate: Fate): void {
    if (this.#chance.happens()) drawFlips(this.#rng, packet.lengthBytes, fate.flips);
  }
}
