import { jobKey } from '../../reports/tables/job.ts';
import type { Job } from '../../reports/tables/job.ts';

const TERMINAL_EVERY_MS = 250;
const LOG_EVERY_MS = 10_000;

/** How far the rows are, on stderr: a line that is rewritten on a terminal, now and then a line elsewhere. */
export class Progress {
  private readonly total: number;
  private done: number;
  private readonly running: Map<string, { job: Job; share: number }> = new Map();
  private readonly startedMs: number = performance.now();
  private saidMs: number = performance.now();
  private shown = false;

  constructor(total: number, done: number) {
    this.total = total;
    this.done = done;
  }

  update(job: Job, share: number): void {
    this.running.set(jobKey(job), { job, share });
    const { isTTY = false, columns = 80 } = process.stderr;
    const now = performance.now();
    if (now < this.saidMs + (isTTY ? TERMINAL_EVERY_MS : LOG_EVERY_MS)) return;
    this.saidMs = now;
    const rows = [...this.running.values()].map(
      ({ job: { row, seed }, share: part }) => `${row} seed ${seed} ${Math.floor(part * 100)} %`,
    );
    const seconds = Math.round((now - this.startedMs) / 1000);
    const line = `${this.done} of ${this.total} runs, ${seconds} s: ${rows.join(', ')}`;
    process.stderr.write(isTTY ? `\r\u001b[K${line.slice(0, columns - 1)}` : `${line}\n`);
    this.shown = isTTY;
  }

  finish(job: Job): void {
    this.running.delete(jobKey(job));
    this.done += 1;
  }

  clear(): void {
    if (this.shown) process.stderr.write('\r\u001b[K');
    this.shown = false;
  }
}
