/** A first-in-first-out queue on an array; amortised O(1), and nothing taken out stays referenced. */
export class Fifo<T> {
  /** Made with the first item: most queues never have one. What is queued is at [head, head + count), which begins at 0 anew whenever the queue was empty. */
  private items: (T | undefined)[] | undefined;
  private head = 0;
  /** How many there are: most queues are empty when they are asked, and then nothing else is looked at. */
  private count = 0;

  get length(): number {
    return this.count;
  }

  push(item: T): void {
    (this.items ??= [])[this.head + this.count] = item;
    this.count += 1;
  }

  peek(): T | undefined {
    return this.count === 0 ? undefined : this.items?.[this.head];
  }

  shift(): T | undefined {
    const { items, head } = this;
    if (this.count === 0 || items === undefined) return undefined;
    const item = items[head];
    items[head] = undefined;
    this.count -= 1;
    this.head = this.count === 0 ? 0 : head + 1;
    if (head >= 64 && head > this.count) this.compact(items);
    return item;
  }

  forEach(visit: (item: T) => void): void {
    const { items, head } = this;
    if (items === undefined) return;
    for (let i = head; i < head + this.count; i += 1) visit(items[i] as T);
  }

  clear(): void {
    this.items = undefined;
    this.head = 0;
    this.count = 0;
  }

  private compact(items: (T | undefined)[]): void {
    this.items = items.slice(this.head, this.head + this.count);
    this.head = 0;
  }
}
