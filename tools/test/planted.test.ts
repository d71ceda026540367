import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadBugs, plantedText } from '../planted/bug.ts';
import { fewest } from '../planted/fewest.ts';
import type { Hunt } from '../planted/hunt.ts';
import { table, Tally } from '../planted/table.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const bugs = await loadBugs(ROOT);

/** Bugs of different parts, each seen by another checker within a few seeds. */
const QUICK = ['fifo-restart', 'waiting-never-zero', 'lost-wake-up'];

/** A few seconds of CPU, and the machine may be busy. */
const HUNT_MS_MAX = 300_000;

function planted(args: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const main = join(ROOT, 'dist', 'tools', 'planted.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

function huntOf(found: boolean, events = 0, hosts = 2): Hunt {
  return {
    bug: { name: 'a-bug', what: '', file: '', find: '', replace: '' },
    seeds: 3,
    cpuSeconds: 1.25,
    failure: found ? { checker: 'leak', message: '' } : undefined,
    shrunk: found ? { events, hosts, text: '' } : undefined,
    falseAlarms: [],
  };
}

/** REQ DST-6, TEST-S2 */
describe('planted bugs', () => {
  it('are at least forty, with a name each', () => {
    expect(bugs.length).toBeGreaterThanOrEqual(40);
    expect(new Set(bugs.map(({ name }) => name)).size).toBe(bugs.length);
  });

  it.each(bugs.map((bug) => [bug.name, bug] as const))('%s still has its place', (_, bug) => {
    expect(plantedText(ROOT, bug)).toContain(bug.replace);
  });

  it('whose place is gone, or is not one alone, are named with their file', () => {
    const [bug] = bugs;
    if (bug === undefined) throw new Error('there is no bug');
    expect(() => plantedText(ROOT, { ...bug, find: 'nowhere to be found' })).toThrow(
      `${bug.name} does not apply: ${bug.file} no longer has`,
    );
    expect(() => plantedText(ROOT, { ...bug, find: 'this' })).toThrow(/does not apply: .* has \d+ times/);
  });

  it(
    'are found where they are planted, and sound code passes the same seeds',
    { timeout: HUNT_MS_MAX },
    () => {
      const { code, stdout, stderr } = planted([
        ...QUICK,
        '--seeds',
        '20',
        '--jobs',
        '1',
        '--no-shrink',
        '--json',
      ]);
      const { found, falseAlarms, bugs: hunts } = JSON.parse(stdout) as Tally['figures'] & { bugs: Hunt[] };
      expect(hunts.filter(({ failure }) => failure === undefined).map(({ bug }) => bug.name)).toEqual([]);
      expect({ code, found, falseAlarms }, stderr).toEqual({ code: 0, found: QUICK.length, falseAlarms: 0 });
    },
  );

  it('that a journal holds are not hunted again, unless the limits are others', () => {
    const folder = mkdtempSync(join(tmpdir(), 'planted-'));
    const journal = join(folder, 'hunts.jsonl');
    const args = ['lost-wake-up', '--journal', journal, '--no-shrink', '--jobs', '1', '--seeds'];
    expect(planted([...args, '20']).stderr).toContain('lost-wake-up: found');
    appendFileSync(journal, '{"key": "cut');
    const again = planted([...args, '20']);
    expect(again.stderr).not.toContain('lost-wake-up: found');
    expect(again.stdout).toMatch(/lost-wake-up +stall/);
    expect(planted([...args, '21']).stderr).toContain('lost-wake-up: found');
    rmSync(folder, { recursive: true });
  });

  it('that nobody planted are refused', () => {
    const { code, stderr } = planted(['no-such-bug']);
    expect(code).toBe(1);
    expect(stderr).toContain('There is no planted bug no-such-bug');
  });
});

describe('the table of planted bugs', () => {
  it('has a line for each, and says which was not found', () => {
    const lines = table([huntOf(true, 2, 3), huntOf(false)]).split('\n');
    expect(lines[2]).toMatch(/^a-bug +leak +3 +1\.3 +2 +3$/);
    expect(lines[3]).toMatch(/^a-bug +NOT FOUND +3 +1\.3 +- +-$/);
  });

  it.each([
    ['nine of ten are found', [...Array.from({ length: 9 }, () => huntOf(true)), huntOf(false)], true],
    [
      'eight of ten are',
      [...Array.from({ length: 8 }, () => huntOf(true)), huntOf(false), huntOf(false)],
      false,
    ],
    ['what is left has six faults', [huntOf(true, 6)], false],
    ['or five hosts', [huntOf(true, 1, 5)], false],
    [
      'sound code fails',
      [{ ...huntOf(true), falseAlarms: [{ seed: 7, failure: { checker: 'leak', message: '' } }] }],
      false,
    ],
  ])('when %s, the goal is reached or not', (_, hunts, reached) => {
    expect(new Tally(hunts).reachesGoal).toBe(reached);
  });
});

describe('fewest', () => {
  it('leaves what cannot be left out, wherever it stands', async () => {
    const list = Array.from({ length: 37 }, (_, i) => i);
    for (const needed of [[0], [36], [3, 4], [0, 17, 36], []]) {
      const fails = (part: readonly number[]): Promise<boolean> =>
        Promise.resolve(needed.every((item) => part.includes(item)));
      expect(await fewest(list, fails)).toEqual(needed);
    }
  });
});

describe.skipIf(process.env['DEEP'] !== '1')('all planted bugs', () => {
  it('are found, nine of ten, and shrink to what a person can read', () => {
    const { code, stdout } = planted([]);
    expect(stdout).toContain('found ');
    expect(code, stdout).toBe(0);
  });
});
