/** A binary heap that is stable: of equal keys, the one added first comes first. */
export class StableHeap<T> {
  // In parallel arrays; the root is the next.
  readonly #keys: number[] = [];
  readonly #sequences: number[] = [];
  readonly #items: T[] = [];
  #added = 0;

  get length(): number {
    return this.#keys.length;
  }

  /** The smallest key; the heap must not be empty. */
  get firstKey(): number {
    return this.#keys[0] as number;
  }

  add(key: number, item: T): void {
    let at = this.#keys.length;
    this.#keys.push(key);
    this.#sequences.push(this.#added++);
    this.#items.push(item);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#isBefore(at, above)) return;
      this.#swap(at, above);
      at = above;
    }
  }

  /** The item with the smallest key; the heap must not be empty. */
  take(): T {
    const last = this.#keys.length - 1;
    this.#swap(0, last);
    this.#keys.pop();
    this.#sequences.pop();
    const item = this.#items.pop() as T;
    this.#sink();
    return item;
  }

  #sink(): void {
    const length = this.#keys.length;
    for (let at = 0; ;) {
      let first = at;
      for (let below = 2 * at + 1; below <= 2 * at + 2; below++) {
        if (below < length && this.#isBefore(below, first)) first = below;
      }
      if (first === at) return;
      this.#swap(at, first);
      at = first;
    }
  }

  #isBefore(i: number, j: number): boolean {
    const difference = (this.#keys[i] as number) - (this.#keys[j] as number);
    return difference === 0
      ? (this.#sequences[i] as number) < (this.#sequences[j] as number)
      : difference < 0;
  }

  #swap(i: number, j: number): void {
    swap(this.#keys, i, j);
    swap(this.#sequences, i, j);
    swap(this.#items, i, j);
  }
}

function swap<T>(array: T[], i: number, j: number): void {
  const item = array[i] as T;
  array[i] = array[j] as T;
  array[j] = item;
}
