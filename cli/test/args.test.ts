import { describe, expect, it } from 'vitest';
import { readArguments, wantsHelp } from '../args.ts';
import { defaulted, flag, optional, repeated, required, text } from '../option.ts';
import { bindAddress, duration, oneOf, peerAddress, size, wholeNumber } from '../values.ts';

const OPTIONS = {
  seed: optional('N', 'a number', wholeNumber(0, 100)),
  json: flag('a switch'),
  set: repeated('P=V', 'again and again', text),
  timeout: defaulted('D', 'a duration', '5s', duration(1, 1e12, 'a range')),
};

function read(...args: string[]): unknown {
  const result = readArguments(args, OPTIONS, ['FILE']);
  return result.ok ? result.value : `${result.message}; ${result.remedy}`;
}

describe('arguments', () => {
  it('become the values that the table of options says', () => {
    expect(read('f.yaml', '--seed', '7', '--json', '--set', 'a=1', '--set=b=2')).toEqual({
      values: { seed: 7, json: true, set: ['a=1', 'b=2'], timeout: 5e9 },
      operands: ['f.yaml'],
    });
  });

  it('have defaults', () => {
    expect(read('f.yaml')).toEqual({
      values: { seed: undefined, json: false, set: [], timeout: 5e9 },
      operands: ['f.yaml'],
    });
  });

  it('are operands after --, whatever they look like', () => {
    expect(read('--', '--seed')).toMatchObject({ operands: ['--seed'] });
  });

  it.each([
    ['a mistyped option', ['f', '--sed', '1'], 'unknown option --sed; did you mean --seed?'],
    ['an option like no other', ['f', '--zzzzz'], 'unknown option --zzzzz; the options are listed below'],
    ['a short option', ['f', '-s'], 'unknown option -s; the options are listed below'],
    [
      'a property every object has',
      ['f', '--constructor'],
      'unknown option --constructor; the options are listed below',
    ],
    ['a value left out at the end', ['f', '--seed'], '--seed needs a value; give --seed N'],
    [
      'a value left out before an option',
      ['f', '--seed', '--json'],
      '--seed needs a value, found --json; give --seed N',
    ],
    ['a value for a switch', ['f', '--json=yes'], '--json takes no value; give --json alone'],
    ['the same option twice', ['f', '--seed', '1', '--seed', '2'], '--seed is given twice; give it once'],
    [
      'a value that does not read',
      ['f', '--seed', '1.5'],
      '--seed: "1.5" is not a whole number 0..100; give one, for example 0',
    ],
    ['an empty value', ['f', '--set', ''], '--set: the value is empty; give it a value'],
    ['no operand', ['--json'], 'FILE is missing; name the file'],
    ['an operand too many', ['f', 'g'], 'unexpected argument "g"; it takes one FILE'],
  ])('are refused with a remedy: %s', (_, args, expected) => {
    expect(read(...args)).toBe(expected);
  });

  it('are refused when a required option is missing', () => {
    const options = { bind: required('ADDR:PORT', 'where', bindAddress) };
    expect(readArguments([], options, [])).toMatchObject({ ok: false, message: '--bind is missing' });
  });

  it('ask for help in any place but after --', () => {
    expect([wantsHelp(['f', '--help']), wantsHelp(['-h']), wantsHelp(['--', '--help'])]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('values', () => {
  const valueOf = (result: { ok: boolean }): unknown => ('value' in result ? result.value : 'refused');

  it.each([
    ['1024', 1024],
    ['64KiB', 65_536],
    ['1.5KB', 1500],
    ['-1', 'refused'],
    ['1e3', 'refused'],
    ['3GiB', 'refused'],
  ])('a size %s', (given, expected) => {
    expect(valueOf(size(0, 2 ** 31)(given))).toBe(expected);
  });

  it.each([
    ['500ms', 5e8],
    ['5', 'refused'],
    ['5 s', 'refused'],
    ['0s', 'refused'],
  ])('a duration %s', (given, expected) => {
    expect(valueOf(duration(1, 1e12, 'a range')(given))).toBe(expected);
  });

  it.each([
    ['127.0.0.1:0', '127.0.0.1:0'],
    ['[::1]:4433', '[::1]:4433'],
    ['*:4433', '*:4433'],
    ['localhost:4433', 'refused'],
    ['127.0.0.1', 'refused'],
    ['127.0.0.1:65536', 'refused'],
    ['256.0.0.1:1', 'refused'],
  ])('an address to bind %s', (given, expected) => {
    expect(valueOf(bindAddress(given))).toBe(expected);
  });

  it.each([
    ['localhost:4433', 'localhost:4433'],
    ['127.0.0.1:0', 'refused'],
    ['4433', 'refused'],
  ])('an address to call %s', (given, expected) => {
    expect(valueOf(peerAddress(given))).toBe(expected);
  });

  it('a word of a list, with the one that was meant', () => {
    expect(oneOf(['echo', 'sink'])('ecoh')).toEqual({
      ok: false,
      message: '"ecoh" is not known',
      remedy: 'did you mean echo?',
    });
  });
});
