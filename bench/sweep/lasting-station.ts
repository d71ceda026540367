import { threadStations, type OpenStation, type WorkerOrder } from '../../scenarios/sweep/index.ts';

/** A worker thread that serves one sweep after another. */
export class LastingStation {
  /** Resolves when it can run seeds. */
  readonly ready: Promise<void>;
  readonly open: OpenStation;
  readonly close: () => Promise<void>;

  constructor(order: WorkerOrder) {
    let events: Parameters<OpenStation>[0] | undefined;
    let station: ReturnType<OpenStation> | undefined;
    this.ready = new Promise((resolve, reject) => {
      station = threadStations(order)({
        ready: resolve,
        finished: (run) => events?.finished(run),
        crashed: (error) => {
          reject(error as Error);
          events?.crashed(error);
        },
      });
    });
    this.open = (listener) => {
      events = listener;
      queueMicrotask(() => listener.ready());
      return { run: (seed) => station?.run(seed), close: () => Promise.resolve() };
    };
    this.close = () => station?.close() ?? Promise.resolve();
  }
}
