import { describe, expect, it } from 'vitest';
import { formatProblem, parseScenario } from '../../language/index.ts';
import { example, problemsOf, scenarioOf } from './example.ts';

const set = (...assignments: string[]): { set: string[] } => ({ set: assignments });

describe('--set', () => {
  it('replaces what the file says, before anything is validated', () => {
    const broken = example(['450KB', '450']);
    const scenario = scenarioOf(
      broken,
      set('workload[0].request=1KB', 'topology.hosts=16', 'workload[0].from=host[1..15]'),
    );
    expect(scenario.topology.hosts).toBe(16);
    expect(scenario.workloads[0]).toMatchObject({ request: { kind: 'fixed', bytes: 1000 } });
    expect(scenario.workloads[0]?.from).toHaveLength(15);
  });

  it('adds maps and list entries that are absent', () => {
    const scenario = scenarioOf(
      example(),
      set(
        'endpoint.crypto=real',
        'faults[0]={ kind: loss, rate: 1/100, on: link(host[1]) }',
        'expect=[dropped == 0]',
      ),
    );
    expect(scenario.endpoint.crypto).toBe('real');
    expect(scenario.faults).toMatchObject([{ on: { place: 'link', hosts: [1] } }]);
    expect(scenario.expectations).toHaveLength(1);
  });

  it('applies in order, the later wins', () => {
    expect(scenarioOf(example(), set('seed=2', 'seed=3')).seed).toBe(3);
    expect(scenarioOf(example(), { set: ['seed=2'], seed: 4 }).seed).toBe(4);
  });

  it('gives the text of the scenario as it is run, so that a saved run does not need its options', () => {
    const result = parseScenario(example(), 'example.yaml', { set: ['workload[0].to=host[0..2]'], seed: 9 });
    if (!result.ok) throw new Error('refused');
    expect(scenarioOf(result.text)).toEqual(result.scenario);
    expect(result.text).toContain('to: host[0..2]');
    expect(result.text).toContain('seed: 9');
  });

  it('leaves the text alone without options', () => {
    expect(parseScenario(example(), 'example.yaml')).toMatchObject({ text: example() });
  });

  it.each([
    [
      'workload[0].count=x',
      'workload[0].count: expected a whole number, found "x"\n  fix: give a whole number 1..1000000',
    ],
    [
      'topology.host=8',
      'topology.host: unknown key "host" in topology\n  fix: did you mean "hosts"? known keys: kind, hosts, nics, link, switch, planes',
    ],
    ['until=', 'until: has no value\n  fix: give it a value, for example 50ms'],
    [
      'until',
      '"until" has no "="\n  fix: write path=value, for example workload[0].load=0.6 or topology.hosts=16',
    ],
    [
      'a b=1',
      '"a b" is not a path\n  fix: write path=value, for example workload[0].load=0.6 or topology.hosts=16',
    ],
    [
      '__proto__.x=1',
      '__proto__: unknown key "__proto__" in scenario\n  fix: known keys: version, scenario, seed, until, topology, endpoint, workload, faults, expect',
    ],
    [
      'workload[2].count=1',
      'workload[2].count: workload[2] does not exist: workload has 1 entry\n  fix: use an index 0..1; 1 adds an entry',
    ],
    [
      'until.ns=1',
      'until.ns: until is "10ms", not a map\n  fix: write path=value, for example workload[0].load=0.6 or topology.hosts=16',
    ],
    [
      'workload.reads.count=1',
      'workload.reads.count: workload is a list, not a map\n  fix: write path=value, for example workload[0].load=0.6 or topology.hosts=16',
    ],
    [
      'seed={',
      'seed: not valid YAML: Flow map must end with a }\n  fix: close the quote, bracket or brace that is open here',
    ],
    ['workload[1].name=b', 'workload[1].pattern: is missing\n  fix: give it a value: unary'],
  ])('%s: a problem names the option', (assignment, expected) => {
    const problems = problemsOf(example(), set(assignment));
    expect(problems.map(formatProblem)).toEqual([`--set ${assignment}: ${expected}`]);
  });

  it('a bad seed names its option', () => {
    expect(formatProblem(problemsOf(example(), { seed: -1 })[0]!)).toBe(
      '--seed -1: seed: -1 is out of range\n  fix: give a whole number 0..9007199254740991',
    );
  });

  it('what the option breaks elsewhere is named where it stands in the file', () => {
    expect(problemsOf(example(), set('topology.hosts=2')).map(formatProblem)).toEqual([
      'example.yaml:10:11: workload[0].from: host[3] does not exist: topology.hosts is 2\n' +
        '  fix: use indices 0..1, or raise topology.hosts to 4',
    ]);
  });
});
