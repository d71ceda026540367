import { RankedHeap } from '../core/ranked-heap.ts';
import type { Ranked } from '../core/ranked-heap.ts';

/** Eight priorities, and behind them what is held. */
const LEVELS = 9;

/** What stands in a ready queue, at `level`: written by the queue. */
export interface Ready extends Ranked {
  level: number;
}

/**
 * What may go now, by level, within one the lowest rank first. What must wait, for a pull, for memory, for another message, is not in it. REQ PQ-1, PQ-2, PQ-3, PQ-4
 */
export class ReadyQueue<T extends Ready> {
  private readonly heaps: RankedHeap<T>[] = [];
  private occupied = 0;

  constructor() {
    for (let i = 0; i < LEVELS; i += 1) this.heaps.push(new RankedHeap<T>());
  }

  /** Bit l is set while level l is not empty. */
  get levels(): number {
    return this.occupied;
  }

  top(level: number): T | undefined {
    return this.heaps[level]?.top;
  }

  /** Takes its place at `level`, or a new one there. */
  place(item: T, level: number): void {
    if (item.heapIndex >= 0 && item.level !== level) this.remove(item);
    item.level = level;
    (this.heaps[level] as RankedHeap<T>).place(item);
    this.occupied |= 1 << level;
  }

  remove(item: T): void {
    if (item.heapIndex < 0) return;
    const { level } = item;
    const heap = this.heaps[level] as RankedHeap<T>;
    heap.remove(item);
    if (heap.size === 0) this.occupied &= ~(1 << level);
  }
}
