import type { Nanos } from '../../../protocol/core/units.ts';

/** What the active faults of a line have decided for one packet. One object per line, reused. */
export class Fate {
  lost = false;
  /** Further copies that arrive. */
  copies = 0;
  /** How much later it arrives. */
  delayNs: Nanos = 0;
  /** Bits of the datagram to flip. */
  readonly flips: number[] = [];

  reset(): void {
    this.lost = false;
    this.copies = 0;
    this.delayNs = 0;
    if (this.flips.length > 0) this.flips.length = 0;
  }
}
