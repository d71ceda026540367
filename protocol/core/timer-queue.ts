import { assert } from './assert.ts';
import { NEVER } from './units.ts';
import type { Nanos } from './units.ts';

/** Something with one deadline, which the queue keeps. */
export interface Timed {
  /** Position in the heap, -1 when not armed. The queue owns it. */
  timerIndex: number;
}

/** Deadlines in a binary heap that knows each item's position: arm, move and disarm are O(log n), the earliest is O(1). */
export class TimerQueue<T extends Timed> {
  private readonly heap: T[] = [];
  /** The deadlines of those in `heap`. In a field of each they would take three times the memory, and a look at each where two are compared. */
  private readonly times: Nanos[] = [];
  /** The earliest deadline is kept at `slot` of it. */
  private readonly earliest: Float64Array;
  private readonly slot: number;

  constructor(earliest: Float64Array = new Float64Array([NEVER]), slot = 0) {
    this.earliest = earliest;
    this.slot = slot;
  }

  get size(): number {
    return this.heap.length;
  }

  get next(): Nanos {
    return this.earliest[this.slot] as number;
  }

  /** When `item` is due; NEVER if it is not armed. */
  at({ timerIndex }: T): Nanos {
    return timerIndex < 0 ? NEVER : (this.times[timerIndex] as number);
  }

  /** Arms or moves `item`; NEVER disarms it. */
  arm(item: T, at: Nanos): void {
    if (at === NEVER) return this.disarm(item);
    const index = item.timerIndex;
    if (index < 0) {
      this.heap.push(item);
      this.times.push(at);
      this.up(this.heap.length - 1, item, at);
    } else {
      const earlier = at < (this.times[index] as number);
      if (earlier) this.up(index, item, at);
      else this.down(index, item, at);
    }
    this.note();
  }

  disarm(item: T): void {
    const index = item.timerIndex;
    if (index < 0) return;
    assert(this.heap[index] === item, 'timer queue lost an item');
    item.timerIndex = -1;
    const last = this.heap.pop() as T;
    const at = this.times.pop() as number;
    if (last !== item) {
      this.up(index, last, at);
      this.down(last.timerIndex, last, at);
    }
    this.note();
  }

  /** Removes and returns an item whose deadline is not after `now`. */
  expire(now: Nanos): T | undefined {
    const due = this.next;
    if (due > now) return undefined;
    const first = this.heap[0] as T;
    this.disarm(first);
    assert(this.next >= due, 'timers expire in the order of their deadlines');
    return first;
  }

  private note(): void {
    this.earliest[this.slot] = this.heap.length === 0 ? NEVER : (this.times[0] as number);
  }

  private up(from: number, item: T, at: Nanos): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const parentAt = this.times[parent] as number;
      if (parentAt <= at) break;
      this.set(index, this.heap[parent] as T, parentAt);
      index = parent;
    }
    this.set(index, item, at);
  }

  private down(from: number, item: T, at: Nanos): void {
    const { times } = this;
    const size = times.length;
    let index = from;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= size) break;
      const right = child + 1;
      if (right < size && (times[right] as number) < (times[child] as number)) child = right;
      const childAt = times[child] as number;
      if (childAt >= at) break;
      this.set(index, this.heap[child] as T, childAt);
      index = child;
    }
    this.set(index, item, at);
  }

  private set(index: number, item: T, at: Nanos): void {
    this.heap[index] = item;
    this.times[index] = at;
    item.timerIndex = index;
  }
}
