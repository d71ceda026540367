import type { Violation } from '../result.ts';
import type { RunOutcome } from '../run/index.ts';

/** How a run failed, as far as a smaller run must fail in the same way. */
export interface Failure {
  kind: Violation['kind'] | 'expectation' | 'broken off';
  /** The checker, the text of the expectation, or the error without its figures. */
  what: string;
}

/** What is wrong with a run, worst first; undefined: nothing. */
export function failureOf({ result }: Pick<RunOutcome, 'result'>): Failure | undefined {
  const { violations, expectations } = result;
  const worst = violations.find(({ kind }) => kind === 'invariant') ?? violations[0];
  if (worst !== undefined) return { kind: worst.kind, what: worst.checker };
  const missed = expectations.find(({ ok }) => !ok);
  return missed === undefined ? undefined : { kind: 'expectation', what: missed.text };
}

/** Of a run that an error ended. */
export function brokenOff(error: unknown): Failure {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { kind: 'broken off', what: (text.split('\n')[0] ?? '').replaceAll(/\d+/g, 'N') };
}

/** Whether a run fails in this way, whatever else is wrong with it. */
export function failsWith({ result }: Pick<RunOutcome, 'result'>, { kind, what }: Failure): boolean {
  if (kind === 'expectation') {
    // A run with violations fails in another way.
    return result.violations.length === 0 && result.expectations.some(({ ok, text }) => !ok && text === what);
  }
  return result.violations.some((violation) => violation.kind === kind && violation.checker === what);
}

export function formatFailure({ kind, what }: Failure): string {
  return kind === 'expectation' ? `${what} does not hold` : `${kind}: ${what}`;
}
