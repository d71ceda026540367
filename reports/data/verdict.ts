import type { RunResult, Violation } from '../../scenarios/result.ts';
import { counted } from '../figures.ts';

export interface Verdict {
  /** `warn`: nothing was expected of the run, but exchanges did not complete. */
  readonly tone: 'pass' | 'warn' | 'fail';
  readonly title: string;
  readonly detail: string;
}

const KINDS: readonly { kind: Violation['kind']; title: string }[] = [
  { kind: 'invariant', title: 'Invariant violated' },
  { kind: 'liveness', title: 'Not live' },
  { kind: 'determinism', title: 'Not deterministic' },
];

/** The outcome of a run in words, the gravest finding first. */
export function verdictOf(result: RunResult): Verdict {
  const missed = result.expectations.filter((expectation) => !expectation.ok).length;
  const detail = [
    result.violations.length === 0 ? 'no violations' : counted(result.violations.length, 'violation'),
    result.expectations.length === 0
      ? 'no expectations'
      : missed === 0
        ? `${counted(result.expectations.length, 'expectation')} met`
        : `${missed} of ${counted(result.expectations.length, 'expectation')} missed`,
  ].join(', ');
  for (const { kind, title } of KINDS) {
    if (result.violations.some((violation) => violation.kind === kind))
      return { tone: 'fail', title, detail };
  }
  if (missed > 0) return { tone: 'fail', title: 'Expectation missed', detail };
  const { started, completed } = result.transfers;
  if (started > completed && result.expectations.length === 0) {
    return { tone: 'warn', title: `${counted(started - completed, 'exchange')} incomplete`, detail };
  }
  return { tone: 'pass', title: 'Passed', detail };
}
