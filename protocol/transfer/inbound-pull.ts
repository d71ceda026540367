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
  // What each data packet needs.
  readonly transfer: InboundTransfer;
  next: Bytes = 0;
  readonly received: RangeSet = new RangeSet();
  readonly holes: RangeSet = new RangeSet();
  /** End of the highest bytes that came in this transfer. */
  arrivedHigh: Bytes = 0;
  /** Set when the first byte is pulled: memory is taken then, not at the notify. */
  assembly: Assembly | undefined;
  lastArrivalAt: Nanos = 0;
  /** Stalls since the last arrival. */
  stalls = 0;
  /** Gaps below suspectHigh are suspected lost, and count as such at suspectAt. */
  suspects = false;
  /** A pull with nothing outstanding before it; its first data gives a pull latency sample. */
  samplePullAt: Nanos = -1;
  /** Counted in the scheduler's budget; 0 while stalled. */
  budgeted: Bytes = 0;
  /** It came again after a stall, and what was found lost may come with it. */
  revived = false;
  /** What was found lost and may come all the same, counted in the scheduler's budget. */
  doubtedBytes: Bytes = 0;
  small = false;
  /** Nothing of it has come for so long that it does not count in the budget. */
  late = false;
  /** Of the records that are placed, if somebody wants to hear of it. */
  progress: Progress | undefined;
  /** Where the body goes, if not to memory of its own. */
  into: Placement | undefined;
  /** Records that failed verification. */
  poisoned = 0;

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
  /** Memory taken for it with `assembly`. */
  memoryBytes: Bytes = 0;
  /** Reported in a RANGE_ACK. */
  reportedPrefix: Bytes = 0;
  /** What was outstanding when it became late. */
  lateBytes: Bytes = 0;

  lastPullAt: Nanos = 0;
  suspectHigh: Bytes = 0;
  suspectAt: Nanos = NEVER;
  /** No new suspicion before this: what was pulled again needs a round trip. */
  guardUntil: Nanos = 0;
  /** It counts among the stalled that keep others from beginning. */
  holdsPlace = false;
  /** The wait that ended in the last of them. */
  stallWaitNs: Nanos = 0;
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
