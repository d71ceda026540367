import type { EventHandler } from '../../sim/kernel/queue.ts';

/** What the hold model needs of an event queue. */
export interface HoldQueue {
  add(time: number, handler: EventHandler, a: number, b: number): void;
  /** Removes the next event, leaves it in `handler`, `a`, `b`, and returns its time; the queue is not empty. */
  next(): number;
  handler: EventHandler | undefined;
  a: number;
  b: number;
}
