import type { Hunt } from './hunt.ts';

const LOG_EVERY_MS = 15_000;
const TERMINAL_EVERY_MS = 100;
const ERASE_LINE = '\r\u001b[K';

/** A line on stderr that says which bugs are being hunted, and how far. */
export class Standing {
  readonly #total: number;
  readonly #seeds: Map<string, number> = new Map<string, number>();
  #done: number;
  #nextMs = 0;

  /** @param done of them already. */
  constructor(total: number, done: number) {
    this.#total = total;
    this.#done = done;
  }

  at(name: string, seed: number): void {
    this.#seeds.set(name, seed);
    const nowMs = performance.now();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + (process.stderr.isTTY ? TERMINAL_EVERY_MS : LOG_EVERY_MS);
    const hunted = [...this.#seeds].map(([bug, last]) => `${bug} at seed ${last}`).join(', ');
    const line = `${this.#done} of ${this.#total} bugs; ${hunted}`;
    process.stderr.write(process.stderr.isTTY ? ERASE_LINE + line : `${line}\n`);
  }

  /** A log keeps the outcome of each. */
  done({ bug, failure, seeds, cpuSeconds }: Hunt): void {
    this.#seeds.delete(bug.name);
    this.#done += 1;
    if (process.stderr.isTTY) return;
    const outcome = failure === undefined ? 'not found' : `found by ${failure.checker}`;
    process.stderr.write(`${bug.name}: ${outcome}, ${seeds} seeds, ${cpuSeconds.toFixed(1)} s\n`);
  }

  clear(): void {
    if (process.stderr.isTTY) process.stderr.write(ERASE_LINE);
  }
}
