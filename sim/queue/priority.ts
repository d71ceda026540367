import { NEVER, type Nanos } from '../../protocol/core/units.ts';
import { checkCapacity } from './capacity.ts';
import { StableHeap } from './heap.ts';
import { EMPTY, type Queue } from './queue.ts';
import type { QueueOptions } from './fifo.ts';

/** The item with the lowest priority number first; first in, first out among equals. */
export class PriorityQueue<T> implements Queue<T> {
  readonly capacity: number;
  readonly #priorityOf: (item: T) => number;
  readonly #heap = new StableHeap<T>();

  constructor(priorityOf: (item: T) => number, options: QueueOptions = {}) {
    this.#priorityOf = priorityOf;
    this.capacity = checkCapacity(options.capacity ?? Number.POSITIVE_INFINITY);
  }

  get length(): number {
    return this.#heap.length;
  }

  push(_nowNs: Nanos, item: T): boolean {
    if (this.#heap.length >= this.capacity) return false;
    this.#heap.add(this.#priorityOf(item), item);
    return true;
  }

  pop(): T | typeof EMPTY {
    return this.#heap.length === 0 ? EMPTY : this.#heap.take();
  }

  readyAtNs(): Nanos {
    return this.#heap.length > 0 ? 0 : NEVER;
  }
}

/** A queue that serves the lowest priority number first, as networks and the transport count: 0 is the most urgent. */
export function priority<T>(priorityOf: (item: T) => number, options?: QueueOptions): Queue<T> {
  return new PriorityQueue(priorityOf, options);
}
