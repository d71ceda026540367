import { complain } from './terminal.ts';

/** Ctrl-C once asks a command to stop; a second time ends the process at once. */
export class Interrupt {
  #isRequested = false;
  readonly #onRequest: (() => void) | undefined;
  readonly #signals: readonly NodeJS.Signals[];

  constructor(onRequest?: () => void, signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM']) {
    this.#onRequest = onRequest;
    this.#signals = signals;
    for (const signal of signals) process.on(signal, this.#handle);
  }

  get isRequested(): boolean {
    return this.#isRequested;
  }

  /** The signals mean what they meant before. */
  release(): void {
    for (const signal of this.#signals) process.off(signal, this.#handle);
  }

  readonly #handle = (): void => {
    if (this.#isRequested) {
      complain('dcquic: interrupted twice, leaving at once');
      process.exit(130);
    }
    this.#isRequested = true;
    this.#onRequest?.();
  };
}
