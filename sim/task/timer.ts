import { Callback } from './callback.ts';
import { checkDuration } from './duration.ts';
import { NO_EVENT, type EventId } from '../kernel/kernel.ts';
import type { Scheduler } from './scheduler.ts';
import type { Nanos } from '../../protocol/core/units.ts';

/** Calls a function at one instant, and again whenever it is set anew. */
export interface Timer {
  /** The call comes in `ns` nanoseconds by the clock of the host, and not when it was to come before. */
  set(ns: Nanos): void;
  /** True if a call was to come and now does not. */
  cancel(): boolean;
}

export class TimerCallback extends Callback implements Timer {
  #event: EventId = NO_EVENT;

  constructor(scheduler: Scheduler, call: () => void) {
    super(scheduler, 'timer', call);
  }

  set(ns: Nanos): void {
    checkDuration('a timer', ns);
    const { life } = this;
    const { kernel } = this.scheduler;
    if (this.#event !== NO_EVENT && !kernel.cancel(this.#event)) life.callsOff(this);
    this.task.resources?.state.write();
    this.#event = kernel.schedule(kernel.now + life.clock.durationOf(ns), this);
  }

  cancel(): boolean {
    const event = this.#event;
    this.#event = NO_EVENT;
    this.task.resources?.state.write();
    return event !== NO_EVENT && (this.scheduler.kernel.cancel(event) || this.life.callsOff(this));
  }

  override onEvent(): void {
    if (this.scheduler.putsOff(this.task, this)) return;
    this.#event = NO_EVENT;
    if (this.enter()) this.call();
  }
}
