import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { Ledger } from '../../protocol/causality/ledger.ts';
import type { EndpointOptions } from '../../protocol/endpoint/options.ts';
import type { PeerId } from '../../protocol/peer/peer.ts';
import type { Driver } from '../../protocol/pool/driver.ts';
import { Pool } from '../../protocol/pool/pool.ts';
import { TransportError, type TransportErrorCode } from '../errors.ts';
import type { TransportEventSubscriber } from '../events.ts';
import { nodeLoop } from '../inline/event-loop.ts';
import type { UdpPoolStats } from '../udp/pool.ts';
import { toLocal } from './clock.ts';
import { Conduit, type ConduitMemory } from './conduit.ts';
import { isNumbered, type FromWorker, type ToWorker } from './orders.ts';
import type { RemoteBuffers } from './remote-buffers.ts';
import { RemoteEndpoint } from './remote-endpoint.ts';

interface Pending<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/** What is told when the worker is ready. */
export interface WorkerReady {
  readonly address: string;
  readonly isPinned: boolean;
  readonly options: EndpointOptions;
}

export interface LinkConfig {
  readonly worker: number;
  /** This thread's end. */
  readonly port: MessagePort;
  readonly conduit: ConduitMemory;
  readonly onEvent: TransportEventSubscriber;
  /** Who has the link started the thread, and says when that ends, and why. */
  readonly isOwn?: boolean;
}

/** The end of one worker in a thread of the application: a pool whose endpoint is there. REQ POOL-1, POOL-2, POOL-9, POOL-10 */
export class WorkerLink {
  readonly worker: number;
  /** Why there is no such worker any more. */
  failure: Error | undefined;
  /** Told before the calls are that it had under way. */
  onFailed: () => void = () => {};
  /** Whether somebody waits for something may have changed. */
  onBusy: () => void = () => {};
  readonly #port: MessagePort;
  readonly #conduit: Conduit;
  readonly #announced: Int32Array;
  readonly #onEvent: TransportEventSubscriber;
  readonly #orders = new Map<number, Pending<never>>();
  #remote: RemoteEndpoint | undefined;
  #pool: Pool | undefined;
  #nextId = 0;
  #isTaking = false;
  #isDispatching = false;
  #ready: Pending<WorkerReady> | undefined;
  #closed: (() => void) | undefined;
  #isClosing = false;

  constructor(config: LinkConfig) {
    this.worker = config.worker;
    this.#onEvent = config.onEvent;
    this.#port = config.port;
    this.#announced = new Int32Array(config.conduit.announced);
    this.#conduit = new Conduit(config.conduit, 'application', {
      post: (what, transfer) => this.#port.postMessage(what, transfer),
      receive: () => this.#receive(),
    });
    this.#port.on('message', this.#onMessage);
    this.#port.on('close', () => {
      if (config.isOwn !== true) this.end(new Error(`the thread of worker ${this.worker} has ended`));
    });
    this.#conduit.sleep();
  }

  /** Resolves when its sockets are bound; rejects with TransportError. */
  ready(): Promise<WorkerReady> {
    return new Promise((resolve, reject) => (this.#ready = { resolve, reject }));
  }

  /** The pool over its endpoint, once it is ready. Buffers and tokens are those of all pools of this thread. */
  open(options: EndpointOptions, buffers: RemoteBuffers, tokens: Ledger): Pool {
    const conduit = this.#conduit;
    const remote = new RemoteEndpoint(options, buffers, {
      send: (message) => {
        if (this.failure === undefined) conduit.send(message);
      },
      order: (order) => this.#post(order),
      get backlog(): number {
        return conduit.backlog;
      },
      announced: this.#announced,
      onNews: () => this.#dispatchSoon(),
    });
    const driver: Driver = {
      now: () => nodeLoop.now(),
      // Commands are on their way already; what is left is who listens to events.
      kick: () => {
        if (remote.telemetry.isWatched) this.#dispatchSoon();
        this.onBusy();
      },
    };
    this.#remote = remote;
    const pool = new Pool(remote, driver, tokens);
    this.#pool = pool;
    // Also what came before, and then it sleeps.
    this.#take();
    return pool;
  }

  /** Peers that another thread of the application has connected. */
  knowPeers(peers: Iterable<PeerId>): void {
    for (const peer of peers) this.#remote?.knowPeer(peer, undefined);
  }

  setKeepAlive(keepAlive: boolean): void {
    if (keepAlive) this.#port.ref();
    else this.#port.unref();
  }

  connect(peer: string, secret: Uint8Array): Promise<PeerId> {
    return this.#order<PeerId>((id) => ({ order: 'connect', id, peer, secret }));
  }

  stats(): Promise<UdpPoolStats> {
    return this.#order<UdpPoolStats>((id) => ({ order: 'stats', id }));
  }

  /** A way for another thread: this is the worker's end of it. */
  attach(conduit: ConduitMemory, port: MessagePort): void {
    if (this.failure === undefined)
      this.#port.postMessage({ order: 'attach', way: { conduit, port } } satisfies ToWorker, [port]);
  }

  /** Ends what this thread has under way there; `all`: the worker itself. */
  async close(all: boolean): Promise<void> {
    this.#pool?.close();
    if (this.failure !== undefined) return;
    this.#isClosing = true;
    // What waits for room goes first.
    while (this.#conduit.backlog > 0 && this.failure === undefined)
      await new Promise<void>((done) => {
        nodeLoop.soon(() => {
          this.#take();
          done();
        });
      });
    if (this.failure !== undefined) return;
    const closed = new Promise<void>((resolve) => (this.#closed = resolve));
    this.#port.ref();
    this.#post({ order: all ? 'close' : 'detach' });
    await closed;
  }

  #newId(): number {
    this.#nextId = (this.#nextId + 1) >>> 0;
    return this.#nextId;
  }

  #post(what: ToWorker): void {
    if (this.failure === undefined) this.#port.postMessage(what);
  }

  #order<T>(order: (id: number) => ToWorker): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.failure !== undefined) throw this.#gone();
      const id = this.#newId();
      this.#orders.set(id, { resolve, reject } as Pending<unknown> as Pending<never>);
      this.#post(order(id));
    });
  }

  #gone(): TransportError {
    return new TransportError('CLOSED', `worker ${this.worker} failed: ${this.failure?.message}`);
  }

  /** What was posted, in the midst of a message that refers to it. */
  #receive(): void {
    for (
      let got = receiveMessageOnPort(this.#port);
      got !== undefined;
      got = receiveMessageOnPort(this.#port)
    ) {
      const what = got.message as FromWorker;
      if (isNumbered(what)) this.#conduit.keep(what);
      else nodeLoop.soon(() => this.#onMessage(what));
    }
  }

  readonly #onMessage = (what: FromWorker): void => {
    if (what === 'wake') return this.#take();
    if (isNumbered(what)) return this.#conduit.keep(what);
    switch (what.news) {
      case 'ready':
        return this.#ready?.resolve(what);
      case 'failed':
        this.#isClosing = true;
        return this.#ready?.reject(new TransportError(what.code as TransportErrorCode, what.message));
      case 'event':
        return this.#onEvent(what.event);
      case 'health': {
        const { peer, health } = what;
        return this.#remote?.knowPeer(
          peer,
          health && { ...health, lastHeardNs: toLocal(health.lastHeardNs) },
        );
      }
      case 'done':
        return this.#orderOf(what.id)?.resolve(what.value as never);
      case 'refused':
        return this.#orderOf(what.id)?.reject(
          new TransportError(what.code as TransportErrorCode, what.message),
        );
      case 'closed':
        this.#take();
        this.#closed?.();
    }
  };

  #orderOf(id: number): Pending<never> | undefined {
    const pending = this.#orders.get(id);
    this.#orders.delete(id);
    return pending;
  }

  /** What is in the rings; in several turns if it is much, so that the application has its own in between. */
  #take(): void {
    const remote = this.#remote;
    if (remote === undefined || this.#isTaking) return;
    const more = this.#conduit.take(remote.reader.take);
    if (more || !this.#conduit.sleep()) {
      this.#isTaking = true;
      nodeLoop.soon(() => {
        this.#isTaking = false;
        this.#take();
      });
    }
    this.#dispatch();
  }

  #dispatchSoon(): void {
    if (this.#isDispatching) return;
    this.#isDispatching = true;
    nodeLoop.soon(() => {
      this.#isDispatching = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    try {
      this.#pool?.dispatch();
    } finally {
      // A subscriber that threw left events behind.
      if (this.#remote?.hasEvents === true) this.#dispatchSoon();
      this.onBusy();
    }
  }

  /** The worker is gone, as it was told to or for `cause`. REQ OPS-5 */
  end(cause: Error): void {
    this.#closed?.();
    if (this.#isClosing || this.failure !== undefined) return;
    this.failure = cause;
    this.#onEvent({ type: 'worker-failed', worker: this.worker, cause });
    this.onFailed();
    this.#ready?.reject(cause);
    this.#remote?.fail(cause);
    for (const { reject } of this.#orders.values()) reject(this.#gone());
    this.#orders.clear();
    this.#port.close();
  }
}
