import { assert } from './assert.ts';
import type { TimingWheel } from './timing-wheel.ts';
import { NEVER } from './units.ts';
import type { Nanos } from './units.ts';

/** Something with one deadline, which the queue keeps. */
export interface Timed {
  /** Its number on the wheel, -1 when not armed. The queue owns it. */
  timerIndex: number;
}

/** The things of one kind that an endpoint keeps deadlines for: one queue of its timing wheel. Deadlines are whole nanoseconds. REQ WHEEL-3, WHEEL-4 */
export class TimerQueue<T extends Timed> {
  private readonly wheel: TimingWheel;
  /** Of all queues of the wheel, by timer. */
  private readonly items: (Timed | undefined)[];
  private readonly queue: number;
  /** The earliest deadline is kept in it, at `slot`. */
  private readonly earliest: Float64Array;
  private readonly slot: number;
  private first = -1;
  private count = 0;

  constructor(
    wheel: TimingWheel,
    items: (Timed | undefined)[],
    queue: number,
    earliest: Float64Array,
    slot: number,
  ) {
    this.wheel = wheel;
    this.items = items;
    this.queue = queue;
    this.earliest = earliest;
    this.slot = slot;
  }

  get size(): number {
    return this.count;
  }

  get next(): Nanos {
    return this.earliest[this.slot] as number;
  }

  /** When `item` is due; NEVER if it is not armed. */
  at({ timerIndex }: T): Nanos {
    return timerIndex < 0 ? NEVER : this.wheel.at(timerIndex);
  }

  /** Arms or moves `item`; NEVER disarms it. */
  arm(item: T, at: Nanos): void {
    if (at === NEVER) return this.disarm(item);
    const { wheel, queue, earliest, slot } = this;
    let timer = item.timerIndex;
    if (timer < 0) {
      timer = wheel.schedule(queue, at);
      item.timerIndex = timer;
      this.items[timer] = item;
      this.count += 1;
    } else {
      assert(this.items[timer] === item, 'timer queue lost an item');
      wheel.move(queue, timer, at);
    }
    if (at < (earliest[slot] as number)) {
      this.first = timer;
      earliest[slot] = at;
    } else if (timer === this.first) this.note();
  }

  disarm(item: T): void {
    const timer = item.timerIndex;
    if (timer < 0) return;
    assert(this.items[timer] === item, 'timer queue lost an item');
    item.timerIndex = -1;
    this.items[timer] = undefined;
    this.count -= 1;
    this.wheel.cancel(timer);
    if (timer === this.first) this.note();
  }

  /** Removes and returns the first item whose deadline is not after `now`. */
  expire(now: Nanos): T | undefined {
    const due = this.next;
    if (due > now) return undefined;
    const first = this.items[this.first] as T;
    this.disarm(first);
    assert(this.next >= due, 'timers expire in the order of their deadlines');
    return first;
  }

  private note(): void {
    const first = this.wheel.first(this.queue);
    this.first = first;
    this.earliest[this.slot] = first < 0 ? NEVER : this.wheel.at(first);
  }
}
