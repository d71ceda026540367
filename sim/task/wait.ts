import { TaskKind } from './trace-kinds.ts';
import { WaitKind } from './wait-kinds.ts';
import { NO_EVENT, type EventId } from '../kernel/kernel.ts';
import type { Scheduler } from './scheduler.ts';
import type { Step } from './step.ts';
import type { Task } from './task.ts';
import type { WaitQueue } from './wait-queue.ts';
import type { StepKind, Touchable } from '../kernel/choice.ts';
import type { Nanos } from '../../protocol/core/units.ts';

/** Something that tasks wait for. */
export interface Waitable {
  /** Completes "waits for …" in the report of a stalled run. */
  describe(wait: Wait): string;
  /** `wait` has left the queue without what it waited for. */
  abandoned?(wait: Wait): void;
}

type Settle = (value: unknown) => void;

// The executor is one function for all promises: a closure for each would cost as much as the promise.
let lastResolve: Settle;
let lastReject: Settle;
function capture(resolve: Settle, reject: Settle): void {
  lastResolve = resolve;
  lastReject = reject;
}

function ignore(): void {}

/**
 * One task, or one strand of it, waiting for one thing. It is pending until complete(), fail() or cancel(); from then on it is
 * decided, and a step of its own settles the promise. What was decided stays so: a lock that was granted is held, an
 * item that was handed over is delivered, also if the task is aborted between the decision and the step.
 */
export class Wait implements Step {
  readonly promise: Promise<unknown>;
  readonly waitKind: WaitKind;
  readonly on: Waitable | undefined;
  readonly task: Task;
  readonly sinceNs: Nanos;
  readonly ordinal: number;
  /** What the waiting task brings along: the item to send, the number of permits. */
  item: unknown = undefined;
  /** The pending event of a sleep. */
  event: EventId = NO_EVENT;
  isPending = true;
  /** The queue it waits in, and its neighbours there. */
  queue: WaitQueue | undefined = undefined;
  next: Wait | undefined = undefined;
  previous: Wait | undefined = undefined;
  /** Its neighbours in the list of all waits of the task. */
  nextOfTask: Wait | undefined = undefined;
  previousOfTask: Wait | undefined = undefined;
  readonly #resolve: Settle;
  readonly #reject: Settle;
  #value: unknown = undefined;
  #failed = false;

  constructor(scheduler: Scheduler, waitKind: WaitKind, on: Waitable | undefined) {
    this.promise = new Promise(capture);
    this.#resolve = lastResolve;
    this.#reject = lastReject;
    this.task = scheduler.current;
    this.waitKind = waitKind;
    this.on = on;
    this.sinceNs = scheduler.kernel.now;
    this.ordinal = this.task.addWait(this);
  }

  get kind(): StepKind {
    if (this.#failed) return 'wake';
    if (this.waitKind === WaitKind.SLEEP) return 'timer';
    return this.waitKind === WaitKind.DATAGRAM ? 'delivery' : 'wake';
  }

  get id(): number {
    return this.task.id;
  }

  get label(): string {
    return this.task.label;
  }

  get touches(): readonly Touchable[] | undefined {
    return this.task.touches;
  }

  /** What it waited for has come; it must have left its queue. */
  complete(value: unknown): void {
    this.#decide(value);
    this.task.scheduler.ready(this);
  }

  /** The same, in an event that has no step of its own yet. */
  deliver(value: unknown): void {
    this.#decide(value);
    this.task.scheduler.deliver(this);
  }

  fail(error: unknown): void {
    this.#failed = true;
    this.complete(error);
  }

  /** Gives up, if nothing was decided yet. */
  cancel(error: unknown): void {
    if (!this.isPending) return;
    if (this.event !== NO_EVENT && !this.task.scheduler.kernel.cancel(this.event)) {
      this.task.group.life.callsOff(this);
    }
    if (this.queue !== undefined) this.queue.remove(this);
    // A task that is to give up may have waits that it does not listen to.
    this.promise.catch(ignore);
    this.fail(error);
    this.on?.abandoned?.(this);
  }

  /** Rejects at once, without a step: the task is to give up, and notices on its next wait. */
  refuse(error: unknown): void {
    this.promise.catch(ignore);
    this.#reject(error);
  }

  competes(): Step {
    return this;
  }

  onEvent(): void {
    this.run();
  }

  run(): void {
    const { task } = this;
    const { scheduler } = task;
    if (scheduler.putsOff(task, this)) return;
    this.isPending = false;
    task.removeWait(this);
    scheduler.current = task;
    const { kernel, trace } = scheduler;
    const failed = this.#failed ? 1 : 0;
    const { group, serial } = task;
    trace.record(kernel.now, TaskKind.WOKE, group.index, serial, this.waitKind, this.sinceNs, failed);
    kernel.touchPromise();
    if (this.#failed) this.#reject(this.#value);
    else this.#resolve(this.#value);
  }

  #decide(value: unknown): void {
    this.isPending = false;
    this.#value = value;
  }
}
