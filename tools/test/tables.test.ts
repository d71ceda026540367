import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const COMMAND = join(import.meta.dirname, '..', '..', 'dist', 'tools', 'tables.js');
const out = mkdtempSync(join(tmpdir(), 'tables-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

function refusal(...args: string[]): string {
  const { status, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8' });
  expect(status).toBe(1);
  return stderr;
}

describe('npm run tables', () => {
  test.each<[string[], RegExp]>([
    [[], /which table\? dcpim, ndp-incast/],
    [['dcpm'], /there is no table dcpm: dcpim/],
    [['dcpim', '--seeds', '3..1'], /--seeds takes one seed or a range such as 1\.\.3, not 3\.\.1/],
    [['dcpim', '--rows', 'x'], /--rows: there is no row x: imc10-0\.5/],
  ])('%j is refused with what would be right', (args, message) => {
    expect(refusal(...args)).toMatch(message);
  });

  test('measures, keeps the record and its plot, and does not measure again what is kept', () => {
    const args = ['author-simulation', '--rows', 'no-loss', '--seeds', '1..2', '--jobs', '1', '--out', out];
    const run = (): string => execFileSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8' });
    const text = run();
    expect(text).toMatch(/no loss +elapsed .* 6\.117 ms \(published\) +at or below/);
    const lines = readFileSync(join(out, 'journal.jsonl'), 'utf8');
    expect(lines.trim().split('\n').length).toBe(2);
    expect(run()).toBe(text);
    expect(readFileSync(join(out, 'journal.jsonl'), 'utf8')).toBe(lines);
    const record = JSON.parse(readFileSync(join(out, 'author-simulation.json'), 'utf8')) as {
      rows: { seeds: number[] }[];
      run: { command: string };
    };
    expect(record.rows.map(({ seeds }) => seeds)).toEqual([[1, 2]]);
    expect(record.run.command).toBe('npm run tables -- author-simulation --seeds 1..2 --rows no-loss');
    expect(readFileSync(join(out, 'author-simulation.svg'), 'utf8')).toContain('no loss: elapsed');
    expect(readFileSync(join(out, 'index.html'), 'utf8')).toContain('All 1 figures are at theirs or better.');
  });
});
