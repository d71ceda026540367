import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { stop } from '../child.ts';

/** A program and its arguments. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

const LINE_MS_MAX = 120_000;

/** A server or a client of the comparison: says JSON on lines of stdout, is told to go on by lines of stdin. */
export class PeerProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #name: string;

  constructor(name: string, { command, args }: Program) {
    this.#name = name;
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    // It may be gone when it is told something; its next line, which does not come, says so.
    this.#child.stdin?.on('error', () => {});
    this.#child.on('error', () => {});
    this.#lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream })[
      Symbol.asyncIterator
    ]();
  }

  /** Its next line. Rejects if it ends or says nothing for two minutes. */
  async next<T>(): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${this.#name} says nothing`)), LINE_MS_MAX);
    });
    try {
      const { done, value } = await Promise.race([this.#lines.next(), late]);
      if (done === true) throw new Error(`${this.#name} has ended`);
      return JSON.parse(value) as T;
    } finally {
      clearTimeout(timer);
    }
  }

  go(): void {
    this.#child.stdin?.write('\n');
  }

  /** Nanoseconds on a processor until now, all threads; undefined where the system does not say. */
  cpuNs(): number | undefined {
    const tasks = `/proc/${this.#child.pid}/task`;
    try {
      return readdirSync(tasks)
        .map((task) => Number(readFileSync(`${tasks}/${task}/schedstat`, 'latin1').split(' ')[0]))
        .reduce((sum, ns) => sum + ns, 0);
    } catch {
      return undefined;
    }
  }

  stop(): Promise<void> {
    return stop(this.#child);
  }
}
