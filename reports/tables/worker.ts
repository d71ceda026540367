/** A worker thread: measures the rows it is sent, one after the other. */
import { parentPort, type MessagePort } from 'node:worker_threads';
import { tableNamed } from './all.ts';
import type { Job, JobNews } from './job.ts';

const PROGRESS_EVERY_MS = 250;

const port = parentPort as MessagePort;
const say = (news: JobNews): void => port.postMessage(news);

port.on('message', (job: Job) => {
  measure(job).then(say, (error: unknown) => {
    say({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  });
});

async function measure({ table, row, seed, scale }: Job): Promise<JobNews> {
  const spec = tableNamed(table);
  if (spec === undefined) throw new Error(`there is no table ${table}`);
  const start = process.cpuUsage();
  let saidAt = 0;
  const sample = await spec.measure(row, seed, {
    scale,
    onProgress: (share) => {
      const now = performance.now();
      if (now < saidAt + PROGRESS_EVERY_MS) return;
      saidAt = now;
      say({ kind: 'progress', share });
    },
  });
  const { user, system } = process.cpuUsage(start);
  return { kind: 'done', sample, cpuSeconds: (user + system) / 1e6 };
}
