import { SimError } from '../task/errors.ts';
import { keyOf, type ExecutedStep, type Execution, type StepKey } from './execution.ts';
import { SEEN_BEFORE, type Strategy } from './strategy.ts';
import { Branch, mayBegin, plan, type PlannedStep } from './wakeup-tree.ts';
import type { Footprint } from './footprint.ts';
import type { Candidate } from '../kernel/choice.ts';

/** A place in the tree of executions, on the path of the present run. */
interface Node {
  /** The branch of the present run. */
  key: StepKey;
  /** Executions that begin with one of these have been explored, or will be elsewhere. */
  readonly asleep: Map<StepKey, Footprint>;
  /** What is planned after the present branch. */
  planned: Branch[];
  /** Other branches to explore from here. */
  readonly others: Branch[];
}

interface SequenceStep extends PlannedStep {
  /** Its number in the run. */
  readonly at: number;
}

/**
 * One schedule of each class of equivalent ones: optimal dynamic partial-order reduction (Abdulla, Aronsson, Jonsson and Sagonas,
 * POPL 2014), with sleep sets and wakeup trees. Two schedules are equivalent if one becomes the other by swapping neighbours
 * that do not conflict. A run shows which steps raced; the other order of each race is planned, unless it
 * is equivalent to one explored or planned already.
 *
 * A step here is what is a process there: it is made by another step, happens once, and is not disabled but by being called off. Of
 * steps that were called off, or were due when the run ended, it is not known what they touch; each is tried before the step
 * that kept it from happening.
 */
export class OptimalReduction implements Strategy {
  readonly #path: Node[] = [];
  /** The first step of the present run whose branch is new. */
  #freshFrom = 0;

  decide(candidates: readonly Candidate[], { steps }: Execution): number {
    const depth = steps.length;
    const keys = candidates.map(keyOf);
    const node = this.#path[depth] ?? this.#grow(steps, keys);
    if (node === undefined) return SEEN_BEFORE;
    const index = keys.indexOf(node.key);
    if (index >= 0) return index;
    throw new SimError(
      'diverged',
      `the program did something else in the same schedule: step ${depth} was not due this time. State that outlives a run, or randomness that is not of the simulation, cannot be explored`,
    );
  }

  next({ steps }: Execution, isWhole: boolean): boolean {
    for (let at = this.#freshFrom; at < steps.length; at++) {
      const step = steps[at] as ExecutedStep;
      for (const race of step.races) this.#reverse(steps, race, at);
      for (const key of step.cancelled) this.#tryBefore(at, step, key);
    }
    const last = steps.at(-1);
    if (isWhole && last !== undefined && steps.length > this.#freshFrom) {
      for (const key of last.candidates) this.#tryBefore(steps.length - 1, last, key);
    }
    return this.#toNextBranch(steps);
  }

  #grow(steps: readonly ExecutedStep[], keys: readonly StepKey[]): Node | undefined {
    const parent = this.#path.at(-1);
    const done = steps.at(-1);
    const asleep = new Map<StepKey, Footprint>();
    if (parent !== undefined && done !== undefined) {
      for (const [key, footprint] of parent.asleep) {
        if (!footprint.conflictsWith(done.footprint)) asleep.set(key, footprint);
      }
    }
    const others = parent?.planned ?? [];
    const first = others.find(({ step }) => keys.includes(step.key));
    const key = first?.step.key ?? keys.find((each) => !asleep.has(each));
    if (key === undefined) return undefined;
    if (first !== undefined) others.splice(others.indexOf(first), 1);
    const node: Node = { key, asleep, planned: first?.next ?? [], others };
    this.#path.push(node);
    return node;
  }

  /** Plans an execution in which step `late` comes before step `early`, with which it raced. */
  #reverse(steps: readonly ExecutedStep[], early: number, late: number): void {
    const sequence: SequenceStep[] = [];
    for (let at = early + 1; at < steps.length; at++) {
      const { before, key, footprint } = steps[at] as ExecutedStep;
      if (!before.has(early)) sequence.push({ at, key, footprint });
    }
    const { key, footprint } = steps[late] as ExecutedStep;
    sequence.push({ at: late, key, footprint });
    const ordered = (first: SequenceStep, then: SequenceStep): boolean =>
      first.at < then.at && (steps[then.at] as ExecutedStep).before.has(first.at);
    const { asleep, others } = this.#path[early] as Node;
    for (const [sleeper, its] of asleep) {
      if (mayBegin({ key: sleeper, footprint: its }, sequence, ordered)) return;
    }
    plan(others, sequence, ordered);
  }

  #tryBefore(at: number, step: ExecutedStep, key: StepKey): void {
    const { asleep, others } = this.#path[at] as Node;
    if (key === step.key || !step.candidates.includes(key) || asleep.has(key)) return;
    if (others.some((branch) => branch.step.key === key)) return;
    others.push(new Branch({ key, footprint: undefined }, []));
  }

  #toNextBranch(steps: readonly ExecutedStep[]): boolean {
    const path = this.#path;
    // A run that was broken off may have decided on a step that did not begin.
    path.length = Math.min(path.length, steps.length);
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const { footprint } = steps[path.length - 1] as ExecutedStep;
      node.asleep.set(node.key, footprint);
      const branch = node.others.shift();
      if (branch !== undefined) {
        node.key = branch.step.key;
        node.planned = branch.next;
        this.#freshFrom = path.length - 1;
        return true;
      }
      path.pop();
    }
    return false;
  }
}
