import { DropReason } from '../drop-reason.ts';
import type { Fate } from './fate.ts';
import type { Packet } from '../packet.ts';
import type { Trial } from './trial.ts';
import type { Switch } from '../switch.ts';
import type { Bytes, Nanos } from '../../../protocol/core/units.ts';

/** Something that goes wrong on one direction of one link; it adds its part to the fate of each packet. */
export interface LineFault {
  /** Whether it hits the packet. */
  decide(packet: Packet, fate: Fate): boolean;
}

/** Loses packets. REQ DST-5 */
export class Loss implements LineFault {
  readonly #trial: Trial;

  constructor(trial: Trial) {
    this.#trial = trial;
  }

  decide(_packet: Packet, fate: Fate): boolean {
    const hits = this.#trial.happens();
    if (hits) fate.lost ??= DropReason.LOSS;
    return hits;
  }
}

/** Delivers some packets twice. REQ DST-5 */
export class Duplication implements LineFault {
  readonly #trial: Trial;

  constructor(trial: Trial) {
    this.#trial = trial;
  }

  decide(_packet: Packet, fate: Fate): boolean {
    const hits = this.#trial.happens();
    if (hits) fate.copies++;
    return hits;
  }
}

/** Holds some packets back: later ones overtake them. REQ DST-5 */
export class Reordering implements LineFault {
  readonly #trial: Trial;
  readonly #drawDelayNs: () => Nanos;

  constructor(trial: Trial, drawDelayNs: () => Nanos) {
    this.#trial = trial;
    this.#drawDelayNs = drawDelayNs;
  }

  decide(_packet: Packet, fate: Fate): boolean {
    const hits = this.#trial.happens();
    if (hits) fate.delayNs += this.#drawDelayNs();
    return hits;
  }
}

/** Holds some packets back by `delayNs`, and those behind them too: the order stays. REQ DST-5 */
export class DelaySpikes implements LineFault {
  readonly #trial: Trial;
  readonly #delayNs: Nanos;

  constructor(trial: Trial, delayNs: Nanos) {
    this.#trial = trial;
    this.#delayNs = delayNs;
  }

  decide(_packet: Packet, fate: Fate): boolean {
    const hits = this.#trial.happens();
    if (hits) fate.holdNs += this.#delayNs;
    return hits;
  }
}

/** Flips some bits of the datagram in some packets, which arrive nevertheless. REQ DST-5 */
export class Corruption implements LineFault {
  readonly #trial: Trial;
  readonly #drawFlips: (lengthBytes: Bytes, flips: number[]) => void;

  /** @param drawFlips appends the bits to flip in a datagram of that length. */
  constructor(trial: Trial, drawFlips: (lengthBytes: Bytes, flips: number[]) => void) {
    this.#trial = trial;
    this.#drawFlips = drawFlips;
  }

  decide(packet: Packet, fate: Fate): boolean {
    const hits = this.#trial.happens();
    if (hits) this.#drawFlips(packet.lengthBytes, fate.flips);
    return hits;
  }
}

/** Clears the ECN bits of some packets, as a router that does not know RFC 3168 does. REQ DST-5 */
export class EcnBleaching implements LineFault {
  readonly #trial: Trial;

  constructor(trial: Trial) {
    this.#trial = trial;
  }

  decide(_packet: Packet, fate: Fate): boolean {
    const hits = this.#trial.happens();
    if (hits) fate.bleached = true;
    return hits;
  }
}

/** Tells the senders of some packets that these could not be delivered. It is a lie. REQ DST-5 */
export class ForgedUnreachable implements LineFault {
  readonly #trial: Trial;
  readonly #node: Switch;
  readonly #where: number;

  /** @param node the switch that says it. @param where the line's location. */
  constructor(trial: Trial, node: Switch, where: number) {
    this.#trial = trial;
    this.#node = node;
    this.#where = where;
  }

  decide(packet: Packet, _fate: Fate): boolean {
    const hits = this.#trial.happens();
    if (hits) this.#node.sendUnreachable(packet, this.#where);
    return hits;
  }
}
