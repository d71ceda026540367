import type { Candidate } from './choice.ts';
import type { EventHandler } from '../kernel/kernel.ts';

/** First argument of the event of a step that has to ask the chooser, if there is one, before it happens. */
export const DUE = 1;

/** A piece of the program's execution that happens at one instant, uninterrupted. */
export interface Step extends EventHandler, Candidate {
  /** Calls into the program. Nothing of another step runs until all its microtasks are over. */
  run(): void;
}
