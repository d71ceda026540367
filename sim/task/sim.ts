import { Channel, type ChannelOptions } from './channel.ts';
import { checkDuration } from './duration.ts';
import { Mutex } from './mutex.ts';
import { Semaphore } from './semaphore.ts';
import { Shared } from './shared.ts';
import { runWithTimeout } from './timeout.ts';
import { TimerCallback, type Timer } from './timer.ts';
import { WaitKind } from './wait-kinds.ts';
import type { Fault, FaultHandle } from './fault-plan.ts';
import type { Group, SpawnOptions } from './group.ts';
import type { Runtime } from './runtime.ts';
import type { Scheduler } from './scheduler.ts';
import type { Program, Task, TaskHandle } from './task.ts';
import type { MonitorPoint } from '../net/monitor.ts';
import type { Network } from '../net/network.ts';
import type { Rng } from '../random/rng.ts';
import type { PacketMonitor } from '../socket/packet-monitor.ts';
import type { BindOptions, UdpSocket } from '../socket/udp-socket.ts';
import type { Trace } from '../trace/trace.ts';
import type { Nanos } from '../../protocol/core/units.ts';

const SLEEPING = { describe: (): string => 'the end of its sleep' };
const YIELDED = { describe: (): string => 'its next turn' };

/**
 * What a simulated program is written against: tasks, virtual time, ways to hand things from task to task, hosts and sockets.
 *
 * A task is an async function. What it does between two waits for something of the simulation happens at one instant and
 * uninterrupted, however many promises it awaits in between. What is to run concurrently is a task of its own.
 */
export class Sim {
  /** The random stream of the program: `sim.rng.fork('name')` depends on the seed and the name alone. */
  readonly rng: Rng;
  readonly #scheduler: Scheduler;
  readonly #runtime: Runtime;
  #channels = 0;
  #mutexes = 0;
  #semaphores = 0;
  #shared = 0;

  /** For simulate(). */
  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#scheduler = runtime.scheduler;
    this.rng = runtime.scheduler.rng.fork('program');
  }

  /** Virtual time: nanoseconds since the start of the run, and the truth. What a host takes for it is `sim.host.now()`. */
  now(): Nanos {
    return this.#scheduler.kernel.now;
  }

  /** Resolves when the clock of the host has gone on by `ns` nanoseconds: `sleep(ms(2))`. */
  sleep(ns: Nanos): Promise<void> {
    checkDuration('sleep()', ns);
    const { kernel, current } = this.#scheduler;
    return this.#sleepUntil(kernel.now + current.group.life.clock.durationOf(ns));
  }

  /** Resolves at the instant `atNs`, or at once if that is past. */
  sleepUntil(atNs: Nanos): Promise<void> {
    checkDuration('sleepUntil()', atNs);
    return this.#sleepUntil(Math.max(atNs, this.#scheduler.kernel.now));
  }

  /** Resolves at this instant, after all other tasks that can go on have had their turn. */
  yield(): Promise<void> {
    const wait = this.#scheduler.wait(WaitKind.YIELD, YIELDED);
    if (wait.isPending) wait.complete(undefined);
    return wait.promise as Promise<void>;
  }

  /**
   * The callback form of sleep(): calls `call` in `ns` nanoseconds, unless the task that asked is aborted. The callback may
   * settle promises; who awaits them goes on in the same step.
   */
  after(ns: Nanos, call: () => void): Timer {
    const timer = this.timer(call);
    timer.set(ns);
    return timer;
  }

  /** The same, to be set later and as often as needed. */
  timer(call: () => void): Timer {
    const scheduler = this.#scheduler;
    scheduler.mustRun();
    return new TimerCallback(scheduler, call);
  }

  /**
   * Runs `program` and resolves to what it returns. After `ns` nanoseconds everything that it waits for rejects with SimError
   * `timeout`, and so does this, unless the program catches that and returns something.
   */
  timeout<T>(ns: Nanos, program: () => T): Promise<Awaited<T>> {
    const runtime = this.#runtime;
    const { group } = this.#scheduler.current;
    const spawn = (name: string): Task => runtime.spawnTask(group, name, program, false, this.timeout);
    return runWithTimeout(this.#scheduler, ns, program, spawn) as Promise<Awaited<T>>;
  }

  /** Starts a task in the group of the current one; see Group.spawn(). */
  spawn<T>(program: (task: TaskHandle) => T, options?: SpawnOptions): TaskHandle<Awaited<T>>;
  spawn<T>(name: string, program: (task: TaskHandle) => T, options?: SpawnOptions): TaskHandle<Awaited<T>>;
  spawn(first: string | Program, second?: Program | SpawnOptions, third?: SpawnOptions): TaskHandle {
    return this.#runtime.spawn(this.#scheduler.current.group, first, second, third, this.spawn);
  }

  /** The host that the current task runs on. */
  get host(): Group {
    return this.#scheduler.current.group;
  }

  /** The host of that name, made when it is first asked for. */
  group(name: string): Group {
    return this.#runtime.group(name);
  }

  /** See Channel. */
  channel<T>(options: ChannelOptions<T> = {}): Channel<T> {
    const number = ++this.#channels;
    return new Channel(this.#scheduler, options.name ?? `channel-${number}`, options);
  }

  /** One task at a time, in the order in which they ask. */
  mutex(name?: string): Mutex {
    const number = ++this.#mutexes;
    return new Mutex(this.#scheduler, name ?? `mutex-${number}`);
  }

  /** `permits` tasks at a time, in the order in which they ask. */
  semaphore(permits: number, name?: string): Semaphore {
    const number = ++this.#semaphores;
    return new Semaphore(this.#scheduler, name ?? `semaphore-${number}`, permits);
  }

  /** A variable that tasks share, seen by explore(). Read and change it by its `value`. */
  shared<T>(value: T, name?: string): Shared<T> {
    const number = ++this.#shared;
    return new Shared(this.#scheduler.resource('variable', name ?? `shared-${number}`), value);
  }

  /**
   * Tells explore() that the current step changes, or only reads, something that tasks share and that is neither a channel nor a lock,
   * a socket or a Shared. One name for one thing, the same in every run.
   */
  touch(name: string, how: 'read' | 'write' = 'write'): void {
    const resource = this.#scheduler.kernel.resource(name, name);
    if (how === 'read') resource?.read();
    else resource?.write();
  }

  /** A UDP socket in the group of the current task; see Group.bind(). */
  bind(port: number, options: BindOptions = {}): UdpSocket {
    return this.#runtime.bind(this.#scheduler.current.group, port, options);
  }

  /** The address of `server:1337`, where `server` is a group. Throws SimError `unknown-host`, `bad-port`. */
  lookup(name: string): number {
    return this.#runtime.internet.lookUp(name);
  }

  /** The name of an address: `server:1337`. */
  nameOf(address: number): string {
    return this.#runtime.internet.nameOf(address);
  }

  /**
   * Shows `monitor` every packet and does with it what it says: drop, duplicate, corrupt, mark, or delay it. `egress`, the default, is
   * when a host sends it; `enqueue` at a switch; `delivery` before the receiving host gets it. Returns a function that ends it.
   */
  monitor(monitor: PacketMonitor, point: MonitorPoint = 'egress'): () => void {
    return this.#runtime.internet.monitor(monitor, point);
  }

  /**
   * Something goes wrong, now or at `atNs`, until it is ended or for `forNs`. A fault that begins later looks its hosts up then. Throws
   * SimError `unknown-host`, `bad-argument`, and NetworkConfigError for numbers that make no sense.
   */
  fault(fault: Fault): FaultHandle {
    return this.#runtime.fault(fault);
  }

  /** The simulated network: statistics, links, faults. */
  get network(): Network {
    return this.#runtime.internet.network;
  }

  /** The trace of the run, whose digest covers all that happened so far. */
  get trace(): Trace {
    return this.#scheduler.trace;
  }

  /** Leaves a note with time and task: in the result, and in the trace hash. */
  note(text: string): void {
    this.#runtime.notes.add(text);
  }

  #sleepUntil(atNs: Nanos): Promise<void> {
    const scheduler = this.#scheduler;
    const wait = scheduler.wait(WaitKind.SLEEP, SLEEPING);
    if (wait.isPending) wait.event = scheduler.kernel.schedule(atNs, wait);
    return wait.promise as Promise<void>;
  }
}
