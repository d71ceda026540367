import { SimError } from './errors.ts';
import type { ClockError } from './host-clock.ts';
import type { HostLife } from './host-life.ts';
import type { Program, Task, TaskHandle } from './task.ts';
import type { Nanos } from '../../protocol/core/units.ts';
import type { BindOptions, UdpSocket } from '../socket/udp-socket.ts';

export interface SpawnOptions {
  /** The run ends when all primary tasks have ended. Default false. */
  readonly primary?: boolean;
}

/** What a group needs of the simulation that it is part of. */
export interface GroupOwner {
  /** The arguments of Group.spawn(), and which function of ours the program called. */
  spawn(
    group: Group,
    first: string | Program,
    second: Program | SpawnOptions | undefined,
    third: SpawnOptions | undefined,
    caller: unknown,
  ): Task;
  bind(group: Group, port: number, options: BindOptions): UdpSocket;
  addressOf(group: Group, port: number): number;
  crash(group: Group): void;
  restart(group: Group, main: Program): Task;
  /** The life of a new group. */
  life(index: number): HostLife;
}

/** What the task is called that start() and restart() spawn. */
export function nameOf(main: Program): string {
  return typeof main !== 'function' || main.name === '' ? 'main' : main.name;
}

/** A host of the simulation: a name, an address, and the tasks that run on it. */
export class Group {
  readonly name: string;
  /** By order of creation, 0 is the group of the main task; `where` in the trace. */
  readonly index: number;
  readonly life: HostLife;
  readonly #owner: GroupOwner;
  #main: Program | undefined;

  constructor(owner: GroupOwner, name: string, index: number) {
    this.#owner = owner;
    this.name = name;
    this.index = index;
    this.life = owner.life(index);
  }

  /**
   * Starts a task on this host: `program` is called in a step of its own, after the code that runs now has come to wait.
   * What it throws fails the run, unless somebody waits in join().
   */
  spawn<T>(program: (task: TaskHandle) => T, options?: SpawnOptions): TaskHandle<Awaited<T>>;
  spawn<T>(name: string, program: (task: TaskHandle) => T, options?: SpawnOptions): TaskHandle<Awaited<T>>;
  spawn(first: string | Program, second?: Program | SpawnOptions, third?: SpawnOptions): TaskHandle {
    return this.#owner.spawn(this, first, second, third, this.spawn);
  }

  /** A UDP socket of this host. Port 0: any that is free. Throws SimError `address-in-use`, `bad-port`, `no-host-left`. */
  bind(port: number, options: BindOptions = {}): UdpSocket {
    return this.#owner.bind(this, port, options);
  }

  /** Its address: a number that names host, NIC and port, as `sim.lookup('name:port')` finds it. Throws SimError `no-host-left`. */
  address(port = 0): number {
    return this.#owner.addressOf(this, port);
  }

  /** Whether it has crashed and was not restarted. */
  get isDown(): boolean {
    return this.life.isDown;
  }

  /**
   * The host fails: its tasks are aborted, its sockets closed, its callbacks never called again, and what they still throw is
   * lost with them. Until restart() it takes no packets, and spawn() and bind() throw SimError `host-down`. Twice is once.
   */
  crash(): void {
    this.#owner.crash(this);
  }

  /** Spawns `main`, and again after every restart(); once for a host. Throws SimError `host-down`, `bad-argument`. */
  start<T>(main: (task: TaskHandle) => T, options?: SpawnOptions): TaskHandle<Awaited<T>>;
  start(main: Program, options?: SpawnOptions): TaskHandle {
    if (this.#main !== undefined) {
      const remedy = 'spawn() runs something beside it, restart() begins anew';
      throw new SimError('bad-argument', `'${this.name}' was started already: ${remedy}`);
    }
    const task = this.#owner.spawn(this, nameOf(main), main, options, this.start);
    this.#main = main;
    return task;
  }

  /**
   * Starts the host again after a crash, with the program given to start() unless there is another; crashes it first if it is
   * up. Name, address and clock are what they were, all else is lost; so are the packets that were on their way to it.
   */
  restart<T>(main?: (task: TaskHandle) => T): TaskHandle<Awaited<T>>;
  restart(main: Program | undefined = this.#main): TaskHandle {
    if (main === undefined) {
      throw new SimError(
        'bad-argument',
        `'${this.name}' has no program to restart with: start(main) or restart(main)`,
      );
    }
    this.#main = main;
    return this.#owner.restart(this, main);
  }

  /**
   * The host stands still for `ns` nanoseconds of virtual time, as in a long garbage collection: no task goes on, no callback is
   * called, while its clock runs and its sockets gather what fits into their buffers. A crash ends it.
   */
  pause(ns: Nanos): void {
    this.life.pause(ns);
  }

  /** What its clock shows: virtual time, unless clock() says otherwise. */
  now(): Nanos {
    return this.life.clock.now();
  }

  /** Sets its clock wrong; what is left out stays. Drift also stretches the sleeps, timers and timeouts begun from now on. */
  clock(error: ClockError): void {
    this.life.setClock(error);
  }
}
