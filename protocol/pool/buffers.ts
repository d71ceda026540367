import { Fifo } from '../core/fifo.ts';
import type { Bytes } from '../core/units.ts';
import type { BufferId, Buffers } from '../endpoint/buffers.ts';
import { UsageError } from '../endpoint/usage-error.ts';
import { AUTHENTICATED, ENCRYPTED } from '../records/sealing.ts';
import type { BufferState } from '../records/stored-buffer.ts';
import type { AbortSignalLike } from './abort.ts';
import { BUFFER_OPTIONS, checkBody, checkOptions } from './arguments.ts';
import type { Driver } from './driver.ts';
import { TransferError } from './transfer-error.ts';

export interface BufferOptions {
  /**
   * 'encrypt': as every message. 'authenticate': the content is encrypted already; it travels as it is, and what is changed on the way is found out all the same. REQ POOL-15
   */
  sealing?: 'encrypt' | 'authenticate';
  /** When there is no room: wait for it, after all who wait already, or be refused at once. Default: wait. REQ BUF-6, CONF-5 */
  whenFull?: 'wait' | 'refuse';
  /** Ends the wait when it is aborted. */
  signal?: AbortSignalLike;
  /** That of the task the buffer belongs to: when it is aborted, before the id was released, it is. REQ HEALTH-8 */
  owner?: AbortSignalLike;
}

interface Waiter {
  readonly sizeBytes: Bytes;
  readonly options: BufferOptions;
  /** False: it was aborted. */
  isWaiting: boolean;
  resolve(id: BufferId): void;
  reject(error: Error): void;
}

/**
 * Messages sealed once, to be submitted by id, to any number of peers at any time: allocate, write or encrypt, fill, submit, release. An id is a number and may be handed around; all
 * methods throw UsageError for one that was released. REQ POOL-14, POOL-15, BUF-1, BUF-3, BUF-6, BUF-8
 *
 *     const id = await pool.buffers.allocate(bytes.length);
 *     pool.buffers.write(id, bytes);
 *     pool.buffers.fill(id);
 *     const outcomes = pool.broadcast(peers, id);
 *     pool.buffers.release(id);
 */
export class PoolBuffers {
  private readonly buffers: Buffers;
  private readonly driver: Driver;
  private readonly waitersMax: number;
  private readonly waiters: Fifo<Waiter> = new Fifo<Waiter>();
  private waiting = 0;
  private closed = false;
  /** What is to be undone when an id that has an owner is released. */
  private readonly disowned: Map<BufferId, () => void> = new Map<BufferId, () => void>();

  constructor(buffers: Buffers, driver: Driver, waitersMax: number) {
    this.buffers = buffers;
    this.driver = driver;
    this.waitersMax = waitersMax;
    buffers.onFreed = () => this.onFreed();
  }

  /** Calls of `allocate` that wait for room. */
  get waitingCount(): number {
    return this.waiting;
  }

  /**
   * A buffer of `sizeBytes`, when there is room for it under `bufferBytesMax`; nobody overtakes who waits. Rejects with UsageError for a size that never has room, with
   * `ERR_DCQUIC_BUFFERS_FULL` if it is to be refused or `bufferWaitersMax` wait already; with TransferError when it was aborted or the pool was closed.
   */
  allocate(sizeBytes: Bytes, options: BufferOptions = {}): Promise<BufferId> {
    const { whenFull = 'wait', signal, owner } = options;
    return new Promise((resolve, reject) => {
      checkOptions('options of allocate', options, BUFFER_OPTIONS);
      if (this.closed) throw new UsageError('ERR_DCQUIC_CLOSED', 'the pool is closed');
      for (const { aborted, reason } of [signal, owner].filter((one) => one !== undefined))
        if (aborted) throw new TransferError('aborted', -1, { cause: reason });
      const hasRoom = this.buffers.hasRoom(sizeBytes) && this.waiting === 0;
      if (hasRoom || (whenFull === 'refuse' && this.waiting === 0)) {
        resolve(this.take(sizeBytes, options));
      } else if (whenFull === 'refuse' || this.waiting >= this.waitersMax) {
        const text = `${this.waiting} allocations wait already (bufferWaitersMax is ${this.waitersMax})`;
        throw new UsageError('ERR_DCQUIC_BUFFERS_FULL', text);
      } else {
        this.wait({ sizeBytes, options, isWaiting: true, resolve, reject });
      }
    });
  }

  private take(sizeBytes: Bytes, { sealing, owner }: BufferOptions): BufferId {
    const id = this.buffers.allocate(sizeBytes, sealing === 'authenticate' ? AUTHENTICATED : ENCRYPTED);
    if (owner !== undefined) {
      const onAbort = (): void => this.release(id);
      owner.addEventListener('abort', onAbort);
      this.disowned.set(id, () => owner.removeEventListener('abort', onAbort));
    }
    return id;
  }

  private wait(waiter: Waiter): void {
    const { signal, owner } = waiter.options;
    const enders = [signal, owner].filter((one) => one !== undefined);
    const leave = (): void => {
      waiter.isWaiting = false;
      this.waiting -= 1;
      for (const one of enders) one.removeEventListener('abort', onAbort);
      this.driver.touchPromise?.();
    };
    const onAbort = (): void => {
      leave();
      const { reason } = enders.find(({ aborted }) => aborted) ?? {};
      waiter.reject(new TransferError('aborted', -1, { cause: reason }));
      this.onFreed();
    };
    const { resolve, reject } = waiter;
    waiter.resolve = (id) => {
      leave();
      resolve(id);
    };
    waiter.reject = (error) => {
      if (waiter.isWaiting) leave();
      reject(error);
    };
    this.waiting += 1;
    this.waiters.push(waiter);
    for (const one of enders) one.addEventListener('abort', onAbort);
  }

  private onFreed(): void {
    for (let next = this.waiters.peek(); next !== undefined; next = this.waiters.peek()) {
      if (next.isWaiting) {
        if (!this.buffers.hasRoom(next.sizeBytes)) return;
        next.resolve(this.take(next.sizeBytes, next.options));
      }
      this.waiters.shift();
    }
  }

  /** Puts `bytes` at `at`, as often as you like before the buffer is filled. They are copied. */
  write(id: BufferId, bytes: Uint8Array, at: Bytes = 0): void {
    checkBody(bytes);
    this.buffers.write(id, at, bytes);
  }

  /** Seals `bytes` into the buffer, which has no plaintext then: all of it, or parts that begin and end at multiples of RECORD_PLAIN_BYTES or at the end. */
  encrypt(id: BufferId, bytes: Uint8Array, at: Bytes = 0): void {
    checkBody(bytes);
    this.buffers.encrypt(id, at, bytes);
  }

  /** Everything is written; now it can be submitted, and not be changed. */
  fill(id: BufferId): void {
    this.buffers.fill(id);
  }

  /** Another id of the same buffer, e.g. for another part of the application, which releases it by itself. */
  clone(id: BufferId): BufferId {
    return this.buffers.clone(id);
  }

  /** The id is not used any more. What was submitted goes on; the memory is freed part by part as the last peer has it. */
  release(id: BufferId): void {
    this.buffers.release(id);
    this.disowned.get(id)?.();
    this.disowned.delete(id);
    this.onFreed();
  }

  stateOf(id: BufferId): { state: BufferState; sizeBytes: Bytes } {
    return this.buffers.stateOf(id);
  }

  /** For the pool: nobody waits any more. */
  close(): void {
    this.closed = true;
    for (let waiter = this.waiters.shift(); waiter !== undefined; waiter = this.waiters.shift()) {
      if (waiter.isWaiting) waiter.reject(new TransferError('closed', -1));
    }
  }
}
