import { NANOS_PER_MILLI, type Nanos } from '../../protocol/core/units.ts';
import type { EventLoop, LoopTimer } from '../inline/event-loop.ts';
import type { Pulses } from './pulse.ts';

/** Where a worker counts its turns. */
export interface Pulse {
  pulses: Pulses;
  worker: number;
}

/** Counts for a worker that waits for its event loop: an idle one has no turns, but comes round this often. */
const IDLE_BEAT_NS: Nanos = 25 * NANOS_PER_MILLI;

/** The pulse of a worker that has an event loop: as long as that turns, it beats. REQ HEALTH-9 */
export class Beat {
  readonly #loop: EventLoop;
  readonly #pulse: Pulse;
  #timer: LoopTimer | undefined;

  constructor(loop: EventLoop, pulse: Pulse) {
    this.#loop = loop;
    this.#pulse = pulse;
    this.#arm();
  }

  close(): void {
    if (this.#timer !== undefined) this.#loop.cancel(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer = this.#loop.later(this.#come, IDLE_BEAT_NS / NANOS_PER_MILLI);
  }

  readonly #come = (): void => {
    this.#arm();
    this.#pulse.pulses.beat(this.#pulse.worker);
  };
}
