import type { Program, Task, TaskHandle } from './task.ts';
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
  abort(group: Group, why: string | undefined): void;
}

/** A host of the simulation: a name, an address, and the tasks that run on it. */
export class Group {
  readonly name: string;
  /** By order of creation, 0 is the group of the main task; `where` in the trace. */
  readonly index: number;
  readonly #owner: GroupOwner;

  constructor(owner: GroupOwner, name: string, index: number) {
    this.#owner = owner;
    this.name = name;
    this.index = index;
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

  /** The host fails: its tasks are aborted, its sockets closed. It may be used again, as after a restart. */
  abort(why?: string): void {
    this.#owner.abort(this, why);
  }
}
