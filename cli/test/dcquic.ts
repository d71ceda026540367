import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach } from 'vitest';

export const ROOT: string = join(import.meta.dirname, '..', '..');
export const MAIN: string = join(ROOT, 'dist', 'cli', 'main.js');
export const LIBRARY: string = join(ROOT, 'scenarios', 'library');

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

const living = new Set<ChildProcess>();

afterEach(() => {
  for (const child of living) child.kill('SIGKILL');
});

/** The built command line in a process of its own. `npm test` builds it. */
export function start(args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: ROOT, ...options });
  living.add(child);
  child.on('exit', () => living.delete(child));
  return child;
}

export function finished(child: ChildProcess): Promise<Finished> {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...texts })));
}

export function dcquic(args: readonly string[], options: SpawnOptions = {}): Promise<Finished> {
  return finished(start(args, options));
}

/** The last line that says something. */
export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}

/** Lines of a stream as they come. */
export class Lines {
  readonly #iterator: AsyncIterator<string>;

  constructor(stream: NodeJS.ReadableStream | null) {
    if (stream === null) throw new Error('the stream is not piped');
    this.#iterator = createInterface({ input: stream })[Symbol.asyncIterator]();
  }

  async next(): Promise<string> {
    const { value, done } = await this.#iterator.next();
    if (done) throw new Error('the stream ended');
    return value as string;
  }
}

/** A folder that goes away with the test file. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'dcquic-cli-'));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
