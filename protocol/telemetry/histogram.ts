/** How often values fell into each bucket, and their sum. */
export class Histogram {
  /** Upper ends, included. Values above the last are in no bucket but count. */
  readonly bounds: readonly number[];
  /** By bucket, not cumulative. */
  readonly buckets: number[];
  count = 0;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.buckets = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.count += 1;
    this.sum += value;
    const { bounds } = this;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((bounds[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    if (low < bounds.length) this.buckets[low] = (this.buckets[low] as number) + 1;
  }
}
