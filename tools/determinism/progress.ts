/** A line on stderr that says how far a long command is: rewritten on a terminal, now and then in a log. */
const LOG_EVERY_MS = 15_000;

export class Progress {
  readonly #what: string;
  readonly #total: number;
  #done = 0;
  #toldAtMs: number;

  constructor(what: string, total: number) {
    this.#what = what;
    this.#total = total;
    this.#toldAtMs = performance.now();
    this.#show();
  }

  step(): void {
    this.#done += 1;
    this.#show();
  }

  #show(): void {
    const text = `${this.#what}: ${this.#done}/${this.#total}`;
    const ends = this.#done === this.#total;
    if (process.stderr.isTTY) {
      process.stderr.write(`\r${text}${ends ? '\n' : ''}`);
    } else if (ends || this.#done === 0 || performance.now() - this.#toldAtMs > LOG_EVERY_MS) {
      this.#toldAtMs = performance.now();
      process.stderr.write(`${text}\n`);
    }
  }
}
