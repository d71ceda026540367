import type { Failure } from './verdict.ts';

/** The least that still fails. */
export interface Shrunk {
  /** Faults that are injected; of a program, packets that are tampered with and steps taken out of their order. */
  events: number;
  hosts: number;
  /** The scenario, or the case of the program, for people. */
  text: string;
}

/** Where a planted bug is hunted: cases by seed, run with the bug and without. */
export interface Quarry<Case> {
  caseOf(seed: number): Case;
  failure(input: Case, how: 'planted' | 'sound'): Promise<Failure | undefined>;
  shrink(input: Case, fails: (input: Case) => Promise<boolean>): Promise<Shrunk>;
}
