/** What a run says about its marks. */
export interface MarkReport {
  /** Every mark that the run could have reached, in order of name. */
  declared: string[];
  /** Those that it reached, in order of name. */
  reached: string[];
}

/**
 * Coverage marks: places that some run of a sweep must come to, or its passing says nothing about them. One run need not reach any;
 * that all of them together did is what a sweep checks. A mark is not traced, so it changes no hash. REQ DST-10
 */
export class Marks {
  private readonly seen: Map<string, boolean> = new Map<string, boolean>();

  /** There is such a mark. A mark that is only ever reached is not missed by the runs that do not come there. */
  declare(...names: readonly string[]): void {
    for (const name of names) if (!this.seen.has(name)) this.seen.set(name, false);
  }

  /** The mark `name` is reached if `condition` holds; it is declared in any case. */
  sometimes(name: string, condition: boolean = true): void {
    if (condition || !this.seen.has(name)) this.seen.set(name, condition);
  }

  isReached(name: string): boolean {
    return this.seen.get(name) === true;
  }

  report(): MarkReport {
    const declared = [...this.seen.keys()].sort();
    return { declared, reached: declared.filter((name) => this.isReached(name)) };
  }
}
