import type { Bytes } from '../core/units.ts';
import type { InboundPull } from './inbound-pull.ts';
import type { InboundTransfer } from './inbound.ts';

/** What late senders may have outstanding beside the budget, in budgets. */
const LATE_BUDGETS = 1.5;
/** The same when those count that said beforehand that they would be late. */
const BUSY_BUDGETS = 4;

/** Pulls of which nothing has come for longer than a round trip takes: what is outstanding of them is others' to use, as far as all of that may come at once. MUST PULL-10 */
export class LatePulls {
  private lentBytes: Bytes = 0;

  /** What is lent, of each transfer at most a budget. */
  get bytes(): Bytes {
    return this.lentBytes;
  }

  /** Whether it may lend what is outstanding of it. `receivers` share the link, each with such a budget; `isBusy`: its sender said that it would take this long. */
  begin(pull: InboundPull, budgetBytes: Bytes, receivers: number, isBusy: boolean): boolean {
    const bytes = Math.min(pull.outstanding, budgetBytes * receivers);
    if (this.lentBytes + bytes > (isBusy ? BUSY_BUDGETS : LATE_BUDGETS) * budgetBytes) return false;
    pull.transfer.peer.late = pull.transfer;
    pull.late = true;
    pull.lateBytes = bytes;
    this.lentBytes += bytes;
    return true;
  }

  /** True: others of its sender may have waited for it. */
  end(pull: InboundPull): boolean {
    if (!pull.late) return false;
    const { peer } = pull.transfer;
    pull.late = false;
    this.lentBytes -= pull.lateBytes;
    if (peer.late !== pull.transfer) return false;
    peer.late = undefined;
    return true;
  }
}

/** Its sender serves others, and does not get to what it was pulled before, at least as urgent: it is pulled no more. MUST PULL-13 */
export function waitsForLate({ peer, pulled, isHeld, pullLevel }: InboundTransfer): boolean {
  const { late, congested, failureRate } = peer;
  // Where packets get lost silence may be a loss.
  if (late === undefined || !congested || failureRate > 0 || isHeld || (pulled?.stalls ?? 0) > 0)
    return false;
  return late.pullLevel <= pullLevel;
}
