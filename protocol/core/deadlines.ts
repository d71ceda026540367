import { assert } from './assert.ts';
import { TimerQueue } from './timer-queue.ts';
import type { Timed } from './timer-queue.ts';
import { NEVER } from './units.ts';
import type { Nanos } from './units.ts';

const QUEUES_MAX = 8;

/**
 * The timer queues of one endpoint. The earliest deadline of each is kept in one array, so that the next one of all, asked for with
 * every packet, is one line of the processor's cache and not the heads of many heaps.
 */
export class Deadlines {
  private readonly earliest: Float64Array = new Float64Array(QUEUES_MAX).fill(NEVER);
  private count = 0;

  /** A new queue among them. */
  queue<T extends Timed>(): TimerQueue<T> {
    assert(this.count < QUEUES_MAX, 'an endpoint has few timer queues');
    const queue = new TimerQueue<T>(this.earliest, this.count);
    this.count += 1;
    return queue;
  }

  get next(): Nanos {
    let next = NEVER;
    for (let i = 0; i < this.count; i += 1) {
      const at = this.earliest[i] as number;
      if (at < next) next = at;
    }
    return next;
  }
}
