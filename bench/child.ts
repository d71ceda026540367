import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A program of our own in a process of its own. Its stderr is ours. */
export function startNode(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The first line of its stdout as JSON, from a server that says where it listens. */
export async function firstJson<T>(child: ChildProcess): Promise<T> {
  for await (const line of linesOf(child)) return JSON.parse(line) as T;
  throw new Error(`${nameOf(child)} said nothing`);
}

/** Runs it to its end; its stdout as JSON. Rejects if it fails. */
export async function runNodeJson<T>(args: readonly string[]): Promise<T> {
  const child = startNode(args);
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const code = await new Promise((ended) => child.on('close', ended));
  if (code !== 0) throw new Error(`${nameOf(child)} ended with ${String(code)}`);
  return JSON.parse(text) as T;
}

/** Ends a child and waits until it is gone. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((ended) => child.on('exit', ended));
  child.kill('SIGTERM');
  await gone;
}

function linesOf(child: ChildProcess): AsyncIterable<string> {
  if (child.stdout === null) throw new Error('its stdout is not piped');
  return createInterface({ input: child.stdout });
}

function nameOf(child: ChildProcess): string {
  return child.spawnargs.slice(1, 4).join(' ');
}
