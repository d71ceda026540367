/** Of 16 units that are served one is for each level that waits, the others are for the most urgent: with all eight in line that has 9. */
const SHARE = 16;
/** A level that cannot be served when it is due saves no more than so many quanta. */
const SAVED_QUANTA = 2;
const LEVELS = 8;

/**
 * Strict priority with a minimum for everybody. What is served earns each level that waits a sixteenth of it; who has earned a whole quantum goes first, and pays with what it is
 * served. A level that does not wait earns nothing: its share is the others'. Integers alone. REQ PQ-7 · MUST SHARE-1, SHARE-2
 */
export class MinimumShares {
  /** What each level has earned, times SHARE. Made when two levels first wait together: at most peers they never do. */
  private earned: number[] | undefined;
  private readonly quantum: number;
  /** Bit l is set while level l has earned a quantum. */
  private due = 0;

  /** `quantum`: the most that is served at once. */
  constructor(quantum: number) {
    this.quantum = SHARE * quantum;
  }

  /** Those of `levels` that go before the most urgent one; bits. */
  dueOf(levels: number): number {
    return this.due & levels;
  }

  /** Which of `levels` (bits, at least one) is served next. */
  next(levels: number): number {
    return lowestOf(this.dueOf(levels) || levels);
  }

  /** So much of `level` was served while `levels` had something, `level` among them. What is behind the eight levels earns nothing and costs nobody anything. */
  onServed(levels: number, level: number, amount: number): void {
    // Nobody else waits.
    if (levels === 1 << level || level >= LEVELS) return;
    for (let left = levels; left !== 0; left &= left - 1) this.earn(lowestOf(left), amount);
    this.earn(level, -SHARE * amount);
  }

  private earn(level: number, amount: number): void {
    if (level >= LEVELS) return;
    const { quantum } = this;
    const earned = (this.earned ??= new Array<number>(LEVELS).fill(0));
    const sum = Math.min(Math.max((earned[level] as number) + amount, 0), SAVED_QUANTA * quantum);
    earned[level] = sum;
    if (sum >= quantum) this.due |= 1 << level;
    else this.due &= ~(1 << level);
  }
}

/** Of the bits of `levels`, the lowest. */
export function lowestOf(levels: number): number {
  return 31 - Math.clz32(levels & -levels);
}
