import type { CryptoSuite } from '../../protocol/crypto/suite.ts';
import type { EndpointObserver } from '../../protocol/endpoint/observer.ts';
import type { EndpointOptions } from '../../protocol/endpoint/options.ts';
import type { PeerConfig, PeerId } from '../../protocol/peer/peer.ts';
import { TransmitBuffer } from '../../protocol/transmit.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { hostAddress } from '../net/address.ts';
import type { Network } from '../net/network.ts';
import type { Rng } from '../random/rng.ts';
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
  /** Payload is not copied between hosts: applications change neither what they send nor what they are given. */
  byReference?: boolean;
  /** Absent: hosts receive each packet by itself. */
  gro?: GroConfig;
  /** NIC k of each host is in the network k modulo `planes`; default 1. */
  planes?: number;
  /** Of the endpoint of each incarnation of a host. */
  observer?: (host: number, incarnation: number) => EndpointObserver | undefined;
}

/**
 * Hosts with endpoints on a simulated network. Pairs get a path secret when they first meet, as from a handshake that took no time. A
 * host that restarts still has its path secrets, as if they were part of its configuration, and nothing else.
 */
export class World {
  readonly hosts: SimHost[] = [];
  /** Pairs of hosts that have met. */
  meetings = 0;
  private readonly rng: Rng;
  /** Per host: what it knows of each other host that it has met, also after a restart. */
  private readonly acquaintances: Map<number, PeerConfig>[] = [];
  /** Per host: its id of each other host. */
  private readonly peerIds: Map<number, PeerId>[] = [];
  /** Per host: which host a peer id is. */
  private readonly hostOfPeer: Map<PeerId, number>[] = [];

  constructor(config: WorldConfig) {
    this.rng = config.rng;
    // Not one per host: with hundreds of them each packet would come to other, cold lines of memory.
    const out = new TransmitBuffer(DATAGRAM_BYTES_MAX, config.byReference);
    const plain = new Uint8Array(DATAGRAM_BYTES_MAX);
    for (const host of config.network.hosts) {
      this.hosts.push(
        new SimHost({
          kernel: config.kernel,
          nics: host.nics,
          planes: config.planes ?? 1,
          out,
          ...(config.gro === undefined ? {} : { gro: config.gro }),
          endpoint: (incarnation) => {
            const observer = config.observer?.(host.index, incarnation);
            return {
              crypto: config.crypto,
              plain,
              random: config.rng.fork(`endpoint/${host.index}${incarnation === 0 ? '' : `#${incarnation}`}`),
              options: config.options,
              ...(observer === undefined ? {} : { observer }),
            };
          },
          onRestart: ({ index }) => this.introduce(index),
        }),
      );
      this.acquaintances.push(new Map<number, PeerConfig>());
      this.peerIds.push(new Map<number, PeerId>());
      this.hostOfPeer.push(new Map<PeerId, number>());
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

  /** The host behind `peer`, as host `at` knows it. */
  hostOf(at: number, peer: PeerId): number | undefined {
    return this.hostOfPeer[at]?.get(peer);
  }

  /** What hosts `at` and `other` share, and the role that `at` has in it; undefined if they have not met. */
  acquaintance(at: number, other: number): PeerConfig | undefined {
    return this.acquaintances[at]?.get(other);
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
    this.hostOfPeer[at]?.clear();
    for (const [other, config] of this.acquaintances[at] ?? []) {
      this.tell(at, other, { ...config, usedBefore: true });
    }
  }

  private tell(at: number, other: number, config: PeerConfig): void {
    const id = this.host(at).pool.addPeer(config);
    this.peerIds[at]?.set(other, id);
    this.hostOfPeer[at]?.set(id, other);
  }
}
