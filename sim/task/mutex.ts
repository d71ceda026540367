import { SimError } from './errors.ts';
import { formatDuration } from './duration.ts';
import { WaitKind } from './wait-kinds.ts';
import { WaitQueue } from './wait-queue.ts';
import type { Scheduler } from './scheduler.ts';
import type { Task } from './task.ts';
import type { Waitable } from './wait.ts';
import type { Resource } from '../kernel/resource.ts';
import type { Nanos } from '../../protocol/core/units.ts';

/** A lock that is held. */
export interface MutexGuard {
  /** Passes the lock on. Throws SimError `not-held` the second time. */
  release(): void;
}

class Guard implements MutexGuard {
  readonly #mutex: Mutex;

  constructor(mutex: Mutex) {
    this.#mutex = mutex;
  }

  release(): void {
    this.#mutex.giveBack(this);
  }
}

/** One task at a time, in the order in which they came. */
export class Mutex implements Waitable {
  readonly name: string;
  readonly #scheduler: Scheduler;
  readonly #resource: Resource | undefined;
  readonly #waiting = new WaitQueue();
  #guard: Guard | undefined;
  #holder: Task | undefined;
  #sinceNs: Nanos = 0;

  constructor(scheduler: Scheduler, name: string) {
    this.#scheduler = scheduler;
    this.#resource = scheduler.resource('mutex', name);
    this.name = name;
  }

  get isLocked(): boolean {
    this.#resource?.read();
    return this.#guard !== undefined;
  }

  /** The task that holds it, for reports. */
  get holder(): Task | undefined {
    return this.#holder;
  }

  /** Resolves when the lock is held; release it in a `finally`, or use runExclusive(). */
  lock(): Promise<MutexGuard> {
    const guard = this.tryLock();
    if (guard !== undefined) return Promise.resolve(guard);
    const wait = this.#scheduler.wait(WaitKind.LOCK, this);
    if (wait.isPending) this.#waiting.push(wait);
    return wait.promise as Promise<MutexGuard>;
  }

  /** The lock if it is free, else undefined. */
  tryLock(): MutexGuard | undefined {
    this.#resource?.write();
    return this.#guard === undefined ? this.#grant(this.#scheduler.current) : undefined;
  }

  /** Runs `work` with the lock held and releases it, however `work` ends. */
  async runExclusive<R>(work: () => R | PromiseLike<R>): Promise<R> {
    const guard = await this.lock();
    try {
      return await work();
    } finally {
      guard.release();
    }
  }

  /** A guard's release(). */
  giveBack(guard: Guard): void {
    this.#resource?.write();
    if (this.#guard !== guard) throw new SimError('not-held', `mutex '${this.name}' was released already`);
    const next = this.#waiting.shift();
    this.#guard = undefined;
    this.#holder = undefined;
    next?.complete(this.#grant(next.task));
  }

  describe(): string {
    const holder = this.#holder;
    if (holder === undefined) return `mutex '${this.name}'`;
    const ended = holder.hasEnded ? ', which has ended without releasing it' : '';
    return `mutex '${this.name}', held by task ${holder.label}${ended} since ${formatDuration(this.#sinceNs)}`;
  }

  /** A wait of a task that gives up has left. */
  abandoned(): void {
    this.#resource?.write();
  }

  #grant(holder: Task): MutexGuard {
    this.#guard = new Guard(this);
    this.#holder = holder;
    this.#sinceNs = this.#scheduler.kernel.now;
    return this.#guard;
  }
}
