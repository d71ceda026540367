import { assert } from '../core/assert.ts';
import type { Token } from '../causality/causality-map.ts';
import type { RandomSource } from '../core/random.ts';
import type { Bytes, Nanos } from '../core/units.ts';
import type { ExchangeId } from '../endpoint/events.ts';
import { noPeer, type UsageError } from '../endpoint/usage-error.ts';
import type { PeerHealth } from '../peer/health.ts';
import type { PeerConfig, PeerId } from '../peer/peer.ts';
import { callOf } from '../pool/causality.ts';
import type { Call, CausalOptions, PoolCausality } from '../pool/causality.ts';
import type { EventListener, EventSubscription } from '../pool/events.ts';
import type { Headers } from '../pool/headers.ts';
import type { OutgoingStream } from '../pool/outgoing-stream.ts';
import type {
  BroadcastCall,
  BroadcastOptions,
  BroadcastOutcome,
  BulkOptions,
  CallOptions,
  CallOutcome,
  Handler,
  Payload,
  Pool,
  RequestStreamOptions,
  ResponseStream,
  Service,
  StreamedResponse,
  UnaryOptions,
  UnaryResponse,
} from '../pool/pool.ts';
import type { Source, StreamOptions } from '../pool/streams.ts';
import { TransferError } from '../pool/transfer-error.ts';
import type { SubscriptionOptions } from '../telemetry/subscription.ts';
import { Router } from './router.ts';
import type { RoutedPeer, RouterCounters, WorkerLoad } from './router.ts';

/** One of a peer's lanes, as this host has it. */
export interface Lane {
  readonly worker: number;
  /** With the secret of the lane; the address is that of the worker at the other end. */
  readonly peer: PeerConfig;
}

/** Where a call goes. It counts at its worker until `end`. */
export interface Route {
  readonly worker: number;
  readonly pool: Pool;
  /** What that pool calls the peer. */
  readonly peer: PeerId;
  end(): void;
}

/** How much a stream will send is not known when it begins. */
const STREAM_BYTES = 1 << 16;

/** A peer, and what the router calls it: another one when a worker has failed. */
interface Known {
  lanes: ReadonlyMap<number, PeerId>;
  routed: RoutedPeer | undefined;
}

/**
 * The pools of several workers as one: each call goes over the lane that the router chooses, and stays there. The pools are given the same tokens, so a
 * call may depend on one of another worker. REQ PERF-3, PERF-4, ROUTE-3, ROUTE-5
 */
export class RoutedPool {
  readonly pools: readonly Pool[];
  private readonly router: Router;
  private readonly peers: Known[] = [];
  private readonly lost: Set<number> = new Set<number>();

  constructor(pools: readonly Pool[], random: RandomSource) {
    this.pools = pools;
    this.router = new Router(pools.length, random);
  }

  addPeer(lanes: readonly Lane[]): RoutedPeer {
    return this.knowPeer(
      new Map(lanes.map(({ worker, peer: config }) => [worker, this.poolOf(worker).addPeer(config)])),
    );
  }

  /** A peer that the pools know: what that of each worker calls it. */
  knowPeer(lanes: ReadonlyMap<number, PeerId>): RoutedPeer {
    return this.peers.push({ lanes, routed: this.router.addPeer([...lanes.keys()]) }) - 1;
  }

  /** What the pool of each worker that has a lane to the peer calls it. */
  lanesOf(peer: RoutedPeer): ReadonlyMap<number, PeerId> {
    return this.known(peer).lanes;
  }

  private known(peer: RoutedPeer): Known {
    const known = this.peers[peer];
    if (known === undefined) throw noPeer(peer);
    return known;
  }

  /** Nothing goes by this worker any more. REQ ROUTE-6 */
  lose(worker: number): void {
    this.lost.add(worker);
    for (const known of this.peers) {
      known.lanes = new Map([...known.lanes].filter(([of]) => of !== worker));
      known.routed = known.lanes.size === 0 ? undefined : this.router.addPeer([...known.lanes.keys()]);
    }
  }

  /** REQ ROUTE-7 */
  get counters(): Readonly<RouterCounters> {
    return this.router.counters;
  }

  /** REQ ROUTE-7, MNIC-4 */
  get loads(): readonly Readonly<WorkerLoad>[] {
    return this.router.workers;
  }

  /** The pools have the same tokens. */
  get causality(): PoolCausality {
    return this.poolOf(0).causality;
  }

  /** The clock of deadlines. */
  now(): Nanos {
    return this.poolOf(0).now();
  }

  serve(service: Handler | Service): void {
    for (const pool of this.alive()) pool.serve(service);
  }

  private alive(): Pool[] {
    return this.pools.filter((_, worker) => !this.lost.has(worker));
  }

  /** What the endpoints of all workers tell of themselves. REQ EVT-1 */
  readonly events: { subscribe(listener: EventListener, options?: SubscriptionOptions): EventSubscription } =
    {
      subscribe: (listener, options) => {
        const all = this.pools.map((pool) => pool.events.subscribe(listener, options));
        const sum = (of: (one: EventSubscription) => number): number =>
          all.reduce((n, one) => n + of(one), 0);
        return {
          get dropped(): number {
            return sum(({ dropped }) => dropped);
          },
          get thrown(): number {
            return sum(({ thrown }) => thrown);
          },
          get lastError(): unknown {
            return all.find(({ thrown }) => thrown > 0)?.lastError;
          },
          close: () => all.forEach((one) => one.close()),
        };
      },
    };

  /** A lane for a call that sends so many bytes. Throws TransferError if no worker is left. */
  route(peer: RoutedPeer, bytes: Bytes): Route {
    const { lanes, routed } = this.known(peer);
    if (routed === undefined) throw new TransferError('closed', peer, { detail: 'no worker is left' });
    const worker = this.router.begin(routed, bytes);
    let ended = false;
    return {
      worker,
      pool: this.poolOf(worker),
      peer: lanes.get(worker) as PeerId,
      end: () => {
        if (!ended) this.router.end(routed, worker, bytes);
        ended = true;
      },
    };
  }

  unaryRpc(peer: RoutedPeer, request: Payload, options?: UnaryOptions): Call<UnaryResponse> {
    return this.over(peer, sizeOf(request), (route) => route.pool.unaryRpc(route.peer, request, options));
  }

  rawBulkTransfer(peer: RoutedPeer, bytes: Payload, options?: BulkOptions): Call<UnaryResponse> {
    return this.over(peer, sizeOf(bytes), (route) => route.pool.rawBulkTransfer(route.peer, bytes, options));
  }

  streamingRequest(peer: RoutedPeer, source: Source, options?: RequestStreamOptions): Call<StreamedResponse> {
    return this.over(peer, STREAM_BYTES, (route) => route.pool.streamingRequest(route.peer, source, options));
  }

  private over<T>(peer: RoutedPeer, bytes: Bytes, begin: (route: Route) => Call<T>): Call<T> {
    let route: Route;
    try {
      route = this.route(peer, bytes);
    } catch (error) {
      const causal = this.causality.begin();
      causal.end(error as UsageError);
      return callOf(causal, (_, reject) => reject(error as Error));
    }
    const call = begin(route);
    call.then(route.end, route.end);
    return call;
  }

  streamingResponse(peer: RoutedPeer, request: Uint8Array, options?: StreamOptions): ResponseStream {
    return this.stream(peer, (route) => route.pool.streamingResponse(route.peer, request, options));
  }

  bidirectional(peer: RoutedPeer, options?: RequestStreamOptions): OutgoingStream {
    return this.stream(peer, (route) => route.pool.bidirectional(route.peer, options));
  }

  private stream<T extends ResponseStream>(peer: RoutedPeer, open: (route: Route) => T): T {
    const route = this.route(peer, STREAM_BYTES);
    try {
      const stream = open(route);
      stream.whenOver(route.end);
      return stream;
    } catch (error) {
      route.end();
      throw error;
    }
  }

  datagram(peer: RoutedPeer, body: Uint8Array, options?: { headers?: Headers }): boolean {
    const route = this.route(peer, body.length);
    route.end();
    return route.pool.datagram(route.peer, body, options);
  }

  /** Each worker that is needed seals it once: one, if all peers have a lane there. REQ PAT-13, PAT-14 */
  broadcast(peers: readonly RoutedPeer[], request: Payload, options: BroadcastOptions = {}): BroadcastCall {
    const groups = new Map<number, number[]>();
    const [first = -1] = peers;
    const route = peers.length === 0 ? undefined : this.route(first, sizeOf(request) * peers.length);
    const common = route?.worker ?? 0;
    peers.forEach((peer, i) => {
      const { lanes } = this.known(peer);
      const worker = lanes.has(common) ? common : [...lanes.keys()][0];
      if (worker === undefined) throw new TransferError('closed', peer, { detail: 'no worker is left' });
      groups.set(worker, [...(groups.get(worker) ?? []), i]);
    });
    const tokens: Token[] = [];
    const outcomes: BroadcastOutcome[] = [];
    const calls: Promise<unknown>[] = [];
    for (const [worker, group] of groups) {
      const ids = group.map((i) => this.lanesOf(peers[i] as RoutedPeer).get(worker) as PeerId);
      const named = new Map(ids.map((id, at) => [id, peers[group[at] as number] as RoutedPeer]));
      const renamed = (outcome: BroadcastOutcome): BroadcastOutcome => ({
        ...outcome,
        peer: named.get(outcome.peer) as RoutedPeer,
      });
      const { onOutcome } = options;
      const call = this.poolOf(worker).broadcast(ids, request, {
        ...options,
        ...(onOutcome === undefined ? {} : { onOutcome: (outcome) => onOutcome(renamed(outcome)) }),
      });
      group.forEach((i, at) => (tokens[i] = call.tokens[at] as Token));
      calls.push(
        call.then((all) => all.forEach((one, at) => (outcomes[group[at] as number] = renamed(one)))),
      );
    }
    const all = Promise.all(calls).then(() => outcomes);
    if (route !== undefined) all.then(route.end, route.end);
    return Object.assign(all, { tokens });
  }

  /** Resolves when every worker takes calls of `priority`. */
  async whenRoom(priority?: number): Promise<void> {
    await Promise.all(this.alive().map((pool) => pool.whenRoom(priority)));
  }

  /** Of its lanes the one that is best. REQ HEALTH-1 */
  peerHealth(peer: RoutedPeer): PeerHealth | undefined {
    const all = [...this.lanesOf(peer)].map(([worker, id]) => this.poolOf(worker).peerHealth(id));
    const known = all.filter((health) => health !== undefined);
    return known.sort((a, b) => a.failureRatio - b.failureRatio || b.lastHeardNs - a.lastHeardNs)[0];
  }

  /** As `Pool.call`: the worker, and what its pool calls the exchange. */
  call(
    peer: RoutedPeer,
    request: Uint8Array,
    options: CallOptions & CausalOptions,
    outcome: CallOutcome,
  ): { worker: number; exchange: ExchangeId } {
    const route = this.route(peer, request.length);
    try {
      const exchange = route.pool.call(route.peer, request, options, {
        onProgress: outcome.onProgress?.bind(outcome),
        onResponse: (body, headers, metrics) => {
          route.end();
          outcome.onResponse(body, headers, metrics);
        },
        onFailure: (error) => {
          route.end();
          outcome.onFailure(error);
        },
      });
      return { worker: route.worker, exchange };
    } catch (error) {
      route.end();
      throw error;
    }
  }

  isBusy(): boolean {
    return this.pools.some((pool) => pool.isBusy());
  }

  close(): void {
    for (const pool of this.pools) pool.close();
  }

  private poolOf(worker: number): Pool {
    const pool = this.pools[worker];
    assert(pool !== undefined, 'there is a pool for each worker');
    return pool;
  }
}

/** Of a buffer it is not known here. */
const sizeOf = (payload: Payload): Bytes => (typeof payload === 'number' ? STREAM_BYTES : payload.length);
