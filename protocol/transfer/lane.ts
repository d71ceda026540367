import type { Bbr } from '../congestion/bbr.ts';
import { RankedHeap } from '../core/ranked-heap.ts';
import type { Timed } from '../core/timer-queue.ts';
import type { BitsPerSecond, Bytes, Nanos } from '../core/units.ts';
import type { OutboundPull } from './outbound-pull.ts';
import type { Ready } from './ready-queue.ts';

/** Ranks are in half bytes, and whole numbers: half a byte is less than the difference between any two lengths. */
const HALVES = 2;

/** What one peer has pulled and not been sent, by level, and how fast all of it together may leave. MUST PULL-4 */
export class Lane implements Timed {
  /** As the peer's last pull said, if there was one. */
  pullBps: BitsPerSecond = Infinity;
  /** What its path carries, once its receiver has reported losses. */
  bbr: Bbr | undefined;
  /** The lesser of the two, and whether that is less than the NIC's. */
  rateBps: BitsPerSecond = Infinity;
  isSlow = false;
  /** When the next run may leave at that rate. */
  nextAt: Nanos = 0;
  lastSentAt: Nanos = 0;
  /** Messages with something to send. */
  pulls = 0;
  /** It may send now. */
  isReady = false;
  /** Of levels that had something once. */
  readonly queues: LaneQueue[] = [];

  timerIndex = -1;

  get isEmpty(): boolean {
    return this.pulls === 0;
  }

  /** How fast it may send has changed. MUST PULL-4, BBR-5 */
  settleRate(nicBps: BitsPerSecond): void {
    const { bbr, pullBps } = this;
    this.rateBps = bbr === undefined ? pullBps : Math.min(pullBps, bbr.rateBps);
    this.isSlow = this.rateBps < nicBps;
  }

  queue(level: number): LaneQueue {
    for (const queue of this.queues) if (queue.level === level) return queue;
    const queue = new LaneQueue(this, level);
    this.queues.push(queue);
    return queue;
  }
}

/** What a lane has of one level, in the order in which it leaves: fewest bytes never sent first. */
export class LaneQueue implements Ready {
  readonly lane: Lane;
  private readonly pulls: RankedHeap<OutboundPull> = new RankedHeap<OutboundPull>();
  /** Something left since it was empty. */
  begun = false;

  level: number;
  rank = 0;
  heapIndex = -1;
  heapSequence = 0;

  constructor(lane: Lane, level: number) {
    this.lane = lane;
    this.level = level;
  }

  get top(): OutboundPull | undefined {
    return this.pulls.top;
  }

  place(pull: OutboundPull, unsentBytes: Bytes): void {
    if (pull.heapIndex < 0) this.lane.pulls += 1;
    pull.rank = unsentBytes;
    pull.queue = this;
    this.pulls.place(pull);
    this.follow();
  }

  remove(pull: OutboundPull): void {
    this.lane.pulls -= 1;
    this.pulls.remove(pull);
    this.follow();
  }

  /** Takes the rank of what is first. Of equal queues that goes on which has begun, so that what was pulled together arrives together. */
  private follow(): void {
    const { top } = this;
    if (top === undefined) this.begun = false;
    else this.rank = HALVES * top.rank - Number(this.begun);
  }
}
