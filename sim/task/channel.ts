import { assert } from '../kernel/assert.ts';
import { SimError } from './errors.ts';
import { Callback } from './callback.ts';
import { WaitKind } from './wait-kinds.ts';
import { WaitQueue } from './wait-queue.ts';
import { NO_EVENT, type EventHandler, type EventId } from '../kernel/kernel.ts';
import { NEVER, type Nanos } from '../../protocol/core/units.ts';
import { fifo } from '../queue/fifo.ts';
import { EMPTY, type Queue } from '../queue/queue.ts';
import type { Scheduler } from './scheduler.ts';
import type { Wait, Waitable } from './wait.ts';
import type { Contender } from '../kernel/choice.ts';
import type { Resource } from '../kernel/resource.ts';

/** Items that a channel holds unless told otherwise. */
const CAPACITY_DEFAULT = 16;
const DONE: Promise<void> = Promise.resolve();

export interface ChannelOptions<T> {
  /** For reports of stalled runs; default `channel-N`. */
  readonly name?: string;
  /** Items it holds before senders wait, default 16; may be Infinity. Not together with `queue`. */
  readonly capacity?: number;
  /** Which item is next, and when. Default: first in, first out. */
  readonly queue?: Queue<T>;
}

/**
 * Hands items from tasks to tasks: a queue that senders wait for while it is full and receivers while it has nothing. Both are served
 * in the order in which they came. An operation that need not wait is over at once, without a turn for other tasks.
 */
export class Channel<T> implements Waitable, EventHandler, AsyncIterable<T> {
  readonly name: string;
  readonly #scheduler: Scheduler;
  readonly #resource: Resource | undefined;
  readonly #queue: Queue<T>;
  readonly #senders = new WaitQueue();
  readonly #receivers = new WaitQueue();
  #isClosed = false;
  #consumer: Callback | undefined;
  #roomListener: Callback | undefined;
  /** The event at which the queue will have an item for whoever waits. */
  #event: EventId = NO_EVENT;
  #eventAtNs: Nanos = NEVER;

  constructor(scheduler: Scheduler, name: string, options: ChannelOptions<T>) {
    const { queue, capacity } = options;
    if (queue !== undefined && capacity !== undefined) {
      throw new SimError('bad-argument', 'a channel takes a queue or a capacity, not both');
    }
    this.#scheduler = scheduler;
    this.#resource = scheduler.resource('channel', name);
    this.name = name;
    this.#queue = queue ?? fifo<T>({ capacity: capacity ?? CAPACITY_DEFAULT });
  }

  /** Items inside, those on their way included. */
  get length(): number {
    this.#resource?.read();
    return this.#queue.length;
  }

  get isClosed(): boolean {
    this.#resource?.read();
    return this.#isClosed;
  }

  /** Resolves when the channel has taken the item in. Rejects with SimError `closed`. */
  send(item: T): Promise<void> {
    this.#resource?.write();
    if (!this.#isClosed && this.trySend(item)) return DONE;
    const wait = this.#scheduler.wait(WaitKind.SEND, this);
    if (!wait.isPending) return wait.promise as Promise<void>;
    wait.item = item;
    if (this.#isClosed) wait.fail(this.#closedError());
    else this.#senders.push(wait);
    return wait.promise as Promise<void>;
  }

  /** The same without waiting: false if the channel is full or others wait to send. Throws SimError `closed`. */
  trySend(item: T): boolean {
    this.#resource?.write();
    if (this.#isClosed) throw this.#closedError();
    const queue = this.#queue;
    if (this.#senders.length > 0 || queue.length >= queue.capacity) return false;
    this.#push(item);
    this.#offer();
    return true;
  }

  /** Resolves to the next item. Rejects with SimError `closed` when the channel is closed and empty. */
  receive(): Promise<T> {
    const item = this.tryReceive();
    if (item !== EMPTY) return Promise.resolve(item);
    const wait = this.#scheduler.wait(WaitKind.RECEIVE, this);
    if (!wait.isPending) return wait.promise as Promise<T>;
    if (this.#isOver()) {
      wait.fail(this.#closedError());
    } else {
      this.#receivers.push(wait);
      this.#awaitItem();
    }
    return wait.promise as Promise<T>;
  }

  /** The next item, or EMPTY if there is none now or others wait for it. */
  tryReceive(): T | typeof EMPTY {
    this.#resource?.write();
    return this.#receivers.length > 0 ? EMPTY : this.#take();
  }

  /**
   * The callback form of receiving: `callback` is called with every item. In one step it gets all the items there are. One
   * consumer at most, and then receive() never has anything. Undefined ends it.
   */
  onReceive(callback: ((item: T) => void) | undefined): void {
    this.#resource?.write();
    if (callback === undefined) {
      this.#consumer = undefined;
      return;
    }
    const consumer = new Callback(this.#scheduler, 'wake', () => {
      this.#resource?.write();
      while (this.#consumer === consumer) {
        const item = this.#take();
        if (item === EMPTY) break;
        callback(item);
      }
      consumer.isDue = false;
      this.#offer();
    });
    this.#consumer = consumer;
    this.#offer();
  }

  /** The callback form of waiting to send: calls `callback` once, when trySend() would succeed. */
  onRoom(callback: () => void): void {
    this.#resource?.write();
    const listener = new Callback(this.#scheduler, 'wake', callback);
    this.#roomListener = listener;
    if (this.#hasRoom()) this.#tellRoom();
  }

  /** No more items: senders that wait are refused, what is inside can still be received. Twice is once. */
  close(): void {
    this.#resource?.write();
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (let wait = this.#senders.shift(); wait !== undefined; wait = this.#senders.shift()) {
      wait.fail(this.#closedError());
    }
    this.#endReceivers();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for (;;) {
      const item = this.tryReceive();
      if (item !== EMPTY) {
        yield item;
      } else {
        if (this.#isOver()) return;
        try {
          yield await this.receive();
        } catch (error) {
          if (error instanceof SimError && error.code === 'closed') return;
          throw error;
        }
      }
    }
  }

  describe(wait: Wait): string {
    const { length, capacity } = this.#queue;
    if (wait.waitKind === WaitKind.SEND)
      return `room in channel '${this.name}', which holds ${length} of ${capacity} items`;
    return `an item from channel '${this.name}', which ${length === 0 ? 'is empty' : `has ${length} on the way`}`;
  }

  competes(): Contender | undefined {
    const resource = this.#resource;
    if (resource === undefined) return undefined;
    return { kind: 'timer', id: resource.id as number, label: resource.label, touches: [resource] };
  }

  /** A wait of a task that gives up has left. */
  abandoned(): void {
    this.#resource?.write();
  }

  /** The queue has an item for those who wait, at last. */
  onEvent(): void {
    this.#event = NO_EVENT;
    this.#eventAtNs = NEVER;
    this.#offer();
  }

  #isOver(): boolean {
    return this.#isClosed && this.#queue.length === 0;
  }

  #hasRoom(): boolean {
    return this.#senders.length === 0 && this.#queue.length < this.#queue.capacity;
  }

  #closedError(): SimError {
    return new SimError('closed', `channel '${this.name}' is closed`);
  }

  #push(item: T): void {
    const isIn = this.#queue.push(this.#scheduler.kernel.now, item);
    assert(isIn, 'a queue takes items in while it is below its capacity');
  }

  /** Takes an item out and lets a sender that waits put in its own. */
  #take(): T | typeof EMPTY {
    const queue = this.#queue;
    const item = queue.pop(this.#scheduler.kernel.now);
    if (item === EMPTY) return EMPTY;
    if (this.#senders.length > 0) this.#admit();
    else if (this.#roomListener !== undefined) this.#tellRoom();
    return item;
  }

  #admit(): void {
    const queue = this.#queue;
    while (this.#senders.length > 0 && queue.length < queue.capacity) {
      const sender = this.#senders.shift() as Wait;
      this.#push(sender.item as T);
      sender.complete(undefined);
    }
  }

  #tellRoom(): void {
    const listener = this.#roomListener;
    this.#roomListener = undefined;
    if (listener !== undefined) this.#scheduler.ready(listener);
  }

  /** Gives items to those who wait for them. */
  #offer(): void {
    const consumer = this.#consumer;
    if (consumer !== undefined) {
      if (!consumer.isDue && this.#queue.readyAtNs() <= this.#scheduler.kernel.now) {
        consumer.isDue = true;
        this.#scheduler.ready(consumer);
      } else if (!consumer.isDue) {
        this.#awaitItem();
      }
      return;
    }
    while (this.#receivers.length > 0) {
      const item = this.#take();
      if (item === EMPTY) {
        this.#awaitItem();
        break;
      }
      this.#receivers.shift()?.complete(item);
    }
    if (this.#isClosed) this.#endReceivers();
  }

  /** Comes back when the queue has something. */
  #awaitItem(): void {
    const atNs = this.#queue.readyAtNs();
    if (atNs === this.#eventAtNs) return;
    const { kernel } = this.#scheduler;
    if (this.#event !== NO_EVENT) kernel.cancel(this.#event);
    this.#event = NO_EVENT;
    this.#eventAtNs = atNs;
    if (atNs !== NEVER) this.#event = kernel.schedule(Math.max(atNs, kernel.now), this);
  }

  #endReceivers(): void {
    if (!this.#isOver()) return;
    for (let wait = this.#receivers.shift(); wait !== undefined; wait = this.#receivers.shift()) {
      wait.fail(this.#closedError());
    }
  }
}
