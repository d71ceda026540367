import type { InboundTransfer } from './inbound.ts';

/** Senders that may be silent on a pull at once without their share of the budget being held back for them. */
const STALLED_MAX = 8;
/** Beyond this many stalls in a row a sender is taken for gone and no longer counts among the stalled. */
const STALLS_FORGOTTEN = 6;

/** Pulls that nothing comes of, and whether others may begin beside them. MUST PULL-7 */
export class StalledPulls {
  private count = 0;

  get areMany(): boolean {
    return this.count >= STALLED_MAX;
  }

  /** So many stalls in a row, or its peer is another to begin with than before. */
  set({ pulled, isHeld, peer }: InboundTransfer, stalls: number): void {
    if (pulled === undefined) return;
    pulled.stalls = stalls;
    // Who is known not to answer keeps nobody waiting.
    const holds = stalls > 0 && stalls < STALLS_FORGOTTEN && !isHeld && peer.isWell;
    this.count += Number(holds) - Number(pulled.holdsPlace);
    pulled.holdsPlace = holds;
  }
}
