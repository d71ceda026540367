import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Job, JobNews } from './job.ts';
import type { Sample } from './table-spec.ts';

export interface PoolOptions {
  /** Jobs at a time. */
  jobs: number;
  onProgress(job: Job, share: number): void;
  onDone(job: Job, sample: Sample, cpuSeconds: number): void;
  /** Ends what is running; it is not reported. */
  signal: AbortSignal;
}

/** Measures each job in a worker thread. Rejects with the first that fails. */
export async function measureAll(jobs: readonly Job[], options: PoolOptions): Promise<void> {
  const waiting = [...jobs];
  const lanes = Array.from({ length: Math.min(options.jobs, jobs.length) }, () => work(waiting, options));
  try {
    await Promise.all(lanes);
  } catch (error) {
    waiting.length = 0;
    await Promise.allSettled(lanes);
    throw error;
  }
}

async function work(waiting: Job[], options: PoolOptions): Promise<void> {
  const worker = new Worker(workerUrl());
  const stop = (): void => void worker.terminate();
  options.signal.addEventListener('abort', stop);
  try {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      if (options.signal.aborted) return;
      await measureOne(worker, job, options);
    }
  } finally {
    options.signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

function measureOne(worker: Worker, job: Job, options: PoolOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      worker.off('exit', onExit);
      then();
    };
    const onMessage = (news: JobNews): void => {
      if (news.kind === 'progress') return options.onProgress(job, news.share);
      settle(() => {
        if (news.kind === 'failed')
          return reject(new Error(`${job.table}, ${job.row}, seed ${job.seed}: ${news.message}`));
        options.onDone(job, news.sample, news.cpuSeconds);
        resolve();
      });
    };
    const onError = (error: unknown): void => settle(() => reject(error as Error));
    const onExit = (): void => settle(resolve);
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.on('exit', onExit);
    worker.postMessage(job);
  });
}

/** Beside this file, built like this file. */
function workerUrl(): URL {
  const url = new URL('./worker.ts', import.meta.url);
  url.pathname = url.pathname.replace(/\.ts$/, extname(import.meta.url));
  return url;
}
