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

export const EXCEPTIONS: readonly Exception[] = [];
