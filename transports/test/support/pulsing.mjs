/** A pool in a thread of its own, with a pulse. Told to block, its thread waits until `gate` is 1. */
import { parentPort, workerData } from 'node:worker_threads';
import { PresharedSecret } from '../../../dist/transports/psk/preshared-secret.js';
import { Pulses } from '../../../dist/transports/health/pulse.js';
import { createUdpPool } from '../../../dist/transports/udp/index.js';

const { memory, gate } = workerData;
const pulse = { pulses: new Pulses(1, memory), worker: 0 };
await createUdpPool({ secret: PresharedSecret.generate(), bind: '127.0.0.1:0', pulse });

parentPort.on('message', () => {
  parentPort.postMessage('blocking');
  Atomics.wait(gate, 0, 0);
  parentPort.postMessage('free');
});
parentPort.postMessage('ready');
