import type { Nanos } from '../../protocol/core/units.ts';

/** `invariant`: something happened that must never happen. `liveness`: something did not happen in time. */
export type ViolationKind = 'invariant' | 'liveness';

export interface Violation {
  /** Which checker saw it. */
  checker: string;
  kind: ViolationKind;
  atNs: Nanos;
  message: string;
}

/** Violations kept with their text; more are only counted. */
const KEPT_MAX = 100;

/** Where checkers report. REQ DST-6 */
export class Violations {
  readonly list: Violation[] = [];
  count = 0;
  private readonly clock: { readonly now: Nanos };

  constructor(clock: { readonly now: Nanos }) {
    this.clock = clock;
  }

  report(checker: string, kind: ViolationKind, message: string): void {
    this.count += 1;
    if (this.list.length < KEPT_MAX) this.list.push({ checker, kind, atNs: this.clock.now, message });
  }
}
