import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../language/index.ts';
import { example, problemsOf } from './example.ts';

/** Every answer to a bad text has what a user needs. Throws what does not. */
function checkProblems(text: string): void {
  const result = parseScenario(text, 'garbage.yaml');
  if (result.ok) return;
  expect(result.problems.length).toBeGreaterThan(0);
  for (const { file, line, column, message, remedy } of result.problems) {
    expect(file).toBe('garbage.yaml');
    expect(line).toBeGreaterThanOrEqual(1);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(message).not.toBe('');
    expect(remedy).not.toBe('');
  }
}

const fill = (unit: string, bytes: number): string => unit.repeat(Math.floor(bytes / unit.length));

describe('hostile text', () => {
  it('aliases are refused: a few lines of them would expand to gigabytes', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh', 'hi']) {
      bomb.push(`${to}: &${to} [${Array.from({ length: 9 }, () => `*${from}`).join(', ')}]`);
    }
    const [problem] = problemsOf(bomb.join('\n'));
    expect(problem).toEqual({
      file: 'example.yaml',
      line: 2,
      column: 8,
      path: 'b[0]',
      message: 'the alias *a is not part of the scenario language',
      remedy:
        'write the value out here; anchors and aliases are refused because they can expand without bound',
    });
  });

  // Without limits, the YAML parser needs up to 40 s and 1.5 GB for these, and dies of some.
  const units = [
    '[',
    '{a: ',
    '[{',
    '["]" ',
    '- ',
    '? ',
    ']',
    '[]',
    '!a ',
    '&a *a ',
    '"\\x',
    ': ',
    '--- \n',
    '|\n',
  ];
  it.each(units)('a mebibyte of %j is refused', (unit) => {
    expect(problemsOf(fill(unit, 1_048_576)).length).toBeLessThanOrEqual(20);
  });
  it.each([']', '[]', '- ', '!a '])(
    'as much of %j as the limit of tokens lets through is refused',
    (unit) => {
      expect(problemsOf(fill(unit, 50_000))).toHaveLength(1);
    },
  );

  it('thousands of unknown keys are refused, with a few of them named', () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `k${i}:`).join('\n');
    expect(problemsOf(text)).toHaveLength(20);
  });

  it('brackets in comments do not count as nesting', () => {
    const result = parseScenario(`# ${'['.repeat(1000)}\n${example()}`, 'example.yaml');
    expect(result.ok).toBe(true);
  });

  it('a text beyond the limit is refused unread', () => {
    expect(problemsOf(`${example()}${fill('#', 1_048_576)}`)[0]?.message).toBe(
      'the text is larger than 1048576 bytes',
    );
  });

  test.prop([fc.string({ unit: 'binary', maxLength: 300 })])('random text never throws', (text) => {
    checkProblems(text);
  });

  const language =
    'version: 1|topology:|kind: star|workload:|- |  |\n|host[1..3]|link(host[0])|{|}|[|]|: |, |null|"|\'|&a|*a|!t|>';
  const words = fc.constantFrom(...`${language}|#|---|...|<<|?|%|1|450KB|faults:|expect:`.split('|'), '|');
  test.prop([fc.array(words, { maxLength: 60 })])('text made of the language never throws', (parts) => {
    checkProblems(parts.join(''));
  });

  test.prop([fc.nat(example().length), fc.nat(40), fc.string({ maxLength: 6 })])(
    'a good text with a piece replaced never throws',
    (at, length, piece) => {
      checkProblems(example().slice(0, at) + piece + example().slice(at + length));
    },
  );

  test.prop([fc.jsonValue()])('any value where a scenario belongs never throws', (value) => {
    checkProblems(JSON.stringify(value));
  });

  const paths = fc.constantFrom(
    ...'workload topology endpoint faults expect workload[0] workload[0].after until'.split(' '),
  );
  test.prop([paths, fc.jsonValue(), fc.string()])(
    'any value anywhere, and any option, never throws',
    (path, value, text) => {
      const assignment = `${path}=${JSON.stringify(value)}`;
      const results = [assignment, text].map((set) =>
        parseScenario(example(), 'example.yaml', { set: [set] }),
      );
      for (const result of results) {
        for (const { message, remedy } of result.ok ? [] : result.problems)
          expect([message, remedy]).not.toContain('');
      }
      expect(results).toHaveLength(2);
    },
  );
});
