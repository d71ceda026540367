import { assert } from './assert.ts';
import { EventQueue, type EventHandler, type EventId } from './queue.ts';
import { quiesce } from './quiesce.ts';
import { NEVER, type Nanos } from '../../protocol/core/units.ts';

export type { EventHandler, EventId } from './queue.ts';

/** `idle`: nothing is pending. `until`: the time is up. `stopped`: somebody called stop(). */
export type RunEnd = 'idle' | 'until' | 'stopped';

export interface KernelOptions {
  /** Called between two events, once per HOST_TURN_EVENTS events. */
  readonly onProgress?: (kernel: Kernel) => void;
}

/** Events between two turns of the host's loop, in which signals arrive and progress is shown. */
export const HOST_TURN_EVENTS = 65_536;

/** Virtual time: a queue of events, run in the order of (time, order of scheduling). */
export class Kernel {
  readonly #queue = new EventQueue();
  readonly #onProgress: ((kernel: Kernel) => void) | undefined;
  #nowNs: Nanos = 0;
  #events = 0;
  #touched = false;
  #running = false;
  #stopReason: string | undefined;

  constructor(options: KernelOptions = {}) {
    this.#onProgress = options.onProgress;
  }

  /** Virtual time in nanoseconds since the start of the simulation. */
  get now(): Nanos {
    return this.#nowNs;
  }

  /** Events run so far. */
  get events(): number {
    return this.#events;
  }

  /** Events that are scheduled and not cancelled. */
  get pending(): number {
    return this.#queue.length;
  }

  /** Why stop() was called, if it was. */
  get stopReason(): string | undefined {
    return this.#stopReason;
  }

  /** Calls `handler.onEvent(a, b)` at virtual time `at`, after everything scheduled for `at` before. */
  schedule(at: Nanos, handler: EventHandler, a = 0, b = 0): EventId {
    assert(at >= this.#nowNs && at < NEVER, 'an event cannot be scheduled in the past, at NaN, or never');
    return this.#queue.push(at, handler, a, b);
  }

  /** True if the event was pending and now never runs; false if it ran, was cancelled, or never was. */
  cancel(id: EventId): boolean {
    return this.#queue.cancel(id);
  }

  /** Application code settled or created a promise: after the current event all microtasks run to quiescence. */
  touchPromise(): void {
    this.#touched = true;
  }

  /** Ends the run after the current event. */
  stop(reason: string): void {
    this.#stopReason = reason;
  }

  /** Runs events up to and including `untilNs`; rejects with what a handler throws. */
  async run(untilNs: Nanos): Promise<RunEnd> {
    assert(!this.#running, 'the kernel is running already');
    this.#running = true;
    this.#stopReason = undefined;
    try {
      this.#touched = true; // what was set up before the run may have left microtasks
      for (;;) {
        if (this.#touched) {
          await quiesce();
          this.#touched = false;
        }
        const end = this.#runSegment(untilNs, this.#events + HOST_TURN_EVENTS);
        if (this.#touched) continue;
        if (end !== undefined) return end;
        this.#onProgress?.(this);
        await quiesce();
      }
    } finally {
      this.#running = false;
    }
  }

  /** Runs until a promise was touched, `eventsEnd` is reached (undefined), or the run is over. */
  #runSegment(untilNs: Nanos, eventsEnd: number): RunEnd | undefined {
    const queue = this.#queue;
    while (this.#events < eventsEnd) {
      if (this.#stopReason !== undefined) return 'stopped';
      const time = queue.peekTime();
      if (time === NEVER) return 'idle';
      if (time > untilNs) {
        this.#nowNs = untilNs;
        return 'until';
      }
      this.#nowNs = time;
      this.#events++;
      queue.pop();
      queue.handler.onEvent(queue.a, queue.b);
      if (this.#touched) return undefined;
    }
    return undefined;
  }
}
