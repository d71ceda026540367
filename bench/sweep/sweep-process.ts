import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { packageRoot } from '../../scenarios/distributions/package-root.ts';

export interface SweepCost {
  /** From the start of the process to its end. */
  wallS: number;
  /** Of all its threads. */
  processorS: number;
}

export interface SweptProcess extends SweepCost {
  /** Over the result of every seed. */
  hash: string;
}

/** Runs `dcquic sweep` with `--json` as its user would; `pinned`: on the first core alone. Rejects if it fails. */
export async function sweepProcess(args: readonly string[], pinned: boolean): Promise<SweptProcess> {
  const preload = new URL('./cost-on-exit.ts', import.meta.url);
  preload.pathname = preload.pathname.replace(/\.ts$/, extname(import.meta.url));
  const program = join(packageRoot(), 'dist/cli/main.js');
  const node = [process.execPath, '--import', preload.href, program, 'sweep', ...args, '--json'];
  const [file = '', ...rest] = pinned ? ['taskset', '-c', '0', ...node] : node;
  const startedMs = performance.now();
  const child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], cwd: packageRoot() });
  const [summary, complaint, cost, [code]] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    text(child.stdio[3] as Readable),
    once(child, 'close') as Promise<[number]>,
  ]);
  if (code !== 0) throw new Error(`dcquic sweep ${args.join(' ')} ended with ${code}: ${complaint}`);
  const wallS = (performance.now() - startedMs) / 1000;
  return { wallS, processorS: Number(cost), hash: (JSON.parse(summary) as { hash: string }).hash };
}
