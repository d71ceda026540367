import type { Nanos } from '../../protocol/core/units.ts';
import type { EventLoop } from '../inline/event-loop.ts';

/** What a spinner turns. */
export interface Spun {
  /** Looks for work and does it; whether there was any. */
  look(): boolean;
  /** Nothing was there for a while: may the thread sleep? What comes then must call `wake`. */
  sleep(): boolean;
}

/**
 * Turns of the event loop, one after the other, for as long as there is work now and then; after `spinNs` without any the thread
 * sleeps in the event loop until somebody wakes it. REQ NIC-1, NIC-9, PERF-7
 */
export class Spinner {
  readonly #loop: EventLoop;
  readonly #spun: Spun;
  readonly #spinNs: Nanos;
  readonly #onTurn: () => void;
  #isTurning = false;
  #idleSinceNs: Nanos = 0;
  #isClosed = false;

  constructor(loop: EventLoop, spun: Spun, spinNs: Nanos, onTurn: () => void) {
    this.#loop = loop;
    this.#spun = spun;
    this.#spinNs = spinNs;
    this.#onTurn = onTurn;
  }

  /** There is, or may be, work. */
  wake(): void {
    this.#idleSinceNs = this.#loop.now();
    if (this.#isTurning || this.#isClosed) return;
    this.#isTurning = true;
    this.#loop.soon(this.#turn);
  }

  close(): void {
    this.#isClosed = true;
  }

  readonly #turn = (): void => {
    this.#isTurning = false;
    if (this.#isClosed) return;
    this.#onTurn();
    if (this.#spun.look()) this.#idleSinceNs = this.#loop.now();
    else if (this.#loop.now() - this.#idleSinceNs >= this.#spinNs && this.#spun.sleep()) return;
    this.#isTurning = true;
    this.#loop.soon(this.#turn);
  };
}
