/**
 * Disjoint half-open integer ranges [start, end), ascending, neighbours merged. What has arrived, what is
 * missing, what is still to be sent. Data mostly comes in order, so the last range is tried first.
 */
export class RangeSet {
  /** start0, end0, start1, end1, … */
  private readonly edges: number[] = [];
  private sum = 0;

  /** Total length of all ranges. */
  get total(): number {
    return this.sum;
  }

  get count(): number {
    return this.edges.length >> 1;
  }

  get isEmpty(): boolean {
    return this.sum === 0;
  }

  startAt(index: number): number {
    return this.edges[index * 2] as number;
  }

  endAt(index: number): number {
    return this.edges[index * 2 + 1] as number;
  }

  clear(): void {
    this.edges.length = 0;
    this.sum = 0;
  }

  /** Adds [start, end) and returns how much of it was new. */
  add(start: number, end: number): number {
    if (end <= start) return 0;
    const edges = this.edges;
    const size = edges.length;
    if (size === 0 || start > (edges[size - 1] as number)) {
      edges.push(start, end);
      this.sum += end - start;
      return end - start;
    }
    if (start === (edges[size - 1] as number)) {
      edges[size - 1] = end;
      this.sum += end - start;
      return end - start;
    }
    return this.addInside(start, end);
  }

  private addInside(start: number, end: number): number {
    const edges = this.edges;
    // First range that ends at or after start, and first that starts after end: all between merge.
    const first = this.firstEndingAtOrAfter(start);
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
    this.sum += added;
    return added;
  }

  /** Removes [start, end) and returns how much of it was there. */
  remove(start: number, end: number): number {
    const edges = this.edges;
    if (end <= start || edges.length === 0) return 0;
    if (start === edges[0] && end < (edges[1] as number)) {
      edges[0] = end;
      this.sum -= end - start;
      return end - start;
    }
    const first = this.firstEndingAtOrAfter(start + 1);
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
    return covered;
  }

  contains(start: number, end: number): boolean {
    if (end <= start) return true;
    const index = this.firstEndingAtOrAfter(end);
    return index < this.edges.length && (this.edges[index] as number) <= start;
  }

  /** Length of the part of [start, end) that is in the set. */
  overlap(start: number, end: number): number {
    const edges = this.edges;
    let covered = 0;
    // What comes in order comes after all there is.
    if (edges.length === 0 || start >= (edges[edges.length - 1] as number)) return 0;
    for (
      let i = this.firstEndingAtOrAfter(start + 1);
      i < edges.length && (edges[i] as number) < end;
      i += 2
    ) {
      covered += Math.min(edges[i + 1] as number, end) - Math.max(edges[i] as number, start);
    }
    return covered;
  }

  /** End of the range that begins at 0, else 0: everything below has arrived. */
  get prefix(): number {
    return this.edges.length > 0 && this.edges[0] === 0 ? (this.edges[1] as number) : 0;
  }

  /** Calls `visit` for each maximal part of [start, end) that is not in the set. */
  forEachGap(start: number, end: number, visit: (start: number, end: number) => void): void {
    const edges = this.edges;
    let at = start;
    for (let i = this.firstEndingAtOrAfter(start + 1); i < edges.length && at < end; i += 2) {
      const rangeStart = edges[i] as number;
      if (rangeStart > at) visit(at, Math.min(rangeStart, end));
      at = Math.max(at, edges[i + 1] as number);
    }
    if (at < end) visit(at, end);
  }

  /** Index into `edges` of the first range whose end is >= value. */
  private firstEndingAtOrAfter(value: number): number {
    const edges = this.edges;
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
