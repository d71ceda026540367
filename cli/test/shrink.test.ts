import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dcquic, lastLine, ROOT, temporaryFolder } from './dcquic.ts';

const folder = temporaryFolder();
const FILE = join(ROOT, 'tools', 'golden', 'faults-4.yaml');
const BUG = join(ROOT, 'scenarios', 'test', 'planted', 'delivered-twice.mjs');

interface ShrunkJson {
  failure: object;
  before: { hosts: number };
  after: { hosts: number; events: number };
  isMinimal: boolean;
  scenario: string;
  command: string;
}

describe('dcquic shrink. REQ DST-2, DST-3', () => {
  it('leaves a scenario, a capsule, and the line that repeats the failure', async () => {
    await dcquic(['run', FILE, '--with', BUG, '--out', 'run'], { cwd: folder });
    const shrunk = await dcquic(['shrink', 'run'], { cwd: folder });
    expect(shrunk.code).toBe(0);
    expect(shrunk.stdout).toContain('invariant: exactly-once');
    expect(shrunk.stdout).toContain('2 hosts, 0 injected events, 1 workload');
    expect(lastLine(shrunk.stdout)).toBe('dcquic replay run/shrunk');
    const yaml = readFileSync(join(folder, 'run', 'shrunk', 'scenario.yaml'), 'utf8');
    expect(shrunk.stdout.startsWith(yaml)).toBe(true);
    const replay = await dcquic(['replay', 'run/shrunk'], { cwd: folder });
    expect([replay.code, replay.stdout.includes('✗ exactly-once at ')]).toEqual([3, true]);
    const run = await dcquic(['run', 'run/shrunk/scenario.yaml', '--with', BUG, '--out', 'b'], {
      cwd: folder,
    });
    expect(run.code).toBe(3);
  });

  it('--json prints one object; --runs cuts it short', async () => {
    const { code, stdout, stderr } = await dcquic(
      ['shrink', 'run/capsule.json', '--runs', '3', '--out', 'few', '--json'],
      { cwd: folder },
    );
    const json = JSON.parse(stdout) as ShrunkJson;
    expect(code).toBe(0);
    expect(json).toMatchObject({
      failure: { kind: 'invariant', what: 'exactly-once' },
      before: { hosts: 4 },
      runs: 3,
      isMinimal: false,
      command: 'dcquic replay few',
    });
    expect(readFileSync(join(folder, 'few', 'scenario.yaml'), 'utf8')).toBe(json.scenario);
    expect(lastLine(stderr)).toBe('dcquic replay few');
  });

  it('refuses a run that does not fail', async () => {
    await dcquic(['run', join(ROOT, 'scenarios', 'library', 'small.yaml'), '--out', 'good'], { cwd: folder });
    const { code, stderr } = await dcquic(['shrink', 'good'], { cwd: folder });
    expect([code, stderr]).toEqual([
      1,
      'dcquic shrink: the run does not fail, so there is nothing to shrink; see dcquic replay\n',
    ]);
    expect(existsSync(join(folder, 'good', 'shrunk', 'scenario.yaml'))).toBe(false);
  });

  it('is what a sweep does on its own with --shrink, once for each way of failing', async () => {
    const sweep = ['sweep', FILE, '--seeds', '1..3', '--with', BUG, '--out', 'sweep', '--shrink', '--json'];
    const { code, stdout } = await dcquic(sweep, { cwd: folder });
    expect(code).toBe(3);
    const { failing, shrunk } = JSON.parse(stdout) as { failing: object[]; shrunk: (ShrunkJson & object)[] };
    expect(failing).toHaveLength(3);
    expect(shrunk).toMatchObject([
      { seed: 1, after: { hosts: 2 }, command: 'dcquic replay sweep/seed1/shrunk' },
    ]);
    const replay = await dcquic(['replay', 'sweep/seed1/shrunk'], { cwd: folder });
    expect(replay.code).toBe(3);
  });
});
