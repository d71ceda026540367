import type { ExpectationResult, RunResult, WorkloadResult } from '../result.ts';
import type { Comparison, Expectation } from './expectation.ts';
import { METRICS, completedShare } from './metric.ts';

/** Compares one figure of a run with what was expected of it. A figure that is not a number is never as expected. */
export function evaluateExpectation(expectation: Expectation, result: RunResult): ExpectationResult {
  const value = measure(expectation, result);
  const ok = !Number.isNaN(value) && holds(expectation.comparison, value, expectation.value);
  return { text: expectation.text, value, ok };
}

function measure(expectation: Expectation, result: RunResult): number {
  const { workload, metric, share } = expectation;
  const { ofRun, ofWorkload } = METRICS[metric]!;
  if (workload === null) return share ? completedShare(result) : ofRun(result);
  const figures: WorkloadResult | undefined = Object.hasOwn(result.workloads, workload)
    ? result.workloads[workload]
    : undefined;
  if (figures === undefined || ofWorkload === undefined) return Number.NaN;
  return share ? completedShare(figures) : ofWorkload(figures);
}

function holds(comparison: Comparison, actual: number, expected: number): boolean {
  switch (comparison) {
    case '==':
      return actual === expected;
    case '!=':
      return actual !== expected;
    case '<=':
      return actual <= expected;
    case '>=':
      return actual >= expected;
    case '<':
      return actual < expected;
    case '>':
      return actual > expected;
  }
}
