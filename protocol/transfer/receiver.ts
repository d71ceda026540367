import type { SharedBytes } from '../core/shared-bytes.ts';
import type { Bytes, Nanos } from '../core/units.ts';
import type { Context } from '../endpoint/context.ts';
import type { Peer } from '../peer/peer.ts';
import { Assembly } from '../records/assembly.ts';
import { RECORD_SEALED_BYTES, recordLength } from '../records/layout.ts';
import { recordAad } from '../records/sealed-buffer.ts';
import { DataPacket, TransferErrorCode } from '../wire/index.ts';
import type { EarlyAllowance } from './early-allowance.ts';
import { nextKeep } from './hold.ts';
import type { InboundPull } from './inbound-pull.ts';
import type { InboundTransfer, ReadFrom } from './inbound.ts';
import { LossDetector } from './loss-detector.ts';
import type { Progress } from './progress.ts';
import { pullEnd } from './pull-end.ts';
import { PullScheduler } from './pull-scheduler.ts';
import { READ } from '../control/frame-set.ts';
import type { Grant } from './pull-scheduler.ts';
import { Reads } from './reads.ts';
import type { ReadEnd } from './reads.ts';

/** Records that may fail verification before the transfer is given up. */
const POISONED_MAX = 64;

/** The sender of a message that is read is told of every so many records. */
const READS_PER_REPORT = 4;

/** A whole, verified message. */
export type Deliver = (now: Nanos, transfer: InboundTransfer, headers: Uint8Array, body: Uint8Array) => void;
/** The front of a message that is held back behind it has come and verified. */
export type Preview = (transfer: InboundTransfer, plaintext: Uint8Array) => void;
/** The transfer ended before it was whole. `tell`: its sender does not know yet. */
export type Abandon = (now: Nanos, transfer: InboundTransfer, code: number, tell: boolean) => void;

/**
 * The receiving half: pulls what was announced, reassembles, and owns the loss of data. It knows which ranges it lacks and pulls
 * them again. REQ RDP-2, RDP-3, RDP-5, XFER-3 · MUST DATA-1, DATA-2
 */
export class Receiver {
  readonly scheduler: PullScheduler;
  readonly losses: LossDetector;
  protected readonly context: Context;
  protected readonly allowance: EarlyAllowance;
  protected readonly table: (InboundTransfer | undefined)[] = [];
  /** The one of the table that data came for last: packets of one message follow one another. */
  private latest: InboundTransfer | undefined;
  readonly reads: Reads;
  /** Messages being received: memory taken for them. */
  memoryBytes = 0;
  /** The same for those that are held. MUST AHEAD-5 */
  heldBytes = 0;
  /** Most they may take. */
  private roomBytes: Bytes;
  private readonly deliver: Deliver;
  private readonly preview: Preview;
  private readonly abandon: Abandon;
  private readonly freeSlots: number[] = [];
  active = 0;

  constructor(
    context: Context,
    allowance: EarlyAllowance,
    deliver: Deliver,
    preview: Preview,
    abandon: Abandon,
  ) {
    this.allowance = allowance;
    this.preview = preview;
    this.context = context;
    this.roomBytes = context.options.receiveBytesMax;
    this.deliver = deliver;
    this.abandon = abandon;
    this.scheduler = this.newScheduler((now, transfer, bytes) => this.grant(now, transfer, bytes));
    this.losses = this.newLosses();
    this.reads = new Reads(context, this.onRead);
  }

  protected newScheduler(grant: Grant): PullScheduler {
    return new PullScheduler(this.context, grant);
  }

  protected newLosses(): LossDetector {
    return new LossDetector(this.context, this.scheduler, this.allowance);
  }

  /** A transfer has been admitted: it gets a slot and a token and stands in line. */
  admit(now: Nanos, transfer: InboundTransfer): void {
    const slot = this.freeSlots.pop() ?? this.table.length;
    this.table[slot] = transfer;
    transfer.pullSlot = slot;
    transfer.tokenHi = this.context.random.nextU32() | 0;
    transfer.tokenLo = this.context.random.nextU32() | 0;
    this.active += 1;
    this.context.unpulledBytes += transfer.sealedBytes;
    transfer.peer.inboundActive += 1;
    if (transfer.isHeld) transfer.peer.inboundHeld += 1;
    transfer.peer.addWaiting(now);
    this.scheduler.update(transfer);
  }

  /** There is room for so much, as far as `receiveBytesMax` allows it. MUST PULL-6 */
  setRoom(bytes: Bytes): void {
    this.roomBytes = Math.min(bytes, this.context.options.receiveBytesMax);
    this.scheduler.onRoom();
  }

  /** A control packet of so many bytes came. MUST PULL-12 */
  onControl(bytes: Bytes): void {
    this.scheduler.turns.onSurplus(bytes);
  }

  /** Data came that met congestion. REQ CC-5 · MUST PULL-12, BBR-1 */
  onMarked(peer: Peer, bytes: Bytes): void {
    this.scheduler.turns.onMarked();
    peer.arrivals.onMarked(bytes);
  }

  private grant(now: Nanos, transfer: InboundTransfer, bytes: Bytes): boolean {
    if (transfer.assembly === undefined && !this.takeMemory(transfer)) return false;
    const { pull } = transfer;
    const { holes, grantAgain, grantNew, next } = pull;
    pull.passKept();
    if (pull.outstanding === 0 && !transfer.isHeld) pull.samplePullAt = now;
    let left = bytes;
    while (left > 0 && !holes.isEmpty) {
      const start = holes.startAt(0);
      const end = Math.min(holes.endAt(0), start + left);
      holes.remove(start, end);
      grantAgain.add(start, end);
      left -= end - start;
    }
    const end = pullEnd(pull, left, this.context.datagramBytesMax);
    grantNew.add(pull.next, end);
    pull.next = end;
    pull.passKept();
    this.context.unpulledBytes -= pull.next - next;
    this.losses.onPull(now, pull);
    if (pull.grantQueued) return true;
    pull.grantQueued = true;
    if (transfer.region !== undefined) {
      this.reads.enter(transfer);
      return true;
    }
    transfer.peer.grants.push(transfer);
    this.context.wantControl(transfer.peer);
    return true;
  }

  /** Where one that can read may read a message that has been announced; it counts if nothing was pulled. MUST READ-2 */
  onRegion(transfer: InboundTransfer, region: ReadFrom): void {
    if (!this.context.exposure.isThere || transfer.pulled?.begun === true) return;
    const { keyHi, keyLo, addressHi, addressLo } = region;
    transfer.region = { keyHi, keyLo, addressHi, addressLo };
  }

  private readonly onRead: ReadEnd = (now, transfer, start, end, bytes, at) => {
    if (this.table[transfer.pullSlot] !== transfer) return;
    if (bytes === undefined) this.loseRead(transfer, start, end);
    // What was withdrawn before anything of it came has no place any more.
    else if (transfer.assembly !== undefined) {
      this.onRange(now, transfer, bytes, at, start, end, false);
      this.reportRead(transfer);
    }
  };

  /** No pull tells its sender how far it is. MUST RACK-4 */
  private reportRead(transfer: InboundTransfer): void {
    const { pull, peer } = transfer;
    if (pull.assembly === undefined || transfer.region === undefined) return;
    if (pull.received.prefix - pull.reportedPrefix < READS_PER_REPORT * RECORD_SEALED_BYTES) return;
    peer.grants.push(transfer);
    this.context.wantControl(peer);
  }

  /** What is missing is pulled. MUST READ-3 */
  private loseRead(transfer: InboundTransfer, start: Bytes, end: Bytes): void {
    const { pull, peer } = transfer;
    transfer.region = undefined;
    this.context.health.failed(peer);
    pull.received.forEachGap(start, end, (from, to) => pull.holes.add(from, to));
    this.scheduler.update(transfer);
  }

  /** Memory is taken when the pull begins; one above the limit may be the only one. REQ BP-2, CONF-2 · MUST PULL-6 */
  private takeMemory(transfer: InboundTransfer): boolean {
    const { crypto, records } = this.context;
    const { sizeBytes, sealing } = transfer;
    const into = transfer.headerBytes === 0 ? transfer.into : undefined;
    const memoryBytes = into?.memoryBytes(sizeBytes) ?? sizeBytes;
    if (!this.hasMemory(transfer, memoryBytes)) return false;
    transfer.pull.memoryBytes = memoryBytes;
    this.account(transfer, memoryBytes);
    const aad = recordAad(transfer.bufferSlot, transfer.bufferGeneration, sizeBytes, transfer.headerBytes);
    const assembly = new Assembly(sizeBytes, crypto.aeadKey(transfer.rawKey), sealing, aad, records, into);
    transfer.pull.assembly = assembly;
    if (into !== undefined) this.keep(transfer, assembly);
    return true;
  }

  private hasMemory({ isHeld }: InboundTransfer, bytes: Bytes): boolean {
    if (isHeld) return this.heldBytes + bytes <= this.context.options.aheadBytesMax;
    return this.memoryBytes === 0 || this.memoryBytes + bytes <= this.roomBytes;
  }

  private account({ isHeld }: InboundTransfer, bytes: Bytes): void {
    if (isHeld) this.heldBytes += bytes;
    else this.memoryBytes += bytes;
  }

  /** What an earlier transfer brought is not pulled again. MUST PULL-8 */
  private keep(transfer: InboundTransfer, assembly: Assembly): void {
    const { sealedBytes, pull } = transfer;
    for (let index = 0; index * RECORD_SEALED_BYTES < sealedBytes; index += 1) {
      const start = index * RECORD_SEALED_BYTES;
      if (assembly.skip(index)) pull.kept.add(start, start + recordLength(index, sealedBytes));
    }
  }

  /**
   * The data packet at `at`: returns the position after it, or -1 if the datagram cannot be read on. Without the token nothing changes.
   */
  onData(
    now: Nanos,
    bytes: Uint8Array,
    at: number,
    limit: number,
    shared: SharedBytes | undefined,
    sharedStart: number,
    isMarked: boolean,
  ): number {
    const packet = READ.data;
    const { telemetry } = this.context;
    const next = packet.parse(bytes, at, limit);
    if (next < 0) {
      telemetry.packetDropped('malformed');
      return -1;
    }
    const transfer = this.inSlot(packet.pullSlot);
    if (
      transfer === undefined ||
      transfer.tokenLo !== (packet.tokenLo | 0) ||
      transfer.tokenHi !== (packet.tokenHi | 0)
    ) {
      telemetry.packetDropped('forged');
      return next;
    }
    const end = packet.offset + packet.payloadLength;
    transfer.peer.crowded = (packet.flags & DataPacket.CROWDED) !== 0;
    transfer.peer.congested = (packet.flags & DataPacket.CONGESTED) !== 0;
    if (end > transfer.pull.next || packet.payloadLength === 0) {
      telemetry.ruleBroken(transfer.peer.id, 'data');
      return next;
    }
    this.context.onHeard?.(transfer.peer.address, false);
    const again = (packet.flags & DataPacket.RETRANSMISSION) !== 0;
    if (isMarked) this.onMarked(transfer.peer, packet.payloadLength);
    const { counters } = telemetry;
    const before = counters.payloadBytesFirst;
    if (shared === undefined) {
      this.onRange(now, transfer, bytes, packet.payloadStart, packet.offset, end, again);
    } else {
      this.onRange(now, transfer, shared, sharedStart, packet.offset, end, again);
    }
    if (counters.payloadBytesFirst > before) telemetry.packetUseful(transfer.peer.id);
    return next;
  }

  inSlot(slot: number): InboundTransfer | undefined {
    if (this.latest?.pullSlot === slot) return this.latest;
    return (this.latest = this.table[slot]);
  }

  /**
   * Bytes of a message that nobody asked for: the first of them make it one that is pulled up to `earlyEnd`, if that is allowed. Else they are dropped, and pulled
   * like those of any other. MUST EARLY-3, EARLY-4
   */
  onEarly(
    now: Nanos,
    transfer: InboundTransfer,
    earlyEnd: Bytes,
    bytes: Uint8Array,
    at: number,
    start: Bytes,
    end: Bytes,
  ): void {
    if (transfer.pulled?.begun !== true) this.beginEarly(now, transfer, earlyEnd);
    if (end > (transfer.pulled?.next ?? 0) || transfer.assembly === undefined) {
      this.context.telemetry.earlyRefused(transfer.peer.id, end - start);
      return;
    }
    this.onRange(now, transfer, bytes, at, start, end, false);
  }

  private beginEarly(now: Nanos, transfer: InboundTransfer, end: Bytes): void {
    const { options } = this.context;
    if (end > options.earlyBytesMax || transfer.isHeld || transfer.into !== undefined) return;
    if (!transfer.wantsPull || end > transfer.pullLimit || end > this.scheduler.budget.roomFor(transfer))
      return;
    if (transfer.assembly === undefined && !this.takeMemory(transfer)) return;
    const { pull } = transfer;
    pull.earlyEnd = end;
    this.scheduler.begin(transfer);
    pull.next = end;
    this.context.unpulledBytes -= end;
    this.losses.onPull(now, pull);
    this.scheduler.update(transfer);
    if (this.scheduler.budget.isCrowded(transfer.peer))
      this.allowance.onTooMuch(now, transfer.peer.rtt.smoothedNs);
  }

  private onRange(
    now: Nanos,
    transfer: InboundTransfer,
    bytes: Uint8Array | SharedBytes,
    at: number,
    start: number,
    end: number,
    again: boolean,
  ): void {
    const { telemetry } = this.context;
    const { pull, peer } = transfer;
    const { received, holes } = pull;
    const fresh = end - start - received.overlap(start, end);
    telemetry.payloadReceived(peer.id, fresh, end - start - fresh);
    peer.arrivals.onData(now, peer.rtt.smoothedNs, fresh, end - start - fresh, again);
    if (fresh < end - start) {
      if (again) this.losses.onSpurious(pull);
      if (fresh === 0) return;
    }
    if (end > pull.arrivedHigh) pull.arrivedHigh = end;
    const held = holes.isEmpty ? 0 : holes.remove(start, end);
    // Ranges are collected before any is written: a record that fails takes its bytes out of the set again.
    if (fresh === end - start) {
      received.add(start, end);
      this.write(transfer, bytes, at, start, end);
    } else {
      const gaps: number[] = [];
      received.forEachGap(start, end, (from, to) => gaps.push(from, to));
      received.add(start, end);
      for (let i = 0; i < gaps.length; i += 2) {
        const from = gaps[i] as number;
        this.write(transfer, bytes, at + from - start, from, gaps[i + 1] as number);
      }
    }
    this.settle(now, transfer, fresh, held);
  }

  /** So much came that is new; of that `held` had been given up. */
  settle(now: Nanos, transfer: InboundTransfer, fresh: Bytes, held: Bytes): void {
    const { pull } = transfer;
    const { received } = pull;
    this.losses.onArrival(now, pull, fresh);
    this.allowance.onArrival(fresh);
    this.scheduler.onArrival(transfer, fresh - held);
    if (transfer.previewed && received.prefix >= transfer.pullLimit) this.onPreview(transfer);
    if (pull.progress !== undefined) this.report(transfer, pull.progress);
    // Until its sink has written more, others are pulled.
    if (transfer.into?.isFull === true) this.scheduler.update(transfer);
    if (pull.assembly?.complete) this.complete(now, transfer);
    else if (pull.poisoned > POISONED_MAX) this.reject(now, transfer, TransferErrorCode.INTEGRITY, true);
  }

  private report({ exchange, into }: InboundTransfer, progress: Progress): void {
    const bytes = into?.arrived.total ?? 0;
    if (progress.isNews(bytes)) this.context.events.push({ type: 'progress', exchange, bytes });
  }

  /** New bytes, which `received` has already. */
  write(
    transfer: InboundTransfer,
    bytes: Uint8Array | SharedBytes,
    at: number,
    start: number,
    end: number,
  ): void {
    const { assembly } = transfer;
    if (assembly === undefined) return;
    while (start < end) {
      const stop = Math.min(end, (Math.floor(start / RECORD_SEALED_BYTES) + 1) * RECORD_SEALED_BYTES);
      const failed = assembly.write(start, bytes, at, at + stop - start);
      if (failed >= 0) this.poison(transfer, failed);
      at += stop - start;
      start = stop;
    }
  }

  /** A record did not verify: it alone is pulled again. MUST RECORD-4 */
  private poison(transfer: InboundTransfer, index: number): void {
    const start = index * RECORD_SEALED_BYTES;
    const end = start + recordLength(index, transfer.sealedBytes);
    const { pull } = transfer;
    pull.received.remove(start, end);
    pull.holes.add(start, end);
    pull.poisoned += 1;
    pull.repulledBytes += end - start;
    const { telemetry } = this.context;
    const { peer, slot, generation } = transfer;
    // What they brought has to come again: they were of no use.
    const packets = Math.min(pull.assembly?.failedPieces ?? 0, telemetry.counters.usefulPackets);
    telemetry.recordPoisoned(peer.id, slot, generation, end - start, packets);
  }

  private complete(now: Nanos, transfer: InboundTransfer): void {
    const wasHeld = transfer.isHeld;
    transfer.keep = nextKeep(transfer.keep, 'whole');
    if (!wasHeld) {
      this.handOver(now, transfer);
      return;
    }
    this.scheduler.remove(transfer);
    this.losses.forget(transfer.pull);
    transfer.pull.clearGrants();
  }

  /** The wait of a message that was held is over. MUST AHEAD-2 */
  unhold(now: Nanos, transfer: InboundTransfer): void {
    const { peer, pulled } = transfer;
    const memoryBytes = pulled?.memoryBytes ?? 0;
    this.scheduler.remove(transfer);
    peer.inboundHeld -= 1;
    this.account(transfer, -memoryBytes);
    transfer.keep = nextKeep(transfer.keep, 'release');
    this.account(transfer, memoryBytes);
    if (transfer.keep === 'over') this.handOver(now, transfer);
    else this.scheduler.update(transfer);
  }

  private handOver(now: Nanos, transfer: InboundTransfer): void {
    const { head, body } = (transfer.assembly as Assembly).message(transfer.headerBytes);
    this.release(transfer);
    this.deliver(now, transfer, head, body);
  }

  private onPreview(transfer: InboundTransfer): void {
    transfer.previewed = false;
    this.preview(transfer, (transfer.assembly as Assembly).plaintext());
  }

  /** The rest of it may be pulled now. */
  resume(transfer: InboundTransfer): void {
    transfer.pullLimit = transfer.sealedBytes;
    this.scheduler.update(transfer);
  }

  /** Withdraws its pulls; nothing is asked for until `unpause`. REQ FLOW-3 · MUST CANCEL-1, CANCEL-2 */
  pause(transfer: InboundTransfer): void {
    if (transfer.paused) return;
    transfer.paused = true;
    const { pulled } = transfer;
    const withdrawn = transfer.outstanding > 0;
    pulled?.clearGrants();
    if (pulled !== undefined) this.losses.onWithdrawn(pulled);
    this.scheduler.onPaused(transfer);
    if (!withdrawn) return;
    transfer.peer.cancels.push(transfer);
    this.context.wantControl(transfer.peer);
  }

  /** What it lacks is pulled again. */
  unpause(transfer: InboundTransfer): void {
    transfer.paused = false;
    this.scheduler.update(transfer);
  }

  /** Lets go of a transfer that is not wanted, whose sender learns it otherwise. */
  drop(transfer: InboundTransfer): void {
    this.release(transfer);
  }

  /** Gives the transfer up. */
  reject(now: Nanos, transfer: InboundTransfer, code: number, tell: boolean): void {
    this.release(transfer);
    this.abandon(now, transfer, code, tell);
  }

  private release(transfer: InboundTransfer): void {
    this.scheduler.remove(transfer);
    if (transfer.pulled !== undefined) this.endPull(transfer.pulled);
    if (transfer.isHeld) transfer.peer.inboundHeld -= 1;
    this.table[transfer.pullSlot] = undefined;
    if (this.latest === transfer) this.latest = undefined;
    this.freeSlots.push(transfer.pullSlot);
    this.active -= 1;
    this.context.unpulledBytes -= transfer.sealedBytes - (transfer.pulled?.next ?? 0);
    transfer.peer.inboundActive -= 1;
    transfer.peer.removeWaiting();
  }

  private endPull(pull: InboundPull): void {
    this.losses.forget(pull);
    pull.clearGrants();
    if (pull.assembly === undefined) return;
    pull.assembly.destroy();
    pull.assembly = undefined;
    this.account(pull.transfer, -pull.memoryBytes);
  }

  /** Gives up all transfers from `peer`. */
  abandonPeer(now: Nanos, peer: Peer, code: number, tell: boolean): void {
    for (const entry of peer.inbound.values()) {
      if (entry.transfer !== undefined) this.reject(now, entry.transfer, code, tell);
    }
  }
}
