import { OVER, type SimError } from './errors.ts';
import { StepPool } from './step-pool.ts';
import { TaskList } from './task-list.ts';
import { Wait, type Waitable } from './wait.ts';
import type { Chooser } from './choice.ts';
import { DUE, type Step } from './step.ts';
import type { Task } from './task.ts';
import type { WaitKind } from './wait-kinds.ts';
import { NO_EVENT, type EventId, type Kernel } from '../kernel/kernel.ts';
import type { Rng } from '../random/rng.ts';
import type { Trace } from '../trace/trace.ts';
import type { Nanos } from '../../protocol/core/units.ts';

/** Waits that one task may have refused before it is left waiting forever: it does not listen and would never end. */
const REFUSALS_MAX = 1000;
/** In the place of an event's id: the step is in the pool. */
const IN_POOL: EventId = -1;

/** Decides which step of the program is next, and knows whose step it is. */
export class Scheduler {
  readonly kernel: Kernel;
  readonly trace: Trace;
  readonly rng: Rng;
  /** Whose code runs now: who waits, and in whose group is spawned. Set by every step before it calls into the program. */
  current!: Task;
  isOver = false;
  readonly tasks: TaskList = new TaskList();
  /** Primary tasks that have not ended. */
  primaries = 0;
  readonly #pool: StepPool | undefined;
  /** The event in which deliver() ran a step last. */
  #deliveredIn = -1;

  constructor(kernel: Kernel, trace: Trace, rng: Rng, chooser: Chooser | undefined) {
    this.kernel = kernel;
    this.trace = trace;
    this.rng = rng;
    this.#pool = chooser === undefined ? undefined : new StepPool(kernel, chooser);
  }

  /** True if a chooser is asked, who wants to know the steps by ids that mean the same in every schedule. */
  get explores(): boolean {
    return this.#pool !== undefined;
  }

  /** Runs `step` at this instant, in an event of its own. */
  ready(step: Step): void {
    if (this.#pool === undefined) this.kernel.schedule(this.kernel.now, step);
    else this.#pool.add(step);
  }

  /**
   * True if a step may run in the present event, which is not its own: it has run none yet, since two in one event would run
   * interleaved, and nobody wants to choose.
   */
  mayDeliver(): boolean {
    const { events } = this.kernel;
    if (this.#pool !== undefined || this.#deliveredIn === events) return false;
    this.#deliveredIn = events;
    return true;
  }

  /** Runs `step` in the present event if it may, else in one of its own. */
  deliver(step: Step): void {
    if (this.mayDeliver()) step.run();
    else this.ready(step);
  }

  /** Runs `step` at the instant `atNs`; it gets the event DUE, and must ask defers() then. */
  at(atNs: Nanos, step: Step): EventId {
    const { kernel } = this;
    if (this.#pool === undefined || atNs > kernel.now) return kernel.schedule(atNs, step, DUE);
    this.#pool.add(step);
    return IN_POOL;
  }

  /** True if what at() was asked for had not happened and now does not. */
  cancel(id: EventId, step: Step): boolean {
    return id === IN_POOL ? this.#pool?.remove(step) === true : this.kernel.cancel(id);
  }

  /** IN_POOL if `step`, whose time has come, competes with others now; NO_EVENT if it is to run. */
  defers(step: Step): EventId {
    if (this.#pool === undefined) return NO_EVENT;
    this.#pool.add(step);
    return IN_POOL;
  }

  /** The current task begins to wait; `isPending` is false if it is refused. */
  wait(kind: WaitKind, on: Waitable | undefined): Wait {
    const wait = new Wait(this, kind, on);
    const reason = this.isOver ? OVER : wait.task.reason;
    if (reason !== undefined) this.#refuse(wait, reason);
    return wait;
  }

  /** Throws SimError `ended` if the run is over. */
  mustRun(): void {
    if (this.isOver) throw OVER;
  }

  /** A primary task has ended. */
  primaryEnded(): void {
    if (--this.primaries === 0) this.kernel.stop('all primary tasks have ended');
  }

  #refuse(wait: Wait, reason: SimError): void {
    const { task } = wait;
    wait.isPending = false;
    task.removeWait(wait);
    if (!this.isOver && ++task.refusals > REFUSALS_MAX) return;
    wait.refuse(reason);
  }
}
