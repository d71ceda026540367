import type { Nanos } from '../../protocol/core/units.ts';
import type { EventHandler, Kernel } from '../kernel/kernel.ts';

/** How an application is late. */
export interface Slowness {
  /** Each answer comes so late. */
  readonly delayNs: Nanos;
  /** Two answers are at least so far apart; 0: any number at once. */
  readonly everyNs: Nanos;
}

/** Answers that a slow application holds back. The slowest of several faults counts. REQ DST-5, BP-1 */
export class SlowApp implements EventHandler {
  readonly #kernel: Kernel;
  #slownesses: readonly Slowness[] = [];
  #held = new Map<number, () => void>();
  #answers = 0;
  #nextNs: Nanos = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  get isSlow(): boolean {
    return this.#slownesses.length > 0;
  }

  /** Calls `answer` when it is due, in an event of its own. */
  hold(answer: () => void): void {
    const { now } = this.#kernel;
    const delayNs = Math.max(...this.#slownesses.map((one) => one.delayNs));
    const everyNs = Math.max(...this.#slownesses.map((one) => one.everyNs));
    const atNs = Math.max(now + delayNs, this.#nextNs);
    this.#nextNs = atNs + everyNs;
    const number = this.#answers++;
    this.#held.set(number, answer);
    this.#kernel.schedule(atNs, this, number);
  }

  begin(slowness: Slowness): void {
    this.#slownesses = [...this.#slownesses, slowness];
  }

  /** When it is slow no more, it answers at once what it has held back. */
  end(slowness: Slowness): void {
    this.#slownesses = this.#slownesses.filter((other) => other !== slowness);
    if (this.isSlow) return;
    this.#nextNs = 0;
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const answer of held) answer();
  }

  /** The application is gone. */
  clear(): void {
    this.#held.clear();
    this.#nextNs = 0;
  }

  onEvent(number: number): void {
    const answer = this.#held.get(number);
    this.#held.delete(number);
    answer?.();
  }
}
