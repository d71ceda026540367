import { OVER, SimError } from './errors.ts';
import { Group, nameOf, type GroupOwner, type SpawnOptions } from './group.ts';
import { checkNames } from './check.ts';
import { captureLocation } from './location.ts';
import { PlannedFault, type Fault, type FaultHandle, type FaultTargets } from './fault-plan.ts';
import { HostLife } from './host-life.ts';
import { Notes } from './notes.ts';
import { Task, type Program } from './task.ts';
import { Internet, type NetworkOptions } from '../socket/internet.ts';
import type { RunObserver } from '../socket/run-observer.ts';
import type { NetworkFault } from '../socket/network-fault.ts';
import type { Scheduler } from './scheduler.ts';
import type { BindOptions, UdpSocket } from '../socket/udp-socket.ts';

/** Group of the main task. */
const MAIN = 'main';
/** Made once: tasks are spawned by the million. */
const SPAWN_OPTIONS = { primary: true } as const satisfies Record<keyof SpawnOptions, true>;

/** The groups and tasks of one run. */
export class Runtime implements GroupOwner, FaultTargets {
  readonly scheduler: Scheduler;
  readonly internet: Internet;
  readonly notes: Notes;
  readonly #groups = new Map<string, Group>();
  /** Tasks whose place of spawning is still to be kept. */
  #locationsLeft: number;
  #root: Task | undefined;

  constructor(scheduler: Scheduler, network: NetworkOptions, locationsMax: number, observer?: RunObserver) {
    this.scheduler = scheduler;
    this.internet = new Internet(scheduler, network, this.#groups, observer);
    this.notes = new Notes(scheduler);
    this.#locationsLeft = locationsMax;
  }

  /** Begins now or at its time. Throws SimError `bad-argument`, and `unknown-host` if it begins now. */
  fault(fault: Fault): FaultHandle {
    this.scheduler.mustRun();
    return new PlannedFault(fault, this, this.#root as Task);
  }

  knownGroup(name: string): Group {
    return this.internet.known(name);
  }

  addNetworkFault(fault: NetworkFault): () => void {
    return this.internet.addFault(fault);
  }

  /** The main task, from which all others come. */
  start(program: Program): Task {
    const task = new Task(this.scheduler, this.group(MAIN), MAIN, program, undefined, true, undefined);
    this.scheduler.current = task;
    this.#root = task;
    this.#begin(task);
    return task;
  }

  group(name: string): Group {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    if (name === '' || name.includes(':')) {
      throw new SimError('bad-argument', `'${name}' is no name for a group: it is empty or has a colon`);
    }
    const group = new Group(this, name, this.#groups.size);
    this.#groups.set(name, group);
    return group;
  }

  spawn(
    group: Group,
    first: string | Program,
    second: Program | SpawnOptions | undefined,
    third: SpawnOptions | undefined,
    caller: unknown,
  ): Task {
    const isNamed = typeof first === 'string';
    const program = (isNamed ? second : first) as Program;
    const options = (isNamed ? third : second) as SpawnOptions | undefined;
    if (typeof program !== 'function')
      throw new SimError('bad-argument', 'spawn() and start() take a function');
    if (options !== undefined) checkNames('spawn()', options, SPAWN_OPTIONS);
    const name = isNamed ? first : program.name;
    return this.spawnTask(group, name, program, options?.primary === true, caller);
  }

  /** @param caller the function of ours that the program called: the task was spawned where that was called. */
  spawnTask(group: Group, name: string, program: Program, isPrimary: boolean, caller: unknown): Task {
    const isHeard = this.#mustRun(group);
    const task = this.#spawn(group, name, program, isPrimary, caller);
    if (!isHeard) task.abort('it is of a task that has crashed');
    return task;
  }

  #spawn(group: Group, name: string, program: Program, isPrimary: boolean, caller: unknown): Task {
    const { scheduler } = this;
    const parent = scheduler.current;
    const location = this.#locationsLeft > 0 ? captureLocation(caller) : undefined;
    this.#locationsLeft--;
    const fullName = name === '' ? `task-${scheduler.tasks.added}` : name;
    const task = new Task(scheduler, group, fullName, program, parent, isPrimary, location);
    this.#begin(task);
    return task;
  }

  bind(group: Group, port: number, options: BindOptions): UdpSocket {
    if (this.#mustRun(group)) return this.internet.bind(group, port, options);
    return this.internet.closedSocket(group, port, options);
  }

  addressOf(group: Group, port: number): number {
    return this.internet.lookUp(`${group.name}:${port}`);
  }

  crash(group: Group): void {
    if (group.isDown) return;
    group.life.crash();
    // The tasks first: what they wait for at a socket ends because they are aborted, not because it was closed.
    for (const task of this.scheduler.tasks)
      if (task.group === group) task.abort(`host ${group.name} crashed`);
    this.internet.closeAll(group);
  }

  restart(group: Group, main: Program): Task {
    this.crash(group);
    group.life.restart();
    return this.#spawn(group, nameOf(main), main, false, group.restart);
  }

  life(index: number): HostLife {
    return new HostLife(this.scheduler, index);
  }

  /**
   * What a task does after its host has crashed, in `finally` for example, reaches nothing, not even a restarted host. Throws SimError
   * `host-down`, `ended`; returns false if the task does not listen.
   */
  #mustRun(group: Group): boolean {
    const { current, isOver } = this.scheduler;
    let error: SimError | undefined;
    if (isOver) error = OVER;
    else if (current.isOfEarlierLife)
      error = new SimError('host-down', `task ${current.label} is one of before the crash of its host`);
    else if (group.isDown)
      error = new SimError('host-down', `host '${group.name}' has crashed: restart() it first`);
    if (error !== undefined) this.scheduler.refuse(error);
    return error === undefined;
  }

  #begin(task: Task): void {
    const { scheduler } = this;
    scheduler.tasks.add(task);
    if (task.isPrimary) scheduler.primaries++;
    scheduler.ready(task);
  }
}
