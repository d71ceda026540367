import type { Nanos } from '../core/units.ts';
import { SlotMap } from '../core/slot-map.ts';
import type { Context } from '../endpoint/context.ts';
import { ControlReceiveKeys, ControlSendKeys, deriveControlKey } from '../keys/control-keys.ts';
import type { Epoch } from '../keys/control-keys.ts';
import { CREDENTIAL_BYTES, assertPathSecret, credentialKey } from '../keys/path-secret.ts';
import type { PathSecret, Role } from '../keys/path-secret.ts';
import { ControlPacket } from '../wire/index.ts';
import type { EndpointState } from '../telemetry/generated/counters.ts';
import { Embryos } from './embryos.ts';
import { InlineWindow } from '../transfer/inline-window.ts';
import { PathBook } from '../transfer/path-book.ts';
import { Peer } from './peer.ts';
import type { PeerConfig, PeerId } from './peer.ts';

/** Of the credential in a control packet: kind and length stand in front of it. */
const QUOTED_CREDENTIAL_AT = 3;

/** Finds a path secret by its credential; undefined if there is none. Stands in for the handshake's table. */
export type ResolveSecret = (credential: Uint8Array) => PathSecret | undefined;

/** The part of EndpointState that is kept with the peers. */
type HeldByPeers = Pick<
  EndpointState,
  'creditsHeld' | 'announcements' | 'waits' | 'transferIds' | 'peersDegraded' | 'peersProbing' | 'peersFailed'
>;

/** The path secret map. REQ SEC-1, KEY-11 · bounded by `peersMax`, unproven peers by Embryos. */
export class PeerTable {
  private readonly context: Context;
  private readonly resolveSecret: ResolveSecret | undefined;
  private readonly byId: SlotMap<Peer>;
  private readonly byCredential: Map<string, Peer> = new Map<string, Peer>();
  private readonly embryos: Embryos;

  constructor(context: Context, resolveSecret: ResolveSecret | undefined) {
    this.context = context;
    this.resolveSecret = resolveSecret;
    this.byId = new SlotMap<Peer>(context.options.peersMax);
    this.embryos = new Embryos(context.random);
  }

  get size(): number {
    return this.byId.size;
  }

  get embryoCount(): number {
    return this.embryos.size;
  }

  get embryosFull(): boolean {
    return this.embryos.isFull;
  }

  /** Whether there is, or is made, room for an unproven newcomer; to be asked once for each. */
  admitsEmbryo(): boolean {
    return this.embryos.admits();
  }

  /** What all peers together hold. */
  get held(): HeldByPeers {
    const held: HeldByPeers = {
      creditsHeld: 0,
      announcements: 0,
      waits: 0,
      transferIds: 0,
      peersDegraded: 0,
      peersProbing: 0,
      peersFailed: 0,
    };
    const { aheadMax } = this.context.options;
    this.byId.forEach((peer) => {
      held.creditsHeld += peer.admitted - peer.ended;
      held.announcements += peer.requestsQueued + peer.responsesQueued;
      // Those that wait, on either side.
      held.announcements += (peer.aheadQueue?.size ?? 0) + aheadMax - peer.aheadRoom + peer.inboundHeld;
      held.waits += peer.waiting;
      if (peer.health === 'degraded') held.peersDegraded += 1;
      else if (peer.health === 'probing') held.peersProbing += 1;
      else if (peer.health === 'failed') held.peersFailed += 1;
      for (const transfer of peer.outbound) if (transfer?.relinquished === false) held.transferIds += 1;
    });
    return held;
  }

  get isFull(): boolean {
    return this.byId.isFull;
  }

  add(now: Nanos, config: PeerConfig): Peer {
    assertPathSecret(config.secret);
    const peer = this.make(now, config, false);
    const key = credentialKey(config.secret.credential, 0);
    peer.id = this.byId.insert(peer);
    this.embryos.delete(key);
    this.byCredential.set(key, peer);
    return peer;
  }

  /** Whether a peer has this credential; one that is unproven does not count. */
  has(credential: Uint8Array): boolean {
    return this.byCredential.has(credentialKey(credential, 0));
  }

  get(id: PeerId): Peer | undefined {
    return this.byId.get(id);
  }

  find(bytes: Uint8Array, start: number): Peer | undefined {
    const key = credentialKey(bytes, start);
    return this.byCredential.get(key) ?? this.embryos.get(key);
  }

  /** The peer that a control packet of ours was for, by the first bytes of it; undefined: it is none, or too few. */
  quoted(bytes: Uint8Array): Peer | undefined {
    if (bytes.length < QUOTED_CREDENTIAL_AT + CREDENTIAL_BYTES) return undefined;
    if ((bytes[0] as number) >>> 6 !== ControlPacket.KIND) return undefined;
    return this.byCredential.get(credentialKey(bytes, QUOTED_CREDENTIAL_AT));
  }

  forEach(visit: (peer: Peer) => void): void {
    this.byId.forEach(visit);
  }

  /** A secret for a credential nobody told us of, if the application resolves it. Keeps nothing. */
  resolve(bytes: Uint8Array, start: number): PathSecret | undefined {
    return this.resolveSecret?.(bytes.slice(start, start + CREDENTIAL_BYTES));
  }

  /** The first authentic packet of a resolved peer: it exists, on probation; another unproven one may have to make room. */
  addEmbryo(now: Nanos, config: PeerConfig): Peer {
    const peer = this.make(now, config, true);
    this.embryos.add(credentialKey(config.secret.credential, 0), peer);
    return peer;
  }

  /** It answered its PROBE. False if the table is full of busy peers. */
  establish(peer: Peer): boolean {
    const key = credentialKey(peer.secret.credential, 0);
    if (this.byId.isFull && !this.evictIdle()) return false;
    this.embryos.delete(key);
    peer.id = this.byId.insert(peer);
    peer.established = true;
    this.byCredential.set(key, peer);
    return true;
  }

  remove(peer: Peer): void {
    this.byId.delete(peer.id);
    this.byCredential.delete(credentialKey(peer.secret.credential, 0));
    this.context.peerTimers.disarm(peer);
  }

  /** Makes room by forgetting the resolved peer that has been silent longest with nothing going on. */
  private evictIdle(): boolean {
    let idle: Peer | undefined;
    this.byId.forEach((peer) => {
      if (!peer.resolved || peer.waiting > 0 || peer.admitted !== peer.ended) return;
      if (idle === undefined || peer.lastHeardAt < idle.lastHeardAt) idle = peer;
    });
    if (idle === undefined) return false;
    this.remove(idle);
    return true;
  }

  /** MUST KEY-4: a new object, a new epoch, nothing of an older one. */
  private make(now: Nanos, config: PeerConfig, resolved: boolean): Peer {
    const { crypto, random, options } = this.context;
    // The low half is what packets to us are tagged with, where 0 means nobody. MUST FRESH-8
    const epoch = { hi: random.nextU32(), lo: Math.max(random.nextU32(), 1) };
    const keys = new ControlSendKeys(
      (phase) => deriveControlKey(crypto, config.secret, config.role, epoch, options.worker, phase),
      options.keyPacketsMax,
    );
    // Half of the 24 bits: as many generations are left to each slot.
    const base = options.worker * 2 ** 24 + (random.nextU32() >>> 9);
    const { initialRttNs, notifyWindow, aheadMax, earlyBytesInitial } = options;
    const peer = new Peer(
      config,
      epoch,
      base,
      keys,
      initialRttNs,
      notifyWindow,
      aheadMax,
      earlyBytesInitial,
      new InlineWindow(options.portBufferBytes, options.mtuBytes),
      resolved,
    );
    peer.lastHeardAt = now;
    if (options.paths > 1) peer.paths = new PathBook(options.paths);
    return peer;
  }

  /** Keys to open what the other side of `secret` seals in (epoch, worker), from key phase `phase` on. */
  receiveKeys(
    secret: PathSecret,
    ownRole: Role,
    epoch: Epoch,
    worker: number,
    phase: number,
  ): ControlReceiveKeys {
    const sender: Role = ownRole === 'client' ? 'server' : 'client';
    return new ControlReceiveKeys(
      (next) => deriveControlKey(this.context.crypto, secret, sender, epoch, worker, next),
      phase,
    );
  }
}
