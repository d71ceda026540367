import { OVER, type SimError } from './errors.ts';
import { TaskList } from './task-list.ts';
import { Wait, type Waitable } from './wait.ts';
import type { Step } from './step.ts';
import type { Task } from './task.ts';
import type { WaitKind } from './wait-kinds.ts';
import { childId } from '../kernel/identity.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Resource } from '../kernel/resource.ts';
import type { Rng } from '../random/rng.ts';
import type { Trace } from '../trace/trace.ts';

/** Calls of one task that are refused before it is left waiting for ever: it does not listen, and would call again for ever. */
const REFUSALS_MAX = 1000;

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
  /** What a task threw last, and its label. */
  thrown: { readonly error: unknown; readonly task: string } | undefined = undefined;
  /** Hosts that are paused. */
  pausedHosts = 0;
  /** The event in which deliver() ran a step last. */
  #deliveredIn = -1;

  constructor(kernel: Kernel, trace: Trace, rng: Rng) {
    this.kernel = kernel;
    this.trace = trace;
    this.rng = rng;
  }

  /** Something new that tasks share, for whoever watches; undefined if nobody does. */
  resource(kind: string, name: string): Resource | undefined {
    const { kernel, current } = this;
    if (!kernel.explores) return undefined;
    return kernel.resource(childId(-current.id, current.nextResource()), `${kind} '${name}'`);
  }

  /** Runs `step` at this instant, in an event of its own. */
  ready(step: Step): void {
    this.kernel.post(this.kernel.now, step);
  }

  /**
   * True if a step of `task` may run in the present event, which is not its own: it has run none yet, since two in one event would
   * run interleaved, nobody wants to choose, and its host is not paused.
   */
  mayDeliver(task: Task): boolean {
    const { events } = this.kernel;
    if (this.kernel.explores || this.#deliveredIn === events) return false;
    if (this.pausedHosts > 0 && task.group.life.isPaused) return false;
    this.#deliveredIn = events;
    return true;
  }

  /** Runs the step of `wait` in the present event if it may, else in one of its own. */
  deliver(wait: Wait): void {
    if (this.mayDeliver(wait.task)) wait.run();
    else this.ready(wait);
  }

  /** True if the host of `task` is paused: the step happens when it goes on. */
  putsOff(task: Task, step: Step, stage = 0): boolean {
    return this.pausedHosts > 0 && task.group.life.putsOff(step, stage);
  }

  /** The current task begins to wait; `isPending` is false if it is refused. */
  wait(kind: WaitKind, on: Waitable | undefined): Wait {
    const wait = new Wait(this, kind, on);
    const reason = this.isOver ? OVER : wait.task.reason;
    if (reason !== undefined) this.#refuseWait(wait, reason);
    return wait;
  }

  /** Throws SimError `ended` if the run is over. */
  mustRun(): void {
    if (this.isOver) throw OVER;
  }

  /**
   * Throws `error` at the current task. If it has caught too many already, returns: the call is to do nothing, so that code that
   * catches everything and calls again comes to wait. If nobody told it to give up, the error fails the run.
   */
  refuse(error: SimError): void {
    const { current, kernel } = this;
    const isToEnd = current.reason !== undefined || current.isOfEarlierLife || this.isOver;
    if (!isToEnd && current.refusedIn !== kernel.events) current.refusals = 0;
    current.refusedIn = kernel.events;
    if (++current.refusals <= REFUSALS_MAX) throw error;
    if (!isToEnd) kernel.fail(error);
  }

  /** Counts one more refusal; true if there were so many that the task does not listen. */
  gaveUpOn(task: Task): boolean {
    return ++task.refusals > REFUSALS_MAX;
  }

  /** A primary task has ended. */
  primaryEnded(): void {
    if (--this.primaries === 0) this.kernel.stop('all primary tasks have ended');
  }

  #refuseWait(wait: Wait, reason: SimError): void {
    const { task } = wait;
    wait.isPending = false;
    task.removeWait(wait);
    if (!this.gaveUpOn(task)) wait.refuse(reason);
  }
}
