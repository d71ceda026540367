import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { OpenStation } from './station.ts';
import type { WorkerMessage, WorkerOrder } from './worker-order.ts';

/** Stations that are worker threads. What a simulation prints goes to stderr: stdout is for the summary. */
export function threadStations(order: WorkerOrder): OpenStation {
  return (events) => {
    const worker = new Worker(workerUrl(), { workerData: order, stdout: true });
    worker.stdout.pipe(process.stderr, { end: false });
    let isClosed = false;
    let error: unknown;
    worker.on('message', (message: WorkerMessage) => {
      if (isClosed) return;
      if (message === 'ready') events.ready();
      else events.finished(message);
    });
    worker.on('error', (thrown) => (error = thrown));
    worker.on('exit', (code) => {
      if (!isClosed) events.crashed(error ?? new Error(`its worker ended with exit code ${code}`));
    });
    return {
      run: (seed) => worker.postMessage(seed),
      close: async () => {
        isClosed = true;
        await worker.terminate();
      },
    };
  };
}

/** Beside this file, built like this file. */
function workerUrl(): URL {
  const url = new URL('./worker.ts', import.meta.url);
  url.pathname = url.pathname.replace(/\.ts$/, extname(import.meta.url));
  return url;
}
