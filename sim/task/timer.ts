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
  readonly #scheduler: Scheduler;
  #event: EventId = NO_EVENT;

  constructor(scheduler: Scheduler, call: () => void) {
    super(scheduler, 'timer', call);
    this.#scheduler = scheduler;
  }

  set(ns: Nanos): void {
    checkDuration('a timer', ns);
    const scheduler = this.#scheduler;
    const { kernel } = scheduler;
    const { life } = this.task.group;
    if (this.#event !== NO_EVENT && !kernel.cancel(this.#event)) life.callsOff(this);
    this.task.resources?.state.write();
    this.#event = kernel.schedule(kernel.now + life.clock.durationOf(ns), this);
  }

  cancel(): boolean {
    const event = this.#event;
    this.#event = NO_EVENT;
    this.task.resources?.state.write();
    return (
      event !== NO_EVENT && (this.#scheduler.kernel.cancel(event) || this.task.group.life.callsOff(this))
    );
  }

  override run(): void {
    if (this.#scheduler.putsOff(this.task, this)) return;
    this.#event = NO_EVENT;
    super.run();
  }
}
