import type { DropReason } from '../drop-reason.ts';
import type { Nanos } from '../../../protocol/core/units.ts';

/** Holds packets that are to arrive some time. */
export interface Keeper {
  /** The packet with that index would have arrived at `arrivalNs`. */
  keep(packet: number, arrivalNs: Nanos): void;
}

/** What the active faults of a line have decided for one packet. One object per line, reused. */
export class Fate {
  /** Why it is lost; null: it is not. */
  lost: DropReason | null = null;
  /** Further copies that arrive. */
  copies = 0;
  /** How much later it arrives, while others overtake it. */
  delayNs: Nanos = 0;
  /** How much later it arrives, and those behind it no earlier. */
  holdNs: Nanos = 0;
  /** Who keeps it, to let it go later; null: nobody. */
  keeper: Keeper | null = null;
  /** Its ECN bits are cleared. */
  bleached = false;
  /** Bits of the datagram to flip. */
  readonly flips: number[] = [];

  reset(): void {
    this.lost = null;
    this.copies = 0;
    this.delayNs = 0;
    this.holdNs = 0;
    this.keeper = null;
    this.bleached = false;
    if (this.flips.length > 0) this.flips.length = 0;
  }
}
