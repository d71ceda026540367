import { RankedHeap } from '../core/ranked-heap.ts';
import type { Timed, TimerQueue } from '../core/timer-queue.ts';
import { NANOS_PER_SECOND } from '../core/units.ts';
import type { Nanos } from '../core/units.ts';
import type { Context } from '../endpoint/context.ts';
import { TimerNumber } from '../endpoint/timer-numbers.ts';
import type { TransmitBuffer } from '../transmit.ts';
import { DataPacket } from '../wire/index.ts';
import type { OutboundPull } from './outbound-pull.ts';
import type { OutboundTransfer } from './outbound.ts';
import type { Pacer } from './pacer.ts';
import { WRITTEN } from '../control/frame-set.ts';

/** Eight priorities, and behind them what is held. */
const LEVELS = 9;
/** Data leaves in a network class below control, which has 0. */
const NETWORK_PRIORITY_MAX = 7;

/** Writes a packet with early data of a transfer into `out`. */
export interface EarlyWriter {
  writeEarly(now: Nanos, transfer: OutboundTransfer, out: TransmitBuffer): void;
}

/** A message whose pull rate is below the NIC's, waiting for its next burst. */
class Paced implements Timed {
  timerIndex = -1;
  readonly pull: OutboundPull;
  constructor(pull: OutboundPull) {
    this.pull = pull;
  }
}

/**
 * Which pulled data leaves next: strict priority, shortest remaining first within a level, one burst at a time.
 * REQ PQ-1, PQ-2, PAT-7, NIC-7 · MUST PULL-4, DATA-3, WIRE-4
 */
export class SendScheduler {
  private readonly context: Context;
  private readonly pacer: Pacer;
  private readonly levels: RankedHeap<OutboundPull>[] = [];
  private readonly paced: TimerQueue<Paced>;
  private early: EarlyWriter | undefined;
  /** Bit l is set while level l is not empty. */
  private levelsReady = 0;

  constructor(context: Context, pacer: Pacer) {
    this.context = context;
    this.paced = context.deadlines.queue<Paced>(TimerNumber.PACE);
    this.pacer = pacer;
    for (let i = 0; i < LEVELS; i += 1) this.levels.push(new RankedHeap<OutboundPull>());
  }

  /** Who writes what was not pulled. */
  connect(early: EarlyWriter): void {
    this.early = early;
  }

  get hasReady(): boolean {
    return this.levelsReady !== 0;
  }

  /** Call after what is to be sent grew. */
  ready(now: Nanos, transfer: OutboundTransfer): void {
    const { pulled } = transfer;
    if (pulled === undefined || pulled.toSend.isEmpty) return;
    if (pulled.pacedUntil > now) {
      if (!pulled.pacedQueued) this.paced.arm(new Paced(pulled), pulled.pacedUntil);
      pulled.pacedQueued = true;
      return;
    }
    pulled.rank = (transfer.buffer?.sealedBytes ?? 0) - pulled.sentHigh;
    this.levelsReady |= 1 << transfer.dataLevel;
    (this.levels[transfer.dataLevel] as RankedHeap<OutboundPull>).place(pulled);
  }

  remove(transfer: OutboundTransfer): void {
    const { pulled } = transfer;
    if (pulled === undefined || pulled.heapIndex < 0) return;
    const level = this.levels[transfer.dataLevel] as RankedHeap<OutboundPull>;
    level.remove(pulled);
    if (level.size === 0) this.levelsReady &= ~(1 << transfer.dataLevel);
  }

  onTimeout(now: Nanos): void {
    for (let paced = this.paced.expire(now); paced !== undefined; paced = this.paced.expire(now)) {
      const { pull } = paced;
      pull.pacedQueued = false;
      if (pull.transfer.state !== 'done') this.ready(now, pull.transfer);
    }
  }

  /** Fills `out` with one burst; returns the transfer it came from. */
  poll(now: Nanos, out: TransmitBuffer): OutboundTransfer | undefined {
    const { levelsReady } = this;
    if (levelsReady === 0) return undefined;
    const level = this.levels[31 - Math.clz32(levelsReady & -levelsReady)] as RankedHeap<OutboundPull>;
    const pull = level.top as OutboundPull;
    const { transfer } = pull;
    if (pull.isEarly) this.early?.writeEarly(now, transfer, out);
    else this.fill(now, pull, out);
    if (pull.toSend.isEmpty || pull.pacedUntil > now) this.remove(transfer);
    this.ready(now, transfer);
    return transfer;
  }

  private fill(now: Nanos, pull: OutboundPull, out: TransmitBuffer): void {
    const packet = WRITTEN.data;
    const { context } = this;
    const { transfer, toSend } = pull;
    const { options, telemetry } = context;
    const buffer = transfer.buffer;
    if (buffer === undefined) return;
    const segmentBytes = Math.min(context.datagramBytesMax, out.bytes.length);
    const segmentsMax = Math.min(options.burstSegments, Math.floor(out.bytes.length / segmentBytes));
    packet.pullSlot = pull.slot;
    packet.tokenHi = pull.tokenHi >>> 0;
    packet.tokenLo = pull.tokenLo >>> 0;
    const first = toSend.startAt(0);
    let last = first;
    let at = 0;
    for (let i = 0; i < segmentsMax && !toSend.isEmpty; i += 1) {
      const offset = toSend.startAt(0);
      const header = DataPacket.headerLength(offset);
      const length = Math.min(toSend.endAt(0) - offset, segmentBytes - header);
      // A packet shorter than the others ends the run: a run has segments of one size.
      const again = offset < pull.sentHigh;
      packet.flags = again ? DataPacket.RETRANSMISSION : 0;
      packet.length = header + length;
      packet.offset = offset;
      packet.emitHeader(out.bytes, at, out.bytes.length);
      const shared = out.byReference ? buffer.share(offset, offset + length) : undefined;
      if (shared !== undefined) {
        out.refer(i, header, shared, offset);
      } else {
        buffer.read(offset, offset + length, out.bytes, at + header);
        out.shared[i] = undefined;
      }
      toSend.remove(offset, offset + length);
      if (offset + length > pull.sentHigh) pull.sentHigh = offset + length;
      telemetry.dataSent(transfer.peer.id, transfer.slot, transfer.generation, offset, length);
      last = offset + length;
      at += header + length;
      if (header + length < segmentBytes) break;
    }
    out.lengthBytes = at;
    out.segmentBytes = Math.min(segmentBytes, at);
    const { peer } = transfer;
    out.destination = peer.address;
    out.path = peer.paths?.next(now) ?? 0;
    peer.paths?.onSent(transfer.slot, first, last, out.path);
    out.networkPriority = Math.min(transfer.dataLevel + 1, NETWORK_PRIORITY_MAX);
    const wireBytes = at + Math.ceil(at / segmentBytes) * options.datagramHeaderBytes;
    this.pacer.spend(now, wireBytes);
    const rateBps = pull.rateMbps * 1e6;
    if (rateBps < options.rateBps) {
      pull.pacedUntil =
        Math.max(now, pull.pacedUntil) + Math.ceil((wireBytes * 8 * NANOS_PER_SECOND) / rateBps);
    }
  }
}
