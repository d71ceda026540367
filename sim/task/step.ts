import type { Candidate } from '../kernel/choice.ts';
import type { EventHandler } from '../kernel/kernel.ts';

/** A piece of the program's execution that happens at one instant, uninterrupted. */
export interface Step extends EventHandler, Candidate {
  /** Calls into the program. Nothing of another step runs until all its microtasks are over. */
  run(): void;
}
