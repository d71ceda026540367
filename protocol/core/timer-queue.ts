import { assert } from './assert.ts';
import { NEVER } from './units.ts';
import type { Nanos } from './units.ts';

/** Something with one deadline. The queue owns both fields. */
export interface Timed {
  timerAt: Nanos;
  /** Position in the heap, -1 when not armed. */
  timerIndex: number;
}

/** Deadlines in a binary heap that knows each item's position: arm, move and disarm are O(log n), the earliest is O(1). */
export class TimerQueue<T extends Timed> {
  private readonly heap: T[] = [];
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

  /** Arms or moves `item`; NEVER disarms it. */
  arm(item: T, at: Nanos): void {
    if (at === NEVER) return this.disarm(item);
    const index = item.timerIndex;
    if (index < 0) {
      item.timerAt = at;
      this.heap.push(item);
      this.up(this.heap.length - 1, item);
      this.note();
      return;
    }
    const earlier = at < item.timerAt;
    item.timerAt = at;
    if (earlier) this.up(index, item);
    else this.down(index, item);
    this.note();
  }

  disarm(item: T): void {
    const index = item.timerIndex;
    if (index < 0) return;
    assert(this.heap[index] === item, 'timer queue lost an item');
    item.timerIndex = -1;
    item.timerAt = NEVER;
    const last = this.heap.pop() as T;
    if (last !== item) {
      this.up(index, last);
      this.down(last.timerIndex, last);
    }
    this.note();
  }

  /** Removes and returns an item whose deadline is not after `now`. */
  expire(now: Nanos): T | undefined {
    if (this.next > now) return undefined;
    const first = this.heap[0] as T;
    const due = first.timerAt;
    this.disarm(first);
    assert(this.next >= due, 'timers expire in the order of their deadlines');
    return first;
  }

  private note(): void {
    this.earliest[this.slot] = this.heap[0]?.timerAt ?? NEVER;
  }

  private up(from: number, item: T): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const other = this.heap[parent] as T;
      if (other.timerAt <= item.timerAt) break;
      this.heap[index] = other;
      other.timerIndex = index;
      index = parent;
    }
    this.heap[index] = item;
    item.timerIndex = index;
  }

  private down(from: number, item: T): void {
    const size = this.heap.length;
    let index = from;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= size) break;
      const right = child + 1;
      if (right < size && (this.heap[right] as T).timerAt < (this.heap[child] as T).timerAt) child = right;
      const other = this.heap[child] as T;
      if (other.timerAt >= item.timerAt) break;
      this.heap[index] = other;
      other.timerIndex = index;
      index = child;
    }
    this.heap[index] = item;
    item.timerIndex = index;
  }
}
