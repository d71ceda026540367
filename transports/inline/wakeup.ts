import { NANOS_PER_MILLI, NEVER, type Nanos } from '../../protocol/core/units.ts';
import type { EventLoop, LoopTimer } from './event-loop.ts';

/** setTimeout knows whole milliseconds; what is nearer is awaited by turns of the event loop. */
const NEAR_NS: Nanos = 1_200_000;
/** Longest stretch of such turns without input or command; then even near deadlines get a timer. */
const SPIN_NS_MAX: Nanos = 20_000_000;
/** setTimeout treats longer delays as 1 ms. */
const DELAY_MS_MAX = 2 ** 31 - 1;

/** Calls `wake` at a deadline, never before, with one timer and no work per change of a far deadline. REQ WHEEL-2 */
export class Wakeup {
  readonly #loop: EventLoop;
  readonly #wake: () => void;
  /** NEVER: not armed. */
  #deadlineNs: Nanos = NEVER;
  #timer: LoopTimer | undefined;
  #timerNs: Nanos = NEVER;
  #turnQueued = false;
  #spinUntilNs: Nanos = 0;
  /** Turns that found their deadline still ahead. */
  spins = 0;

  constructor(loop: EventLoop, wake: () => void) {
    this.#loop = loop;
    this.#wake = wake;
  }

  /** Something happened at `now`: spinning for near deadlines is worth it again. */
  refresh(now: Nanos): void {
    this.#spinUntilNs = now + SPIN_NS_MAX;
  }

  /** Replaces the deadline; NEVER disarms. */
  arm(now: Nanos, deadlineNs: Nanos): void {
    this.#deadlineNs = deadlineNs;
    if (deadlineNs === NEVER) {
      this.#dropTimer();
    } else if (deadlineNs - now < NEAR_NS && now < this.#spinUntilNs) {
      this.#queueTurn();
    } else if (this.#timerNs > Math.max(deadlineNs, now + NANOS_PER_MILLI)) {
      // A timer that fires early is left alone: it finds the deadline ahead and arms again. One that is due within
      // a millisecond is too: a new one would not be sooner, and replacing it for ever would starve it.
      this.#dropTimer();
      this.#startTimer(now, deadlineNs);
    }
  }

  #startTimer(now: Nanos, deadlineNs: Nanos): void {
    const waitMs = Math.floor((deadlineNs - now) / NANOS_PER_MILLI);
    const delayMs = Math.min(Math.max(waitMs, 1), DELAY_MS_MAX);
    this.#timerNs = now + delayMs * NANOS_PER_MILLI;
    this.#timer = this.#loop.later(this.#fired, delayMs);
  }

  #dropTimer(): void {
    if (this.#timer === undefined) return;
    this.#loop.cancel(this.#timer);
    this.#timer = undefined;
    this.#timerNs = NEVER;
  }

  #queueTurn(): void {
    if (this.#turnQueued) return;
    this.#turnQueued = true;
    this.#loop.soon(this.#turned);
  }

  readonly #turned = (): void => {
    this.#turnQueued = false;
    this.#check();
  };

  readonly #fired = (): void => {
    this.#timer = undefined;
    this.#timerNs = NEVER;
    this.#check();
  };

  #check(): void {
    if (this.#deadlineNs === NEVER) return;
    const now = this.#loop.now();
    if (now < this.#deadlineNs) {
      this.spins++;
      this.arm(now, this.#deadlineNs);
      return;
    }
    this.#deadlineNs = NEVER;
    this.#wake();
  }
}
