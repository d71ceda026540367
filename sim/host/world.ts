import type { CryptoSuite } from '../../protocol/crypto/suite.ts';
import type { EndpointObserver } from '../../protocol/endpoint/observer.ts';
import type { PartKinds } from '../../protocol/endpoint/parts.ts';
import { resolveOptions } from '../../protocol/endpoint/options.ts';
import type { EndpointOptions } from '../../protocol/endpoint/options.ts';
import type { PeerConfig, PeerId } from '../../protocol/peer/peer.ts';
import { TransmitBuffer } from '../../protocol/transmit.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { laneSecret, laneStart, lanesBetween } from '../../protocol/router/lanes.ts';
import type { LaneEnds } from '../../protocol/router/lanes.ts';
import type { Lane } from '../../protocol/router/routed-pool.ts';
import { hostAddress } from '../net/address.ts';
import type { Network } from '../net/network.ts';
import type { Rng } from '../random/rng.ts';
import { workerAddress } from './ports.ts';
import { SimHost } from './sim-host.ts';
import type { GroConfig } from './sim-host.ts';

/** The longest run or packet. */
const DATAGRAM_BYTES_MAX = 65_536;

export interface WorldConfig {
  kernel: Kernel;
  network: Network;
  rng: Rng;
  crypto: CryptoSuite;
  options: Partial<EndpointOptions>;
  /** Of single hosts, in place of those. */
  exceptions?: ReadonlyMap<number, Partial<EndpointOptions>>;
  /** Payload is not copied between hosts: applications change neither what they send nor what they are given. */
  byReference?: boolean;
  /** Other parts of endpoints than those of the protocol, to compare with. */
  kinds?: PartKinds;
  /** Absent: hosts receive each packet by itself. */
  gro?: GroConfig;
  /** NIC k of each host is in the network k modulo `planes`; default 1. */
  planes?: number;
  /** Workers of each host, default 1. */
  workers?: number;
  /** Of the endpoint of each worker in each incarnation of a host. */
  observer?: (host: number, incarnation: number, worker: number) => EndpointObserver | undefined;
}

/**
 * Hosts with endpoints on a simulated network, one for each worker. Pairs get a path secret when they first meet, as from a handshake that took no time. A
 * host that restarts still has its path secrets, as if they were part of its configuration, and nothing else.
 */
export class World {
  readonly hosts: SimHost[] = [];
  /** Pairs of hosts that have met. */
  meetings = 0;
  private readonly rng: Rng;
  private readonly crypto: CryptoSuite;
  private readonly workers: number;
  /** Per host: what it knows of each other host that it has met, also after a restart. */
  private readonly acquaintances: Map<number, PeerConfig>[] = [];
  /** Per host: its id of each other host. */
  private readonly peerIds: Map<number, PeerId>[] = [];
  /** Per host and worker: which host a peer id is. */
  private readonly hostOfPeer: Map<PeerId, number>[][] = [];

  constructor(config: WorldConfig) {
    this.rng = config.rng;
    this.crypto = config.crypto;
    this.workers = config.workers ?? 1;
    // Not one per host: with hundreds of them each packet would come to other, cold lines of memory.
    const out = new TransmitBuffer(DATAGRAM_BYTES_MAX, config.byReference);
    const plain = new Uint8Array(DATAGRAM_BYTES_MAX);
    const options = resolveOptions(config.options);
    for (const host of config.network.hosts) {
      this.hosts.push(
        new SimHost({
          kernel: config.kernel,
          nics: host.nics,
          planes: config.planes ?? 1,
          out,
          ...(config.gro === undefined ? {} : { gro: config.gro }),
          workers: this.workers,
          random: (incarnation) => config.rng.fork(`router/${host.index}#${incarnation}`),
          endpoint: (incarnation, worker) => {
            const own = config.exceptions?.get(host.index) ?? options;
            const observer = config.observer?.(host.index, incarnation, worker);
            const name = `endpoint/${host.index}${worker === 0 ? '' : `.${worker}`}`;
            return {
              crypto: config.crypto,
              plain,
              random: config.rng.fork(`${name}${incarnation === 0 ? '' : `#${incarnation}`}`),
              options: worker === 0 ? own : { ...own, worker },
              ...(config.kinds === undefined ? {} : { kinds: config.kinds }),
              ...(observer === undefined ? {} : { observer }),
            };
          },
          onRestart: ({ index }) => this.introduce(index),
        }),
      );
      this.acquaintances.push(new Map<number, PeerConfig>());
      this.peerIds.push(new Map<number, PeerId>());
      this.hostOfPeer.push(Array.from({ length: this.workers }, () => new Map<PeerId, number>()));
    }
  }

  host(index: number): SimHost {
    return this.hosts[index] as SimHost;
  }

  /** Host `from`'s id of host `to`; makes them peers if they are not. */
  peer(from: number, to: number): PeerId {
    const known = this.peerIds[from]?.get(to);
    return known ?? this.connect(from, to);
  }

  /** The host behind `peer`, as that worker of host `at` knows it. */
  hostOf(at: number, peer: PeerId, worker: number = 0): number | undefined {
    return this.hostOfPeer[at]?.[worker]?.get(peer);
  }

  /** What hosts `at` and `other` share, and the role that `at` has in it; undefined if they have not met. Of several workers: what those of the lane share. */
  acquaintance(at: number, other: number, worker: number = 0): PeerConfig | undefined {
    const known = this.acquaintances[at]?.get(other);
    if (known === undefined || this.workers === 1) return known;
    return this.lane(other, known, { client: worker, server: worker }).peer;
  }

  /** A lane has the same worker at both ends, as all hosts have as many. */
  private lanes(other: number, known: PeerConfig): Lane[] {
    return lanesBetween(this.workers, this.workers, laneStart(this.crypto, known.secret)).map((ends) =>
      this.lane(other, known, ends),
    );
  }

  private lane(other: number, known: PeerConfig, ends: LaneEnds): Lane {
    const address = workerAddress(other, ends.client);
    return {
      worker: ends.client,
      peer: { ...known, address, secret: laneSecret(this.crypto, known.secret, ends) },
    };
  }

  private connect(from: number, to: number): PeerId {
    this.meetings += 1;
    const low = Math.min(from, to);
    const high = Math.max(from, to);
    const rng = this.rng.fork(`handshake/${low}/${high}`);
    const credential = new Uint8Array(16);
    const secret = new Uint8Array(32);
    rng.fill(credential);
    rng.fill(secret);
    this.add(low, high, { credential, secret }, 'client');
    this.add(high, low, { credential, secret }, 'server');
    return this.peerIds[from]?.get(to) as PeerId;
  }

  private add(
    at: number,
    other: number,
    secret: { credential: Uint8Array; secret: Uint8Array },
    role: 'client' | 'server',
  ): void {
    const config = { address: hostAddress(other), secret, role };
    this.acquaintances[at]?.set(other, config);
    if (this.host(at).state.isUp) this.tell(at, other, config);
  }

  /** A host that has restarted learns whom it knows. */
  private introduce(at: number): void {
    this.peerIds[at]?.clear();
    for (const peers of this.hostOfPeer[at] ?? []) peers.clear();
    for (const [other, config] of this.acquaintances[at] ?? []) {
      this.tell(at, other, { ...config, usedBefore: true });
    }
  }

  private tell(at: number, other: number, config: PeerConfig): void {
    const { pool, routed } = this.host(at);
    if (routed === undefined) {
      const id = pool.addPeer(config);
      this.peerIds[at]?.set(other, id);
      this.hostOfPeer[at]?.[0]?.set(id, other);
      return;
    }
    const id = routed.addPeer(this.lanes(other, config));
    this.peerIds[at]?.set(other, id);
    for (const [worker, peer] of routed.lanesOf(id)) this.hostOfPeer[at]?.[worker]?.set(peer, other);
  }
}
