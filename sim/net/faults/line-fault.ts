import { drawFlips } from '../bit-flips.ts';
import { DropReason } from '../drop-reason.ts';
import { Chance, type Ratio } from './chance.ts';
import type { Fate } from './fate.ts';
import type { Packet } from '../packet.ts';
import type { Switch } from '../switch.ts';
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
    if (this.#chance.happens()) fate.lost ??= DropReason.LOSS;
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

/** Holds some packets back by `delayNs`, and those behind them too: the order stays. REQ DST-5 */
export class DelaySpikes implements LineFault {
  readonly #chance: Chance;
  readonly #delayNs: Nanos;

  constructor(rng: Rng, rate: Ratio, delayNs: Nanos) {
    this.#chance = new Chance(rng, rate);
    this.#delayNs = delayNs;
  }

  decide(_packet: Packet, fate: Fate): void {
    if (this.#chance.happens()) fate.holdNs += this.#delayNs;
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

/** Clears the ECN bits of some packets, as a router that does not know RFC 3168 does. REQ DST-5 */
export class EcnBleaching implements LineFault {
  readonly #chance: Chance;

  constructor(rng: Rng, rate: Ratio) {
    this.#chance = new Chance(rng, rate);
  }

  decide(_packet: Packet, fate: Fate): void {
    if (this.#chance.happens()) fate.bleached = true;
  }
}

/** Tells the senders of some packets that these could not be delivered. It is a lie. REQ DST-5 */
export class ForgedUnreachable implements LineFault {
  readonly #chance: Chance;
  readonly #node: Switch;
  readonly #where: number;

  /** @param node the switch that says it. @param where the line's location. */
  constructor(rng: Rng, rate: Ratio, node: Switch, where: number) {
    this.#chance = new Chance(rng, rate);
    this.#node = node;
    this.#where = where;
  }

  decide(packet: Packet, _fate: Fate): void {
    if (this.#chance.happens()) this.#node.sendUnreachable(packet, this.#where);
  }
}
