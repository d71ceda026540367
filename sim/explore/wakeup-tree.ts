import type { Footprint } from './footprint.ts';
import type { StepKey } from './execution.ts';

/** A step of a sequence that is to be explored. */
export interface PlannedStep {
  readonly key: StepKey;
  /** Undefined if it has never run where it is planned. */
  readonly footprint: Footprint | undefined;
}

/** Tells whether the steps `first` and `then` of a sequence are ordered, by their places in it. */
export type Ordered<T> = (first: T, then: T) => boolean;

/** Steps to explore one after the other, and what comes after each: the wakeup tree of Abdulla et al. (2014). */
export class Branch {
  readonly step: PlannedStep;
  readonly next: Branch[];

  constructor(step: PlannedStep, next: Branch[]) {
    this.step = step;
    this.next = next;
  }
}

/** Makes sure that some sequence among `branches` begins an execution equivalent to one that `sequence` begins. */
export function plan<T extends PlannedStep>(
  branches: Branch[],
  sequence: readonly T[],
  ordered: Ordered<T>,
): void {
  let siblings = branches;
  let left = sequence;
  for (;;) {
    const found = siblings.find(({ step }) => mayBegin(step, left, ordered));
    if (found === undefined) break;
    left = left.filter(({ key }) => key !== found.step.key);
    // A leaf: whatever comes after it will be explored.
    if (found.next.length === 0 || left.length === 0) return;
    siblings = found.next;
  }
  let chain: Branch[] = [];
  for (let i = left.length - 1; i >= 0; i--) chain = [new Branch(left[i] as T, chain)];
  siblings.push(...chain);
}

/** Whether an execution that `sequence` begins is equivalent to one that `step` begins: `step` is a weak initial of it. */
export function mayBegin<T extends PlannedStep>(
  step: PlannedStep,
  sequence: readonly T[],
  ordered: Ordered<T>,
): boolean {
  const at = sequence.findIndex(({ key }) => key === step.key);
  if (at >= 0) {
    const own = sequence[at] as T;
    return sequence.slice(0, at).every((earlier) => !ordered(earlier, own));
  }
  const { footprint } = step;
  if (footprint === undefined) return false;
  return sequence.every(
    (other) => other.footprint !== undefined && !other.footprint.conflictsWith(footprint),
  );
}
