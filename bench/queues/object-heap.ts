import type { EventHandler } from '../../sim/kernel/queue.ts';
import type { HoldQueue } from './queue.ts';

interface Entry {
  readonly time: number;
  readonly sequence: number;
  readonly handler: EventHandler;
  readonly a: number;
  readonly b: number;
}

/** What one writes first: a binary heap in an array, an object per event. */
export class ObjectHeap implements HoldQueue {
  readonly #heap: Entry[] = [];
  #sequence = 0;
  handler: EventHandler | undefined = undefined;
  a = 0;
  b = 0;

  add(time: number, handler: EventHandler, a: number, b: number): void {
    const heap = this.#heap;
    const entry: Entry = { time, sequence: this.#sequence++, handler, a, b };
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt] as Entry;
      if (isBefore(parent, entry)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = entry;
  }

  next(): number {
    const top = this.#heap[0] as Entry;
    const last = this.#heap.pop() as Entry;
    if (last !== top) this.#siftDown(last);
    this.handler = top.handler;
    this.a = top.a;
    this.b = top.b;
    return top.time;
  }

  #siftDown(entry: Entry): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      if (childAt >= heap.length) break;
      let child = heap[childAt] as Entry;
      const right = heap[childAt + 1];
      if (right !== undefined && isBefore(right, child)) {
        child = right;
        childAt++;
      }
      if (isBefore(entry, child)) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = entry;
  }
}

function isBefore(left: Entry, right: Entry): boolean {
  return left.time < right.time || (left.time === right.time && left.sequence < right.sequence);
}
