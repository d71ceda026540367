import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

const ROUNDS = 30_000_000;

/** Threads that do arithmetic, alone or side by side. */
export class Spinners {
  readonly #workers: readonly Worker[];

  constructor(count: number) {
    const url = new URL('./spin-thread.ts', import.meta.url);
    url.pathname = url.pathname.replace(/\.ts$/, extname(import.meta.url));
    this.#workers = Array.from({ length: count }, () => new Worker(url));
  }

  /** Seconds until the first `count` threads have each done the same work. */
  async spin(count: number): Promise<number> {
    const startedMs = performance.now();
    const ends = this.#workers.slice(0, count).map(
      (worker) =>
        new Promise((resolve) => {
          worker.once('message', resolve);
          worker.postMessage(ROUNDS);
        }),
    );
    await Promise.all(ends);
    return (performance.now() - startedMs) / 1000;
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
