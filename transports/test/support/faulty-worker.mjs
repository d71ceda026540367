// A worker that does what a test says on the channel `faults`: it throws, or stands still until the gate opens.
import { workerData } from 'node:worker_threads';
import '../../../dist/transports/workers/worker-main.js';

const faults = new BroadcastChannel('faults');
faults.unref();
faults.onmessage = ({ data: { worker, fault, gate } }) => {
  if (worker !== workerData.worker) return;
  if (fault === 'throw') throw new Error('as the test says');
  Atomics.wait(new Int32Array(gate), 0, 0);
};
