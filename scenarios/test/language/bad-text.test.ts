import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../language/index.ts';
import { briefly, example, problemsOf } from './example.ts';

type Change = readonly [from: string, to: string];

/** What is written, and the one problem it gives. Were a case accepted, a typing error would run another scenario. */
const CASES: readonly (readonly [name: string, change: Change, expected: string])[] = [
  [
    'an unknown key',
    ['    request:', '    requests:'],
    '12:5 workload[0].requests: unknown key "requests" in workload | did you mean "request"? known keys: name, pattern, from, to, request, response, count, load, concurrency, start, stop, priority, deadline, after',
  ],
  [
    'a key that resembles nothing',
    ['scenario:', 'zzzzzz: 1\nscenario:'],
    '2:1 zzzzzz: unknown key "zzzzzz" in scenario | known keys: version, scenario, seed, until, topology, endpoint, workload, faults, expect',
  ],
  [
    'a number without its unit',
    ['until: 10ms', 'until: 10'],
    '3:8 until: 10 has no unit | write for example 10ns, 10us or 10ms; units of duration: ns, us, ms, s',
  ],
  [
    'a unit of something else',
    ['request: 450KB', 'request: 450us'],
    '12:14 workload[0].request: 450us is a duration, not a size | write for example 450KB; units of size: B, KB, KiB, MB, MiB, GB, GiB',
  ],
  [
    'a unit in the wrong case',
    ['request: 450KB', 'request: 450kb'],
    '12:14 workload[0].request: unknown unit "kb" in "450kb" | did you mean "KB"? units of size: B, KB, KiB, MB, MiB, GB, GiB',
  ],
  [
    'an unknown distribution',
    ['request: 450KB', 'request: websaerch'],
    '12:14 workload[0].request: expected a size, found "websaerch" | write a number and its unit, for example 450KB; units of size: B, KB, KiB, MB, MiB, GB, GiB; or a distribution: websearch, imc10, w3, file:PATH',
  ],
  [
    'a host that does not exist',
    ['host[1..3]', 'host[1..4]'],
    '10:11 workload[0].from: host[4] does not exist: topology.hosts is 4 | use indices 0..3, or raise topology.hosts to 5',
  ],
  [
    'an empty range',
    ['host[1..3]', 'host[3..1]'],
    '10:11 workload[0].from: the range host[3..1] is empty | write host[1..3]',
  ],
  [
    'a host that calls itself alone',
    ['host[1..3]', 'host[0]'],
    '11:9 workload[0].to: host[0] would call itself alone | name at least one other host in from or to',
  ],
  [
    'a missing value',
    ['    request: 450KB\n', ''],
    '8:5 workload[0].request: is missing | give it a value, for example 450KB',
  ],
  [
    'an empty value',
    ['until: 10ms', 'until:'],
    '3:7 until: has no value | give it a value, for example 50ms',
  ],
  [
    'a list where a map belongs',
    ['  kind: star\n  hosts: 4\n', '  - star\n  - 4\n'],
    '5:3 topology: expected a map, found a list | topology is a map of key: value with keys such as kind',
  ],
  [
    'a map where a list belongs',
    ['  - name: reads', '    name: reads'],
    '8:5 workload: expected a list, found a map | put each entry on a line of its own that starts with "- "',
  ],
  [
    'text where a map belongs',
    ['topology:\n  kind: star\n  hosts: 4\n', 'topology: star\n'],
    '4:11 topology: expected a map, found "star" | topology is a map of key: value with keys such as kind',
  ],
  [
    'another version of the language',
    ['version: 1', 'version: 2'],
    '1:10 version: 2 is not supported | this release reads version: 1',
  ],
  [
    'an unknown topology',
    ['kind: star', 'kind: stra'],
    '5:9 topology.kind: unknown topology kind "stra" | did you mean "star"? this version knows: star, leaf-spine, fat-tree, graph',
  ],
  [
    'a pattern of a later version, whatever keys it has',
    ['pattern: unary', 'pattern: bulk\n    verify: true'],
    '9:14 workload[0].pattern: workload pattern bulk is not in this version yet | this version knows: unary',
  ],
  [
    'a missing pattern',
    ['    pattern: unary\n', ''],
    '8:5 workload[0].pattern: is missing | give it a value: unary',
  ],
  [
    'no arrivals',
    ['    count: 1\n', ''],
    '8:5 workload[0]: nothing says how much is offered | add one of count: 1, load: 0.6 or concurrency: 10',
  ],
  [
    'two kinds of arrivals',
    ['count: 1', 'count: 1\n    load: 0.5'],
    '15:5 workload[0].load: count and load exclude each other | keep one of them',
  ],
  [
    'a load of nothing',
    ['request: 450KB\n    response: 64B\n    count: 1', 'request: 0B\n    response: 64B\n    load: 0.5'],
    '12:14 workload[0].request: a load is a share of bytes, of which these requests have none | give the request a size of at least 1B, or use count or concurrency in place of load',
  ],
  [
    'a stop without use',
    ['count: 1', 'count: 1\n    stop: 5ms'],
    '15:5 workload[0].stop: a workload with a count has no stop | remove stop: it goes with load or concurrency',
  ],
  [
    'a stop before the start',
    ['count: 1', 'load: 0.5\n    start: 2ms\n    stop: 2ms'],
    '16:11 workload[0].stop: the workload stops before it starts | stop after 2ms',
  ],
  [
    'a stop after the end',
    ['count: 1', 'load: 0.5\n    stop: 11ms'],
    '15:11 workload[0].stop: the run ends at 10ms, before this workload stops | stop before 10ms, early enough for the last exchanges to end, or raise until',
  ],
  [
    'a start after the end',
    ['count: 1', 'count: 1\n    start: 10ms'],
    '15:12 workload[0].start: the run ends at 10ms, before this workload starts | start earlier, or raise until',
  ],
  [
    'a load above the link',
    ['count: 1', 'load: 1.5'],
    '14:11 workload[0].load: 1.5 is not above 0 and at most 1 | write a number above 0 and at most 1, with up to six decimals, or a ratio; for example 0.6',
  ],
  [
    'a priority that does not exist',
    ['count: 1', 'count: 1\n    priority: 8'],
    '15:15 workload[0].priority: 8 is out of range | give a whole number 0..7',
  ],
  [
    'a fractional count',
    ['count: 1', 'count: 1.5'],
    '14:12 workload[0].count: 1.5 is out of range | give a whole number 1..1000000',
  ],
  [
    'a seed that is not exact',
    ['until:', 'seed: 9007199254740993\nuntil:'],
    '3:7 seed: 9007199254740992 is out of range | give a whole number 0..9007199254740991',
  ],
  [
    'a seed that is infinite',
    ['until:', 'seed: .inf\nuntil:'],
    '3:7 seed: Infinity is out of range | give a whole number 0..9007199254740991',
  ],
  [
    'a NIC too many',
    ['hosts: 4', 'hosts: 4\n  nics: 17'],
    '7:9 topology.nics: 17 is out of range | give a whole number 1..16',
  ],
  [
    'a mark above the buffer',
    ['hosts: 4', 'hosts: 4\n  switch: { buffer: 100KB, ecn: 200KB }'],
    '7:33 topology.switch.ecn: the ECN threshold is above the buffer | mark below the size of the buffer, or raise switch.buffer',
  ],
  [
    'a message beyond memory',
    ['450KB', '2GiB'],
    '12:14 workload[0].request: 2GiB is too large | a message has at most 1GiB',
  ],
  [
    'a fraction of a byte',
    ['450KB', '0.0005KB'],
    '12:14 workload[0].request: 0.0005KB is not a whole number of bytes | the smallest unit is 1B',
  ],
  [
    'a space before the unit',
    ['450KB', '450 KB'],
    '12:14 workload[0].request: "450 KB" has a space before its unit | write 450KB',
  ],
  [
    'no workload',
    ['workload:\n  - name: reads', 'workload: []\nx:\n  - name: reads'],
    '8:1 x: unknown key "x" in scenario | known keys: version, scenario, seed, until, topology, endpoint, workload, faults, expect',
  ],
  [
    'a key twice',
    ['until: 10ms', 'until: 10ms\nuntil: 20ms'],
    '4:1 until: the key "until" appears twice | remove one of them',
  ],
  [
    'a tab',
    ['  kind', '\tkind'],
    '5:1 : not valid YAML: Tabs are not allowed as indentation | indent with spaces',
  ],
  [
    'an open bracket',
    ['host[0]', '{ a: 1'],
    '12:5 : not valid YAML: Flow map in block collection must be sufficiently indented and end with a } | align this line with its neighbours; an open bracket or brace must be closed first',
  ],
  [
    'two documents',
    ['topology:', '---\ntopology:'],
    '4:1 : a second document begins here | keep one scenario in a file: remove what follows "---"',
  ],
  [
    'an old YAML',
    ['version: 1', '%YAML 1.1\n---\nversion: 1'],
    '1:1 : this is YAML 1.1 | remove the %YAML line: scenarios are YAML 1.2',
  ],
  [
    'a tag',
    ['until: 10ms', 'until: !duration 10ms'],
    '3:8 : not valid YAML: Unresolved tag: !duration | check the YAML syntax here; quote text that contains special characters',
  ],
  [
    'a key that is a list',
    ['until:', '? [a]\n: 1\nuntil:'],
    '3:3 : a key must be a word | write the key as plain text, followed by ": "',
  ],
  [
    'a key of the language below',
    ['until:', '__proto__: 1\nuntil:'],
    '3:1 : a key must be a word | write the key as plain text, followed by ": "',
  ],
];

describe('a bad scenario gives one message with position and remedy', () => {
  it.each(CASES)('%s', (_, change, expected) => {
    expect(briefly(problemsOf(example(change)))).toEqual([expected]);
  });

  it('a scenario without traffic', () => {
    const text = example().replace(/workload:[^]*/, 'workload: []\n');
    expect(briefly(problemsOf(text))).toEqual([
      '7:11 workload: there is no workload | add at least one, with name, pattern, from, to, request and response',
    ]);
  });

  it.each([
    [
      'an empty file',
      '',
      '1:1 : the file is empty | start with version: 1, scenario, until, topology, workload',
    ],
    [
      'blanks alone',
      ' \n\n',
      '1:1 : the file is empty | start with version: 1, scenario, until, topology, workload',
    ],
    [
      'prose',
      'Dear reader,\nhello',
      '1:1 : expected a map, found "Dear reader, hello" | scenario is a map of key: value with keys such as version, scenario, seed, until',
    ],
    [
      'comments alone',
      '# nothing\n',
      '1:1 : is missing | scenario is a map of key: value with keys such as version, scenario, seed, until',
    ],
    [
      'a list',
      '- version: 1\n',
      '1:1 : expected a map, found a list | scenario is a map of key: value with keys such as version, scenario, seed, until',
    ],
    [
      'control characters',
      'version: 1\nx: \u0000',
      '2:4 : this is not a text file | give a scenario file, written in YAML',
    ],
  ])('%s', (_, text, expected) => {
    expect(briefly(problemsOf(text))).toEqual([expected]);
  });

  it('all problems at once, in the order of the file', () => {
    const text = example(['until: 10ms', 'until: 10'], ['hosts: 4', 'hosts: four'], ['450KB', '450']);
    expect(problemsOf(text).map(({ line, path }) => `${line} ${path}`)).toEqual([
      '3 until',
      '6 topology.hosts',
      '12 workload[0].request',
    ]);
  });

  it('is printed as an editor expects it: file, line and column first', () => {
    const [problem] = problemsOf(example(['450KB', '450']));
    expect(formatProblem(problem!)).toBe(
      'example.yaml:12:14: workload[0].request: 450 has no unit\n' +
        '  fix: write for example 450B, 450KB or 450KiB; units of size: B, KB, KiB, MB, MiB, GB, GiB',
    );
  });

  it('counts columns behind a byte order mark and Windows line ends', () => {
    const text = `\ufeff${example(['450KB', '450']).replaceAll('\n', '\r\n')}`;
    expect(problemsOf(text).map(({ line, column }) => [line, column])).toEqual([[12, 14]]);
  });
});
