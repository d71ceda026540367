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
import { READ } from './frame-set.ts';

/**
 * Takes a control packet from bytes to frames: find the path secret, the incarnation, the key; check the replay window; open; only then
 * let anything change. Nothing here throws on hostile bytes, and nothing is kept before a packet authenticates.
 * REQ SEC-1, SEC-2, RDP-7 · MUST WIRE-5, REPLAY-1, REPLAY-2, FRESH-1, FRESH-2, FRESH-9
 */
export class ControlReader {
  private readonly context: Context;
  private readonly peers: PeerTable;
  private readonly frames: FrameReader;
  private readonly liveness: Liveness;
  private readonly plain: Uint8Array;
  /** Where the frames in `plain` end. */
  private plainEnd = 0;

  constructor(
    context: Context,
    peers: PeerTable,
    frames: FrameReader,
    liveness: Liveness,
    plain: Uint8Array,
  ) {
    this.plain = plain;
    this.context = context;
    this.peers = peers;
    this.frames = frames;
    this.liveness = liveness;
  }

  /** The packet at `at`: returns the position after it, or -1 if the datagram cannot be read on. */
  onPacket(now: Nanos, from: Address, bytes: Uint8Array, at: number, limit: number): number {
    const packet = READ.control;
    const { context } = this;
    const next = packet.parse(bytes, at, limit);
    if (next < 0 || packet.sealedLength < TAG_BYTES) {
      context.telemetry.packetDropped('malformed');
      return -1;
    }
    const peer = this.peers.find(packet.credential, packet.credentialStart);
    if (peer === undefined) this.onUnknown(now, from, bytes, at);
    else if (this.isOf(peer.remote)) this.onCurrent(now, peer, peer.remote as RemoteEpoch, bytes, at);
    else this.onOther(now, from, peer, bytes, at);
    return next;
  }

  private isOf(remote: RemoteEpoch | undefined): boolean {
    const { epochHi, epochLo, worker } = READ.control;
    return (
      remote !== undefined &&
      remote.epoch.hi === epochHi &&
      remote.epoch.lo === epochLo &&
      remote.worker === worker
    );
  }

  /** The packet is for an incarnation of ours that is gone, or for another. MUST FRESH-9 */
  private isMisaddressed(peer: Peer): boolean {
    const { receiverTag } = READ.control;
    return receiverTag !== 0 && receiverTag !== peer.epoch.lo;
  }

  private onCurrent(now: Nanos, peer: Peer, remote: RemoteEpoch, bytes: Uint8Array, at: number): void {
    if (!this.open(remote, bytes, at)) return;
    if (this.isMisaddressed(peer)) {
      this.context.telemetry.packetDropped('misaddressed');
      this.liveness.onMisaddressed(now, peer);
      return;
    }
    this.act(now, peer, remote);
  }

  private act(now: Nanos, peer: Peer, remote: RemoteEpoch): void {
    const { receiverTag, packetNumber, flags } = READ.control;
    const probesOnly = remote.proven && receiverTag === 0;
    this.context.observer?.packetTaken?.(peer.id, READ.control, probesOnly);
    this.context.onHeard?.(peer.address, true);
    const patient = (flags & ControlPacket.PATIENT) !== 0;
    this.frames.onFrames(now, peer, packetNumber, probesOnly, patient, this.plain, this.plainEnd);
  }

  /** Nobody told us of this credential: if it resolves and the packet authenticates, the peer is asked to prove that it is no replay. */
  private onUnknown(now: Nanos, from: Address, bytes: Uint8Array, at: number): void {
    const packet = READ.control;
    const { peers, context } = this;
    const secret = peers.resolve(packet.credential, packet.credentialStart);
    if (secret === undefined) {
      context.telemetry.packetDropped('unknown');
      return;
    }
    const remote = this.authenticate(secret, 'server', bytes, at);
    if (remote === undefined) return;
    // Who was pushed out returns with the wait of its retries; an answer to the PROBE of before would push out the next one at once.
    if (peers.embryosFull && this.frames.beginsWithEcho(this.plain, this.plainEnd)) return;
    if (!peers.admitsEmbryo()) return;
    context.onHeard?.(from, true);
    this.liveness.challenge(peers.addEmbryo(now, { address: from, secret, role: 'server' }), remote);
  }

  /** The peer's first packet, or one of another incarnation of it: a restart, or the replay of an old one. */
  private onOther(now: Nanos, from: Address, peer: Peer, bytes: Uint8Array, at: number): void {
    const { frames, liveness, plain } = this;
    const remote = this.authenticateOther(peer, bytes, at);
    if (remote === undefined) return;
    // Its address is that of the packet that proves it fresh; until then a PROBE goes to where its cause came from.
    if (!peer.established) {
      peer.address = from;
      this.context.onHeard?.(from, true);
    }
    const misaddressed = this.isMisaddressed(peer);
    // A secret that is new has no replays.
    const first = peer.remote === undefined && peer.established && !peer.usedBefore;
    if (!misaddressed && first) {
      this.meet(now, peer, remote, frames.asksForProof(plain, this.plainEnd));
    } else if (!misaddressed && frames.answers(peer.challenge, plain, this.plainEnd)) {
      if (!this.accept(now, peer, remote)) return;
    } else {
      if (peer.established) frames.onProbes(peer.challenge, plain, this.plainEnd);
      liveness.challenge(peer, remote);
      return;
    }
    this.act(now, peer, remote);
  }

  /** It answered our PROBE: what came before may be a replay, this is not. False: there is no room for it. MUST FRESH-4 */
  private accept(now: Nanos, peer: Peer, remote: RemoteEpoch): boolean {
    // No room: it tries again by itself, and another PROBE now would only be answered at once.
    if (!peer.established && !this.peers.establish(peer)) return false;
    remote.proven = true;
    remote.window.raiseFloor(READ.control.packetNumber - 1);
    if (peer.remote === undefined) this.meet(now, peer, remote, true);
    else this.liveness.onRestart(now, peer, remote);
    return true;
  }

  /** An incarnation is the first to act here. What was announced before may have met one that is gone, or none. MUST FRESH-6 */
  private meet(now: Nanos, peer: Peer, remote: RemoteEpoch, asksForProof: boolean): void {
    if ((READ.control.flags & ControlPacket.REUSED) !== 0) {
      this.liveness.onRestart(now, peer, remote);
      return;
    }
    this.liveness.onFirstContact(now, peer, remote);
    if (asksForProof) this.frames.announceAgain(peer);
  }

  private authenticateOther(peer: Peer, bytes: Uint8Array, at: number): RemoteEpoch | undefined {
    const { candidate } = peer;
    if (!this.isOf(candidate)) return this.authenticate(peer.secret, peer.role, bytes, at);
    return this.open(candidate as RemoteEpoch, bytes, at) ? candidate : undefined;
  }

  /** Opens the packet with fresh keys of its own (epoch, worker); the incarnation it belongs to, if it is authentic. */
  private authenticate(
    secret: PathSecret,
    ownRole: 'client' | 'server',
    bytes: Uint8Array,
    at: number,
  ): RemoteEpoch | undefined {
    const packet = READ.control;
    const { worker, keyPhase } = packet;
    const epoch = { hi: packet.epochHi, lo: packet.epochLo };
    const keys = this.peers.receiveKeys(secret, ownRole, epoch, worker, keyPhase);
    const remote = newRemoteEpoch(epoch, worker, keys);
    return this.open(remote, bytes, at) ? remote : undefined;
  }

  /** Decrypts into `plain`, as far as `plainEnd`. False: it was seen before or is not authentic. */
  private open(remote: RemoteEpoch, bytes: Uint8Array, at: number): boolean {
    const packet = READ.control;
    const { plain, context } = this;
    if (!remote.window.isFresh(packet.packetNumber)) {
      context.telemetry.packetDropped('replay');
      context.observer?.packetRefused?.(packet, 'replay', bytes, at);
      return false;
    }
    const key = remote.keys.keyFor(packet.keyPhase);
    const { sealedStart, sealedLength, packetNumber } = packet;
    const sealedEnd = sealedStart + sealedLength;
    if (
      key === undefined ||
      !key.open(packetNumber, bytes, at, sealedStart, bytes, sealedStart, sealedEnd, plain, 0)
    ) {
      context.telemetry.packetDropped('forged');
      context.observer?.packetRefused?.(packet, 'forged', bytes, at);
      return false;
    }
    remote.keys.confirm(packet.keyPhase);
    remote.window.add(packetNumber);
    context.observer?.packetOpened?.(packet);
    this.plainEnd = sealedLength - TAG_BYTES;
    return true;
  }
}
