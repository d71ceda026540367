/** A worker thread of a sweep: runs the seeds it is sent, one after another. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { Extension } from '../run/index.ts';
import { thawScenario } from './frozen-scenario.ts';
import { runSeed } from './run-seed.ts';
import type { ModuleReference, WorkerMessage, WorkerOrder } from './worker-order.ts';

const port = parentPort as MessagePort;
const { scenario: frozen, modules } = workerData as WorkerOrder;
const say = (message: WorkerMessage): void => port.postMessage(message);

const scenario = thawScenario(frozen);
const extensions = await Promise.all(modules.map(loadModule));
const waiting: number[] = [];
let isRunning = false;

port.on('message', (seed: number) => {
  waiting.push(seed);
  void runWaiting();
});
say('ready');

async function runWaiting(): Promise<void> {
  if (isRunning) return;
  isRunning = true;
  for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
    say(await runSeed(scenario, seed, extensions));
  }
  isRunning = false;
}

async function loadModule({ path, url }: ModuleReference): Promise<Extension> {
  const module = (await import(url)) as Record<string, unknown>;
  return { path, extend: (module['default'] ?? module['extend']) as Extension['extend'] };
}
