import type { Violations } from './violations.ts';

const OFFERED = 1;
const HANDLED = 2;
const COMPLETED = 4;
const FAILED = 8;

/**
 * Each exchange at most once through its handler, ended exactly once, and never completed without having been handled.
 * Requests too short to carry their ordinal are counted instead. REQ DST-6, XFER-5
 */
export class ExchangeLedger {
  offered = 0;
  completed = 0;
  failed = 0;
  private readonly violations: Violations;
  private states: Uint8Array = new Uint8Array(1024);
  private anonymousOffered = 0;
  private anonymousHandled = 0;

  constructor(violations: Violations) {
    this.violations = violations;
  }

  /** Exchanges offered and not ended. */
  get active(): number {
    return this.offered - this.completed - this.failed;
  }

  onOffered(ordinal: number, anonymous: boolean): void {
    if (ordinal >= this.states.length) {
      const states = new Uint8Array(Math.max(this.states.length * 2, ordinal + 1));
      states.set(this.states);
      this.states = states;
    }
    this.states[ordinal] = anonymous ? OFFERED | HANDLED : OFFERED;
    if (anonymous) this.anonymousOffered += 1;
    this.offered += 1;
  }

  onHandled(ordinal: number): void {
    const state = this.states[ordinal] ?? 0;
    if ((state & OFFERED) === 0) this.report(`a handler ran for exchange ${ordinal}, which nobody offered`);
    if ((state & HANDLED) !== 0) this.report(`the handler of exchange ${ordinal} ran twice`);
    this.states[ordinal] = state | HANDLED;
  }

  onHandledAnonymous(): void {
    this.anonymousHandled += 1;
    if (this.anonymousHandled > this.anonymousOffered)
      this.report('a handler ran for a short request more often than one was offered');
  }

  onCompleted(ordinal: number): void {
    const state = this.end(ordinal, COMPLETED);
    if ((state & HANDLED) === 0) this.report(`exchange ${ordinal} has a response, but its handler never ran`);
    this.completed += 1;
  }

  onFailed(ordinal: number): void {
    this.end(ordinal, FAILED);
    this.failed += 1;
  }

  onWrongBytes(ordinal: number, what: string): void {
    this.violations.report(
      'integrity',
      'invariant',
      `the ${what} of exchange ${ordinal} is not what was sent`,
    );
  }

  private end(ordinal: number, how: number): number {
    const state = this.states[ordinal] ?? 0;
    if ((state & (COMPLETED | FAILED)) !== 0) this.report(`exchange ${ordinal} ended twice`);
    this.states[ordinal] = state | how;
    return state;
  }

  private report(message: string): void {
    this.violations.report('exactly-once', 'invariant', message);
  }
}
