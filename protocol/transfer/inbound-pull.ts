import { RangeSet } from '../core/range-set.ts';
import type { Timed } from '../core/timer-queue.ts';
import { NEVER } from '../core/units.ts';
import type { Bytes, Nanos } from '../core/units.ts';
import type { Assembly } from '../records/assembly.ts';
import type { Placement } from '../records/placement.ts';
import type { InboundTransfer } from './inbound.ts';
import type { Progress } from './progress.ts';

/**
 * What is pulled of one message. Of its sealed bytes, [0, next) were pulled at least once; of those, `received` arrived, `holes` are lost and
 * wait to be pulled again, and the rest is outstanding. Made when the message is the first in line: many are announced and wait. REQ RDP-5
 */
export class InboundPull implements Timed {
  readonly transfer: InboundTransfer;
  next: Bytes = 0;
  readonly received: RangeSet = new RangeSet();
  readonly holes: RangeSet = new RangeSet();
  /** Whole records that were placed by a transfer before, and that `next` has not passed. */
  readonly kept: RangeSet = new RangeSet();
  /** Granted by the scheduler, not yet in a PULL_REQUEST. */
  readonly grantNew: RangeSet = new RangeSet();
  readonly grantAgain: RangeSet = new RangeSet();
  grantQueued = false;
  /** Something of it was pulled, or came before. */
  begun = false;
  /** So much of it was to come unasked; 0 once something of that got lost. */
  earlyEnd: Bytes = 0;
  /** Set when the first byte is pulled: memory is taken then, not at the notify. */
  assembly: Assembly | undefined;
  /** Where the body goes, if not to memory of its own. */
  into: Placement | undefined;
  /** Of the records that are placed, if somebody wants to hear of it. */
  progress: Progress | undefined;
  /** Memory taken for it with `assembly`. */
  memoryBytes: Bytes = 0;
  /** End of the highest bytes that came in this transfer. */
  arrivedHigh: Bytes = 0;
  /** Reported in a RANGE_ACK. */
  reportedPrefix: Bytes = 0;
  /** Counted in the scheduler's budget; 0 while stalled. */
  budgeted: Bytes = 0;
  small = false;
  /** Nothing of it has come for so long that it does not count in the budget, and what was outstanding then. */
  late = false;
  lateBytes: Bytes = 0;

  lastPullAt: Nanos = 0;
  lastArrivalAt: Nanos = 0;
  /** A pull with nothing outstanding before it; its first data gives a pull latency sample. */
  samplePullAt: Nanos = -1;
  /** Gaps below this offset are suspected lost at suspectAt. */
  suspectHigh: Bytes = 0;
  suspectAt: Nanos = NEVER;
  /** No new suspicion before this: what was pulled again needs a round trip. */
  guardUntil: Nanos = 0;
  /** Stalls since the last arrival, and the wait that ended in the last of them. */
  stalls = 0;
  /** It counts among the stalled that keep others from beginning. */
  holdsPlace = false;
  stallWaitNs: Nanos = 0;
  /** Records that failed verification. */
  poisoned = 0;
  repulledBytes = 0;

  timerIndex = -1;

  constructor(transfer: InboundTransfer) {
    this.transfer = transfer;
  }

  clearGrants(): void {
    this.grantNew.clear();
    this.grantAgain.clear();
  }

  get outstanding(): Bytes {
    return this.next - this.received.total - this.holes.total;
  }

  /** Where pulls of new bytes end for now. */
  get stop(): Bytes {
    const { kept, transfer } = this;
    return kept.isEmpty ? transfer.pullLimit : Math.min(transfer.pullLimit, kept.startAt(0));
  }

  /** What is there already counts as received when the pulls come to it. */
  passKept(): void {
    const { kept } = this;
    while (!kept.isEmpty && kept.startAt(0) === this.next) {
      const end = kept.endAt(0);
      this.received.add(this.next, end);
      kept.remove(this.next, end);
      this.next = end;
    }
  }

  get remaining(): Bytes {
    return this.transfer.sealedBytes - this.received.total - this.kept.total;
  }
}
