import { OVER, SimError } from './errors.ts';
import { isThenable } from './thenable.ts';
import { ROOT_ID, childId } from '../kernel/identity.ts';
import { taskResources, type TaskResources } from './task-resources.ts';
import { TaskOutcome } from './outcome.ts';
import { TaskKind } from './trace-kinds.ts';
import { WaitKind } from './wait-kinds.ts';
import { WaitQueue } from './wait-queue.ts';
import type { Group } from './group.ts';
import type { Location } from './location.ts';
import type { Scheduler } from './scheduler.ts';
import type { Step } from './step.ts';
import type { Wait, Waitable } from './wait.ts';
import type { StepKind, Touchable } from '../kernel/choice.ts';

/** A task as the program that spawned it sees it. */
export interface TaskHandle<T = unknown> {
  readonly name: string;
  /** `group/name`. */
  readonly label: string;
  readonly hasEnded: boolean;
  /** What the task returned. Rejects with what it threw, or with SimError `aborted`. */
  join(): Promise<T>;
  /**
   * Makes the task give up: what it waits for, and whatever it waits for later, rejects with SimError `aborted`. Its
   * `catch` and `finally` blocks run.
   */
  abort(why?: string): void;
}

export type Program = (task: TaskHandle) => unknown;

/** First argument of the event after an abort; 0 is the start. */
const AFTER_ABORT = 1;

/** One strand of the program, in a group. It starts in a step of its own. */
export class Task implements TaskHandle, Step, Waitable {
  readonly scheduler: Scheduler;
  readonly group: Group;
  /** For choosers only: ROOT_ID when there is none. */
  readonly id: number;
  /** By order of spawning, from 1 on; names it in the trace. */
  serial = 0;
  readonly name: string;
  readonly isPrimary: boolean;
  readonly location: Location | undefined;
  /** For whoever watches. */
  readonly resources: TaskResources | undefined;
  /** Why it is to give up, if it is: every further wait of it is refused with this. */
  reason: SimError | undefined = undefined;
  hasEnded = false;
  /** Told when it ends. */
  onEnd: (() => void) | undefined = undefined;
  /** Waits and other calls refused since it was aborted, or in the event `refusedIn`. */
  refusals = 0;
  refusedIn = -1;
  /** Its neighbours in the list of tasks. */
  previousTask: Task | undefined = undefined;
  nextTask: Task | undefined = undefined;
  /** Tasks spawned and callbacks registered. */
  #children = 0;
  #resources = 0;
  #waits = 0;
  #firstWait: Wait | undefined = undefined;
  #joiners: WaitQueue | undefined = undefined;
  #program: Program | undefined;
  /** The event in which it began. */
  #startedIn = -1;
  #outcome: TaskOutcome = TaskOutcome.RETURNED;
  #value: unknown = undefined;
  readonly #parentSerial: number;
  /** Crashes of its host before. */
  readonly #life: number;

  /** @param name of the task, without that of the group; `parent` spawned it, undefined for the main task. */
  constructor(
    scheduler: Scheduler,
    group: Group,
    name: string,
    program: Program,
    parent: Task | undefined,
    isPrimary: boolean,
    location: Location | undefined,
  ) {
    this.scheduler = scheduler;
    this.#program = program;
    this.group = group;
    this.name = name;
    this.#parentSerial = parent === undefined ? 0 : parent.serial;
    const number = parent === undefined ? 0 : parent.nextChild();
    this.id = parent !== undefined && scheduler.kernel.explores ? childId(parent.id, number) : ROOT_ID;
    this.#life = group.life.crashes;
    this.isPrimary = isPrimary;
    this.location = location;
    const { kernel } = scheduler;
    this.resources = kernel.explores ? taskResources(kernel, this) : undefined;
  }

  get label(): string {
    return `${this.group.name}/${this.name}`;
  }

  get kind(): StepKind {
    return 'start';
  }

  get ordinal(): number {
    return 0;
  }

  get touches(): readonly Touchable[] | undefined {
    return this.resources?.touches;
  }

  get hasStarted(): boolean {
    return this.#program === undefined;
  }

  /** The number of something it creates now, a task or a callback; from 1 on. */
  nextChild(): number {
    return ++this.#children;
  }

  /** The same for what tasks share. */
  nextResource(): number {
    return ++this.#resources;
  }

  competes(stage: number): Step | undefined {
    return stage === AFTER_ABORT ? undefined : this;
  }

  /** True if its host has crashed since it was spawned: whatever it still does is not done. */
  get isOfEarlierLife(): boolean {
    return this.#life !== this.group.life.crashes;
  }

  onEvent(stage: number): void {
    if (this.scheduler.putsOff(this, this, stage)) return;
    if (stage === AFTER_ABORT) this.#afterAbort();
    else this.run();
  }

  /** Calls the program. */
  run(): void {
    const program = this.#program;
    // Aborted before it began.
    if (program === undefined || this.hasEnded) return;
    this.#program = undefined;
    const scheduler = this.scheduler;
    scheduler.current = this;
    const { kernel, trace } = scheduler;
    this.#startedIn = kernel.events;
    trace.record(kernel.now, TaskKind.STARTED, this.group.index, this.serial, this.#parentSerial, 0, 0);
    let result: unknown;
    try {
      result = program(this);
    } catch (error) {
      this.#threw(error);
      return;
    }
    if (result === undefined || !isThenable(result)) {
      this.#end(TaskOutcome.RETURNED, result);
      return;
    }
    kernel.touchPromise();
    result.then(
      (value) => this.#end(TaskOutcome.RETURNED, value),
      (error: unknown) => this.#threw(error),
    );
  }

  join(): Promise<unknown> {
    this.resources?.ending.read();
    if (this.hasEnded) {
      const { current } = this.scheduler;
      if (current.reason !== undefined && this.scheduler.gaveUpOn(current))
        return new Promise(() => undefined);
      return this.#outcome === TaskOutcome.RETURNED
        ? Promise.resolve(this.#value)
        : Promise.reject(this.#value as Error);
    }
    return this.#joinOf(this);
  }

  /** join() for the one task that waits for this one: if it gives up, so does this. */
  joinOrAbort(): Promise<unknown> {
    const { current } = this.scheduler;
    const abandoned = (): void => this.giveUp(current.reason ?? OVER);
    const promise = this.#joinOf({ describe: () => `what it gave a ${this.name}`, abandoned });
    if (current.reason !== undefined) abandoned();
    return promise;
  }

  abort(why?: string): void {
    const because = why === undefined ? '' : `: ${why}`;
    this.giveUp(new SimError('aborted', `task ${this.label} was aborted${because}`));
  }

  /** All its waits, now and later, reject with `reason`. The first reason counts. */
  giveUp(reason: SimError): void {
    this.resources?.state.write();
    if (this.hasEnded || this.reason !== undefined) return;
    this.reason = reason;
    if (this.#program !== undefined) {
      this.#end(TaskOutcome.ABORTED, reason);
      return;
    }
    for (const wait of this.waits()) wait.cancel(reason);
    this.#checkAfterAbort();
  }

  describe(): string {
    return `the end of task ${this.label}`;
  }

  /** The task began to wait; returns the number of waits before. */
  addWait(wait: Wait): number {
    const first = this.#firstWait;
    wait.nextOfTask = first;
    if (first !== undefined) first.previousOfTask = wait;
    this.#firstWait = wait;
    return this.#waits++;
  }

  removeWait(wait: Wait): void {
    const { previousOfTask: previous, nextOfTask: next } = wait;
    if (previous === undefined) this.#firstWait = next;
    else previous.nextOfTask = next;
    if (next !== undefined) next.previousOfTask = previous;
  }

  /** Its waits, oldest first. */
  waits(): Wait[] {
    const waits: Wait[] = [];
    for (let wait = this.#firstWait; wait !== undefined; wait = wait.nextOfTask) waits.unshift(wait);
    return waits;
  }

  #joinOf(on: Waitable): Promise<unknown> {
    const wait = this.scheduler.wait(WaitKind.JOIN, on);
    this.#joiners ??= new WaitQueue();
    if (wait.isPending) this.#joiners.push(wait);
    return wait.promise;
  }

  #checkAfterAbort(): void {
    const { kernel } = this.scheduler;
    kernel.schedule(kernel.now, this, AFTER_ABORT);
  }

  /** Once all its waits have rejected it can only wait for something that the simulation does not know: it is given up. */
  #afterAbort(): void {
    if (this.hasEnded) return;
    if (this.#firstWait !== undefined) this.#checkAfterAbort();
    else this.#end(TaskOutcome.ABORTED, this.reason);
  }

  #threw(error: unknown): void {
    if (this.hasEnded) return;
    if (error === this.reason || this.isOfEarlierLife) {
      this.#end(TaskOutcome.ABORTED, error);
    } else {
      if (this.scheduler.thrown?.error !== error) this.scheduler.thrown = { error, task: this.label };
      const isJoined = this.#joiners !== undefined && this.#joiners.length > 0;
      this.#end(TaskOutcome.THREW, error);
      if (!isJoined) this.scheduler.kernel.fail(error);
    }
  }

  #end(outcome: TaskOutcome, value: unknown): void {
    if (this.hasEnded) return;
    const scheduler = this.scheduler;
    this.resources?.ending.write();
    this.hasEnded = true;
    this.#program = undefined;
    this.#outcome = outcome;
    this.#value = value;
    const { kernel, trace } = scheduler;
    if (this.#startedIn !== kernel.events || outcome !== TaskOutcome.RETURNED) {
      trace.record(kernel.now, TaskKind.ENDED, this.group.index, this.serial, outcome, 0, 0);
    }
    scheduler.tasks.remove(this);
    this.onEnd?.();
    const joiners = this.#joiners;
    for (let wait = joiners?.shift(); wait !== undefined; wait = joiners?.shift()) {
      if (outcome === TaskOutcome.RETURNED) wait.complete(value);
      else wait.fail(value);
    }
    if (this.isPrimary) scheduler.primaryEnded();
  }
}
