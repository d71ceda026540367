import { Footprint } from './footprint.ts';
import { StepSet } from './step-set.ts';
import { avalanche } from '../trace/byte-hash.ts';
import type { BegunStep, Candidate, StepKind, Touchable } from '../kernel/choice.ts';
import type { Nanos } from '../../protocol/core/units.ts';

/** Names a step in every schedule in which it happens. */
export type StepKey = string;

export function keyOf({ kind, id, ordinal }: Candidate): StepKey {
  return kind === 'start' ? `${id}` : `${id}:${ordinal}`;
}

/** One step of a run, and how it is related to those before. */
export interface ExecutedStep {
  readonly key: StepKey;
  readonly kind: StepKind;
  readonly id: number;
  readonly label: string;
  /** All that could have been next instead, itself included. */
  readonly candidates: readonly StepKey[];
  readonly cause: number;
  readonly openNs: Nanos;
  readonly nowNs: Nanos;
  readonly footprint: Footprint;
  /** Steps that it called off. */
  readonly cancelled: StepKey[];
  /** Steps that happen before it in every equivalent schedule. */
  before: StepSet;
  /** Steps before it with which it conflicts while nothing else orders the two: the other order is another schedule. */
  races: readonly number[];
  /** Of the step and of all it conflicts with before. */
  hash: number;
}

interface ObjectHistory {
  lastWrite: number;
  readsSince: number[];
}

/**
 * The steps of one run and their happens-before relation, the union of: who scheduled whom; conflicts, in the order in which they
 * happened; and time, since what is open at a later instant only cannot come before.
 */
export class Execution {
  readonly steps: ExecutedStep[] = [];
  readonly #objects = new Map<Touchable['id'], ObjectHistory>();
  /** Steps whose relations are known. */
  #related = 0;

  begin({ step, candidates, cause, openNs, nowNs }: BegunStep): void {
    this.relate();
    const footprint = new Footprint();
    for (const object of step.touches ?? []) footprint.add(object, true);
    this.steps.push({
      key: keyOf(step),
      kind: step.kind,
      id: step.id,
      label: step.label,
      candidates: candidates.map(keyOf),
      cause,
      openNs,
      nowNs,
      footprint,
      cancelled: [],
      before: NOTHING,
      races: [],
      hash: 0,
    });
  }

  touch(object: Touchable, writes: boolean): void {
    // What the program does before its first step, in simulate() itself, concerns nobody.
    this.steps.at(-1)?.footprint.add(object, writes);
  }

  cancelled(step: Candidate): void {
    this.steps.at(-1)?.cancelled.push(keyOf(step));
  }

  /** The last step is over. */
  relate(): void {
    if (this.#related === this.steps.length) return;
    const at = this.#related++;
    const step = this.steps[at] as ExecutedStep;
    const before = new StepSet(at + 1);
    this.#order(before, step.cause);
    before.addBelow(this.#endBefore(step.openNs));
    const conflicts = this.#conflictsOf(at, step);
    const races: number[] = [];
    let hash = hashText(step.key);
    for (const other of conflicts) {
      // A sum: two that it conflicts with need not conflict with each other.
      hash = (hash + avalanche((this.steps[other] as ExecutedStep).hash ^ 0x3c6ef372)) | 0;
      if (!before.has(other)) races.push(other);
      this.#order(before, other);
    }
    step.before = before;
    step.races = races;
    step.hash = avalanche(hash);
  }

  /** Equal for schedules that differ in the order of steps only that do not conflict, and for no others but by accident. */
  fingerprint(): string {
    let low = 0;
    let high = 0;
    for (const { hash } of this.steps) {
      low = (low + hash) | 0;
      high = (high + avalanche(hash ^ 0x5bd1e995)) | 0;
    }
    return `${low >>> 0}/${high >>> 0}/${this.steps.length}`;
  }

  #order(before: StepSet, step: number): void {
    if (step < 0) return;
    before.addAll((this.steps[step] as ExecutedStep).before);
    before.add(step);
  }

  /** Steps at instants before this one are the first so many. */
  #endBefore(openNs: Nanos): number {
    const { steps } = this;
    let end = this.#related - 1;
    while (end > 0 && (steps[end - 1] as ExecutedStep).nowNs >= openNs) end--;
    return end;
  }

  /** The steps before that it conflicts with and that no later conflict of the same object hides; latest first. */
  #conflictsOf(at: number, { footprint }: ExecutedStep): number[] {
    const conflicts = new Set<number>();
    for (const [id, writes] of footprint.entries()) {
      let object = this.#objects.get(id);
      if (object === undefined) this.#objects.set(id, (object = { lastWrite: -1, readsSince: [] }));
      if (object.lastWrite >= 0) conflicts.add(object.lastWrite);
      if (!writes) {
        object.readsSince.push(at);
        continue;
      }
      for (const read of object.readsSince) conflicts.add(read);
      object.lastWrite = at;
      object.readsSince = [];
    }
    return [...conflicts].sort((a, b) => b - a);
  }
}

const NOTHING = new StepSet(0);

function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
