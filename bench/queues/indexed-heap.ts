import type { Timed } from '../../protocol/core/timer-queue.ts';

/** Timers in a binary heap that knows the place of each, and keeps the deadlines beside it: what a wheel is to be faster than. Equal deadlines are in no order. */
export class IndexedHeap {
  private readonly heap: Timed[] = [];
  private readonly times: number[] = [];
  next: number = Number.POSITIVE_INFINITY;

  arm(item: Timed, at: number): void {
    const index = item.timerIndex;
    if (index < 0) {
      this.heap.push(item);
      this.times.push(at);
      this.up(this.heap.length - 1, item, at);
    } else if (at < (this.times[index] as number)) this.up(index, item, at);
    else this.down(index, item, at);
    this.note();
  }

  disarm(item: Timed): void {
    const index = item.timerIndex;
    if (index < 0) return;
    item.timerIndex = -1;
    const last = this.heap.pop() as Timed;
    const at = this.times.pop() as number;
    if (last !== item) {
      this.up(index, last, at);
      this.down(last.timerIndex, last, at);
    }
    this.note();
  }

  expire(now: number): Timed | undefined {
    if (this.next > now) return undefined;
    const first = this.heap[0] as Timed;
    this.disarm(first);
    return first;
  }

  private note(): void {
    this.next = this.times[0] ?? Number.POSITIVE_INFINITY;
  }

  private up(from: number, item: Timed, at: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const parentAt = this.times[parent] as number;
      if (parentAt <= at) break;
      this.set(index, this.heap[parent] as Timed, parentAt);
      index = parent;
    }
    this.set(index, item, at);
  }

  private down(from: number, item: Timed, at: number): void {
    const { times } = this;
    let index = from;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= times.length) break;
      if (child + 1 < times.length && (times[child + 1] as number) < (times[child] as number)) child += 1;
      const childAt = times[child] as number;
      if (childAt >= at) break;
      this.set(index, this.heap[child] as Timed, childAt);
      index = child;
    }
    this.set(index, item, at);
  }

  private set(index: number, item: Timed, at: number): void {
    this.heap[index] = item;
    this.times[index] = at;
    item.timerIndex = index;
  }
}
