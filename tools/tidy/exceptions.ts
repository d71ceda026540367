/**
 * Findings that are as they should be, each with its reason. An exception that no longer excuses anything is a finding
 * itself, so this list cannot rot.
 */
import type { Rule } from './finding.ts';

export interface Exception {
  readonly rule: Rule;
  readonly path: string;
  /** Limits it to one name, function or module of the file. */
  readonly subject?: string;
  readonly reason: string;
}

export const EXCEPTIONS: readonly Exception[] = [
  {
    rule: 'banned-name',
    path: 'sim/kernel/quiesce.ts',
    subject: 'globalThis',
    reason: 'finds the turn of the loop of whatever host it runs on: Node or a browser',
  },
  {
    rule: 'banned-name',
    path: 'sim/kernel/guards.ts',
    subject: 'globalThis',
    reason: 'replaces clock, randomness and timers of the host during a run, to report who uses them',
  },
  {
    rule: 'banned-name',
    path: 'sim/kernel/rejections.ts',
    subject: 'globalThis',
    reason: 'takes the unhandled rejections of the host during a run',
  },
  {
    rule: 'sleep-in-test',
    path: 'sim/test/kernel/guards.test.ts',
    reason: 'calls the timers to show that the guards refuse them',
  },
  {
    rule: 'sleep-in-test',
    path: 'sim/test/kernel/kernel.test.ts',
    subject: 'setInterval',
    reason: 'shows that timers of the host get their turn during a long run; nothing waits for it',
  },
];
