import type { EventHandler } from '../../sim/kernel/queue.ts';
import type { HoldQueue } from './queue.ts';

/** A 4-ary heap in typed arrays over a pool of records: what the timing wheel of the kernel was chosen instead of. */
export class QuadHeap implements HoldQueue {
  readonly #times: Float64Array;
  readonly #sequences: Float64Array;
  readonly #slots: Int32Array;
  #size = 0;
  #sequence = 0;
  readonly #handlers: (EventHandler | undefined)[];
  readonly #values: Float64Array;
  readonly #free: Int32Array;
  #freeCount: number;
  handler: EventHandler | undefined = undefined;
  a = 0;
  b = 0;

  constructor(capacity: number) {
    this.#times = new Float64Array(capacity);
    this.#sequences = new Float64Array(capacity);
    this.#slots = new Int32Array(capacity);
    this.#values = new Float64Array(2 * capacity);
    this.#handlers = Array.from({ length: capacity }, () => undefined);
    this.#free = Int32Array.from({ length: capacity }, (_, i) => capacity - 1 - i);
    this.#freeCount = capacity;
  }

  add(time: number, handler: EventHandler, a: number, b: number): void {
    const slot = this.#free[--this.#freeCount] as number;
    this.#handlers[slot] = handler;
    this.#values[2 * slot] = a;
    this.#values[2 * slot + 1] = b;
    this.#siftUp(this.#size++, time, this.#sequence++, slot);
  }

  next(): number {
    const time = this.#times[0] as number;
    const slot = this.#slots[0] as number;
    this.handler = this.#handlers[slot];
    this.a = this.#values[2 * slot] as number;
    this.b = this.#values[2 * slot + 1] as number;
    this.#free[this.#freeCount++] = slot;
    const last = --this.#size;
    if (last > 0) {
      this.#siftDown(
        this.#times[last] as number,
        this.#sequences[last] as number,
        this.#slots[last] as number,
      );
    }
    return time;
  }

  #siftUp(from: number, time: number, sequence: number, slot: number): void {
    const times = this.#times;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const parentTime = times[parent] as number;
      // A new entry has the highest sequence of all.
      if (parentTime <= time) break;
      this.#place(at, parentTime, this.#sequences[parent] as number, this.#slots[parent] as number);
      at = parent;
    }
    this.#place(at, time, sequence, slot);
  }

  #siftDown(time: number, sequence: number, slot: number): void {
    const times = this.#times;
    const sequences = this.#sequences;
    let at = 0;
    for (;;) {
      const first = 4 * at + 1;
      if (first >= this.#size) break;
      let best = first;
      let bestTime = times[first] as number;
      const end = Math.min(first + 4, this.#size);
      for (let child = first + 1; child < end; child++) {
        const childTime = times[child] as number;
        if (childTime > bestTime) continue;
        if (childTime === bestTime && (sequences[child] as number) > (sequences[best] as number)) continue;
        best = child;
        bestTime = childTime;
      }
      if (bestTime > time || (bestTime === time && (sequences[best] as number) > sequence)) break;
      this.#place(at, bestTime, sequences[best] as number, this.#slots[best] as number);
      at = best;
    }
    this.#place(at, time, sequence, slot);
  }

  #place(at: number, time: number, sequence: number, slot: number): void {
    this.#times[at] = time;
    this.#sequences[at] = sequence;
    this.#slots[at] = slot;
  }
}
