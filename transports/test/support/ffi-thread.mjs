// argv: name, 'main-first' or 'worker-first'. Two threads call C through the interface; prints what they got, or why not.
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { loadFfi } from '../../../dist/transports/native/index.js';

const [, , name, order] = process.argv;
const report = [];

function measure() {
  const causes = [];
  const ffi = loadFfi((event) => causes.push(...event.causes.map(({ message }) => message)), [name]);
  if (ffi === undefined) return causes.join();
  return ffi.open('libc.so.6').declare('strlen', 'u64', ['text'])('four');
}

if (isMainThread) {
  if (order === 'main-first') measure();
  for (let i = 0; i < 2; i += 1) {
    const argv = process.argv.slice(2);
    const worker = new Worker(new URL(import.meta.url), { argv });
    const [said] = await Promise.all([
      new Promise((resolve) => worker.on('message', resolve)),
      new Promise((resolve) => worker.on('exit', resolve)),
    ]);
    report.push(said);
  }
  console.log([name, ...report].join(' '));
} else {
  parentPort.postMessage(measure());
}
