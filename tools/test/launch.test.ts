import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { explain } from '../launch/failure.mjs';
import { isTooOld } from '../launch/node-version.mjs';
import { countVitest } from '../launch/tally.mjs';

const TOOLS = join(import.meta.dirname, '..');

describe('Node version', () => {
  it.each([
    ['18.20.8', true],
    ['20.18.3', true],
    ['20.19.0', false],
    ['22.1.0', false],
    ['26.0.0', false],
  ])('%s is too old: %s', (version, tooOld) => {
    expect(isTooOld(version)).toBe(tooOld);
  });
});

describe('tally of the tests', () => {
  const file = (
    status: string,
    ...statuses: string[]
  ): { status: string; assertionResults: { status: string }[] } => ({
    status,
    assertionResults: statuses.map((each) => ({ status: each })),
  });

  it('counts what passed, failed and was skipped', () => {
    const report = {
      testResults: [file('failed', 'passed', 'failed', 'skipped'), file('passed', 'passed', 'todo')],
    };
    expect(countVitest(report, 1)).toEqual({ passed: 2, failed: 1, skipped: 2 });
  });

  it('counts a file that does not load as a failure', () => {
    expect(countVitest({ testResults: [file('failed')] }, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('does not call a run good that ended badly', () => {
    expect(countVitest({ testResults: [file('passed', 'passed')] }, 1)).toMatchObject({
      passed: 1,
      failed: 1,
    });
    expect(countVitest(undefined, null)).toMatchObject({ failed: 1 });
  });
});

describe('a failed install or build says what to do', () => {
  it.each([
    ['npm error code ENOSPC', 'disk is full'],
    ["error TS5033: Could not write file 'x': EROFS: read-only file system", 'read-only'],
    ['npm error code EACCES', 'may not write here'],
    ['npm error code EAI_AGAIN', 'registry could not be reached'],
    ['npm error code EUSAGE', 'npm install'],
    ['error TS1005', 'It said'],
  ])('%s', (output, words) => {
    expect(explain('npm ci', output).message).toContain(words);
  });
});

/** A small project around the real launchers, with an npm and a compiler that only leave marks. */
class Project {
  readonly root: string = mkdtempSync(join(tmpdir(), 'dcquic-launch-'));

  constructor() {
    cpSync(join(TOOLS, 'launch'), this.path('tools/launch'), { recursive: true });
    for (const name of ['start.mjs', 'run.mjs']) cpSync(join(TOOLS, name), this.path('tools', name));
    this.write('package.json', '{ "type": "module" }');
    this.write('package-lock.json', '{}');
    this.write('cli/main.ts', 'first');
    // npm ci brings the compiler, the compiler brings the command line.
    this.write('npm-cli.cjs', `require('./npm.cjs')`);
    this.npmDoes(`
      const { mkdirSync, writeFileSync } = require('node:fs');
      mkdirSync('node_modules/typescript/bin', { recursive: true });
      writeFileSync('node_modules/typescript/package.json', '{ "type": "commonjs" }');
      writeFileSync('node_modules/typescript/bin/tsc', require('node:fs').readFileSync('tsc.cjs'));
      writeFileSync('node_modules/.package-lock.json', '{}');`);
    this.write(
      'tsc.cjs',
      `const { mkdirSync, writeFileSync } = require('node:fs');
      mkdirSync('dist/cli', { recursive: true });
      writeFileSync('dist/cli/main.js', require('node:fs').readFileSync('main.mjs'));`,
    );
    this.mainDoes('console.log(JSON.stringify(process.argv.slice(2)), process.cwd())');
  }

  npmDoes(script: string): void {
    this.write('npm.cjs', script);
  }

  /** What the command line does, also when it is built already. */
  mainDoes(script: string): void {
    this.write('main.mjs', script);
    if (existsSync(this.path('dist/cli/main.js'))) this.write('dist/cli/main.js', script);
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  start(args: string[] = [], options: StartOptions = {}): Promise<Ended> {
    const env = {
      ...process.env,
      npm_execpath: this.path('npm-cli.cjs'),
      npm_lifecycle_event: '',
      ...options.env,
    };
    return new Promise((resolve) => {
      const script = this.path('tools', options.script ?? 'start.mjs');
      const child = spawn(process.execPath, [script, ...args], { cwd: options.cwd ?? this.root, env });
      const ended = { code: null as number | null, signal: null as string | null, stdout: '', stderr: '' };
      // Once: what comes after it could otherwise meet a launcher that is ending already.
      let { signalAt } = options;
      child.stdout.on('data', (chunk: Buffer) => {
        ended.stdout += chunk.toString();
        if (signalAt === undefined || !ended.stdout.includes(signalAt)) return;
        signalAt = undefined;
        child.kill('SIGTERM');
      });
      child.stderr.on('data', (chunk: Buffer) => (ended.stderr += chunk.toString()));
      child.on('close', (code, signal) => resolve({ ...ended, code, signal }));
    });
  }
}

interface StartOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly script?: string;
  /** Sends SIGTERM to the launcher when its output contains this. */
  readonly signalAt?: string;
}

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('npm start on a fresh clone', () => {
  let project: Project;
  beforeEach(() => {
    project = new Project();
  });
  afterEach(() => rmSync(project.root, { recursive: true, force: true }));

  it('installs and builds on a fresh clone, and nothing the second time', async () => {
    const first = await project.start();
    expect(first.stderr).toMatch(/Installing dependencies[^]*Building/);
    expect(first.stdout).toContain('["run","scenarios/library/incast-100.yaml","--out","out/incast-100"]');
    const second = await project.start();
    expect(second.stderr).toBe('');
    expect(second.stdout).toBe(first.stdout);
  });

  it('builds again when a source changed, and installs again when the lock file did', async () => {
    await project.start();
    project.write('cli/main.ts', 'changed');
    const rebuilt = await project.start();
    expect(rebuilt.stderr).toMatch(/^Building/);
    project.write('package-lock.json', '{ "lockfileVersion": 3 }');
    const later = new Date(Date.now() + 60_000);
    utimesSync(project.path('package-lock.json'), later, later);
    const reinstalled = await project.start();
    expect(reinstalled.stderr).toMatch(/^Installing/);
  });

  it('installs once when two commands start together', async () => {
    const both = await Promise.all([project.start(['a']), project.start(['b'])]);
    const said = both.map(({ stderr }) => stderr).join('');
    expect(said.match(/Installing dependencies/g)).toHaveLength(1);
    expect(said.match(/Building/g)).toHaveLength(1);
    expect(both.map(({ stdout }) => stdout.slice(0, 5)).sort()).toEqual(['["a"]', '["b"]']);
    expect(existsSync(project.path('dist/.prepare.lock'))).toBe(false);
  });

  it('takes over from an install that was killed', async () => {
    project.write('dist/.prepare.lock', '999999999');
    const ended = await project.start();
    expect(ended.code).toBe(0);
  });

  it('explains a failed install, and tries again the next time', async () => {
    const working = readFileSync(project.path('npm.cjs'), 'utf8');
    project.npmDoes(`console.error('npm error code EAI_AGAIN'); process.exitCode = 1;`);
    const offline = await project.start();
    expect(offline).toMatchObject({ code: 1, stdout: '' });
    expect(offline.stderr).toContain('The npm registry could not be reached');
    expect(offline.stderr).not.toContain('at ');
    project.npmDoes(working);
    const online = await project.start();
    expect(online.code).toBe(0);
  });

  it('shows what does not compile, and does not run what was built before', async () => {
    await project.start();
    project.write('cli/main.ts', 'broken');
    project.write(
      'node_modules/typescript/bin/tsc',
      `console.log('cli/main.ts(1,1): error TS1'); process.exitCode = 2;`,
    );
    const ended = await project.start();
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('cli/main.ts(1,1): error TS1');
  });
});

describe('npm start once built', () => {
  const project: Project = new Project();
  beforeAll(() => project.start());
  afterAll(() => rmSync(project.root, { recursive: true, force: true }));

  it('passes arguments, the folder of the caller, and the exit code', async () => {
    project.mainDoes('console.log(process.argv.slice(2).join(), process.cwd()); process.exitCode = 3;');
    project.write('elsewhere/file', '');
    const cwd = project.path('elsewhere');
    const direct = await project.start(['run', 'x.yaml'], { cwd });
    expect(direct).toMatchObject({ code: 3, stdout: `run,x.yaml ${cwd}\n` });
    const byNpm = await project.start(['run', 'x.yaml'], {
      env: { npm_lifecycle_event: 'start', INIT_CWD: cwd },
    });
    expect(byNpm.stdout).toBe(direct.stdout);
  });

  it('finds its scenario from any folder', async () => {
    project.mainDoes('console.log(JSON.stringify(process.argv.slice(2)))');
    project.write('elsewhere/file', '');
    const { stdout } = await project.start([], { cwd: project.path('elsewhere') });
    expect(stdout).toContain('["run","../scenarios/library/incast-100.yaml","--out","../out/incast-100"]');
  });

  it('forwards a signal, and ends as the command did', async () => {
    project.mainDoes(`
      process.on('SIGTERM', () => { console.log('told'); process.exit(7); });
      setInterval(() => {}, 1000);
      console.log('ready');`);
    const ended = await project.start([], { signalAt: 'ready\n' });
    expect(ended).toMatchObject({ code: 7, stdout: 'ready\ntold\n' });
  });

  it('ends by the signal that ended the command', async () => {
    project.mainDoes(`setInterval(() => {}, 1000); console.log('ready');`);
    const ended = await project.start([], { signalAt: 'ready\n' });
    expect(ended).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  it('runs another built module the same way', async () => {
    project.mainDoes('console.log(JSON.stringify(process.argv.slice(2)))');
    const ended = await project.start(['cli/main', 'x'], { script: 'run.mjs' });
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toContain('["x"]');
    const missing = await project.start(['cli/none'], { script: 'run.mjs' });
    expect(missing).toMatchObject({ code: 1 });
    expect(missing.stderr).toContain('There is no cli/none.ts');
  });
});
