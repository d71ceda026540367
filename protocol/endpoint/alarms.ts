import type { Timed, TimerQueue } from '../core/timer-queue.ts';
import type { Nanos } from '../core/units.ts';
import type { Context } from './context.ts';
import { TimerNumber } from './timer-numbers.ts';

/** An instant that somebody above the endpoint waits for. */
export class Alarm implements Timed {
  timerIndex = -1;
  readonly ring: () => void;

  constructor(ring: () => void) {
    this.ring = ring;
  }
}

/** The clock of the layers above, which have no timers of their own: each alarm comes back as an event, once. */
export class Alarms {
  readonly timers: TimerQueue<Alarm>;
  private readonly context: Context;

  constructor(context: Context) {
    this.context = context;
    this.timers = context.deadlines.queue<Alarm>(TimerNumber.ALARM);
  }

  onTimeout(now: Nanos): void {
    for (let alarm = this.timers.expire(now); alarm !== undefined; alarm = this.timers.expire(now)) {
      this.context.events.push({ type: 'alarm', alarm });
    }
  }
}
