import { CausalityMap } from '../../protocol/causality/causality-map.ts';
import type { Nanos } from '../../protocol/core/units.ts';
import { NANOS_PER_MILLI } from '../../protocol/core/units.ts';
import { DEFAULT_OPTIONS } from '../../protocol/endpoint/options.ts';
import type { UnaryOptions, UnaryResponse } from '../../protocol/pool/pool.ts';
import { Router, type RoutedPeer } from '../../protocol/router/router.ts';
import { TransferError } from '../../protocol/pool/transfer-error.ts';
import { cryptoRandom } from '../crypto/random.ts';
import { TransportError } from '../errors.ts';
import type { TransportEventSubscriber } from '../events.ts';
import { WorkerMonitor } from '../health/monitor.ts';
import { Pulses } from '../health/pulse.ts';
import { nodeLoop } from '../inline/event-loop.ts';
import { loadFfi } from '../native/load.ts';
import { splitHostPort } from '../udp/address.ts';
import type { UdpPoolOptions, UdpPoolStats } from '../udp/pool.ts';
import { conduitMemory } from './conduit.ts';
import { chooseSeats, lookAtMachine, type Machine, type Seat } from './cores.ts';
import { WorkerLink, type WorkerHandler } from './worker-link.ts';

export interface PoolOptions extends Omit<UdpPoolOptions, 'observer' | 'record' | 'pulse' | 'tokens'> {
  /** How many workers, or on which cores; by default one for each NIC. */
  cores?: number | readonly number[];
  /** A worker without work goes on looking for so long before it sleeps; default 1 ms, or 50 µs where there are no cores to spare. */
  spinNs?: Nanos;
  /** A worker that does not come round for so long is told of; default 100 ms. */
  stuckNs?: Nanos;
}

/** Of tests: another machine, or another program in the threads. */
export interface PoolSurroundings {
  machine?: Machine;
  entry?: URL;
}

/** What was chosen for a worker. REQ CORE-5 */
export interface WorkerChoice extends Seat {
  /** `ADDRESS:PORT` of its sockets. */
  readonly address: string;
  readonly isPinned: boolean;
}

/** A peer with all its lanes, as `WorkerPool.connect` gives it. */
export type WorkerPeer = number;

const SPIN_NS: Nanos = NANOS_PER_MILLI;
/** Where a thread that spins takes the core of one that has work. */
const SPIN_CROWDED_NS: Nanos = NANOS_PER_MILLI / 20;
const STUCK_NS: Nanos = 100 * NANOS_PER_MILLI;

interface Lane {
  readonly worker: number;
  readonly peer: number;
}

/** A peer, and what the router calls it: another one when a worker has failed. */
interface Known {
  lanes: readonly Lane[];
  routed: RoutedPeer | undefined;
}

const NOBODY: Known = { lanes: [], routed: undefined };

/**
 * Workers in threads of their own, each with an endpoint and its sockets, and the calls of this thread spread over them. A worker that fails ends its own
 * transfers only. REQ POOL-1, POOL-2, POOL-9, NIC-1, MNIC-2
 */
export class WorkerPool {
  /** What was chosen, in the order of the addresses that peers are told. */
  readonly workers: readonly WorkerChoice[];
  readonly #links: readonly WorkerLink[];
  readonly #monitor: WorkerMonitor;
  readonly #secretOf: (farWorker: number) => Uint8Array;
  readonly #router: Router;
  readonly #peers: Known[] = [];
  readonly #keepAlive: boolean;
  #calls = 0;

  constructor(config: {
    links: readonly WorkerLink[];
    workers: readonly WorkerChoice[];
    monitor: WorkerMonitor;
    secretOf: (farWorker: number) => Uint8Array;
    keepAlive: boolean;
  }) {
    this.workers = config.workers;
    this.#links = config.links;
    this.#monitor = config.monitor;
    this.#secretOf = config.secretOf;
    this.#router = new Router(config.links.length, cryptoRandom);
    this.#keepAlive = config.keepAlive;
    for (const link of this.#links) link.onFailed = () => this.#onFailed(link.worker);
    this.#updateKeepAlive();
  }

  /** Where peers find it, one for each worker; all of them are for `connect`. */
  get addresses(): string[] {
    return this.workers.map(({ address }) => address);
  }

  /** Numbers of the workers that have not come round their loops for too long. REQ NIC-9 */
  get stuck(): readonly number[] {
    return this.#monitor.stuck;
  }

  /** Makes a host known: the addresses of its workers, in their order; one alone if it has no workers. Rejects with TransportError. */
  async connect(addresses: string | readonly string[]): Promise<WorkerPeer> {
    const far = typeof addresses === 'string' ? [addresses] : addresses;
    const alive = this.#links.filter(({ failure }) => failure === undefined);
    if (alive.length === 0) throw new TransportError('CLOSED', 'no worker is left');
    const lanes = await Promise.all(
      alive.map(async (link, i): Promise<Lane> => {
        const at = i % far.length;
        const peer = await link.connect(far[at] as string, this.#secretOf(at));
        return { worker: link.worker, peer };
      }),
    );
    return this.#peers.push({ lanes, routed: this.#routed(lanes) }) - 1;
  }

  /** Takes requests of all workers in this thread. */
  serve(handler: WorkerHandler): void {
    for (const link of this.#links) link.serve(handler);
  }

  /** One request, one response, by the worker that the router chooses. Rejects as `Pool.unaryRpc` does, and with `closed` if the worker fails meanwhile. */
  async unaryRpc(peer: WorkerPeer, request: Uint8Array, options: UnaryOptions = {}): Promise<UnaryResponse> {
    const { lanes, routed } = this.#peers[peer] ?? NOBODY;
    if (routed === undefined) {
      const detail = lanes === NOBODY.lanes ? 'there is no such peer' : 'no worker is left';
      throw new TransferError('closed', peer, { detail });
    }
    const worker = this.#router.begin(routed, request.length);
    const lane = lanes.find((one) => one.worker === worker) as Lane;
    this.#calls += 1;
    this.#updateKeepAlive();
    try {
      return await (this.#links[worker] as WorkerLink).call(lane.peer, request, options);
    } finally {
      this.#router.end(routed, worker, request.length);
      this.#calls -= 1;
      this.#updateKeepAlive();
    }
  }

  async stats(): Promise<(UdpPoolStats | undefined)[]> {
    return Promise.all(
      this.#links.map((link) => (link.failure === undefined ? link.stats() : Promise.resolve(undefined))),
    );
  }

  async close(): Promise<void> {
    this.#monitor.close();
    await Promise.all(this.#links.map((link) => link.close()));
  }

  /** A worker has failed: nothing goes its way from now on. */
  #onFailed(worker: number): void {
    for (const known of this.#peers) {
      known.lanes = known.lanes.filter((lane) => lane.worker !== worker);
      known.routed = this.#routed(known.lanes);
    }
  }

  #routed(lanes: readonly Lane[]): RoutedPeer | undefined {
    return lanes.length === 0 ? undefined : this.#router.addPeer(lanes.map(({ worker }) => worker));
  }

  #updateKeepAlive(): void {
    if (this.#keepAlive) return;
    for (const link of this.#links) link.setKeepAlive(this.#calls > 0);
  }
}

/** The NICs in their circle, from `home` on. Both ends of a lane do that, so that NICs of one network stand at the same place. */
function homeFirst(nics: readonly string[], home: string | undefined): string[] {
  const at = nics.indexOf(home ?? '');
  return at < 0 ? [] : [...nics.slice(at), ...nics.slice(0, at)];
}

/**
 * A pool whose endpoints are in worker threads. It chooses cores and NICs by itself, unless told, and says in `workers` what it chose; what it could not
 * have is an event. Rejects with TransportError (BIND_FAILED, BAD_ADDRESS). REQ OPS-1, OPS-5, CORE-1
 */
export async function createPool(
  options: PoolOptions,
  { machine = lookAtMachine(), entry }: PoolSurroundings = {},
): Promise<WorkerPool> {
  const { nics = [], cores, stuckNs = STUCK_NS, keepAlive = true, ...given } = options;
  const { secret, endpoint = {}, bind = '*:0', onEvent: subscriber, spinNs: _, ...udp } = given;
  const onEvent: TransportEventSubscriber = subscriber ?? (() => {});
  const seats = chooseSeats({ cores, nics }, machine, onEvent);
  const isRoomy = machine.parallelism > seats.length + 1;
  const spinNs = options.spinNs ?? (isRoomy ? SPIN_NS : SPIN_CROWDED_NS);
  if (seats.length === 0) throw new TransportError('BAD_OPTION', 'cores: a pool has at least one worker');
  // Before any worker does; see there.
  if (udp.without?.includes('native') !== true) loadFfi(() => {}, udp.ffi);
  const pulses = new Pulses(seats.length);
  const tokens = CausalityMap.sharedMemory(endpoint.tokensMax ?? DEFAULT_OPTIONS.tokensMax);
  const { host, port } = splitHostPort(bind);
  const links = seats.map(({ worker, core, nic }) => {
    const order = {
      worker,
      core,
      spinNs,
      conduit: conduitMemory(),
      pulses: pulses.memory,
      tokens,
      secret: secret.ofWorker(worker).copyBytes(),
      endpoint,
      udp: {
        ...udp,
        bind: `${host.includes(':') ? `[${host}]` : host}:${port === 0 ? 0 : port + worker}`,
        nics: homeFirst(nics, nic),
      },
    };
    return new WorkerLink(order, onEvent, entry);
  });
  try {
    await Promise.all(links.map((link) => link.ready()));
  } catch (error) {
    await Promise.all(links.map((link) => link.close()));
    throw error;
  }
  return new WorkerPool({
    links,
    workers: links.map(({ address, isPinned }, i) => ({ ...(seats[i] as Seat), address, isPinned })),
    monitor: new WorkerMonitor(nodeLoop, pulses, stuckNs, onEvent),
    secretOf: (farWorker) => secret.ofWorker(farWorker).copyBytes(),
    keepAlive,
  });
}
