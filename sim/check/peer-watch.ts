import type { EndpointObserver } from '../../protocol/endpoint/observer.ts';
import type { CryptoSuite } from '../../protocol/crypto/suite.ts';
import type { Nanos } from '../../protocol/core/units.ts';
import type { PeerId } from '../../protocol/peer/peer.ts';
import { ControlPacket, FrameType } from '../../protocol/wire/index.ts';
import type { World } from '../host/world.ts';
import { isAuthentic } from './authentic.ts';
import { NumberSet } from './number-set.ts';
import type { Violations } from './violations.ts';

/** A receiver remembers at least so many numbers below the largest. MUST REPLAY-1 */
const REMEMBERED_MIN = 1024;

/** What the watch has to know of a simulation. It is built before that. */
export interface Watched {
  readonly violations: Violations;
  readonly world: World;
  readonly crypto: CryptoSuite;
  readonly kernel: { readonly now: Nanos };
}

/** Who seals in an epoch. */
interface EpochOwner {
  readonly host: number;
  readonly worker: number;
  readonly incarnation: number;
}

/** What one incarnation of a host has seen of an epoch. */
interface EpochSeen {
  readonly opened: NumberSet;
  newestPhase: number;
  /** The packet that proved the epoch; below it all counts as seen. -1: none has. MUST FRESH-4 */
  floor: number;
}

/** What one incarnation of a host knows of a peer. */
interface PeerSeen {
  epochLo: number;
  usedBefore: boolean;
  /** Of the peer's, whose packets act. */
  current: EpochSeen | undefined;
  currentKey: number;
  owner: EpochOwner | undefined;
  acted: NumberSet | undefined;
  incarnation: number;
  probedNs: Nanos;
}

/**
 * Whether control packets act as they must, whoever forges, replays and restarts: judged by who sealed which packet when, and not by
 * what endpoints believe. Once each at a host; only those meant for the present incarnation, and none of an incarnation that was gone before it
 * began, or that another has followed; everything authentic and new is taken;  PROBEs are answered. REQ DST-6, SEC-2 · MUST REPLAY-1, FRESH-2, FRESH-4, FRESH-9, KEY-5, LIVE-4
 */
export class PeerWatch {
  readonly #watched: () => Watched;
  readonly #onLife: (host: number, peerHost: number) => void;
  readonly #owners = new Map<number, EpochOwner>();
  readonly #endpoints: EndpointWatch[] = [];

  /** @param onLife told that a packet of `peerHost` acts at `host`. */
  constructor(watched: () => Watched, onLife: (host: number, peerHost: number) => void = () => {}) {
    this.#watched = watched;
    this.#onLife = onLife;
  }

  observer(host: number, inner: EndpointObserver, worker: number = 0): EndpointObserver {
    const acted = new Map<number, NumberSet>();
    const shared = { watched: this.#watched, onLife: this.#onLife, owners: this.#owners, acted };
    const watch = new EndpointWatch(shared, host, worker, inner);
    this.#endpoints.push(watch);
    return watch;
  }

  /** The endpoint of that worker of a host begins anew. */
  begin(host: number, incarnation: number, worker: number = 0): void {
    this.#endpoints.find((watch) => watch.host === host && watch.worker === worker)?.begin(incarnation);
  }

  /** At the end of a run in which everything had time to be answered. */
  finish(): void {
    for (const watch of this.#endpoints) watch.finish();
  }
}

interface Shared {
  readonly watched: () => Watched;
  readonly onLife: (host: number, peerHost: number) => void;
  readonly owners: Map<number, EpochOwner>;
  /** By epoch: packets that acted at the host, also before a restart. */
  readonly acted: Map<number, NumberSet>;
}

class EndpointWatch implements EndpointObserver {
  /** Only if somebody wants to know. */
  dataSent?: NonNullable<EndpointObserver['dataSent']>;
  readonly #shared: Shared;
  readonly host: number;
  readonly worker: number;
  readonly #inner: EndpointObserver;
  // Of the present incarnation.
  #incarnation = 0;
  readonly #peers = new Map<PeerId, PeerSeen>();
  readonly #epochs = new Map<number, EpochSeen>();
  /** That of the packet that was opened last. */
  #openedKey = -1;
  #opened: EpochSeen = this.#epochOf(-1);
  /** By host: its first incarnation that has lived at the same time as this one. */
  #contemporaries: readonly number[] = [];

  constructor(shared: Shared, host: number, worker: number, inner: EndpointObserver) {
    this.#shared = shared;
    this.host = host;
    this.worker = worker;
    this.#inner = inner;
    if (inner.dataSent !== undefined) this.dataSent = (...call) => inner.dataSent?.(...call);
  }

  begin(incarnation: number): void {
    if (incarnation === 0) return;
    const { hosts } = this.#shared.watched().world;
    this.#incarnation = incarnation;
    this.#peers.clear();
    this.#epochs.clear();
    this.#openedKey = -1;
    this.#opened = this.#epochOf(-1);
    this.#contemporaries = hosts.map((other) => other.incarnation + (other.state.isUp ? 0 : 1));
  }

  frameSent(
    peer: PeerId,
    type: number,
    slot: number,
    generation: number,
    ofPeer: boolean,
    detail: number,
  ): void {
    if (type === FrameType.PROBE_RESPONSE) this.#answered(peer);
    this.#inner.frameSent?.(peer, type, slot, generation, ofPeer, detail);
  }

  transferAnnounced(...call: Parameters<NonNullable<EndpointObserver['transferAnnounced']>>): void {
    this.#inner.transferAnnounced?.(...call);
  }

  packetSent(peer: PeerId, packet: ControlPacket): void {
    if (packet.packetNumber > 0 && this.#peers.has(peer)) return;
    const seen = this.#peerOf(peer);
    seen.epochLo = packet.epochLo;
    seen.usedBefore = (packet.flags & ControlPacket.REUSED) !== 0;
    this.#shared.owners.set(keyOf(packet), {
      host: this.host,
      worker: this.worker,
      incarnation: this.#incarnation,
    });
  }

  packetOpened(packet: ControlPacket): void {
    const key = keyOf(packet);
    const seen = key === this.#openedKey ? this.#opened : this.#epochOf(key);
    this.#openedKey = key;
    this.#opened = seen;
    seen.opened.add(packet.packetNumber);
    if (packet.keyPhase > seen.newestPhase) seen.newestPhase = packet.keyPhase;
  }

  #epochOf(key: number): EpochSeen {
    let seen = this.#epochs.get(key);
    if (seen === undefined)
      this.#epochs.set(key, (seen = { opened: new NumberSet(), newestPhase: 0, floor: -1 }));
    return seen;
  }

  /** Nothing that is authentic and new may be refused. */
  packetRefused(packet: ControlPacket, why: 'replay' | 'forged', bytes: Uint8Array, at: number): void {
    const seen = this.#epochs.get(keyOf(packet));
    if (seen === undefined) return;
    const { packetNumber, keyPhase } = packet;
    const { opened, floor, newestPhase } = seen;
    if (opened.has(packetNumber) || packetNumber < floor || packetNumber <= opened.largest - REMEMBERED_MIN)
      return;
    if (why === 'forged' && keyPhase < newestPhase - 1) return;
    const { world, crypto } = this.#shared.watched();
    const owner = this.#shared.owners.get(keyOf(packet));
    const known = owner && world.acquaintance(this.host, owner.host, this.worker);
    if (known === undefined || !isAuthentic(crypto, known, packet, bytes, at)) return;
    this.#report(
      'refusal',
      `refused packet ${packetNumber} of host[${owner?.host}], which is new, as ${why}`,
    );
  }

  packetTaken(peer: PeerId, packet: ControlPacket): void {
    const { receiverTag, packetNumber } = packet;
    const key = keyOf(packet);
    const seen = this.#peerOf(peer);
    const owner = key === seen.currentKey ? seen.owner : this.#shared.owners.get(key);
    if (owner === undefined) {
      this.#report('incarnation', `took packet ${packetNumber} of an epoch that nobody began`);
      return;
    }
    const what = (): string =>
      `packet ${packetNumber} of incarnation ${owner.incarnation} of host[${owner.host}]`;
    if (receiverTag !== 0 && receiverTag !== seen.epochLo)
      this.#report('incarnation', `took ${what()}, which was meant for another incarnation`);
    if (owner.incarnation < (this.#contemporaries[owner.host] ?? 0))
      this.#report('incarnation', `took ${what()}, which was gone before`);
    if (owner.incarnation < seen.incarnation)
      this.#report('incarnation', `took ${what()} after one of a later incarnation`);
    if (key !== seen.currentKey) this.#follow(seen, key, packetNumber, owner);
    if (packetNumber < (seen.current?.floor ?? -1))
      this.#report('replay', `took ${what()}, which is below the one that proved it`);
    if (seen.acted?.has(packetNumber) === true) this.#report('replay', `took ${what()} twice`);
    seen.acted?.add(packetNumber);
    this.#shared.onLife(this.host, owner.host);
  }

  /** Another epoch of the peer acts; any but the first under a secret that is new has proven itself. */
  #follow(seen: PeerSeen, key: number, packetNumber: number, owner: EpochOwner): void {
    const isProven = seen.usedBefore || seen.current !== undefined;
    seen.currentKey = key;
    seen.current = this.#epochs.get(key);
    seen.owner = owner;
    seen.incarnation = owner.incarnation;
    seen.acted = this.#shared.acted.get(key);
    if (seen.acted === undefined) this.#shared.acted.set(key, (seen.acted = new NumberSet()));
    if (isProven && seen.current !== undefined) seen.current.floor = packetNumber;
  }

  /** All peers are of this code, so none breaks a rule. */
  frameRefused(_peer: PeerId, type: number, isEarly: boolean): void {
    if (!isEarly) this.#report('frames', `got a frame of type ${type} that breaks a rule`);
  }

  probeTaken(peer: PeerId): void {
    const seen = this.#peerOf(peer);
    if (seen.probedNs < 0) seen.probedNs = this.#shared.watched().kernel.now;
  }

  #answered(peer: PeerId): void {
    const seen = this.#peerOf(peer);
    const { kernel } = this.#shared.watched();
    if (seen.probedNs >= 0 && this.#isOverdue(kernel.now - seen.probedNs))
      this.#report('probe', `answered a PROBE after ${kernel.now - seen.probedNs} ns`);
    seen.probedNs = -1;
  }

  #isOverdue(waitedNs: Nanos): boolean {
    return waitedNs > ANSWER_NS_MAX;
  }

  finish(): void {
    const { kernel } = this.#shared.watched();
    for (const { probedNs } of this.#peers.values()) {
      if (probedNs >= 0 && this.#isOverdue(kernel.now - probedNs))
        this.#report('probe', `did not answer a PROBE of ${probedNs} ns`);
    }
  }

  #peerOf(peer: PeerId): PeerSeen {
    let seen = this.#peers.get(peer);
    if (seen === undefined) {
      const none = { current: undefined, owner: undefined, acted: undefined, probedNs: -1 };
      const first = { currentKey: -1, incarnation: 0 };
      this.#peers.set(peer, (seen = { epochLo: -1, usedBefore: false, ...none, ...first }));
    }
    return seen;
  }

  #report(checker: string, what: string): void {
    this.#shared.watched().violations.report(checker, 'invariant', `host[${this.host}] ${what}`);
  }
}

/** An answer waits at most behind what is in the queue of a NIC, and as long as a host is paused. */
const ANSWER_NS_MAX = 50_000_000;

/** An epoch as one number: 53 random bits of its 64. */
function keyOf({ epochHi, epochLo }: ControlPacket): number {
  return (epochHi & 0x1f_ffff) * 2 ** 32 + epochLo;
}
