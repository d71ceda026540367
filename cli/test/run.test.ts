import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../scenarios/result.ts';
import { dcquic, finished, lastLine, LIBRARY, Lines, MAIN, start, temporaryFolder } from './dcquic.ts';

const folder = temporaryFolder();
const SMALL = join(folder, 'small.yaml');
copyFileSync(join(LIBRARY, 'small.yaml'), SMALL);
const here = { cwd: folder };

function extension(name: string, body: string): string {
  writeFileSync(join(folder, name), `export default (simulation) => { ${body} };\n`);
  return `./${name}`;
}

const INVARIANT = extension(
  'invariant.mjs',
  "simulation.violations.report('planted', 'invariant', 'seen twice')",
);
const STUCK = extension('stuck.mjs', "simulation.violations.report('planted', 'liveness', 'never came')");

/** Runs what a failing run printed as its last line, as a person at a shell would. */
function runLine(line: string): { code: number; stdout: string } {
  const command = line.replace(/^dcquic /, `'${process.execPath}' '${MAIN}' `);
  try {
    return {
      code: 0,
      stdout: execFileSync('sh', ['-c', command], { ...here, encoding: 'utf8', stdio: 'pipe' }),
    };
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: string };
    return { code: status, stdout };
  }
}

const RESULT_KEYS =
  'scenario seed traceHash simTimeNs wallMs events packets bytes transfers goodput byteEfficiency lowerBoundNs slowdown latencyNs workloads violations expectations';

describe('dcquic run', () => {
  it('says what ran and what came of it', async () => {
    const { code, stdout, stderr } = await dcquic(['run', SMALL], here);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('small, seed 1: 2 hosts');
    expect(stdout).toContain('10 of 10 completed');
    expect(stdout).toMatch(/✓ completed == 100%/);
    expect(stdout).toMatch(/trace +[0-9a-f]{32}\n/);
    expect(lastLine(stdout)).toBe('Passed: no violations, 3 expectations met');
  });

  it('--json prints exactly one result, as architecture.md has it. REQ DST-2', async () => {
    const { code, stdout, stderr } = await dcquic(['run', SMALL, '--json', '--seed', '3'], here);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.match(/\n/g)).toHaveLength(1);
    const result = JSON.parse(stdout) as RunResult;
    expect(Object.keys(result).sort()).toEqual(RESULT_KEYS.split(' ').sort());
    expect(result).toMatchObject({ scenario: 'small', seed: 3, transfers: { started: 10, completed: 10 } });
  });

  it('--set changes what runs, and a mistake in it is named as such', async () => {
    const { stdout } = await dcquic(['run', SMALL, '--json', '--set', 'workload[0].count=3'], here);
    expect((JSON.parse(stdout) as RunResult).transfers.started).toBe(3);
    const wrong = await dcquic(['run', SMALL, '--set', 'topology.hots=3'], here);
    expect([wrong.code, wrong.stdout]).toEqual([1, '']);
    expect(wrong.stderr).toContain('--set topology.hots=3: topology.hots: unknown key "hots"');
    expect(wrong.stderr).toContain('did you mean "hosts"');
  });

  it.each([
    ['is missing', 'nothing.yaml', undefined, 'nothing.yaml:1:1: no such file'],
    [
      'has a wrong unit',
      'unit.yaml',
      (text: string) => text.replace('10ms', '10Gbps'),
      'unit.yaml:5:8: until: ',
    ],
    ['is not YAML', 'broken.yaml', () => 'a: [1, 2', 'broken.yaml:1:'],
  ])('exits 1 with file, line and remedy if the file %s', async (_, name, change, message) => {
    if (change !== undefined) writeFileSync(join(folder, name), change(readFileSync(SMALL, 'utf8')));
    const { code, stdout, stderr } = await dcquic(['run', name], here);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`dcquic run: ${message}`);
    expect(stderr).toContain('\n  fix: ');
  });

  it.each([
    ['an expectation fails', ['--set', 'expect=[goodput >= 0.99]'], 2],
    ['an invariant is violated', ['--with', INVARIANT], 3],
    ['something does not end', ['--with', STUCK], 4],
  ])(
    'if %s, ends with one line that repeats it, and leaves a capsule. REQ DST-2',
    async (_, args, expected) => {
      const given = ['run', 'small.yaml', '--seed', '5', ...args];
      const { code, stdout } = await dcquic(given, here);
      expect(code).toBe(expected);
      const again = runLine(lastLine(stdout));
      const hashOf = (text: string): string | undefined => /trace +([0-9a-f]{32})/.exec(text)?.[1];
      expect([again.code, hashOf(again.stdout)]).toEqual([expected, hashOf(stdout)]);

      const json = await dcquic([...given, '--json'], here);
      expect(json.code).toBe(expected);
      expect((JSON.parse(json.stdout) as RunResult).traceHash).toBe(hashOf(stdout));
      expect(lastLine(json.stderr)).toBe(lastLine(stdout));

      const capsule = join('out', 'small-seed5', 'capsule.json');
      expect(stdout).toContain(capsule);
      const replay = await dcquic(['replay', capsule], here);
      expect(replay.code).toBe(expected);
      expect(replay.stdout).toContain('The saved run was repeated exactly');
    },
  );

  it('shows a violation with its checker, its time and its words', async () => {
    const { stdout } = await dcquic(['run', SMALL, '--with', INVARIANT], here);
    expect(stdout).toMatch(/violations\n +✗ planted at 0 ns: seen twice\n/);
    expect(stdout).toContain('Invariant violated: 1 violation');
  });

  it('says of a simulation that breaks off what happened and how to repeat it', async () => {
    const bug = extension(
      'throws.mjs',
      'simulation.kernel.schedule(5, { onEvent() { throw new Error("a bug"); } })',
    );
    const { code, stdout, stderr } = await dcquic(['run', SMALL, '--with', bug, '--json'], here);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain('the simulation broke off\nError: a bug');
    expect(lastLine(stderr)).toBe(`dcquic run ${SMALL} --seed 1 --with ${bug}`);
    const clock = extension('clock.mjs', 'simulation.kernel.schedule(5, { onEvent() { Date.now(); } })');
    expect((await dcquic(['run', SMALL, '--with', clock], here)).code).toBe(5);
  });

  it.each([
    ['is missing', './none.mjs', '--with ./none.mjs: cannot be loaded: '],
    ['exports nothing', './empty.mjs', '--with ./empty.mjs: export a function'],
    ['throws at once', './early.mjs', '--with ./early.mjs: it threw while it was set up: Error: not now'],
  ])('exits 1 if a module %s', async (_, path, message) => {
    writeFileSync(join(folder, 'empty.mjs'), 'export const x = 1;\n');
    extension('early.mjs', "throw new Error('not now')");
    const { code, stderr } = await dcquic(['run', SMALL, '--with', path], here);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });
});

describe('dcquic run --out', () => {
  it('writes the files of a run and nothing else; a second run replaces them', async () => {
    for (const seed of ['1', '2']) {
      const { code, stdout } = await dcquic(['run', SMALL, '--out', 'results', '--seed', seed], here);
      expect(code).toBe(0);
      expect(stdout).toContain(join('results', 'report.html'));
    }
    const files = ['capsule.json', 'report-data.json', 'report.html', 'result.json', 'scenario.yaml'];
    expect(readdirSync(join(folder, 'results')).sort()).toEqual(files);
    const result = JSON.parse(readFileSync(join(folder, 'results', 'result.json'), 'utf8')) as RunResult;
    expect(result.seed).toBe(2);
    const again = await dcquic(['run', join('results', 'scenario.yaml'), '--json'], here);
    expect((JSON.parse(again.stdout) as RunResult).traceHash).toBe(result.traceHash);
  });

  it('refuses a place it cannot write to, before the run', async () => {
    const begun = extension('begun.mjs', "process.stderr.write('begun')");
    const { code, stdout, stderr } = await dcquic(
      ['run', SMALL, '--out', 'small.yaml/x', '--with', begun],
      here,
    );
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      'dcquic run: cannot write to small.yaml/x: a part of the path is a file; choose another place\n',
    );
  });

  it.skipIf(!existsSync('/proc/self'))(
    'refuses a file system where nothing can be made, and comes back',
    async () => {
      const { code, stderr } = await dcquic(['run', SMALL, '--out', '/proc/dcquic/x'], here);
      expect(code).toBe(1);
      expect(stderr).toContain('cannot write to /proc/dcquic/x');
    },
  );
});

describe('dcquic replay', () => {
  it('exits 5 when the run is not the saved one, and names the first difference', async () => {
    await dcquic(['run', SMALL, '--out', 'traced', '--trace', 'traced/trace.bin'], here);
    const file = join(folder, 'traced', 'capsule.json');
    const capsule = JSON.parse(readFileSync(file, 'utf8')) as {
      expected: { trace: { digest: string; records: number } };
    };
    const { trace } = capsule.expected;
    writeFileSync(
      file,
      JSON.stringify({
        ...capsule,
        expected: { ...capsule.expected, trace: { ...trace, digest: '0'.repeat(32) } },
      }),
    );
    // Record 7, field a: as if another packet had come.
    const bytes = readFileSync(join(folder, 'traced', 'trace.bin'));
    const at = bytes.length - (trace.records - 7) * 48 + 16;
    bytes.writeDoubleLE(bytes.readDoubleLE(at) + 1, at);
    writeFileSync(join(folder, 'traced', 'trace.bin'), bytes);
    const { code, stdout } = await dcquic(['replay', 'traced'], here);
    expect(code).toBe(5);
    expect(stdout).toContain('NOT THE SAME RUN');
    expect(stdout).toMatch(/trace records 0 to \d+, counted from 0/);
    expect(stdout).toMatch(/ {2}record 6, both: .*\n {2}record 7\n {4}saved: .*\n {4}now: .*\n/);
    expect(stdout).toMatch(/now: .* \(\d+ ns\) \S+ (net|host)\.\w+: (packet|exchange) \d+/);
    expect(stdout).toMatch(/saved by +dcquic \d+\.\d+\.\d+, Node \d+/);
    const json = await dcquic(['replay', 'traced', '--json'], here);
    expect(JSON.parse(json.stdout)).toMatchObject({
      same: false,
      divergence: { fromRecord: 0, record: { index: 7 } },
      made: { node: process.versions.node },
    });
    // Without the saved trace: what happens now, and how to keep it.
    rmSync(join(folder, 'traced', 'trace.bin'));
    const blind = await dcquic(['replay', 'traced'], here);
    expect(blind.code).toBe(5);
    expect(blind.stdout).toMatch(
      / {2}record 0: .* host\[0\] host\.offered: exchange 0, host\[\d\], bytes \d+, priority \d\n/,
    );
    expect(blind.stdout).toMatch(/and \d+ more\n/);
    expect(blind.stdout).toContain(' --out DIR --trace DIR/trace.bin\n');
  });

  it.each([
    ['no capsule', () => '{}', 'is JSON, but no capsule'],
    ['no JSON', () => 'hello', 'is not JSON'],
  ])('exits 1 for a file that is %s', async (_, text, message) => {
    writeFileSync(join(folder, 'bad.json'), text());
    const { code, stderr } = await dcquic(['replay', 'bad.json'], here);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  it('names the module that it does not find', async () => {
    const saved = await dcquic(['run', SMALL, '--with', INVARIANT, '--out', 'with-module'], here);
    expect(saved.code).toBe(3);
    const { code, stderr } = await dcquic(['replay', join(folder, 'with-module')]);
    expect(code).toBe(1);
    expect(stderr).toContain(`--with ${INVARIANT}: cannot be loaded`);
  });
});

describe('dcquic report', () => {
  it('writes the page again from its data, and from a capsule alone', async () => {
    await dcquic(['run', SMALL, '--out', 'reported'], here);
    const page = join(folder, 'reported', 'report.html');
    const first = readFileSync(page, 'utf8');
    writeFileSync(page, '');
    const again = await dcquic(['report', 'reported'], here);
    expect(again).toEqual({ code: 0, stdout: `${join('reported', 'report.html')}\n`, stderr: '' });
    expect(readFileSync(page, 'utf8')).toBe(first);
    writeFileSync(page, '');
    expect((await dcquic(['report', join('reported', 'capsule.json')], here)).code).toBe(0);
    expect(readFileSync(page, 'utf8').length).toBeGreaterThan(first.length / 2);
  });

  it('exits 1 for data that are none', async () => {
    writeFileSync(join(folder, 'report-data.json'), '{"result":{}}');
    const { code, stderr } = await dcquic(['report', 'report-data.json'], here);
    expect(code).toBe(1);
    expect(stderr).toContain('report-data.json is not what `dcquic run --out` writes');
  });
});

describe('a run that is not left alone', () => {
  it('stops at Ctrl-C, says so, and exits 130', async () => {
    const begun = extension('begun.mjs', "process.stderr.write('begun\\n')");
    const long = ['--set', 'workload[0].load=0.5', '--set', 'workload[0].stop=10s', '--set', 'until=10s'];
    const child = start(
      ['run', join(LIBRARY, 'websearch-16.yaml'), '--with', begun, '--json', ...long],
      here,
    );
    const done = finished(child);
    expect(await new Lines(child.stderr).next()).toBe('begun');
    child.kill('SIGINT');
    const { code, stdout, stderr } = await done;
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr).toContain('dcquic: stopped websearch-16 before its end');
  });

  it('does not mind that nobody reads on', async () => {
    const child = start(['run', SMALL], here);
    child.stdout?.destroy();
    const { code, stderr } = await finished(child);
    expect([code, stderr]).toEqual([0, '']);
  });

  it.skipIf(!existsSync('/dev/full'))('exits 1 when its output cannot be written', async () => {
    const line = `'${process.execPath}' '${MAIN}' run '${SMALL}' --json > /dev/full`;
    expect(() => execFileSync('sh', ['-c', line], { stdio: 'pipe' })).toThrow(
      'cannot write the output: ENOSPC',
    );
  });
});
