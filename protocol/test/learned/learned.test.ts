import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REMEDIES } from './remedies.ts';
import type { Remedy } from './remedies.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
/** What the named tests need of the project. */
const COPIED = [
  'protocol',
  'sim',
  'spec',
  'transports',
  'package.json',
  'tsconfig.base.json',
  'vitest.config.ts',
];

function textWithout({ file, find, replace }: Remedy, root: string): string {
  const parts = readFileSync(join(root, file), 'utf8').split(find);
  expect(parts.length - 1, `times that ${file} has the text that is to go`).toBe(1);
  return parts.join(replace);
}

describe('what was learned elsewhere', () => {
  test.each(REMEDIES)('$lesson: the remedy and its test have their place ($without)', (remedy) => {
    textWithout(remedy, ROOT);
    // Names of parametrised tests have their parameters at the end, or in front.
    const title = remedy.name.replace(/^a request (?=larger)/, '');
    expect(readFileSync(join(ROOT, remedy.test), 'utf8')).toContain(title);
  });

  /** In a copy of the code, one remedy at a time. */
  describe.runIf(process.env['DEEP'] === '1')('is noticed when it is forgotten', () => {
    let copy = '';

    beforeAll(() => {
      copy = mkdtempSync(join(tmpdir(), 'dcquic-learned-'));
      for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    });

    afterAll(() => rmSync(copy, { recursive: true, force: true }));

    /** Runs the named test there: how many passed and failed. */
    function run({ test: file, name }: Remedy): { passed: number; failed: number } {
      const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
      const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
      const args = [vitest, 'run', file, '-t', escaped, '--reporter=json'];
      const { stdout } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
      const { numPassedTests, numFailedTests } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as {
        numPassedTests: number;
        numFailedTests: number;
      };
      return { passed: numPassedTests, failed: numFailedTests };
    }

    test.each(REMEDIES)('$without', (remedy) => {
      const sound = run(remedy);
      expect([sound.passed > 0, sound.failed]).toEqual([true, 0]);
      const path = join(copy, remedy.file);
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, textWithout(remedy, copy));
      try {
        expect(run(remedy).failed).toBeGreaterThan(0);
      } finally {
        writeFileSync(path, text);
      }
    });
  });
});
