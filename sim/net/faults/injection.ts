import type { Fate } from './fate.ts';
import type { LineFault } from './line-fault.ts';
import type { Packet } from '../packet.ts';
import type { Nanos } from '../../../protocol/core/units.ts';

/** A packet that a fault has hit, and what it drew for it. */
export interface Injection {
  /** Number of the packet among those that the fault examined, on all its lines, from 1. */
  readonly packet: number;
  /** How much later it arrives because of this fault; 0: not at all. */
  readonly delayNs: Nanos;
  /** The bits that this fault has flipped. */
  readonly bits: readonly number[];
}

/** Told of every hit of a fault, in the order of the run. */
export type InjectionListener = (injection: Injection, packet: Packet) => void;

/** How many packets a fault has examined, on all its lines. */
export interface ExaminedCount {
  packets: number;
}

/** A fault of one line that says what it does. */
export class WatchedFault implements LineFault {
  readonly #fault: LineFault;
  readonly #examined: ExaminedCount;
  readonly #onInjection: InjectionListener;

  constructor(fault: LineFault, examined: ExaminedCount, onInjection: InjectionListener) {
    this.#fault = fault;
    this.#examined = examined;
    this.#onInjection = onInjection;
  }

  decide(packet: Packet, fate: Fate): boolean {
    const number = ++this.#examined.packets;
    const lateNs = fate.delayNs + fate.holdNs;
    const flips = fate.flips.length;
    if (!this.#fault.decide(packet, fate)) return false;
    const delayNs = fate.delayNs + fate.holdNs - lateNs;
    this.#onInjection({ packet: number, delayNs, bits: fate.flips.slice(flips) }, packet);
    return true;
  }
}
