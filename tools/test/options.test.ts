import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

function node(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
}

test('--help prints the options of a tool, and runs nothing', () => {
  const { status, stdout, stderr } = node('tools/run.mjs', 'tools/planted', '--help');
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^`npm run planted`: .*\n(.*\n)*\n {2}NAME….*\n {2}--seeds N /);
});

test('a wrong option is named, without a stack, and where the right ones are', () => {
  expect(node('dist/tools/golden.js', '--chekc')).toMatchObject({
    status: 1,
    stdout: '',
    stderr: "golden: Unknown option '--chekc'\nThe options: npm run golden -- --help\n",
  });
});
