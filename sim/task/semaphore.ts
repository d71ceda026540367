import { SimError } from './errors.ts';
import { WaitKind } from './wait-kinds.ts';
import { WaitQueue } from './wait-queue.ts';
import type { Scheduler } from './scheduler.ts';
import type { Wait, Waitable } from './wait.ts';
import type { Resource } from '../kernel/resource.ts';

/** Permits that are held. */
export class Permit {
  readonly count: number;
  readonly #giveBack: (count: number) => void;
  #isHeld = true;

  constructor(count: number, giveBack: (count: number) => void) {
    this.count = count;
    this.#giveBack = giveBack;
  }

  /** Throws SimError `not-held` the second time. */
  release(): void {
    if (!this.#isHeld) throw new SimError('not-held', 'a permit was released already');
    this.#isHeld = false;
    this.#giveBack(this.count);
  }
}

/**
 * A number of permits. Fair: whoever came first is served first, also if there are enough permits for somebody who came later
 * and wants fewer.
 */
export class Semaphore implements Waitable {
  readonly name: string;
  readonly permits: number;
  readonly #scheduler: Scheduler;
  readonly #resource: Resource | undefined;
  readonly #waiting = new WaitQueue();
  readonly #giveBack = (count: number): void => {
    this.#available += count;
    this.#serve();
  };
  #available: number;

  /** @param permits a positive integer. */
  constructor(scheduler: Scheduler, name: string, permits: number) {
    if (!Number.isSafeInteger(permits) || permits < 1) {
      throw new SimError('bad-argument', `a semaphore has a positive number of permits, not ${permits}`);
    }
    this.#scheduler = scheduler;
    this.#resource = scheduler.resource('semaphore', name);
    this.name = name;
    this.permits = permits;
    this.#available = permits;
  }

  get available(): number {
    this.#resource?.read();
    return this.#available;
  }

  /** Resolves when `count` permits are held. Throws SimError `bad-argument` for more than there are. */
  acquire(count = 1): Promise<Permit> {
    const permit = this.tryAcquire(count);
    if (permit !== undefined) return Promise.resolve(permit);
    const wait = this.#scheduler.wait(WaitKind.ACQUIRE, this);
    wait.item = count;
    if (wait.isPending) this.#waiting.push(wait);
    return wait.promise as Promise<Permit>;
  }

  /** The permits if they are there and nobody waits, else undefined. */
  tryAcquire(count = 1): Permit | undefined {
    if (!Number.isSafeInteger(count) || count < 1 || count > this.permits) {
      throw new SimError(
        'bad-argument',
        `semaphore '${this.name}' has 1 to ${this.permits} permits to give, not ${count}`,
      );
    }
    this.#resource?.write();
    return this.#waiting.length === 0 && count <= this.#available ? this.#grant(count) : undefined;
  }

  /** Runs `work` with `count` permits held and releases them, however `work` ends. */
  async runWith<R>(work: () => R | PromiseLike<R>, count = 1): Promise<R> {
    const permit = await this.acquire(count);
    try {
      return await work();
    } finally {
      permit.release();
    }
  }

  describe(wait: Wait): string {
    return `${String(wait.item)} of semaphore '${this.name}', which has ${this.#available} of ${this.permits} permits left`;
  }

  /** Whoever wanted more than there was may have stood in the way. */
  abandoned(): void {
    this.#serve();
  }

  #serve(): void {
    this.#resource?.write();
    for (let wait = this.#waiting.first; wait !== undefined; wait = this.#waiting.first) {
      const count = wait.item as number;
      if (count > this.#available) return;
      this.#waiting.remove(wait);
      wait.complete(this.#grant(count));
    }
  }

  #grant(count: number): Permit {
    this.#available -= count;
    return new Permit(count, this.#giveBack);
  }
}
