import type { Bytes } from '../core/units.ts';
import type { InboundPull } from './inbound-pull.ts';

/** What late senders may have outstanding beside the budget, in budgets. */
const LATE_BUDGETS = 1.5;
/** The same when those count that said beforehand that they would be late. */
const BUSY_BUDGETS = 4;

/** Pulls of which nothing has come for longer than a round trip takes: what is outstanding of them is others' to use, as far as all of that may come at once. MUST PULL-10 */
export class LatePulls {
  private lentBytes: Bytes = 0;

  /** Whether it may lend what is outstanding of it. `receivers` share the link, each with such a budget; `isBusy`: its sender said that it would take this long. */
  begin(pull: InboundPull, budgetBytes: Bytes, receivers: number, isBusy: boolean): boolean {
    const bytes = Math.min(pull.outstanding, budgetBytes * receivers);
    if (this.lentBytes + bytes > (isBusy ? BUSY_BUDGETS : LATE_BUDGETS) * budgetBytes) return false;
    pull.late = true;
    pull.lateBytes = bytes;
    this.lentBytes += bytes;
    return true;
  }

  end(pull: InboundPull): void {
    if (!pull.late) return;
    pull.late = false;
    this.lentBytes -= pull.lateBytes;
  }
}
