import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { citationsIn } from '../requirements/citation.ts';
import { coverageOf } from '../requirements/coverage.ts';
import { mustProblems, parseExceptions } from '../requirements/exceptions.ts';
import { parseMusts, parseRequirements } from '../requirements/item.ts';
import { readCoverage } from '../requirements/read-project.ts';
import { coverageText, problemsText } from '../requirements/table.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const REQUIREMENT_COUNT = 297;

describe('this repository', () => {
  const coverage = readCoverage(ROOT);

  it('cites only requirements and MUSTs that exist', () => {
    expect(problemsText(coverage)).toBe('');
  });

  it('has code and a test for each MUST of the protocol, or says why not', () => {
    const exceptions = join(ROOT, 'spec/coverage-exceptions.yaml');
    const granted = existsSync(exceptions) ? parseExceptions(readFileSync(exceptions, 'utf8')) : {};
    expect(mustProblems(coverage, granted)).toEqual([]);
  });

  it('lists all requirements: losing one while editing the text would be silent', () => {
    const requirements = coverage.rows.filter(({ item }) => item.kind === 'REQ');
    expect(requirements).toHaveLength(REQUIREMENT_COUNT);
    expect(requirements.filter(({ item }) => item.text === '')).toEqual([]);
  });
});

describe('definitions', () => {
  it('are bullets that start with the id, also over several lines', () => {
    const items = parseRequirements(
      '# T\n- **POOL-3** first\n  second.\n\ntext\n- **TEST-U10** Codec, see POOL-3.',
    );
    expect(items.map(({ id, text, line }) => [id, text, line])).toEqual([
      ['POOL-3', 'first second.', 2],
      ['TEST-U10', 'Codec, see POOL-3.', 6],
    ]);
  });

  it('of a MUST are bullets or paragraphs', () => {
    const items = parseMusts(
      '**MUST WIRE-3** a\nb\n\n- **MUST KEY-1** c\n- other\n\nsee **MUST KEY-9** inside',
    );
    expect(items.map(({ kind, id, text }) => [kind, id, text])).toEqual([
      ['MUST', 'WIRE-3', 'a b'],
      ['MUST', 'KEY-1', 'c'],
    ]);
  });

  it('of one id twice are refused', () => {
    expect(() => parseMusts('**MUST A-1** x\n\n**MUST A-1** y')).toThrow('A-1 is defined in line 1 and in 3');
  });
});

describe('citations', () => {
  it.each([
    ['// REQ POOL-3', ['REQ POOL-3 1']],
    ['// REQ SIM-2, SIM-3 and TEST-U1: why', ['REQ SIM-2 1', 'REQ SIM-3 1', 'REQ TEST-U1 1']],
    ['// REQ SIM-2,\n// SIM-3', ['REQ SIM-2 1', 'REQ SIM-3 2']],
    [' * MUST WIRE-3, WIRE-4; REQ RDP-1.', ['MUST WIRE-3 1', 'MUST WIRE-4 1', 'REQ RDP-1 1']],
    ['x\n# REQ A-1, so that it ends', ['REQ A-1 2']],
    ['// a receiver MUST NOT send; it MUST use AES-128', []],
  ])('of %j', (text, expected) => {
    const { citations, malformed } = citationsIn('a.ts', text);
    expect(citations.map(({ kind, id, line }) => `${kind} ${id} ${line}`)).toEqual(expected);
    expect(malformed).toEqual([]);
  });

  it.each(['// REQ POOL 3', '// REQ: POOL-3', '// REQ pool-3', '// REQ POOL-3/4', '// REQ POOL-3…5'])(
    'that nobody would find are reported: %j',
    (text) => {
      expect(citationsIn('a.ts', text).malformed).toHaveLength(1);
    },
  );
});

describe('coverage', () => {
  const items = [
    ...parseMusts('**MUST A-1** wire'),
    ...parseRequirements('- **A-1** x\n- **A-2** y\n- **A-3** z'),
  ];
  const coverage = coverageOf(items, {
    'sim/a.ts': '// REQ A-1\n// MUST A-1\n// REQ A-2',
    'sim/test/a.test.ts': '// REQ A-1\n// REQ A-3, A-4',
  });

  it('knows the status of each id, the kinds apart', () => {
    const statuses = coverage.rows.map(({ item, status }) => `${item.kind} ${item.id}: ${status}`);
    expect(statuses).toEqual([
      'MUST A-1: code only',
      'REQ A-1: done',
      'REQ A-2: code only',
      'REQ A-3: tested only',
    ]);
  });

  it('reports where, counts per area, and an id that is a typing error', () => {
    expect(coverage.rows[1]).toMatchObject({ implemented: ['sim/a.ts:1'], tested: ['sim/test/a.test.ts:1'] });
    expect(coverage.totals.map(({ kind, area, total }) => [kind, area, total])).toEqual([
      ['MUST', 'A', 1],
      ['REQ', 'A', 3],
    ]);
    expect(problemsText(coverage)).toBe('sim/test/a.test.ts:2  cites REQ A-4, which is not defined');
    expect(coverageText(coverage, true)).not.toMatch(/REQ A-1 .*done/);
  });

  it('wants code and test for a MUST, unless an exception says why not, and no exception for nothing', () => {
    const reason = 'shown by the platform itself';
    expect(mustProblems(coverage, {})).toEqual(['MUST A-1 is cited by no test: wire']);
    expect(mustProblems(coverage, { 'A-1': { lacks: ['test'], reason } })).toEqual([]);
    expect(mustProblems(coverage, { 'A-1': { lacks: ['test', 'code'], reason } })).toEqual([
      'MUST A-1 has its code: delete the exception',
    ]);
    expect(
      mustProblems(coverage, { 'A-1': { lacks: ['test'], reason }, 'B-1': { lacks: ['code'], reason } }),
    ).toEqual(['exception for MUST B-1, which spec/protocol.md does not define']);
    expect(() => parseExceptions('A-1: { lacks: [test] }')).toThrow();
  });
});
