import { armGuards, disarmGuards, installGuards, removeGuards } from './guards.ts';
import { unwatchTicks, watchTicks } from './quiesce.ts';
import { catchRejections, releaseRejections } from './rejections.ts';

/** Whom to tell that simulated code did what it must not, or lost an error. */
export interface Keeper {
  fail(error: unknown): void;
}

// Runs in one realm may interleave, so what they take over is counted; the one that ran last is told.
let runs = 0;
let current: Keeper | undefined;
const report = (error: unknown): void => current?.fail(error);

/**
 * A run's hold over the realm it shares with the rest of the process: entropy guards, unhandled rejections, ticks. It
 * begins before the first event, is suspended while the host has its turn, and ends whatever the run's outcome.
 */
export class Custody {
  readonly #keeper: Keeper;
  readonly #guarded: boolean;

  constructor(keeper: Keeper, guarded: boolean) {
    this.#keeper = keeper;
    this.#guarded = guarded;
  }

  begin(): void {
    if (runs++ === 0) {
      catchRejections(report);
      watchTicks();
    }
    current = this.#keeper;
    if (!this.#guarded) return;
    installGuards(report);
    armGuards();
  }

  end(): void {
    if (this.#guarded) {
      disarmGuards();
      removeGuards();
    }
    if (--runs === 0) {
      unwatchTicks();
      releaseRejections();
    }
    if (current === this.#keeper) current = undefined;
  }

  /** What happens from now on is this run's doing. */
  enter(): void {
    current = this.#keeper;
  }

  /** The host's turn: real time and real timers are its own business. */
  suspend(): void {
    if (this.#guarded) disarmGuards();
  }

  resume(): void {
    current = this.#keeper;
    if (this.#guarded) armGuards();
  }
}
