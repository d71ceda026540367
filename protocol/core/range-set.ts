import { assert } from './assert.ts';

/**
 * Disjoint half-open integer ranges [start, end), ascending, neighbours merged. What has arrived, what is
 * missing, what is still to be sent. Data mostly comes in order, so there is mostly one range: it is in the set itself, and an array
 * only while there are several. With hundreds of hosts each array is out of the processor's cache when it is looked at.
 */
export class RangeSet {
  private sum = 0;
  /** The only range, if `several` is false and `sum` is not 0. */
  private low = 0;
  private high = 0;
  private several = false;
  /** If `several`: start0, end0, start1, end1, … */
  private edges: number[] | undefined;

  /** Total length of all ranges. */
  get total(): number {
    return this.sum;
  }

  get count(): number {
    if (!this.several) return this.sum === 0 ? 0 : 1;
    return (this.edges as number[]).length >> 1;
  }

  get isEmpty(): boolean {
    return this.sum === 0;
  }

  startAt(index: number): number {
    return this.several ? ((this.edges as number[])[index * 2] as number) : this.low;
  }

  endAt(index: number): number {
    return this.several ? ((this.edges as number[])[index * 2 + 1] as number) : this.high;
  }

  clear(): void {
    this.several = false;
    this.sum = 0;
  }

  /** Adds [start, end) and returns how much of it was new. */
  add(start: number, end: number): number {
    if (end <= start) return 0;
    if (this.several) return this.addToMany(start, end);
    if (this.sum === 0) {
      this.setOnly(start, end);
      return end - start;
    }
    if (start > this.high || end < this.low) {
      this.spread();
      return this.addToMany(start, end);
    }
    const before = this.sum;
    this.setOnly(start < this.low ? start : this.low, end > this.high ? end : this.high);
    return this.sum - before;
  }

  private addToMany(start: number, end: number): number {
    const edges = this.edges as number[];
    const size = edges.length;
    if (start > (edges[size - 1] as number)) {
      edges.push(start, end);
      this.sum += end - start;
      return end - start;
    }
    if (start === (edges[size - 1] as number)) {
      edges[size - 1] = end;
      this.sum += end - start;
      return end - start;
    }
    return this.addInside(edges, start, end);
  }

  private addInside(edges: number[], start: number, end: number): number {
    // First range that ends at or after start, and first that starts after end: all between merge.
    const first = this.firstEndingAtOrAfter(edges, start);
    let last = first;
    let covered = 0;
    let low = start;
    let high = end;
    while (last < edges.length && (edges[last] as number) <= end) {
      const rangeStart = edges[last] as number;
      const rangeEnd = edges[last + 1] as number;
      covered += rangeEnd - rangeStart;
      if (rangeStart < low) low = rangeStart;
      if (rangeEnd > high) high = rangeEnd;
      last += 2;
    }
    if (last === first + 2) {
      edges[first] = low;
      edges[first + 1] = high;
    } else {
      edges.splice(first, last - first, low, high);
    }
    const added = high - low - covered;
    assert(added <= end - start, 'no more is new than was added');
    this.sum += added;
    this.gather(edges);
    return added;
  }

  /** Removes [start, end) and returns how much of it was there. */
  remove(start: number, end: number): number {
    if (end <= start || this.sum === 0) return 0;
    if (this.several) return this.removeFromMany(this.edges as number[], start, end);
    const { low, high } = this;
    if (start >= high || end <= low) return 0;
    if (start > low && end < high) {
      this.spread();
      return this.removeFromMany(this.edges as number[], start, end);
    }
    const before = this.sum;
    if (start > low) this.setOnly(low, start);
    else if (end < high) this.setOnly(end, high);
    else this.clear();
    return before - this.sum;
  }

  private removeFromMany(edges: number[], start: number, end: number): number {
    const first = this.firstEndingAtOrAfter(edges, start + 1);
    let last = first;
    let covered = 0;
    const keep: number[] = [];
    while (last < edges.length && (edges[last] as number) < end) {
      const rangeStart = edges[last] as number;
      const rangeEnd = edges[last + 1] as number;
      covered += rangeEnd - rangeStart;
      if (rangeStart < start) {
        keep.push(rangeStart, start);
        covered -= start - rangeStart;
      }
      if (rangeEnd > end) {
        keep.push(end, rangeEnd);
        covered -= rangeEnd - end;
      }
      last += 2;
    }
    if (last === first) return 0;
    edges.splice(first, last - first, ...keep);
    this.sum -= covered;
    this.gather(edges);
    return covered;
  }

  contains(start: number, end: number): boolean {
    if (end <= start) return true;
    if (!this.several) return this.sum > 0 && this.low <= start && end <= this.high;
    const edges = this.edges as number[];
    const index = this.firstEndingAtOrAfter(edges, end);
    return index < edges.length && (edges[index] as number) <= start;
  }

  /** Length of the part of [start, end) that is in the set. */
  overlap(start: number, end: number): number {
    if (!this.several) {
      // What comes in order comes after all there is.
      if (this.sum === 0 || start >= this.high || end <= this.low) return 0;
      return Math.min(this.high, end) - Math.max(this.low, start);
    }
    const edges = this.edges as number[];
    let covered = 0;
    if (start >= (edges[edges.length - 1] as number)) return 0;
    for (
      let i = this.firstEndingAtOrAfter(edges, start + 1);
      i < edges.length && (edges[i] as number) < end;
      i += 2
    ) {
      covered += Math.min(edges[i + 1] as number, end) - Math.max(edges[i] as number, start);
    }
    return covered;
  }

  /** End of the range that begins at 0, else 0: everything below has arrived. */
  get prefix(): number {
    return this.sum > 0 && this.startAt(0) === 0 ? this.endAt(0) : 0;
  }

  /** Calls `visit` for each maximal part of [start, end) that is not in the set, which `visit` leaves as it is. */
  forEachGap(start: number, end: number, visit: (start: number, end: number) => void): void {
    const { count } = this;
    let at = start;
    for (let i = this.several ? this.rangeEndingAfter(start) : 0; i < count && at < end; i += 1) {
      const rangeStart = this.startAt(i);
      if (rangeStart > at) visit(at, Math.min(rangeStart, end));
      at = Math.max(at, this.endAt(i));
    }
    if (at < end) visit(at, end);
  }

  private setOnly(low: number, high: number): void {
    this.low = low;
    this.high = high;
    this.sum = high - low;
  }

  /** There will be several. */
  private spread(): void {
    const edges = (this.edges ??= []);
    edges.length = 0;
    edges.push(this.low, this.high);
    this.several = true;
  }

  /** There may be only one left, or none. */
  private gather(edges: number[]): void {
    if (edges.length > 2) return;
    this.several = false;
    if (edges.length === 2) this.setOnly(edges[0] as number, edges[1] as number);
  }

  private rangeEndingAfter(value: number): number {
    return this.firstEndingAtOrAfter(this.edges as number[], value + 1) >> 1;
  }

  /** Index into `edges` of the first range whose end is >= value. */
  private firstEndingAtOrAfter(edges: readonly number[], value: number): number {
    let low = 0;
    let high = edges.length >> 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((edges[middle * 2 + 1] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low * 2;
  }
}
