import { RankedHeap } from '../core/ranked-heap.ts';
import type { Ranked } from '../core/ranked-heap.ts';
import type { Timed } from '../core/timer-queue.ts';
import type { BitsPerSecond, Bytes, Nanos } from '../core/units.ts';
import type { OutboundPull } from './outbound-pull.ts';

/** Longer than any sealed message: levels one after the other in one order. */
const LEVEL_SPAN = 2 ** 33;
/** Less than the difference between any two lengths. */
const BEGUN = 1 / 2;

/** What one peer has pulled and not been sent, in the order in which it leaves, and how fast that may be. MUST PULL-4 */
export class Lane implements Ranked, Timed {
  /** As the peer's last pull said, if there was one. */
  rateBps: BitsPerSecond = Infinity;
  /** When the next run may leave at that rate. */
  nextAt: Nanos = 0;
  lastSentAt: Nanos = 0;
  /** Something left since it was empty. */
  begun = false;
  private readonly pulls: RankedHeap<OutboundPull> = new RankedHeap<OutboundPull>();

  // Among the lanes of its level: fewest bytes never sent first.
  level = 0;
  rank = 0;
  heapIndex = -1;
  heapSequence = 0;
  timerIndex = -1;

  get top(): OutboundPull | undefined {
    return this.pulls.top;
  }

  get isEmpty(): boolean {
    return this.pulls.size === 0;
  }

  place(pull: OutboundPull, level: number, unsentBytes: Bytes): void {
    pull.rank = level * LEVEL_SPAN + unsentBytes;
    this.pulls.place(pull);
  }

  remove(pull: OutboundPull): void {
    this.pulls.remove(pull);
    if (this.isEmpty) this.begun = false;
  }

  /** Takes level and rank of what is first. Of equal lanes that goes on which has begun, so that what was pulled together arrives together. */
  follow(first: OutboundPull): void {
    this.level = Math.floor(first.rank / LEVEL_SPAN);
    this.rank = first.rank - this.level * LEVEL_SPAN - (this.begun ? BEGUN : 0);
  }
}
