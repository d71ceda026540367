/** Ways to run the same cases that must not matter. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { Rng } from '../../sim/random/rng.ts';
import type { CaseOutcome } from './cases.ts';
import type { CaseOrder } from './run-cases.ts';

export interface Way {
  readonly name: string;
  /** Runs one order in a process or thread of its own. Rejects if that breaks off. */
  readonly run: (order: CaseOrder, onOutcome: (outcome: CaseOutcome) => void) => Promise<void>;
  /** What is run at the same time: an order for each. */
  readonly lanes: (names: readonly string[]) => string[][];
}

/** @param script path of run-cases.js */
export function waysHere(script: string): Way[] {
  const inProcess = processRunner(process.execPath, script);
  const inThread = threadRunner(script);
  return [
    { name: 'in order', run: inProcess, lanes: (names) => [[...names]] },
    { name: 'other order', run: inProcess, lanes: (names) => [shuffled(names)] },
    { name: 'worker thread', run: inThread, lanes: (names) => [[...names]] },
    { name: 'two threads', run: inThread, lanes: (names) => [0, 1].map((lane) => everySecond(names, lane)) },
  ];
}

export function wayOnNode(node: string, version: string, script: string): Way {
  return { name: `Node ${version}`, run: processRunner(node, script), lanes: (names) => [[...names]] };
}

function processRunner(node: string, script: string): Way['run'] {
  return async (order, onOutcome) => {
    const child = spawn(node, [script, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    for await (const line of createInterface({ input: child.stdout }))
      onOutcome(JSON.parse(line) as CaseOutcome);
    const code = await ended;
    if (code !== 0) throw new Error(`the process ended with ${code}`);
  };
}

function threadRunner(script: string): Way['run'] {
  return (order, onOutcome) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(script, { workerData: order });
      worker.on('message', onOutcome);
      worker.on('error', reject);
      worker.on('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`the thread ended with ${code}`)),
      );
    });
}

/** Fisher and Yates. */
function shuffled(names: readonly string[]): string[] {
  const order = [...names];
  const rng = new Rng(1);
  for (let i = order.length - 1; i > 0; i -= 1) {
    const other = rng.below(i + 1);
    [order[i], order[other]] = [order[other] as string, order[i] as string];
  }
  return order;
}

function everySecond(names: readonly string[], lane: number): string[] {
  return names.filter((_, index) => index % 2 === lane);
}
