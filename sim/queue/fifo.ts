import { NEVER, type Nanos } from '../../protocol/core/units.ts';
import { checkCapacity } from './capacity.ts';
import { EMPTY, type Queue } from './queue.ts';

/** Places in the first block of a queue, and in the longest. */
const BLOCK_MIN = 16;
const BLOCK_MAX = 1024;

export interface QueueOptions {
  /** Items at most; default Infinity. */
  readonly capacity?: number;
}

/** Items next to each other, and the block that comes after them. */
interface Block<T> {
  readonly items: (T | undefined)[];
  next: Block<T> | undefined;
}

/** First in, first out. Blocks of items, so that a long queue is never copied; the last one emptied is used again. */
export class FifoQueue<T> implements Queue<T> {
  readonly capacity: number;
  length = 0;
  #head: Block<T> = block<T>(BLOCK_MIN);
  #tail: Block<T> = this.#head;
  #spare: Block<T> | undefined;
  /** Place of the next item in the first block, and of the next free place in the last. */
  #at = 0;
  #end = 0;

  constructor(options: QueueOptions = {}) {
    this.capacity = checkCapacity(options.capacity ?? Number.POSITIVE_INFINITY);
  }

  push(_nowNs: Nanos, item: T): boolean {
    if (this.length >= this.capacity) return false;
    if (this.#end === this.#tail.items.length) this.#addBlock();
    this.#tail.items[this.#end++] = item;
    this.length++;
    return true;
  }

  pop(): T | typeof EMPTY {
    if (this.length === 0) return EMPTY;
    if (this.#at === this.#head.items.length) this.#dropBlock();
    const { items } = this.#head;
    const item = items[this.#at] as T;
    items[this.#at++] = undefined;
    this.length--;
    return item;
  }

  readyAtNs(): Nanos {
    return this.length > 0 ? 0 : NEVER;
  }

  #addBlock(): void {
    const added = this.#spare ?? block<T>(Math.min(2 * this.#tail.items.length, BLOCK_MAX));
    this.#spare = undefined;
    this.#tail.next = added;
    this.#tail = added;
    this.#end = 0;
  }

  #dropBlock(): void {
    const dropped = this.#head;
    this.#head = dropped.next as Block<T>;
    dropped.next = undefined;
    this.#spare = dropped;
    this.#at = 0;
  }
}

function block<T>(places: number): Block<T> {
  return { items: new Array<T | undefined>(places).fill(undefined), next: undefined };
}

/** A queue that keeps the order. */
export function fifo<T>(options?: QueueOptions): Queue<T> {
  return new FifoQueue<T>(options);
}
