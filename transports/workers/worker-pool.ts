import { MessageChannel, type MessagePort, type TransferListItem } from 'node:worker_threads';
import { CausalityMap } from '../../protocol/causality/causality-map.ts';
import { Ledger } from '../../protocol/causality/ledger.ts';
import type { EndpointOptions } from '../../protocol/endpoint/options.ts';
import type { PeerId } from '../../protocol/peer/peer.ts';
import type { PoolBuffers } from '../../protocol/pool/buffers.ts';
import type { Pool } from '../../protocol/pool/pool.ts';
import { RoutedPool } from '../../protocol/router/routed-pool.ts';
import { chooseCrypto } from '../crypto/choose.ts';
import { cryptoRandom } from '../crypto/random.ts';
import { TransportError } from '../errors.ts';
import type { TransportEventSubscriber } from '../events.ts';
import type { FfiName } from '../native/ffi.ts';
import { loadFfi } from '../native/load.ts';
import { PresharedSecret } from '../psk/preshared-secret.ts';
import type { UdpPoolStats } from '../udp/pool.ts';
import { conduitMemory, type ConduitMemory } from './conduit.ts';
import type { Seat } from './cores.ts';
import { RemoteBuffers } from './remote-buffers.ts';
import { WorkerLink } from './worker-link.ts';

/** What was chosen for a worker. REQ CORE-5 */
export interface WorkerChoice extends Seat {
  /** `ADDRESS:PORT` of its sockets. */
  readonly address: string;
  readonly isPinned: boolean;
}

/** A peer with all its lanes, as `WorkerPool.connect` gives it. */
export type WorkerPeer = number;

/** What pools of one process have in common, whatever threads they are in. */
export interface WorkerGround {
  readonly workers: readonly WorkerChoice[];
  readonly options: EndpointOptions;
  readonly tokens: SharedArrayBuffer;
  /** Threads of the application that have had a pool so far. */
  readonly threads: SharedArrayBuffer;
  readonly secret: Uint8Array;
  readonly isNative: boolean;
  readonly ffi: readonly FfiName[] | undefined;
}

/** A way to a pool's workers, for `joinPool` in one other thread of the application. */
export interface PoolHandle {
  readonly ground: WorkerGround;
  readonly ways: readonly {
    readonly worker: number;
    readonly conduit: ConduitMemory;
    readonly port: MessagePort;
  }[];
  readonly peers: readonly ReadonlyMap<number, PeerId>[];
}

/** How a thread has a pool: as the one that made it, or as another. */
export interface WorkerPoolHome {
  readonly keepAlive: boolean;
  /** Numbers of stuck workers. */
  stuck(): readonly number[];
  /** Lets the threads keep the process alive, or not. */
  onKeepAlive(keepAlive: boolean): void;
  /** After the ways are closed. */
  onClose(): Promise<void>;
  readonly isMaker: boolean;
}

function poolsOf(links: readonly WorkerLink[], ground: WorkerGround): Pool[] {
  const { options, tokens, threads, isNative, ffi } = ground;
  const crypto = chooseCrypto(isNative ? loadFfi(() => {}, ffi) : undefined);
  const thread = Atomics.add(new Int32Array(threads), 0, 1);
  const buffers = new RemoteBuffers(options, crypto, thread);
  const ledger = new Ledger(new CausalityMap(tokens), options.endedTokensMax);
  return links.map((link) => link.open(options, buffers, ledger));
}

/**
 * A pool whose endpoints are in workers, in one thread of the application: everything a pool does, each call by the worker that the router chooses. A worker
 * that fails ends its own transfers only. REQ POOL-1, POOL-2, POOL-9, NIC-1, MNIC-2
 */
export class WorkerPool extends RoutedPool {
  /** What was chosen, in the order of the addresses that peers are told. */
  readonly workers: readonly WorkerChoice[];
  readonly #links: readonly WorkerLink[];
  readonly #ground: WorkerGround;
  readonly #secret: PresharedSecret;
  readonly #home: WorkerPoolHome;
  readonly #connected: ReadonlyMap<number, PeerId>[] = [];
  #closing: Promise<void> | undefined;

  constructor(links: readonly WorkerLink[], ground: WorkerGround, home: WorkerPoolHome) {
    super(poolsOf(links, ground), cryptoRandom);
    this.workers = ground.workers;
    this.#links = links;
    this.#ground = ground;
    this.#secret = new PresharedSecret(ground.secret);
    this.#home = home;
    for (const [worker, link] of links.entries()) {
      link.onFailed = () => this.lose(worker);
      link.onBusy = () => this.#updateKeepAlive();
      if (link.failure !== undefined) this.lose(worker);
    }
    this.#updateKeepAlive();
  }

  /** Messages sealed in this thread, to be submitted by id through any of the workers. REQ POOL-14 */
  get buffers(): PoolBuffers {
    // They have the same ones; the last pool is told when some are free again.
    return (this.pools.at(-1) as Pool).buffers;
  }

  /** Where peers find it, one for each worker; all of them are for `connect`. */
  get addresses(): string[] {
    return this.workers.map(({ address }) => address);
  }

  /** Numbers of the workers that have not come round their loops for too long, as the thread knows that made the pool. REQ NIC-9 */
  get stuck(): readonly number[] {
    return this.#home.stuck();
  }

  /** Makes a host known: the addresses of its workers, in their order; one alone if it has no workers. Rejects with TransportError. */
  async connect(addresses: string | readonly string[]): Promise<WorkerPeer> {
    const far = typeof addresses === 'string' ? [addresses] : addresses;
    const alive = this.#links.filter(({ failure }) => failure === undefined);
    if (alive.length === 0) throw new TransportError('CLOSED', 'no worker is left');
    const lanes = await Promise.all(
      alive.map(async (link, i): Promise<[number, PeerId]> => {
        const at = i % far.length;
        const secret = this.#secret.ofWorker(at).copyBytes();
        return [link.worker, await link.connect(far[at] as string, secret)];
      }),
    );
    return this.#know(new Map(lanes));
  }

  #know(lanes: ReadonlyMap<number, PeerId>): WorkerPeer {
    this.#connected.push(lanes);
    const peer = this.knowPeer(lanes);
    for (const [worker, link] of this.#links.entries()) if (link.failure !== undefined) this.lose(worker);
    return peer;
  }

  /**
   * For one other thread: `otherThread.postMessage(handle, transfer)`, and `joinPool(handle)` there. It knows the peers that this one has now, by the same
   * numbers, and may connect others; calls of both may depend on each other's tokens. REQ POOL-1, POOL-2
   */
  share(): { handle: PoolHandle; transfer: TransferListItem[] } {
    const ways = this.#links.map((link) => {
      const { port1, port2 } = new MessageChannel();
      const conduit = conduitMemory();
      link.attach(conduit, port1);
      return { worker: link.worker, conduit, port: port2 };
    });
    const handle = { ground: this.#ground, ways, peers: this.#connected };
    return { handle, transfer: ways.map(({ port }) => port) };
  }

  /** For `joinPool`. */
  knowPeers(peers: readonly ReadonlyMap<number, PeerId>[]): void {
    for (const lanes of peers) {
      for (const [worker, peer] of lanes) this.#links[worker]?.knowPeers([peer]);
      this.#know(lanes);
    }
  }

  async stats(): Promise<(UdpPoolStats | undefined)[]> {
    return Promise.all(
      this.#links.map((link) => (link.failure === undefined ? link.stats() : Promise.resolve(undefined))),
    );
  }

  /** Ends what this thread has under way; the workers end with the pool of the thread that made them. Idempotent. */
  override close(): Promise<void> {
    const { isMaker } = this.#home;
    this.#closing ??= Promise.all(this.#links.map((link) => link.close(isMaker))).then(() =>
      this.#home.onClose(),
    );
    return this.#closing;
  }

  #updateKeepAlive(): void {
    if (this.#home.keepAlive) return;
    const isBusy = this.isBusy();
    for (const link of this.#links) link.setKeepAlive(isBusy);
    this.#home.onKeepAlive(isBusy);
  }
}

/** The pool of a handle, in the thread it was given to. Throws what `ffi` libraries throw that cannot be loaded. REQ POOL-1, POOL-2 */
export function joinPool(handle: PoolHandle, onEvent: TransportEventSubscriber = () => {}): WorkerPool {
  const { ground, ways, peers } = handle;
  const links = ways.map(({ worker, conduit, port }) => new WorkerLink({ worker, conduit, port, onEvent }));
  const pool = new WorkerPool(links, ground, {
    isMaker: false,
    keepAlive: true,
    stuck: () => [],
    onKeepAlive: () => {},
    onClose: () => Promise.resolve(),
  });
  pool.knowPeers(peers);
  return pool;
}
