import type { Nanos } from '../../protocol/core/units.ts';

/** A timer; opaque. */
export type LoopTimer = object;

/**
 * The four things a driver needs of the event loop it lives in. Node's is `nodeLoop`; a test has its own, so that no
 * test of timing ever sleeps.
 */
export interface EventLoop {
  /** Monotonic integer nanoseconds. */
  now(): Nanos;
  /** Runs `task` once, after the datagrams that are already waiting were read. Cannot be cancelled. */
  soon(task: () => void): void;
  /** Runs `task` once, about `delayMs` whole milliseconds from now. Does not keep the process alive. */
  later(task: () => void, delayMs: number): LoopTimer;
  cancel(timer: LoopTimer): void;
  /** Runs `task` in this same turn, once all promise reactions that are due have run. */
  afterReactions(task: () => void): void;
}

class NodeLoop implements EventLoop {
  now(): Nanos {
    return Math.round(performance.now() * 1e6);
  }

  soon(task: () => void): void {
    setImmediate(task);
  }

  later(task: () => void, delayMs: number): LoopTimer {
    return setTimeout(task, delayMs).unref();
  }

  cancel(timer: LoopTimer): void {
    clearTimeout(timer as NodeJS.Timeout);
  }

  afterReactions(task: () => void): void {
    // Node empties the nextTick queue before the microtask queue, then both again. A nextTick that is asked for by
    // a microtask therefore runs when no microtask is left, however long the chains of awaits were.
    queueMicrotask(() => process.nextTick(task));
  }
}

/** Node's event loop and `performance.now()`. */
export const nodeLoop: EventLoop = new NodeLoop();
