import { NANOS_PER_MILLI, type Nanos } from '../../protocol/core/units.ts';
import type { TransportEventSubscriber } from '../events.ts';
import type { EventLoop, LoopTimer } from '../inline/event-loop.ts';
import type { Pulses } from './pulse.ts';

/** Looks in the time after which a worker counts as stuck. */
const LOOKS = 4;

interface Seen {
  count: number;
  atNs: Nanos;
  isStuck: boolean;
}

/**
 * Looks at the pulses of workers from a thread of its own choice, which must be none of theirs, and tells when one has not moved for `stuckNs`, once,
 * and when it moves again. It ends nothing: what a stuck worker serves its peers find out. REQ NIC-9, HEALTH-9
 */
export class WorkerMonitor {
  readonly #loop: EventLoop;
  readonly #pulses: Pulses;
  readonly #stuckNs: Nanos;
  readonly #onEvent: TransportEventSubscriber;
  readonly #seen: Seen[];
  #timer: LoopTimer | undefined;

  constructor(loop: EventLoop, pulses: Pulses, stuckNs: Nanos, onEvent: TransportEventSubscriber) {
    this.#loop = loop;
    this.#pulses = pulses;
    this.#stuckNs = stuckNs;
    this.#onEvent = onEvent;
    const atNs = loop.now();
    this.#seen = Array.from({ length: pulses.workers }, (_, worker) => ({
      count: pulses.read(worker),
      atNs,
      isStuck: false,
    }));
    this.#arm();
  }

  /** Those that have not moved for too long, by number. */
  get stuck(): readonly number[] {
    return this.#seen.flatMap(({ isStuck }, worker) => (isStuck ? [worker] : []));
  }

  close(): void {
    if (this.#timer !== undefined) this.#loop.cancel(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    const delayMs = Math.max(1, Math.ceil(this.#stuckNs / LOOKS / NANOS_PER_MILLI));
    this.#timer = this.#loop.later(this.#look, delayMs);
  }

  readonly #look = (): void => {
    this.#arm();
    const now = this.#loop.now();
    this.#seen.forEach((seen, worker) => {
      const count = this.#pulses.read(worker);
      const silentNs = now - seen.atNs;
      if (count !== seen.count) {
        if (seen.isStuck) this.#onEvent({ type: 'worker-resumed', worker, silentNs });
        Object.assign(seen, { count, atNs: now, isStuck: false });
      } else if (!seen.isStuck && silentNs >= this.#stuckNs) {
        seen.isStuck = true;
        this.#onEvent({ type: 'worker-stuck', worker, silentNs });
      }
    });
  };
}
