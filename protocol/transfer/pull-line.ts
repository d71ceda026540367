import type { Bytes } from '../core/units.ts';
import type { InboundTransfer } from './inbound.ts';
import { MinimumShares, lowestOf } from './minimum-shares.ts';
import { ReadyQueue } from './ready-queue.ts';

/** What may be pulled next: by priority, but that none of them starves, and within one the shortest first. REQ PQ-7 · MUST PULL-2, SHARE-1 */
export class PullLine {
  /** Those something was pulled of, and those that wait for their first pull. */
  private readonly begun: ReadyQueue<InboundTransfer> = new ReadyQueue<InboundTransfer>();
  private readonly waiting: ReadyQueue<InboundTransfer> = new ReadyQueue<InboundTransfer>();
  private readonly shares: MinimumShares;
  /** Transfers in line. */
  private size = 0;

  constructor(pullBytesMax: Bytes) {
    this.shares = new MinimumShares(pullBytesMax);
  }

  get isEmpty(): boolean {
    return this.size === 0;
  }

  /** Those of other peers are in line as well. */
  hasOthersThan({ inLine }: { inLine: number }): boolean {
    return this.size > inLine;
  }

  /** Takes its place, or a new one. */
  place(transfer: InboundTransfer): void {
    transfer.rank = transfer.remaining;
    if (transfer.heapIndex < 0) {
      this.size += 1;
      transfer.peer.inLine += 1;
    }
    this.queueOf(transfer).place(transfer, transfer.pullLevel);
  }

  leave(transfer: InboundTransfer): void {
    if (transfer.heapIndex < 0) return;
    this.size -= 1;
    transfer.peer.inLine -= 1;
    this.queueOf(transfer).remove(transfer);
  }

  /** The next one that may begin, if any may, or has begun. `mind`: a level that is due goes before more urgent ones. */
  next(mayBegin: boolean, mind: boolean): InboundTransfer | undefined {
    const levels = this.levels(mayBegin);
    if (levels === 0) return undefined;
    return this.first(mind ? this.shares.next(levels) : lowestOf(levels), mayBegin);
  }

  /** `next` gives precedence to a level that is due. */
  isDueFirst(mayBegin: boolean): boolean {
    const levels = this.levels(mayBegin);
    return levels !== 0 && this.shares.next(levels) !== lowestOf(levels);
  }

  /** It is given so much, while it is in line. */
  onGrant({ pullLevel }: InboundTransfer, bytes: Bytes): void {
    this.shares.onServed(this.levels(true), pullLevel, bytes);
  }

  private levels(mayBegin: boolean): number {
    return mayBegin ? this.begun.levels | this.waiting.levels : this.begun.levels;
  }

  private first(level: number, mayBegin: boolean): InboundTransfer | undefined {
    const begun = this.begun.top(level);
    const waiting = mayBegin ? this.waiting.top(level) : undefined;
    if (begun === undefined || waiting === undefined) return begun ?? waiting;
    // Of equals the one that has begun, or it would wait as long as others come.
    return begun.rank <= waiting.rank ? begun : waiting;
  }

  private queueOf({ pulled }: InboundTransfer): ReadyQueue<InboundTransfer> {
    return pulled?.begun ? this.begun : this.waiting;
  }
}
