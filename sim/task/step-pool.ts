import type { Candidate, Chooser } from './choice.ts';
import type { Step } from './step.ts';
import type { EventHandler, Kernel } from '../kernel/kernel.ts';

/** The steps that could be next, when there is a chooser: one event for each, in which the chooser picks one of them. */
export class StepPool implements EventHandler {
  readonly #kernel: Kernel;
  readonly #chooser: Chooser;
  readonly #steps: Step[] = [];

  constructor(kernel: Kernel, chooser: Chooser) {
    this.#kernel = kernel;
    this.#chooser = chooser;
  }

  /** The event comes after all that are due at this instant already, so that whatever is due takes part in the choice. */
  add(step: Step): void {
    this.#steps.push(step);
    this.#kernel.schedule(this.#kernel.now, this);
  }

  /** True if the step was there and now does not happen. */
  remove(step: Step): boolean {
    const at = this.#steps.indexOf(step);
    if (at >= 0) this.#steps.splice(at, 1);
    return at >= 0;
  }

  onEvent(): void {
    const steps = this.#steps;
    const index = steps.length > 1 ? this.#chooser.choose(steps as readonly Candidate[]) : 0;
    const [step] = steps.splice(index, 1);
    // Undefined if as many were removed as had events left.
    step?.run();
  }
}
