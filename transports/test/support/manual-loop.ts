import type { Nanos } from '../../../protocol/core/units.ts';
import type { EventLoop, LoopTimer } from '../../inline/event-loop.ts';

interface Timer {
  atNs: Nanos;
  task: () => void;
}

/** An event loop that a test turns by hand: virtual time, no sleeps. One turn costs `turnNs`. */
export class ManualLoop implements EventLoop {
  nowNs: Nanos = 1_000_000_000;
  turnNs: Nanos = 2_000;
  turns = 0;
  readonly timers = new Set<Timer>();
  timersStarted = 0;
  #soon: (() => void)[] = [];
  readonly #reactions: (() => void)[] = [];

  now(): Nanos {
    return this.nowNs;
  }

  soon(task: () => void): void {
    this.#soon.push(task);
  }

  later(task: () => void, delayMs: number): LoopTimer {
    if (!Number.isInteger(delayMs) || delayMs < 1 || delayMs >= 2 ** 31)
      throw new Error(`setTimeout would round ${delayMs}`);
    const timer = { atNs: this.nowNs + delayMs * 1e6, task };
    this.timers.add(timer);
    this.timersStarted++;
    return timer;
  }

  cancel(timer: LoopTimer): void {
    this.timers.delete(timer as Timer);
  }

  afterReactions(task: () => void): void {
    this.#reactions.push(task);
  }

  get isIdle(): boolean {
    return this.#soon.length === 0 && this.timers.size === 0;
  }

  get soonTasks(): number {
    return this.#soon.length;
  }

  /** One turn: due timers, then the check phase, with promise reactions and `afterReactions` after each task. */
  async turn(): Promise<void> {
    this.turns++;
    this.nowNs += this.turnNs;
    for (const timer of Array.from(this.timers)) {
      if (timer.atNs > this.nowNs || !this.timers.delete(timer)) continue;
      await this.#run(timer.task);
    }
    const tasks = this.#soon;
    this.#soon = [];
    for (const task of tasks) await this.#run(task);
  }

  /** Turns until `untilNs`; sleeps through to the next timer when no task is queued, as epoll would. */
  async advance(untilNs: Nanos): Promise<void> {
    while (this.nowNs < untilNs) {
      if (this.#soon.length === 0) {
        const next = Math.min(untilNs, ...[...this.timers].map((timer) => timer.atNs));
        this.nowNs = Math.max(this.nowNs, next - this.turnNs);
      }
      await this.turn();
    }
  }

  /** As in Node, an exception does not keep later tasks from running if the process survives it. */
  async #run(task: () => void): Promise<void> {
    const errors: unknown[] = [];
    const attempt = (what: () => void): void => {
      try {
        what();
      } catch (error) {
        errors.push(error);
      }
    };
    attempt(task);
    await new Promise(setImmediate); // all microtasks
    for (const reaction of this.#reactions.splice(0)) attempt(reaction);
    await new Promise(setImmediate);
    if (errors.length > 0) throw errors[0];
  }
}
