import type { Ranked } from '../core/ranked-heap.ts';
import { RangeSet } from '../core/range-set.ts';
import type { Timed } from '../core/timer-queue.ts';
import { NEVER } from '../core/units.ts';
import type { Bytes, Nanos } from '../core/units.ts';
import type { Peer } from '../peer/peer.ts';
import type { Assembly } from '../records/assembly.ts';
import type { Placement } from '../records/placement.ts';
import { RawKey } from '../records/raw-key.ts';
import { sealedSize } from '../records/layout.ts';
import { AUTHENTICATED, ENCRYPTED } from '../records/sealing.ts';
import type { Sealing } from '../records/sealing.ts';
import { TransferNotify } from '../wire/index.ts';
import type { KeepState } from './hold.ts';
import type { Progress } from './progress.ts';

class PulledRanges {
  readonly received: RangeSet = new RangeSet();
  readonly holes: RangeSet = new RangeSet();
  /** Whole records that were placed by a transfer before, and that `pullNext` has not passed. */
  readonly kept: RangeSet = new RangeSet();
  /** Granted by the scheduler, not yet in a PULL_REQUEST. */
  readonly grantNew: RangeSet = new RangeSet();
  readonly grantAgain: RangeSet = new RangeSet();
}

/**
 * One message being pulled. Of its sealed bytes, [0, pullNext) were pulled at least once; of those, `received`
 * arrived, `holes` are lost and wait to be pulled again, and the rest is outstanding. REQ RDP-5
 */
export class InboundTransfer implements Timed, Ranked {
  readonly peer: Peer;
  readonly slot: number;
  readonly generation: number;
  readonly sizeBytes: Bytes;
  readonly headerBytes: Bytes;
  readonly sealedBytes: Bytes;
  readonly priority: number;
  readonly isResponse: boolean;
  readonly replySlot: number;
  readonly replyGeneration: number;
  readonly status: number;
  readonly bufferSlot: number;
  readonly bufferGeneration: number;
  readonly key: RawKey;
  readonly sealing: Sealing;
  /** Headers that came in the NOTIFY. */
  readonly noticeHeaders: Uint8Array | undefined;
  /** The exchange it belongs to, and its number there if that is a stream. */
  exchange = -1;
  sequence = 0;

  /** Index in the receiver's table and half of what admits a data packet; the token as two int32. */
  pullSlot = -1;
  tokenHi = 0;
  tokenLo = 0;
  /** Nothing at or above this offset of the sealed message is pulled yet. */
  pullLimit: Bytes;
  /** Nothing of it is pulled until it goes on. MUST CANCEL-2 */
  paused = false;
  /** Somebody waits for the bytes below pullLimit. */
  previewed = false;
  /** Where the body goes, if not to memory of its own. */
  into: Placement | undefined;
  /** Memory taken for it with `assembly`. */
  memoryBytes: Bytes = 0;
  /** End of the highest bytes that came in this transfer. */
  arrivedHigh: Bytes = 0;
  /** Of the records that are placed, if somebody wants to hear of it. */
  progress: Progress | undefined;
  /** Set when the first byte is pulled: memory is taken then, not at the notify. */
  assembly: Assembly | undefined;
  /** Something of it was pulled. */
  begun = false;
  /** Whether it may be handed over. MUST AHEAD-2 */
  keep: KeepState = 'free';
  pullNext: Bytes = 0;
  private made: PulledRanges | undefined;
  grantQueued = false;
  /** Reported in a RANGE_ACK. */
  reportedPrefix: Bytes = 0;
  /** Counted in the scheduler's budget; 0 while stalled. */
  budgeted: Bytes = 0;
  small = false;

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
  stallWaitNs: Nanos = 0;
  /** Records that failed verification. */
  poisoned = 0;
  repulledBytes = 0;

  timerAt: Nanos = NEVER;
  timerIndex = -1;
  rank = 0;
  heapIndex = -1;
  heapSequence = 0;

  constructor(peer: Peer, notify: TransferNotify, isResponse: boolean) {
    this.peer = peer;
    this.slot = notify.transferSlot;
    this.generation = notify.transferGeneration;
    this.sizeBytes = notify.size;
    this.headerBytes = notify.headerSize;
    this.sealedBytes = sealedSize(notify.size);
    this.pullLimit = this.sealedBytes;
    this.priority = notify.priority;
    this.isResponse = isResponse;
    this.replySlot = isResponse ? notify.replySlot : 0;
    this.replyGeneration = isResponse ? notify.replyGeneration : 0;
    this.status = isResponse ? notify.status : 0;
    this.bufferSlot = notify.bufferSlot;
    this.bufferGeneration = notify.bufferGeneration;
    this.key = new RawKey(notify.dataKey, notify.dataKeyStart);
    this.sealing = notify.sealing === AUTHENTICATED ? AUTHENTICATED : ENCRYPTED;
    const { headers, headersStart, headersLength } = notify;
    this.noticeHeaders =
      (notify.flags & TransferNotify.HEADED) === 0
        ? undefined
        : headers.slice(headersStart, headersStart + headersLength);
  }

  /** Made when something is pulled: many messages are announced and wait. */
  private get ranges(): PulledRanges {
    this.made ??= new PulledRanges();
    return this.made;
  }

  get received(): RangeSet {
    return this.ranges.received;
  }

  get holes(): RangeSet {
    return this.ranges.holes;
  }

  get grantNew(): RangeSet {
    return this.ranges.grantNew;
  }

  get grantAgain(): RangeSet {
    return this.ranges.grantAgain;
  }

  get kept(): RangeSet {
    return this.ranges.kept;
  }

  clearGrants(): void {
    this.made?.grantNew.clear();
    this.made?.grantAgain.clear();
  }

  get outstanding(): Bytes {
    const { made } = this;
    return made === undefined ? 0 : this.pullNext - made.received.total - made.holes.total;
  }

  /** Where pulls of new bytes end for now. */
  get pullStop(): Bytes {
    return this.kept.isEmpty ? this.pullLimit : Math.min(this.pullLimit, this.kept.startAt(0));
  }

  /** What is there already counts as received when the pulls come to it. */
  passKept(): void {
    const { kept } = this;
    while (!kept.isEmpty && kept.startAt(0) === this.pullNext) {
      const end = kept.endAt(0);
      this.received.add(this.pullNext, end);
      kept.remove(this.pullNext, end);
      this.pullNext = end;
    }
  }

  /** It must not be handed over before its release. */
  get isHeld(): boolean {
    return this.keep === 'held' || this.keep === 'kept';
  }

  /** Something is left to pull. */
  get wantsPull(): boolean {
    if (this.paused || this.into?.isFull === true) return false;
    return this.pullNext < this.pullLimit || this.made?.holes.isEmpty === false;
  }

  get remaining(): Bytes {
    const { made, sealedBytes } = this;
    return made === undefined ? sealedBytes : sealedBytes - made.received.total - made.kept.total;
  }
}
