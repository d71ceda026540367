import { childId } from '../kernel/identity.ts';
import { TaskKind } from './trace-kinds.ts';
import type { HostLife } from './host-life.ts';
import type { Scheduler } from './scheduler.ts';
import type { Step } from './step.ts';
import type { Task } from './task.ts';
import type { StepKind, Touchable } from '../kernel/choice.ts';

/** A function of the program that is called in a step of its own. It belongs to the task that registered it. */
export class Callback implements Step {
  readonly kind: StepKind;
  readonly id: number;
  /** The how manieth child of its task. */
  readonly number: number;
  readonly task: Task;
  /** Calls so far. */
  ordinal = 0;
  /** Set while a call is due, by who schedules it. */
  isDue = false;
  protected readonly scheduler: Scheduler;
  protected readonly call: () => void;
  /** Of the host of its task. */
  protected readonly life: HostLife;
  readonly #where: number;

  constructor(scheduler: Scheduler, kind: StepKind, call: () => void) {
    this.scheduler = scheduler;
    this.call = call;
    this.kind = kind;
    this.task = scheduler.current;
    const { group } = this.task;
    this.life = group.life;
    this.#where = group.index;
    this.number = this.task.nextChild();
    this.id = scheduler.kernel.explores ? childId(this.task.id, this.number) : 0;
  }

  get label(): string {
    return `${this.task.label}: callback`;
  }

  /** Callbacks share the variables of their task. */
  get touches(): readonly Touchable[] | undefined {
    return this.task.touches;
  }

  competes(): Step {
    return this;
  }

  onEvent(): void {
    this.run();
  }

  run(): void {
    if (!this.scheduler.putsOff(this.task, this) && this.enter()) this.call();
  }

  /** Makes this its step; what comes next is the call. False if the task was aborted: its callbacks are over with it. */
  enter(): boolean {
    const { task } = this;
    if (task.reason !== undefined || task.isOfEarlierLife) return false;
    const { scheduler } = this;
    scheduler.current = task;
    const { kernel } = scheduler;
    // The network has recorded a delivery already.
    if (this.kind !== 'delivery') {
      const { number, ordinal } = this;
      scheduler.trace.record(kernel.now, TaskKind.CALLED, this.#where, task.serial, number, ordinal, 0);
    }
    this.ordinal++;
    // It may settle promises.
    kernel.touchPromise();
    return true;
  }
}
