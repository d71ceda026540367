import { Fate } from './fate.ts';
import type { LineFault } from './line-fault.ts';
import type { Packet } from '../packet.ts';

/**
 * The active faults of one line. Each decides on each packet that the line takes, also on one that another fault has lost
 * already: what a fault draws depends on nothing but its own stream and the packets.
 */
export class Impairment {
  readonly #faults: readonly LineFault[];
  readonly #fate = new Fate();

  constructor(faults: readonly LineFault[]) {
    this.#faults = faults;
  }

  /** The fate of the next packet; valid until the next call. */
  decide(packet: Packet): Fate {
    const fate = this.#fate;
    fate.reset();
    for (const fault of this.#faults) fault.decide(packet, fate);
    return fate;
  }

  with(fault: LineFault): Impairment {
    return new Impairment([...this.#faults, fault]);
  }

  /** Null if that was the last one. */
  without(fault: LineFault): Impairment | null {
    const rest = this.#faults.filter((other) => other !== fault);
    return rest.length === 0 ? null : new Impairment(rest);
  }
}
