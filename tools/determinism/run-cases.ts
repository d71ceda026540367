/**
 * Runs cases one after the other, in a process of its own or in a worker thread. Both are told a CaseOrder, and each answers with outcomes
 * in that order: the process prints a line of JSON for each, the thread posts them.
 */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { DivergingInterval } from '../../sim/trace/divergence.ts';
import { runCase } from './cases.ts';

export interface CaseOrder {
  readonly names: readonly string[];
  /** Keep these records of the last one. */
  readonly kept?: DivergingInterval;
}

const { names, kept } = (isMainThread ? JSON.parse(process.argv[2] ?? '') : workerData) as CaseOrder;
for (const [index, name] of names.entries()) {
  const outcome = await runCase(name, index === names.length - 1 ? kept : undefined);
  if (isMainThread) process.stdout.write(`${JSON.stringify(outcome)}\n`);
  else parentPort?.postMessage(outcome);
}
