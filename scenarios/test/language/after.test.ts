import { describe, expect, it } from 'vitest';
import { briefly, example, problemsOf, scenarioOf } from './example.ts';

/** Workloads a, b, c …, each waiting for those that are named for it. */
function chain(...after: readonly (readonly string[])[]): string {
  const workloads = after.map((names, i) => {
    const name = String.fromCharCode('a'.charCodeAt(0) + i);
    const waits = names.map((other) => `{ workload: ${other} }`).join(', ');
    return `  - { name: ${name}, pattern: unary, from: host[1], to: host[0], request: 1KB, response: 1B, count: 1, after: [${waits}] }`;
  });
  return example().replace(/workload:[^]*/, `workload:\n${workloads.join('\n')}\n`);
}

describe('dependencies between workloads', () => {
  // REQ CAUSE-8: a run with a cycle would wait for itself until the end.
  it.each([
    ['itself', [['a']], '8:106 workload[0].after[0]: a waits for itself | remove one of these dependencies'],
    [
      'each other',
      [['b'], ['a']],
      '8:106 workload[0].after[0]: these workloads wait for each other: a -> b -> a | remove one of these dependencies',
    ],
    [
      'a ring behind a tail',
      [['b'], ['c'], ['d'], ['b']],
      '9:106 workload[1].after[0]: these workloads wait for each other: b -> c -> d -> b | remove one of these dependencies',
    ],
    [
      'a ring by the second edge',
      [[], ['a', 'c'], ['b']],
      '9:123 workload[1].after[1]: these workloads wait for each other: b -> c -> b | remove one of these dependencies',
    ],
  ])('a cycle is refused and named: %s', (_, after, expected) => {
    expect(briefly(problemsOf(chain(...after)))).toEqual([expected]);
  });

  it('two cycles are two problems', () => {
    expect(problemsOf(chain(['b'], ['a'], ['d'], ['c'])).map(({ path }) => path)).toEqual([
      'workload[0].after[0]',
      'workload[2].after[0]',
    ]);
  });

  it('a diamond is no cycle', () => {
    const { workloads } = scenarioOf(chain(['b', 'c'], ['d'], ['d'], []));
    expect(workloads[0]?.after).toEqual([
      { workload: 'b', wait: 'response', cascade: true },
      { workload: 'c', wait: 'response', cascade: true },
    ]);
  });

  it('a long chain is checked without recursion', () => {
    const count = 1000;
    const workloads = Array.from({ length: count }, (_, i) => {
      const after = `[{ workload: w${(i + 1) % count} }]`;
      return `  - { name: w${i}, pattern: unary, from: host[1], to: host[0], request: 1B, response: 1B, count: 1, after: ${after} }`;
    });
    const problems = problemsOf(example().replace(/workload:[^]*/, `workload:\n${workloads.join('\n')}\n`));
    expect(problems.map(({ path }) => path)).toEqual(['workload[0].after[0]']);
  });

  it('an unknown workload is named, with those there are', () => {
    expect(briefly(problemsOf(chain([], ['x'])))).toEqual([
      '9:118 workload[1].after[0].workload: there is no workload "x" | did you mean "a"? workloads: a, b',
    ]);
  });

  it('names are unique: figures are by name', () => {
    const [problem] = problemsOf(chain([], []).replace('name: b', 'name: a'));
    expect(problem).toMatchObject({ path: 'workload[1].name', message: 'the name "a" is taken' });
  });
});
