import { EMPTY, type Queue } from './queue.ts';
import type { Nanos } from '../../protocol/core/units.ts';

/** Told how long an item was in the queue, when it leaves. */
export type SojournListener<T> = (sojournNs: Nanos, item: T) => void;

/** What the queue inside holds: the item and when it came. */
export interface Timed<T> {
  readonly item: T;
  readonly sinceNs: Nanos;
}

/** Measures how long items stay in the inner queue. */
export class SojournQueue<T> implements Queue<T> {
  readonly #inner: Queue<Timed<T>>;
  readonly #listener: SojournListener<T>;

  constructor(inner: Queue<Timed<T>>, listener: SojournListener<T>) {
    this.#inner = inner;
    this.#listener = listener;
  }

  get length(): number {
    return this.#inner.length;
  }

  get capacity(): number {
    return this.#inner.capacity;
  }

  push(nowNs: Nanos, item: T): boolean {
    return this.#inner.push(nowNs, { item, sinceNs: nowNs });
  }

  pop(nowNs: Nanos): T | typeof EMPTY {
    const timed = this.#inner.pop(nowNs);
    if (timed === EMPTY) return EMPTY;
    this.#listener(nowNs - timed.sinceNs, timed.item);
    return timed.item;
  }

  readyAtNs(): Nanos {
    return this.#inner.readyAtNs();
  }
}

/** `inner` with a listener that hears how long each item was in it. */
export function sojourn<T>(inner: Queue<Timed<T>>, listener: SojournListener<T>): Queue<T> {
  return new SojournQueue(inner, listener);
}
