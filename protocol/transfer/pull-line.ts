import { RankedHeap } from '../core/ranked-heap.ts';
import type { InboundTransfer } from './inbound.ts';

/** Eight priorities, and behind them what is held. */
const LEVELS = 9;

/** What may be pulled next: by priority, and within one the shortest first. MUST PULL-2 */
export class PullLine {
  /** By priority: those something was pulled of, and those that wait for their first pull. */
  private readonly begun: RankedHeap<InboundTransfer>[] = [];
  private readonly waiting: RankedHeap<InboundTransfer>[] = [];
  /** Bit l is set while `begun` or `waiting` of level l is not empty. */
  levelsOccupied = 0;
  /** Transfers in line. */
  private size = 0;

  constructor() {
    for (let i = 0; i < LEVELS; i += 1) {
      this.begun.push(new RankedHeap<InboundTransfer>());
      this.waiting.push(new RankedHeap<InboundTransfer>());
    }
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
    this.heapOf(transfer).place(transfer);
    this.levelsOccupied |= 1 << transfer.pullLevel;
  }

  leave(transfer: InboundTransfer): void {
    if (transfer.heapIndex < 0) return;
    this.size -= 1;
    transfer.peer.inLine -= 1;
    this.heapOf(transfer).remove(transfer);
    const level = transfer.pullLevel;
    const left = (this.begun[level]?.size ?? 0) + (this.waiting[level]?.size ?? 0);
    if (left === 0) this.levelsOccupied &= ~(1 << level);
  }

  /** `mayBegin`: not only of those something was pulled of. */
  first(level: number, mayBegin: boolean): InboundTransfer | undefined {
    const begun = this.begun[level]?.top;
    const waiting = mayBegin ? this.waiting[level]?.top : undefined;
    if (begun === undefined || waiting === undefined) return begun ?? waiting;
    // Of equals the one that has begun, or it would wait as long as others come.
    return begun.rank <= waiting.rank ? begun : waiting;
  }

  private heapOf(transfer: InboundTransfer): RankedHeap<InboundTransfer> {
    const heaps = transfer.pulled?.begun ? this.begun : this.waiting;
    return heaps[transfer.pullLevel] as RankedHeap<InboundTransfer>;
  }
}
