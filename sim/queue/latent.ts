import { checkDuration } from '../task/duration.ts';
import { StableHeap } from './heap.ts';
import type { EMPTY, Queue } from './queue.ts';
import type { Nanos } from '../../protocol/core/units.ts';

/** How long an item is on its way: always the same, or by item. Items that are on their way for less time overtake. */
export type Latency<T> = Nanos | ((item: T) => Nanos);

/** Items arrive in the inner queue some time after they were pushed, and count against its capacity from the push on. */
export class LatentQueue<T> implements Queue<T> {
  readonly #inner: Queue<T>;
  readonly #latency: Latency<T>;
  /** What is on its way, by the time of arrival. */
  readonly #underWay = new StableHeap<T>();

  constructor(inner: Queue<T>, latency: Latency<T>) {
    if (typeof latency === 'number') checkDuration('a latency', latency);
    this.#inner = inner;
    this.#latency = latency;
  }

  get length(): number {
    return this.#inner.length + this.#underWay.length;
  }

  get capacity(): number {
    return this.#inner.capacity;
  }

  push(nowNs: Nanos, item: T): boolean {
    if (this.length >= this.capacity) return false;
    const latencyNs = typeof this.#latency === 'number' ? this.#latency : this.#latency(item);
    checkDuration('a latency', latencyNs);
    this.#underWay.add(nowNs + latencyNs, item);
    return true;
  }

  pop(nowNs: Nanos): T | typeof EMPTY {
    this.#arriveUntil(nowNs);
    return this.#inner.pop(nowNs);
  }

  readyAtNs(): Nanos {
    const innerNs = this.#inner.readyAtNs();
    if (this.#underWay.length === 0) return innerNs;
    // The inner queue may take time of its own: then this is too early, and asked again at that time.
    return Math.min(innerNs, this.#underWay.firstKey);
  }

  #arriveUntil(nowNs: Nanos): void {
    const underWay = this.#underWay;
    while (underWay.length > 0 && underWay.firstKey <= nowNs) {
      // The inner queue is told the time of arrival, which may be long ago.
      const arrivalNs = underWay.firstKey;
      this.#inner.push(arrivalNs, underWay.take());
    }
  }
}

/** `inner` behind a delay. */
export function latent<T>(inner: Queue<T>, latency: Latency<T>): Queue<T> {
  return new LatentQueue(inner, latency);
}
