import type { Ranked } from '../core/ranked-heap.ts';
import { RangeSet } from '../core/range-set.ts';
import type { Bytes } from '../core/units.ts';
import type { LaneQueue } from './lane.ts';
import type { OutboundTransfer } from './outbound.ts';
import type { Progress } from './progress.ts';

/** What its receiver has pulled of one message. Made with the first pull: many messages are announced and wait. */
export class OutboundPull implements Ranked {
  readonly transfer: OutboundTransfer;
  /** What admits the data at the receiver; the token as two int32. Before the first pull there is none, and the slot is -1. */
  slot = -1;
  tokenHi = 0;
  tokenLo = 0;
  /** End of what is sent early, unasked. MUST EARLY-1 */
  earlyEnd: Bytes = 0;
  /** That counts in what the peer was sent and has said nothing of. */
  earlyUnanswered = false;
  /** Pulled, or early, and not sent. */
  readonly toSend: RangeSet = new RangeSet();
  readonly acked: RangeSet = new RangeSet();
  /** Of what is acknowledged, if somebody wants to hear of it. */
  progress: Progress | undefined;
  /** End of what was ever sent, or that its receiver had without. */
  sentHigh: Bytes = 0;

  /** Where it stands, or stood last. */
  queue: LaneQueue | undefined;
  rank = 0;
  heapIndex = -1;
  heapSequence = 0;

  constructor(transfer: OutboundTransfer) {
    this.transfer = transfer;
  }

  onEarlySent(offset: Bytes, length: Bytes): void {
    const end = offset + length;
    this.toSend.remove(offset, end);
    if (end > this.sentHigh) this.sentHigh = end;
  }

  /** What leaves of it now was not pulled. */
  get isEarly(): boolean {
    return this.slot < 0;
  }
}
