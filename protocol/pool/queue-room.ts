import type { Driver } from './driver.ts';
import type { PoolEndpoint } from './pool-endpoint.ts';

/** Who waits until calls of a priority are taken again: one promise for each priority, however many ask. REQ CONF-5, PQ-6, BP-2 */
export class QueueRoom {
  private readonly endpoint: PoolEndpoint;
  private readonly driver: Driver;
  private readonly waits: Map<number, { promise: Promise<void>; resolve: () => void }> = new Map<
    number,
    { promise: Promise<void>; resolve: () => void }
  >();

  constructor(endpoint: PoolEndpoint, driver: Driver) {
    this.endpoint = endpoint;
    this.driver = driver;
  }

  when(priority: number): Promise<void> {
    this.driver.touchPromise?.();
    if (this.endpoint.wantQueueRoom(priority)) return Promise.resolve();
    let wait = this.waits.get(priority);
    if (wait === undefined) {
      let resolve = (): void => {};
      const promise = new Promise<void>((done) => (resolve = done));
      wait = { promise, resolve };
      this.waits.set(priority, wait);
    }
    return wait.promise;
  }

  onRoom(priority: number): void {
    this.waits.get(priority)?.resolve();
    this.waits.delete(priority);
    this.driver.touchPromise?.();
  }

  /** Nobody waits for what does not come. */
  close(): void {
    for (const priority of this.waits.keys()) this.onRoom(priority);
  }
}
