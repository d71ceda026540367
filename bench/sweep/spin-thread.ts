/** A thread that does nothing but arithmetic: what two cores of this machine do at best, beside whatever else it does. */
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', (rounds: number) => {
  let hash = 1;
  for (let i = 0; i < rounds; i++) hash = Math.imul(hash ^ i, 0x9e3779b1) ^ (hash >>> 15);
  parentPort?.postMessage(hash);
});
