/** `--trace`, read by a program in another language: the one that the documentation shows. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../scenarios/result.ts';
import { dcquic, LIBRARY, ROOT, temporaryFolder } from './dcquic.ts';

const folder = temporaryFolder();
const here = { cwd: folder };
const SMALL = join(LIBRARY, 'small.yaml');
const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.warn('python3 is not installed: the reader in sim/trace/README.md is not run here');

describe('dcquic run --trace', () => {
  it.skipIf(!hasPython)('is read by the program in sim/trace/README.md', async () => {
    const { stdout } = await dcquic(['run', SMALL, '--trace', 'small.trace', '--json'], here);
    const result = JSON.parse(stdout) as RunResult;
    const readme = readFileSync(join(ROOT, 'sim', 'trace', 'README.md'), 'utf8');
    const [, program] = /```python\n([^`]+)```/.exec(readme) ?? [];
    writeFileSync(join(folder, 'reader.py'), program ?? '');
    const text = execFileSync('python3', ['reader.py', 'small.trace'], { ...here, encoding: 'utf8' });
    const lines = text.trimEnd().split('\n');
    const of = (kind: string): string[] => lines.filter((line) => line.split(' ')[1] === kind);
    expect(of('net.sent')).toHaveLength(result.packets.sent);
    expect(of('net.delivered')).toHaveLength(result.packets.delivered);
    expect(of('host.completed')).toHaveLength(result.transfers.completed);
    expect(of('net.enqueued')[0]).toMatch(/^\d+ net\.enqueued switch\.port\(host\[1\]\) \d+ 1094 \d 0$/);
    // Exchange, server host, bytes, priority.
    expect(of('host.offered')[0]).toMatch(/^0 host\.offered host\[0\] \d+ 1 1000 3$/);
  });

  it('says in its header what it is of, and how much is missing', async () => {
    const { stdout } = await dcquic(['run', SMALL, '--trace', 'cut.trace', '--trace-max', '20'], here);
    const bytes = readFileSync(join(folder, 'cut.trace'));
    const [headerBytes, jsonBytes] = [bytes.readUInt32LE(16), bytes.readUInt32LE(20)];
    expect(bytes.toString('latin1', 0, 8)).toBe('dcqtrace');
    expect([headerBytes % 8, bytes.length]).toEqual([0, headerBytes + 20 * 48]);
    expect([bytes.readDoubleLE(24), bytes.readDoubleLE(32)]).toEqual([0, 20]);
    const about = JSON.parse(bytes.toString('utf8', 48, 48 + jsonBytes)) as Record<string, unknown>;
    expect(stdout).toContain(about['traceHash'] as string);
    expect(about).toMatchObject({
      scenario: 'small',
      seed: 1,
      kinds: { 16: 'net.sent', 64: 'host.offered' },
    });
    const missing = bytes.readDoubleLE(40);
    expect(missing).toBeGreaterThan(0);
    expect(stdout).toContain(`cut.trace, 20 records: full, ${missing} more were not kept; raise --trace-max`);
  });

  it('refuses a file that cannot be, before the run', async () => {
    const { code, stdout, stderr } = await dcquic(['run', SMALL, '--trace', 'no/such/file'], here);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe('dcquic run: cannot write to no/such/file: no such file or folder; check the path\n');
  });
});
