import type { Address } from '../core/address.ts';
import type { Nanos } from '../core/units.ts';
import { TAG_BYTES } from '../crypto/suite.ts';
import type { Context } from '../endpoint/context.ts';
import { newRemoteEpoch } from '../peer/peer.ts';
import type { Peer, RemoteEpoch } from '../peer/peer.ts';
import type { PeerTable } from '../peer/peer-table.ts';
import type { PathSecret } from '../keys/path-secret.ts';
import { ControlPacket } from '../wire/index.ts';
import type { FrameReader } from './frame-reader.ts';
import type { Liveness } from '../peer/liveness.ts';

/**
 * Takes a control packet from bytes to frames: find the path secret, the incarnation, the key; check the replay window; open; only then
 * let anything change. Nothing here throws on hostile bytes, and nothing is kept before a packet authenticates.
 * REQ SEC-1, SEC-2, RDP-7 · MUST WIRE-5, REPLAY-1, REPLAY-2, FRESH-1, FRESH-2
 */
export class ControlReader {
  private readonly context: Context;
  private readonly peers: PeerTable;
  private readonly frames: FrameReader;
  private readonly liveness: Liveness;
  private readonly packet: ControlPacket = new ControlPacket();
  private readonly plain: Uint8Array = new Uint8Array(65_536);

  constructor(context: Context, peers: PeerTable, frames: FrameReader, liveness: Liveness) {
    this.context = context;
    this.peers = peers;
    this.frames = frames;
    this.liveness = liveness;
  }

  /** The packet at `at`: returns the position after it, or -1 if the datagram cannot be read on. */
  onPacket(now: Nanos, from: Address, bytes: Uint8Array, at: number, limit: number): number {
    const { packet, context } = this;
    const next = packet.parse(bytes, at, limit);
    if (next < 0 || packet.sealedLength < TAG_BYTES) {
      context.counters.refusedMalformed += 1;
      return -1;
    }
    const peer = this.peers.find(packet.credential, packet.credentialStart);
    if (peer === undefined) this.onUnknown(now, from, bytes, at);
    else if (this.isCurrent(peer.remote))
      this.onCurrent(now, from, peer, peer.remote as RemoteEpoch, bytes, at);
    else this.onOtherEpoch(now, from, peer, bytes, at);
    return next;
  }

  private isCurrent(remote: RemoteEpoch | undefined): boolean {
    return remote !== undefined && remote.epoch === this.packet.epoch && remote.worker === this.packet.worker;
  }

  private onCurrent(
    now: Nanos,
    from: Address,
    peer: Peer,
    remote: RemoteEpoch,
    bytes: Uint8Array,
    at: number,
  ): void {
    const plainEnd = this.open(remote, bytes, at);
    if (plainEnd < 0) return;
    remote.window.add(this.packet.packetNumber);
    if (!peer.established) {
      // Its address is that of the packet that proves it fresh; until then a PROBE goes to where its cause came from.
      peer.address = from;
      if (!this.frames.answersProbe(peer, this.plain, plainEnd)) {
        this.liveness.challenge(peer);
        return;
      }
      // No room: it tries again by itself, and another PROBE now would only be answered at once.
      if (!this.peers.establish(peer)) return;
      // What came before may be a replay. MUST FRESH-4
      remote.window.raiseFloor(this.packet.packetNumber - 1);
      this.liveness.onEstablished(now, peer);
    }
    this.frames.onFrames(now, peer, this.packet.packetNumber, this.plain, plainEnd);
  }

  /** Nobody told us of this credential: if it resolves and the packet authenticates, the peer is asked to prove that it is no replay. */
  private onUnknown(now: Nanos, from: Address, bytes: Uint8Array, at: number): void {
    const { packet, peers, context } = this;
    const secret = peers.resolve(packet.credential, packet.credentialStart);
    if (secret === undefined) {
      context.counters.refusedUnknown += 1;
      return;
    }
    const remote = this.authenticate(secret, 'server', bytes, at);
    if (remote === undefined) return;
    // Who was pushed out returns with the wait of its retries; an answer to the PROBE of before would push out the next one at once.
    if (peers.embryosFull && this.frames.beginsWithEcho(this.plain, this.plainEnd)) return;
    if (!peers.admitsEmbryo()) return;
    const peer = peers.addEmbryo(now, { address: from, secret, role: 'server' });
    peer.remote = remote;
    this.liveness.challenge(peer);
  }

  /** The peer's first packet, or one of another incarnation of it: a restart, or the replay of an old one. */
  private onOtherEpoch(now: Nanos, from: Address, peer: Peer, bytes: Uint8Array, at: number): void {
    const { packet } = this;
    if (this.isCurrent(peer.candidate)) {
      const candidate = peer.candidate as RemoteEpoch;
      const plainEnd = this.open(candidate, bytes, at);
      if (plainEnd < 0) return;
      candidate.window.add(packet.packetNumber);
      if (this.frames.answersCandidate(candidate, this.plain, plainEnd)) {
        this.liveness.onRestart(now, peer, candidate, packet.packetNumber);
        this.frames.onFrames(now, peer, packet.packetNumber, this.plain, plainEnd);
      } else {
        this.frames.onProbes(peer, this.plain, plainEnd);
        this.liveness.challengeAgain(peer, candidate);
      }
      return;
    }
    const remote = this.authenticate(peer.secret, peer.role, bytes, at);
    if (remote === undefined) return;
    const plainEnd = this.plainEnd;
    if (peer.remote === undefined && peer.established) {
      // The secret is new, so its first packet cannot be a replay from another incarnation.
      peer.remote = remote;
      this.liveness.onFirstContact(now, peer, this.frames.asksForProofOnly(this.plain, plainEnd));
      this.frames.onFrames(now, peer, packet.packetNumber, this.plain, plainEnd);
      return;
    }
    if (!peer.established) {
      peer.remote = remote;
      peer.address = from;
      this.liveness.challenge(peer);
      return;
    }
    this.frames.onProbes(peer, this.plain, plainEnd);
    this.liveness.challengeCandidate(now, peer, remote);
  }

  private plainEnd = -1;

  /** Opens the packet with fresh keys of its own (epoch, worker); the incarnation it belongs to, if it is authentic. */
  private authenticate(
    secret: PathSecret,
    ownRole: 'client' | 'server',
    bytes: Uint8Array,
    at: number,
  ): RemoteEpoch | undefined {
    const { packet } = this;
    const { epoch, worker, keyPhase } = packet;
    const keys = this.peers.receiveKeys(secret, ownRole, epoch, worker, keyPhase);
    const remote = newRemoteEpoch(epoch, worker, keys);
    this.plainEnd = this.open(remote, bytes, at);
    if (this.plainEnd < 0) return undefined;
    remote.window.add(packet.packetNumber);
    return remote;
  }

  /** Decrypts into `plain`; returns the end of the frames, or -1. */
  private open(remote: RemoteEpoch, bytes: Uint8Array, at: number): number {
    const { packet, plain, context } = this;
    if (!remote.window.isFresh(packet.packetNumber)) {
      context.counters.refusedReplay += 1;
      return -1;
    }
    const key = remote.keys.keyFor(packet.keyPhase);
    const { sealedStart, sealedLength, packetNumber } = packet;
    const sealedEnd = sealedStart + sealedLength;
    if (
      key === undefined ||
      !key.open(packetNumber, bytes, at, sealedStart, bytes, sealedStart, sealedEnd, plain, 0)
    ) {
      context.counters.refusedForged += 1;
      return -1;
    }
    remote.keys.confirm(packet.keyPhase);
    return sealedLength - TAG_BYTES;
  }
}
