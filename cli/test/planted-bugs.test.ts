import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dcquic, lastLine, ROOT, temporaryFolder } from './dcquic.ts';

const folder = temporaryFolder();
const scenario = (name: string): string => join(ROOT, 'tools', 'golden', name);

describe('a bug planted with --with', () => {
  it.each([
    ['delivered-twice', 'incast-8.yaml', 'exactly-once', 3],
    ['final-ack-ignored', 'incast-8.yaml', 'leak', 3],
    ['nonce-reused', 'faults-4.yaml', 'nonce', 3],
    ['pull-forgotten', 'faults-4.yaml', 'liveness', 4],
  ])(
    '%s on %s is seen, and its capsule shows it again. REQ DST-2, DST-6',
    async (bug, file, checker, expected) => {
      const bugFile = join(ROOT, 'scenarios', 'test', 'planted', `${bug}.mjs`);
      const run = await dcquic(['run', scenario(file), '--with', bugFile, '--out', bug], { cwd: folder });
      expect(run.code).toBe(expected);
      expect(run.stdout).toContain(`✗ ${checker} at `);
      expect(lastLine(run.stdout)).toBe(`dcquic run ${scenario(file)} --seed 1 --with ${bugFile}`);
      const replay = await dcquic(['replay', join(bug, 'capsule.json')], { cwd: folder });
      expect(replay.code).toBe(expected);
      expect(replay.stdout).toContain(`✗ ${checker} at `);
      expect(replay.stdout).toContain('The saved run was repeated exactly');
    },
  );
});
