import { NANOS_PER_MILLI, type Nanos } from '../../protocol/core/units.ts';
import { Alarm } from '../../protocol/endpoint/alarms.ts';
import type { EventLoop, LoopTimer } from '../inline/event-loop.ts';

/** Longest wait of a timer. */
const LATER_MS_MAX = 2 ** 31 - 1;

/** Alarms of a pool whose endpoint is in another thread: they need no way there and back. */
export class RemoteAlarms {
  readonly #loop: EventLoop;
  readonly #onDue: (alarm: Alarm) => void;
  readonly #timers = new Map<Alarm, LoopTimer>();

  constructor(loop: EventLoop, onDue: (alarm: Alarm) => void) {
    this.#loop = loop;
    this.#onDue = onDue;
  }

  set(at: Nanos, ring: () => void): Alarm {
    const alarm = new Alarm(ring);
    this.#arm(alarm, at);
    return alarm;
  }

  clear(alarm: Alarm): void {
    const timer = this.#timers.get(alarm);
    if (timer !== undefined) this.#loop.cancel(timer);
    this.#timers.delete(alarm);
  }

  #arm(alarm: Alarm, at: Nanos): void {
    const waitMs = Math.min(Math.max(Math.ceil((at - this.#loop.now()) / NANOS_PER_MILLI), 0), LATER_MS_MAX);
    const come = (): void => {
      if (this.#loop.now() < at) return this.#arm(alarm, at);
      this.#timers.delete(alarm);
      this.#onDue(alarm);
    };
    this.#timers.set(alarm, this.#loop.later(come, waitMs));
  }
}
