import type { Violations } from './violations.ts';

const OFFERED = 1;
const HANDLED = 2;
const COMPLETED = 4;
const FAILED = 8;
const CRASHED = 16;
const HANDLED_AGAIN = 32;
const ENDED = COMPLETED | FAILED | CRASHED;

/**
 * Each exchange at most once through its handler in each incarnation of its server, ended exactly once, and never completed without having
 * been handled, nor after more than one incarnation had handled it. Requests too short to carry their ordinal are counted
 * instead. REQ DST-6, XFER-5
 */
export class ExchangeLedger {
  offered = 0;
  completed = 0;
  failed = 0;
  /** Ended with the host of their caller. */
  crashed = 0;
  private readonly violations: Violations;
  private states: Uint8Array = new Uint8Array(1024);
  /** The incarnation of the server that handled it last. */
  private handledBy: Uint16Array = new Uint16Array(1024);
  /** Per server: short requests offered to it, and handled by its present incarnation. */
  private readonly anonymousOffered: Map<number, number> = new Map<number, number>();
  private readonly anonymousHandled: Map<number, number> = new Map<number, number>();

  constructor(violations: Violations) {
    this.violations = violations;
  }

  /** Exchanges offered and not ended. */
  get active(): number {
    return this.offered - this.completed - this.failed - this.crashed;
  }

  /** `server`: the host it is for. `anonymous`: too short to carry its ordinal. */
  onOffered(ordinal: number, server: number, anonymous: boolean): void {
    if (ordinal >= this.states.length) this.grow(ordinal);
    this.states[ordinal] = anonymous ? OFFERED | HANDLED : OFFERED;
    if (anonymous) increment(this.anonymousOffered, server);
    this.offered += 1;
  }

  private grow(ordinal: number): void {
    const length = Math.max(this.states.length * 2, ordinal + 1);
    const [states, handledBy] = [new Uint8Array(length), new Uint16Array(length)];
    states.set(this.states);
    handledBy.set(this.handledBy);
    this.states = states;
    this.handledBy = handledBy;
  }

  /** A handler ran; `incarnation`: that of its host. */
  onHandled(ordinal: number, incarnation: number): void {
    const state = this.states[ordinal] ?? 0;
    if ((state & OFFERED) === 0) this.report(`a handler ran for exchange ${ordinal}, which nobody offered`);
    if ((state & HANDLED) !== 0) {
      if (this.handledBy[ordinal] === incarnation)
        this.report(`the handler of exchange ${ordinal} ran twice`);
      else this.report(`the handler of exchange ${ordinal} ran before and after a restart`);
      this.states[ordinal] = state | HANDLED_AGAIN;
    } else {
      this.states[ordinal] = state | HANDLED;
    }
    this.handledBy[ordinal] = incarnation;
  }

  onHandledAnonymous(server: number): void {
    const handled = increment(this.anonymousHandled, server);
    if (handled > (this.anonymousOffered.get(server) ?? 0))
      this.report('a handler ran for a short request more often than one was offered');
  }

  /** What the host handled before its restart may come to it again. */
  onRestarted(server: number): void {
    this.anonymousHandled.delete(server);
  }

  onCompleted(ordinal: number): void {
    const state = this.end(ordinal, COMPLETED);
    if ((state & HANDLED) === 0) this.report(`exchange ${ordinal} has a response, but its handler never ran`);
    if ((state & HANDLED_AGAIN) !== 0)
      this.report(`exchange ${ordinal} has a response, but its handler ran more than once`);
    this.completed += 1;
  }

  /** Its caller is gone with its host. */
  onCrashed(ordinal: number): void {
    this.end(ordinal, CRASHED);
    this.crashed += 1;
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
    if ((state & ENDED) !== 0) this.report(`exchange ${ordinal} ended twice`);
    this.states[ordinal] = state | how;
    return state;
  }

  private report(message: string): void {
    this.violations.report('exactly-once', 'invariant', message);
  }
}

/** Returns the new count. */
function increment(counts: Map<number, number>, key: number): number {
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  return count;
}
