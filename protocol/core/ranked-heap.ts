/** Something ordered by `rank` (lower first), ties by arrival. The heap owns `heapIndex` and `heapSequence`. */
export interface Ranked {
  rank: number;
  heapIndex: number;
  heapSequence: number;
}

/** A binary heap with positions: the scheduler's view of one priority level, e.g. shortest remaining first. */
export class RankedHeap<T extends Ranked> {
  private readonly heap: T[] = [];
  private sequence = 0;
  /** The first of `heap`, which is asked for much more often than it changes. */
  private first: T | undefined;

  get size(): number {
    return this.heap.length;
  }

  get top(): T | undefined {
    return this.first;
  }

  /** Inserts `item`, or restores the order after its rank changed. */
  place(item: T): void {
    if (item.heapIndex < 0) {
      item.heapSequence = this.sequence++;
      item.heapIndex = this.heap.push(item) - 1;
    } else if (item === this.first && this.heap.length === 1) return;
    this.up(item);
    this.down(item);
    this.note();
  }

  remove(item: T): void {
    const index = item.heapIndex;
    if (index < 0) return;
    item.heapIndex = -1;
    const last = this.heap.pop() as T;
    if (last !== item) {
      this.heap[index] = last;
      last.heapIndex = index;
      this.up(last);
      this.down(last);
    }
    this.note();
  }

  /** To store a reference costs more than to compare it. */
  private note(): void {
    const first = this.heap[0];
    if (first !== this.first) this.first = first;
  }

  private up(item: T): void {
    const from = item.heapIndex;
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const other = this.heap[parent] as T;
      if (before(other, item)) break;
      this.heap[index] = other;
      other.heapIndex = index;
      index = parent;
    }
    if (index === from) return;
    this.heap[index] = item;
    item.heapIndex = index;
  }

  private down(item: T): void {
    const size = this.heap.length;
    const from = item.heapIndex;
    let index = from;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= size) break;
      const right = child + 1;
      if (right < size && before(this.heap[right] as T, this.heap[child] as T)) child = right;
      const other = this.heap[child] as T;
      if (before(item, other)) break;
      this.heap[index] = other;
      other.heapIndex = index;
      index = child;
    }
    if (index === from) return;
    this.heap[index] = item;
    item.heapIndex = index;
  }
}

function before(a: Ranked, b: Ranked): boolean {
  return a.rank < b.rank || (a.rank === b.rank && a.heapSequence < b.heapSequence);
}
