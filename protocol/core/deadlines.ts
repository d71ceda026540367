import { assert } from './assert.ts';
import { TimerQueue } from './timer-queue.ts';
import type { Timed } from './timer-queue.ts';
import { TimingWheel } from './timing-wheel.ts';
import { NEVER } from './units.ts';
import type { Nanos } from './units.ts';

const QUEUES_MAX = 8;
/** Endpoints whose deadlines are in one array: an array of its own is three lines more for each. */
const ENDPOINTS_PER_BLOCK = 64;

let block = new Float64Array(0);
let blockUsed = 0;

/**
 * The timer queues of one endpoint, on one timing wheel that its driver turns. The earliest deadline of each is kept in one array, so that the next one of all, asked for with
 * every packet, is one line of the processor's cache. REQ WHEEL-5
 */
export class Deadlines {
  private readonly earliest: Float64Array;
  /** Where in it those of this endpoint begin. */
  private readonly start: number;
  private readonly wheel: TimingWheel = new TimingWheel();
  private readonly items: (Timed | undefined)[] = [];

  constructor() {
    if (blockUsed === block.length) {
      block = new Float64Array(ENDPOINTS_PER_BLOCK * QUEUES_MAX).fill(NEVER);
      blockUsed = 0;
    }
    this.earliest = block;
    this.start = blockUsed;
    blockUsed += QUEUES_MAX;
  }

  /** The queue with this number, 0 … QUEUES_MAX - 1. */
  queue<T extends Timed>(number: number): TimerQueue<T> {
    assert(number < QUEUES_MAX, 'an endpoint has few timer queues');
    return new TimerQueue<T>(this.wheel, this.items, number, this.earliest, this.start + number);
  }

  /** Whether something in that queue is due. */
  isDue(number: number, now: Nanos): boolean {
    return (this.earliest[this.start + number] as number) <= now;
  }

  get next(): Nanos {
    let next = NEVER;
    const { earliest, start } = this;
    const end = start + QUEUES_MAX;
    for (let i = start; i < end; i += 1) {
      const at = earliest[i] as number;
      if (at < next) next = at;
    }
    return next;
  }
}
