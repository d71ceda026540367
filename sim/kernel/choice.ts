/**
 * The seam for exploring schedules. Without a chooser, events that are due at the same instant happen in the order in
 * which they were scheduled. With one, all events that compete (`EventHandler.competes`) and could be next are gathered and
 * the chooser is asked, whenever there is more than one. Nothing else in a run is open, so the indices it returned are
 * the schedule. REQ DST-4
 */
import type { Nanos } from '../../protocol/core/units.ts';

/** Why a step is due: a task starts, something woke it or a host, a time has come, a message has come. */
export type StepKind = 'start' | 'wake' | 'timer' | 'delivery';

/** Something that steps touch. Two steps that touch nothing in common, or only read it, can be swapped. */
export interface Touchable {
  /** Means the same thing in another schedule of the same program. */
  readonly id: number | string;
  /** For people: `channel 'jobs'`. */
  readonly label: string;
}

/** What competes to be next. */
export interface Contender {
  readonly kind: StepKind;
  /**
   * Whose step it is: the id of a task or callback, of a host, of a line. It means the same in another schedule of
   * the same program. A safe integer >= 0.
   */
  readonly id: number;
  /** Tells apart the steps of one id. Default: how many of that id were scheduled before. */
  readonly ordinal?: number;
  /** For people: `group/task`. */
  readonly label: string;
  /** What the step touches for sure, and changes; it may turn out to touch more. */
  readonly touches?: readonly Touchable[] | undefined;
}

/** A step that could be next. */
export interface Candidate extends Contender {
  readonly ordinal: number;
}

export interface Chooser {
  /**
   * Index of the step to do next. At least two candidates, in the order in which they became due: 0 is first-in-first-out.
   * The array is the simulator's: neither keep nor change it.
   */
  choose(candidates: readonly Candidate[]): number;
  /** Who wants to know more than that. */
  readonly watcher?: StepWatcher | undefined;
}

/** Told of every step, also of one without alternative, and of what each touches. */
export interface StepWatcher {
  /** The step begins; what happens until the next one begins is its doing. */
  stepBegins(step: BegunStep): void;
  /** A step that could have been next is called off by the present one. */
  stepCancelled(step: Candidate): void;
  touch(object: Touchable, writes: boolean): void;
}

export interface BegunStep {
  readonly step: Candidate;
  /** All that could have been next instead, itself included. */
  readonly candidates: readonly Candidate[];
  /** Number of the step that scheduled it, from 0; -1: the program began with it. */
  readonly cause: number;
  /** The first instant at which it could have happened, and the one at which it does. */
  readonly openNs: Nanos;
  readonly nowNs: Nanos;
}
