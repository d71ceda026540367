import { assert } from '../core/assert.ts';
import type { RandomSource } from '../core/random.ts';
import type { Bytes } from '../core/units.ts';
import type { ExchangeId } from '../endpoint/events.ts';
import type { PeerConfig, PeerId } from '../peer/peer.ts';
import type { Call, CausalOptions } from '../pool/causality.ts';
import type {
  BulkOptions,
  CallOptions,
  CallOutcome,
  Handler,
  Pool,
  RequestStreamOptions,
  Service,
  StreamedResponse,
  UnaryOptions,
  UnaryResponse,
} from '../pool/pool.ts';
import type { Source } from '../pool/streams.ts';
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

/**
 * The pools of several workers as one: each call goes over the lane that the router chooses, and stays there. The pools are given the same tokens, so a
 * call may depend on one of another worker. For what is not here (streams that are read, broadcasts, buffers), `route` gives the pool to use.
 * REQ PERF-3, PERF-4, ROUTE-3, ROUTE-5
 */
export class RoutedPool {
  readonly pools: readonly Pool[];
  private readonly router: Router;
  /** By peer and worker. */
  private readonly peers: ReadonlyMap<number, PeerId>[] = [];

  constructor(pools: readonly Pool[], random: RandomSource) {
    this.pools = pools;
    this.router = new Router(pools.length, random);
  }

  addPeer(lanes: readonly Lane[]): RoutedPeer {
    const peer = this.router.addPeer(lanes.map(({ worker }) => worker));
    assert(peer === this.peers.length, 'peers are numbered as the router numbers them');
    this.peers.push(
      new Map(lanes.map(({ worker, peer: config }) => [worker, this.poolOf(worker).addPeer(config)])),
    );
    return peer;
  }

  /** What the pool of each worker that has a lane to the peer calls it. */
  lanesOf(peer: RoutedPeer): ReadonlyMap<number, PeerId> {
    const lanes = this.peers[peer];
    assert(lanes !== undefined, 'the pool knows the peer');
    return lanes;
  }

  /** REQ ROUTE-7 */
  get counters(): Readonly<RouterCounters> {
    return this.router.counters;
  }

  /** REQ ROUTE-7, MNIC-4 */
  get loads(): readonly Readonly<WorkerLoad>[] {
    return this.router.workers;
  }

  serve(service: Handler | Service): void {
    for (const pool of this.pools) pool.serve(service);
  }

  /** A lane for a call that sends so many bytes. */
  route(peer: RoutedPeer, bytes: Bytes): Route {
    const lanes = this.lanesOf(peer);
    const worker = this.router.begin(peer, bytes);
    let ended = false;
    return {
      worker,
      pool: this.poolOf(worker),
      peer: lanes.get(worker) as PeerId,
      end: () => {
        if (!ended) this.router.end(peer, worker, bytes);
        ended = true;
      },
    };
  }

  unaryRpc(peer: RoutedPeer, request: Uint8Array, options?: UnaryOptions): Call<UnaryResponse> {
    return this.over(this.route(peer, request.length), (route) =>
      route.pool.unaryRpc(route.peer, request, options),
    );
  }

  rawBulkTransfer(peer: RoutedPeer, bytes: Uint8Array, options?: BulkOptions): Call<UnaryResponse> {
    return this.over(this.route(peer, bytes.length), (route) =>
      route.pool.rawBulkTransfer(route.peer, bytes, options),
    );
  }

  streamingRequest(peer: RoutedPeer, source: Source, options?: RequestStreamOptions): Call<StreamedResponse> {
    return this.over(this.route(peer, STREAM_BYTES), (route) =>
      route.pool.streamingRequest(route.peer, source, options),
    );
  }

  private over<T>(route: Route, begin: (route: Route) => Call<T>): Call<T> {
    const call = begin(route);
    call.then(route.end, route.end);
    return call;
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
