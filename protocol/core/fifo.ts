/** A first-in-first-out queue on an array; amortised O(1), and nothing taken out stays referenced. */
export class Fifo<T> {
  private items: (T | undefined)[] = [];
  private head = 0;
  /** How many there are: most queues are empty when they are asked, and then nothing else is looked at. */
  private count = 0;

  get length(): number {
    return this.count;
  }

  push(item: T): void {
    this.items.push(item);
    this.count += 1;
  }

  peek(): T | undefined {
    return this.count === 0 ? undefined : this.items[this.head];
  }

  shift(): T | undefined {
    if (this.count === 0) return undefined;
    this.count -= 1;
    const item = this.items[this.head];
    this.items[this.head] = undefined;
    this.head += 1;
    if (this.head > 64 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }

  forEach(visit: (item: T) => void): void {
    for (let i = this.head; i < this.items.length; i += 1) visit(this.items[i] as T);
  }

  clear(): void {
    this.items = [];
    this.head = 0;
    this.count = 0;
  }
}
