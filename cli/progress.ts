/** Where a progress line goes: stderr. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Nothing is said of what takes less. */
const QUIET_MS = 1000;
const TERMINAL_EVERY_MS = 100;
/** Logs of CI keep every line. */
const LOG_EVERY_MS = 5000;
const ERASE_LINE = '\r\u001b[K';

/** One line that says how far a long command is: rewritten in place on a terminal, now and then a line elsewhere. */
export class Progress {
  readonly #stream: ProgressStream;
  readonly #nowMs: () => number;
  readonly #startedMs: number;
  #nextMs: number;
  #isShown = false;

  constructor(stream: ProgressStream, nowMs: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#nowMs = nowMs;
    this.#startedMs = nowMs();
    this.#nextMs = this.#startedMs + (stream.isTTY ? QUIET_MS : LOG_EVERY_MS);
  }

  /** May be called as often as wanted; the text is made only when it is shown. */
  update(text: (elapsedMs: number) => string): void {
    const nowMs = this.#nowMs();
    if (nowMs < this.#nextMs) return;
    const line = text(nowMs - this.#startedMs);
    if (this.#stream.isTTY) {
      this.#nextMs = nowMs + TERMINAL_EVERY_MS;
      this.#stream.write(`${ERASE_LINE}${line.slice(0, (this.#stream.columns ?? 80) - 1)}`);
      this.#isShown = true;
    } else {
      this.#nextMs = nowMs + LOG_EVERY_MS;
      this.#stream.write(`${line}\n`);
    }
  }

  /** Takes the line away, before anything else is written. */
  clear(): void {
    if (this.#isShown) this.#stream.write(ERASE_LINE);
    this.#isShown = false;
  }
}
