import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMAND_NAMES, SUMMARIES } from '../summaries.ts';
import { dcquic, ROOT } from './dcquic.ts';

describe('dcquic', () => {
  it('--help names every command on stdout', async () => {
    const { code, stdout, stderr } = await dcquic(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const summary of Object.values(SUMMARIES)) expect(stdout).toContain(summary);
  });

  it('--version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await dcquic(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('without a command is wrong usage', async () => {
    const { code, stdout, stderr } = await dcquic([]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('usage: dcquic COMMAND');
  });

  it.each([
    ['a mistyped command', ['rnu'], 'dcquic: unknown command rnu; did you mean run?'],
    ['an option before the command', ['--json'], 'dcquic: unknown option --json; '],
    ['a property every object has', ['toString'], 'dcquic: unknown command toString; '],
    [
      'a mistyped option',
      ['run', 'x', '--sead', '1'],
      'dcquic run: unknown option --sead; did you mean --seed?',
    ],
    ['a missing value', ['call', '--peer'], 'dcquic call: --peer needs a value; give --peer ADDR:PORT'],
    ['a missing option', ['serve'], 'dcquic serve: --bind is missing; give --bind ADDR:PORT'],
    [
      'a bad pattern',
      ['bench', '--peer', 'a:1', '--pattern', 'unray'],
      'dcquic bench: --pattern: "unray" is not known; did you mean unary?',
    ],
    ['a missing file name', ['replay'], 'dcquic replay: CAPSULE is missing; name the capsule'],
  ])('says in one line what is wrong, then the usage, and exits 1: %s', async (_, args, line) => {
    const { code, stdout, stderr } = await dcquic(args);
    expect([code, stdout]).toEqual([1, '']);
    const [first, second] = stderr.split('\n');
    expect(first?.startsWith(line)).toBe(true);
    expect(second).toMatch(/^usage: dcquic /);
  });

  it.each(COMMAND_NAMES.map((name) => [name]))('%s --help explains each of its options', async (name) => {
    const { code, stdout, stderr } = await dcquic([name, '--help']);
    expect([code, stderr]).toEqual([0, '']);
    const usage = stdout.slice(stdout.indexOf('usage:')).split('\n\n')[0] ?? '';
    for (const [option] of usage.matchAll(/--[a-z-]+/g))
      expect(stdout).toMatch(new RegExp(`^  ${option} .*\\w`, 'm'));
    expect(stdout).toContain(`dcquic ${name}: ${SUMMARIES[name]}`);
  });

  it('help COMMAND is COMMAND --help', async () => {
    const [asked, option] = await Promise.all([dcquic(['help', 'call']), dcquic(['call', '--help'])]);
    expect(asked).toEqual(option);
    expect(asked.stdout).toContain(SUMMARIES.call);
  });
});
