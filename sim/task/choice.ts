/**
 * The seam for exploring schedules. Everything the program does, it does in steps: a task goes on because what it waited for has
 * come, or a callback is called. Without a chooser, steps that are due at the same instant happen in the order in
 * which they became due. With one, all steps that could be next are gathered and the chooser is asked, whenever there is more
 * than one. Nothing else in a run is open, so the indices it returned are the schedule.
 */

/** Why a step is due: a task starts, is woken by another one, a time has come, a message has come. */
export type StepKind = 'start' | 'wake' | 'timer' | 'delivery';

/** A step that could be next. */
export interface Candidate {
  readonly kind: StepKind;
  /**
   * Whose step it is: the task's id, or that of the callback. It follows from who spawned it and as the how manieth,
   * so it means the same task in another schedule of the same program. A safe integer >= 0.
   */
  readonly id: number;
  /** How many waits or calls it began before: tells apart two steps of one task. */
  readonly ordinal: number;
  /** For people: `group/task`. */
  readonly label: string;
}

export interface Chooser {
  /**
   * Index of the step to do next. At least two candidates, in the order in which they became due: 0 is first-in-first-out.
   * The array is the simulator's: neither keep nor change it.
   */
  choose(candidates: readonly Candidate[]): number;
}
