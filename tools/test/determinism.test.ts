import { describe, expect, it } from 'vitest';
import { parseSeeds, planRuns } from '../determinism/plan.ts';
import { exitCodeOf, judge, type Outcome } from '../determinism/verdict.ts';

function outcome(seed: number, traceHash: string | undefined, about: Partial<Outcome> = {}): Outcome {
  return {
    run: { seed, node: 'present', round: 1 },
    version: '20.19.0',
    traceHash,
    problem: undefined,
    ...about,
  };
}

describe('verdict', () => {
  it('is good when each seed has one hash of its own', () => {
    const verdict = judge([outcome(1, 'a'), outcome(1, 'a'), outcome(2, 'b')]);
    expect(verdict).toEqual({ differences: [], problems: [] });
    expect(exitCodeOf(verdict)).toBe(0);
  });

  it('names the run of a seed that differs', () => {
    const verdict = judge([outcome(1, 'a'), outcome(1, 'b', { version: '26.1.0' })]);
    expect(verdict.differences).toEqual(['seed 1: Node 20.19.0 gives a, Node 26.1.0 gives b']);
    expect(exitCodeOf(verdict)).toBe(5);
  });

  it('notices a seed that changes nothing', () => {
    const verdict = judge([outcome(1, 'a'), outcome(2, 'a')]);
    expect(verdict.differences).toEqual(['seeds 1 and 2 give the same hash: the seed changes nothing']);
    expect(exitCodeOf(verdict)).toBe(5);
  });

  it('does not pass what could not be run', () => {
    const verdict = judge([
      outcome(1, 'a'),
      outcome(1, undefined, { version: undefined, problem: 'no such version' }),
    ]);
    expect(verdict.problems).toEqual(['seed 1, Node present: no such version']);
    expect(exitCodeOf(verdict)).toBe(1);
  });
});

describe('plan', () => {
  it('runs each seed twice here, and the first seed on each version', () => {
    const runs = planRuns([1, 2], [20, 26]).map(({ seed, node, round }) => `${seed} ${node} ${round}`);
    expect(runs).toEqual(['1 present 1', '1 present 2', '2 present 1', '2 present 2', '1 20 1', '1 26 1']);
  });

  it.each([
    ['1..3', [1, 2, 3]],
    ['7', [7]],
    ['1,5', [1, 5]],
    ['3..1', undefined],
    ['1..x', undefined],
    ['', undefined],
  ])('reads seeds %j', (text, seeds) => {
    expect(parseSeeds(text)).toEqual(seeds);
  });
});
