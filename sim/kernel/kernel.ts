import { assert } from './assert.ts';
import { ChosenQueue } from './chosen-queue.ts';
import { Custody } from './custody.ts';
import { KernelError } from './errors.ts';
import { EventQueue, type EventHandler, type EventId, type PendingEvents } from './queue.ts';
import { canDrain, drain, hostTurn, inTurn, quiesce, ticksPending } from './quiesce.ts';
import { Resource } from './resource.ts';
import { NEVER, type Nanos } from '../../protocol/core/units.ts';
import type { Chooser, StepWatcher } from './choice.ts';

export { NO_EVENT, PENDING_MAX, TIME_MAX, type EventHandler, type EventId } from './queue.ts';
export { KernelError, type KernelErrorCode } from './errors.ts';

/** `idle`: nothing is pending. `until`: the time is up. `busy`: so many events have run. `stopped`: somebody called stop(). */
export type RunEnd = 'idle' | 'until' | 'busy' | 'stopped';

/** Events between two turns of the host's loop, in which signals arrive and progress is shown. */
export const HOST_TURN_EVENTS = 65_536;

/** Every so many quiescences of application code, a rejection that nobody handled comes to light. */
const QUIESCENCES_PER_TURN = 256;

export interface KernelOptions {
  /** Called between two events, once per HOST_TURN_EVENTS events; may call stop(). Real clocks work in it. */
  readonly onProgress?: (kernel: Kernel) => void;
  /** False lets simulated code read real clocks and randomness. Default true. */
  readonly guards?: boolean;
  /** Who decides which of several events is next at an instant. Default: first in, first out. */
  readonly chooser?: Chooser;
  /** Events after which a run ends as `busy`. Default: no limit. */
  readonly eventsMax?: number;
  /** With a chooser: a delivery that is due at most this much later may come now instead. Default 0. */
  readonly windowNs?: Nanos;
}

type Pause = 'touched' | 'host-turn';

/**
 * Virtual time: a queue of events, run one after the other in the order of (time, order of scheduling). REQ SIM-2
 *
 * Events run in a synchronous loop. Application code lives in promises: whoever settles or creates one in an event calls
 * touchPromise(), and before the next event the host runs all microtasks to quiescence, so that the order does
 * not depend on how many awaits the application makes.
 */
export class Kernel {
  /** True if a chooser is asked, who wants to know events by ids that mean the same in every schedule. */
  readonly explores: boolean;
  /** How early a delivery may come. */
  readonly windowNs: Nanos;
  readonly #queue: PendingEvents;
  readonly #watcher: StepWatcher | undefined;
  readonly #onProgress: ((kernel: Kernel) => void) | undefined;
  readonly #custody: Custody;
  #nowNs: Nanos = 0;
  #events = 0;
  readonly #eventsMax: number;
  #hostTurnAt: number;
  #quiescences = 0;
  #touched = false;
  #running = false;
  #hostHasTurn = false;
  /** Segments run in turns of their own and need not end for application code to run. */
  #drains = false;
  #stopReason: string | undefined;
  /** Wrapped, so that a thrown `undefined` counts. */
  #failure: { readonly error: unknown } | undefined;

  constructor(options: KernelOptions = {}) {
    const { chooser, windowNs = 0, eventsMax = NEVER } = options;
    this.#eventsMax = eventsMax;
    this.#hostTurnAt = Math.min(HOST_TURN_EVENTS, eventsMax);
    this.explores = chooser !== undefined;
    this.windowNs = chooser === undefined ? 0 : windowNs;
    this.#queue = chooser === undefined ? new EventQueue() : new ChosenQueue(chooser, windowNs);
    this.#watcher = chooser?.watcher;
    this.#onProgress = options.onProgress;
    this.#custody = new Custody(this, options.guards ?? true);
  }

  /** Virtual time in nanoseconds since the start of the simulation. */
  get now(): Nanos {
    return this.#nowNs;
  }

  /** Events run so far. */
  get events(): number {
    return this.#events;
  }

  /** Events scheduled and not cancelled. */
  get pending(): number {
    return this.#queue.length;
  }

  /** Why stop() was called, if it was. */
  get stopReason(): string | undefined {
    return this.#stopReason;
  }

  /**
   * Calls `handler.onEvent(a, b)` at the instant `at`, after everything that was scheduled for it before. `at` is an
   * integer, not past, at most TIME_MAX; `a` and `b` are any numbers.
   */
  schedule(at: Nanos, handler: EventHandler, a = 0, b = 0): EventId {
    this.#check(at);
    return this.#queue.add(at, handler, a, b);
  }

  /** The same for an event that is never cancelled, at less cost. */
  post(at: Nanos, handler: EventHandler, a = 0, b = 0): void {
    this.#check(at);
    this.#queue.post(at, handler, a, b);
  }

  #check(at: Nanos): void {
    assert(at >= this.#nowNs, 'an event cannot be scheduled in the past');
    assert(
      !this.#hostHasTurn,
      'an event was scheduled outside of the run: simulated code waits for real input',
    );
  }

  /** True if the event was pending and now never runs; false if it ran, was cancelled, or never was. */
  cancel(id: EventId): boolean {
    return this.#queue.cancel(id);
  }

  /** What is to be told of touching something; undefined while nobody watches. */
  resource(id: number | string, label: string): Resource | undefined {
    return this.#watcher === undefined ? undefined : new Resource(this.#watcher, id, label);
  }

  /** Application code settled or created a promise: all microtasks run before the next event. */
  touchPromise(): void {
    this.#touched = true;
  }

  /** The rejection of `promise` ends the run with its reason. For the promises of application code. */
  watch(promise: Promise<unknown>): void {
    this.#touched = true;
    promise.catch((reason: unknown) => this.fail(reason));
  }

  /** Ends the run after the current event; run() resolves to 'stopped', and may be called again. */
  stop(reason: string): void {
    this.#stopReason = reason;
  }

  /** Ends the run after the current event; run() rejects with `error`, from then on for good. The first error counts. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /**
   * Runs the events up to and including the instant `untilNs`, NEVER for all. `now` is `untilNs` afterwards if the time is up.
   * Rejects with what a handler throws, what fail() was given, or an application promise that rejected unhandled.
   */
  async run(untilNs: Nanos): Promise<RunEnd> {
    assert(!this.#running, 'the kernel is running already');
    assert(untilNs >= this.#nowNs, 'a run cannot end in the past');
    if (this.#failure !== undefined) {
      throw new KernelError('failed', 'the run of this kernel failed before', { cause: this.#failure.error });
    }
    this.#running = true;
    this.#custody.begin();
    try {
      return await this.#runLoop(untilNs);
    } catch (error) {
      this.fail(error);
      throw error;
    } finally {
      this.#running = false;
      this.#custody.end();
    }
  }

  async #runLoop(untilNs: Nanos): Promise<RunEnd> {
    this.#stopReason = undefined;
    let quietAt = -1;
    this.#drains = await inTurn(canDrain);
    const segment = (): RunEnd | Pause => this.#runSegment(untilNs);
    for (;;) {
      const end = this.#drains ? await inTurn(segment) : segment();
      if (this.#failure !== undefined) throw this.#failure.error;
      if (end === 'touched') {
        await this.#quiesce();
      } else if (end === 'host-turn') {
        if (this.#events >= this.#eventsMax) return 'busy';
        await this.#giveHostTurn();
      } else if (quietAt === this.#events) {
        if (end === 'until') this.#nowNs = untilNs;
        return end;
      } else {
        // The end stands only if what is left of microtasks brings neither events nor errors.
        quietAt = this.#events;
        await hostTurn();
      }
    }
  }

  /** Lets application code run until it waits for virtual time. */
  async #quiesce(): Promise<void> {
    // Only a whole turn makes the host tell of rejections that nobody handled, and lets another run go on.
    this.#quiescences = (this.#quiescences + 1) % QUIESCENCES_PER_TURN;
    if (this.#quiescences === 0) return hostTurn();
    await quiesce();
    if (ticksPending()) await hostTurn();
  }

  /** The hot loop. */
  #runSegment(untilNs: Nanos): RunEnd | Pause {
    const queue = this.#queue;
    this.#custody.enter();
    this.#touched = false;
    while (this.#failure === undefined) {
      if (this.#stopReason !== undefined) return 'stopped';
      if (this.#events === this.#hostTurnAt) return 'host-turn';
      if (!queue.advance(untilNs)) return queue.length === 0 ? 'idle' : 'until';
      this.#nowNs = queue.timeNs;
      this.#events++;
      queue.take();
      (queue.handler as EventHandler).onEvent(queue.a, queue.b);
      if (!this.#touched) continue;
      if (!this.#drains) return 'touched';
      this.#touched = false;
      drain();
    }
    return 'touched';
  }

  async #giveHostTurn(): Promise<void> {
    this.#hostTurnAt = Math.min(this.#events + HOST_TURN_EVENTS, this.#eventsMax);
    // Application code that nobody announced still runs in the run.
    await quiesce();
    this.#custody.suspend();
    this.#hostHasTurn = true;
    try {
      this.#onProgress?.(this);
      await hostTurn();
    } finally {
      this.#hostHasTurn = false;
      this.#custody.resume();
    }
  }
}
