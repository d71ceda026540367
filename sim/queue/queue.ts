import type { Nanos } from '../../protocol/core/units.ts';

/** What pop() returns when nothing can be taken now. */
export const EMPTY: unique symbol = Symbol('empty');

/**
 * A queue in virtual time. Queues compose by wrapping: `sojourn(latent(fifo({ capacity: 64 }), ms(1)), histogram.add)`. None of them
 * has a clock; every call says when it happens, and times never go back.
 */
export interface Queue<T> {
  /** Items inside, those that cannot be taken yet included. */
  readonly length: number;
  /** Items inside at most; may be Infinity. */
  readonly capacity: number;
  /** Takes the item in; false if the queue is full. */
  push(nowNs: Nanos, item: T): boolean;
  /** Takes the next item out. */
  pop(nowNs: Nanos): T | typeof EMPTY;
  /** When pop() will have an item, if nothing else happens: may lie in the past; NEVER if the queue is empty. */
  readyAtNs(): Nanos;
}
