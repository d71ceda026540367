import type { Nanos } from '../../protocol/core/units.ts';
import type { EventLoop } from '../inline/event-loop.ts';

/** After the last thing that happened, every turn of the event loop looks for the next for so long; then a timer does. */
const EAGER_NS: Nanos = 20_000_000;
/** A timer's gap, which doubles while nothing happens. */
const GAP_MS_MIN = 1;
const GAP_MS_MAX = 4;

/**
 * Looks for completions from the event loop: in each turn while there are some, and with growing gaps when there are none, so that an idle process costs a
 * few hundred calls a second. Providers without a thread of their own move data in these calls alone.
 */
export class Poller {
  readonly #loop: EventLoop;
  readonly #poll: () => boolean;
  #eagerUntil: Nanos;
  #gapMs = GAP_MS_MIN;
  #stopped = false;

  /** `poll` says whether anything happened. */
  constructor(loop: EventLoop, poll: () => boolean) {
    this.#loop = loop;
    this.#poll = poll;
    this.#eagerUntil = loop.now() + EAGER_NS;
  }

  start(): void {
    this.#loop.soon(this.#turn);
  }

  /** Something is expected. */
  expect(): void {
    this.#eagerUntil = this.#loop.now() + EAGER_NS;
    this.#gapMs = GAP_MS_MIN;
  }

  stop(): void {
    this.#stopped = true;
  }

  readonly #turn = (): void => {
    if (this.#stopped) return;
    if (this.#poll()) this.expect();
    if (this.#stopped) return;
    if (this.#loop.now() < this.#eagerUntil) {
      this.#loop.soon(this.#turn);
      return;
    }
    this.#loop.later(this.#turn, this.#gapMs);
    this.#gapMs = Math.min(this.#gapMs * 2, GAP_MS_MAX);
  };
}
