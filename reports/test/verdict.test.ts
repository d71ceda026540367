import { describe, expect, test } from 'vitest';
import type { RunResult, Violation } from '../../scenarios/result.ts';
import { verdictOf } from '../data/verdict.ts';
import { syntheticReport } from './synthetic-report.ts';

function resultWith(change: Partial<RunResult>): RunResult {
  return { ...syntheticReport({ samples: 10 }).result, ...change };
}

const violation = (kind: Violation['kind']): Violation => ({ checker: 'c', kind, atNs: 1, message: 'm' });
const missed = [
  { text: 'a', value: 0, ok: false },
  { text: 'b', value: 1, ok: true },
];

describe('verdict', () => {
  test('passes only if nothing was violated and all expectations were met', () => {
    expect(verdictOf(resultWith({}))).toEqual({
      tone: 'pass',
      title: 'Passed',
      detail: 'no violations, 3 expectations met',
    });
    expect(verdictOf(resultWith({ expectations: missed }))).toEqual({
      tone: 'fail',
      title: 'Expectation missed',
      detail: 'no violations, 1 of 2 expectations missed',
    });
  });

  test('names the gravest violation, whatever was expected', () => {
    const of = (...kinds: Violation['kind'][]): string =>
      verdictOf(resultWith({ violations: kinds.map(violation), expectations: missed })).title;
    expect(of('liveness', 'invariant')).toBe('Invariant violated');
    expect(of('determinism', 'liveness')).toBe('Not live');
    expect(of('determinism')).toBe('Not deterministic');
  });

  test('does not call a run good that expected nothing and completed nothing', () => {
    const transfers = { started: 100, completed: 0, failed: 100, cancelled: 0 };
    expect(verdictOf(resultWith({ expectations: [], transfers }))).toMatchObject({
      tone: 'warn',
      title: '100 exchanges incomplete',
    });
  });
});
