import { NO_EVENT, type EventHandler, type EventId, type Kernel } from '../kernel/kernel.ts';
import type { Nanos } from '../../protocol/core/units.ts';

interface PutOff {
  readonly step: EventHandler;
  readonly stage: number;
}

/** The steps of a host that stands still, as a virtual machine does that is moved; they happen, in order, when it goes on. */
export class HostPause implements EventHandler {
  readonly #kernel: Kernel;
  readonly #onEnd: () => void;
  #steps: PutOff[] = [];
  #untilNs: Nanos = 0;
  #event: EventId = NO_EVENT;

  constructor(kernel: Kernel, onEnd: () => void) {
    this.#kernel = kernel;
    this.#onEnd = onEnd;
  }

  /** Two pauses at once last until the later end. */
  extend(untilNs: Nanos): void {
    if (untilNs <= this.#untilNs) return;
    this.#untilNs = untilNs;
    if (this.#event !== NO_EVENT) this.#kernel.cancel(this.#event);
    this.#event = this.#kernel.schedule(untilNs, this);
  }

  add(step: EventHandler, stage: number): void {
    this.#steps.push({ step, stage });
  }

  /** True if the step was put off and now does not happen. */
  remove(step: EventHandler): boolean {
    const before = this.#steps.length;
    this.#steps = this.#steps.filter((other) => other.step !== step);
    return this.#steps.length < before;
  }

  onEvent(): void {
    this.#event = NO_EVENT;
    this.end();
  }

  end(): void {
    if (this.#event !== NO_EVENT) this.#kernel.cancel(this.#event);
    this.#onEnd();
    for (const { step, stage } of this.#steps) this.#kernel.schedule(this.#kernel.now, step, stage);
  }
}
