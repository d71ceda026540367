import { Bbr } from '../congestion/bbr.ts';
import type { PaceEvent, PaceState } from '../congestion/states.ts';
import type { TimerQueue } from '../core/timer-queue.ts';
import { NANOS_PER_SECOND } from '../core/units.ts';
import type { BitsPerSecond, Bytes, Nanos } from '../core/units.ts';
import type { Context } from '../endpoint/context.ts';
import { TimerNumber } from '../endpoint/timer-numbers.ts';
import type { Peer } from '../peer/peer.ts';
import type { TransmitBuffer } from '../transmit.ts';
import { DataPacket } from '../wire/index.ts';
import type { Delivery } from '../wire/index.ts';
import { Backlog } from './backlog.ts';
import { Lane } from './lane.ts';
import type { LaneQueue } from './lane.ts';
import { MinimumShares } from './minimum-shares.ts';
import type { OutboundPull } from './outbound-pull.ts';
import type { OutboundTransfer } from './outbound.ts';
import type { Pacer } from './pacer.ts';
import { ReadyQueue } from './ready-queue.ts';
import { writeRun } from './run-writer.ts';

/** Data leaves in a network class below control, which has 0. */
const NETWORK_PRIORITY_MAX = 7;

/** Writes a packet with early data of a transfer into `out`. */
export interface EarlyWriter {
  writeEarly(now: Nanos, transfer: OutboundTransfer, out: TransmitBuffer): void;
}

/**
 * Which pulled data leaves next: by priority, but that none of them starves, shortest remaining first within a level, one burst at a time, and to each peer no faster than it
 * asked for. REQ PQ-2, PQ-3, PQ-7, PAT-7, NIC-7 · MUST PULL-4, DATA-3, WIRE-4, SHARE-1
 */
export class SendScheduler {
  private readonly context: Context;
  private readonly pacer: Pacer;
  private readonly ready: ReadyQueue<LaneQueue> = new ReadyQueue<LaneQueue>();
  private readonly shares: MinimumShares;
  readonly backlog: Backlog = new Backlog();
  private readonly paced: TimerQueue<Lane>;
  private early: EarlyWriter | undefined;
  private lanesReady = 0;

  constructor(context: Context, pacer: Pacer) {
    this.context = context;
    this.paced = context.deadlines.queue<Lane>(TimerNumber.PACE);
    this.pacer = pacer;
    this.shares = new MinimumShares(context.options.burstSegments * context.options.mtuBytes);
  }

  /** Who writes what was not pulled. */
  connect(early: EarlyWriter): void {
    this.early = early;
  }

  get hasReady(): boolean {
    return this.ready.levels !== 0;
  }

  /** How fast `peer` takes data, of all it pulls together. */
  setRate(peer: Peer, rateBps: BitsPerSecond): void {
    const lane = (peer.lane ??= new Lane());
    lane.pullBps = rateBps;
    lane.settleRate(this.context.options.rateBps);
  }

  /** `peer` tells what came of the data to it. REQ CC-1, CC-6, OBS-5 · MUST BBR-2, BBR-5 */
  onDelivery(now: Nanos, peer: Peer, report: Delivery): void {
    const { lane } = peer;
    if (lane === undefined) return;
    const bbr = (lane.bbr ??= new Bbr());
    const allowedBps = Math.min(lane.pullBps, this.context.options.rateBps);
    const from = bbr.state;
    const cause = bbr.onReport(now, report, allowedBps, peer.rtt.smoothedNs);
    this.settlePace(peer, lane, from, cause);
  }

  private settlePace(peer: Peer, lane: Lane, from: PaceState, cause: PaceEvent | undefined): void {
    lane.settleRate(this.context.options.rateBps);
    const { bbr } = lane;
    if (bbr === undefined || cause === undefined) return;
    const mbps = Math.min(bbr.bandwidthBps, this.context.options.rateBps) / 1e6;
    this.context.telemetry.paceChanged(peer.id, from, bbr.state, cause, Math.ceil(mbps));
  }

  /** Call after what is to be sent grew. */
  add(now: Nanos, transfer: OutboundTransfer): void {
    const { pulled, peer } = transfer;
    if (pulled === undefined || pulled.toSend.isEmpty) return;
    const lane = (peer.lane ??= new Lane());
    const queue = lane.queue(transfer.dataLevel);
    queue.place(pulled, unsentBytes(pulled));
    if (lane.isReady) this.ready.place(queue, queue.level);
    else if (lane.nextAt <= now) this.enter(lane);
    else if (lane.timerIndex < 0) this.paced.arm(lane, lane.nextAt);
  }

  remove(transfer: OutboundTransfer): void {
    const { pulled, peer } = transfer;
    const { lane } = peer;
    if (pulled?.queue === undefined || pulled.heapIndex < 0 || lane === undefined) return;
    const { queue } = pulled;
    queue.remove(pulled);
    if (lane.isReady) this.settle(queue);
    if (!lane.isEmpty) return;
    if (lane.isReady) this.leave(lane);
    else this.paced.disarm(lane);
  }

  onTimeout(now: Nanos): void {
    for (let lane = this.paced.expire(now); lane !== undefined; lane = this.paced.expire(now))
      this.enter(lane);
  }

  private enter(lane: Lane): void {
    if (lane.isReady) return;
    lane.isReady = true;
    this.lanesReady += 1;
    for (const queue of lane.queues) if (queue.top !== undefined) this.ready.place(queue, queue.level);
  }

  private leave(lane: Lane): void {
    lane.isReady = false;
    this.lanesReady -= 1;
    for (const queue of lane.queues) this.ready.remove(queue);
  }

  /** A new place for what is left of it, or none. */
  private settle(queue: LaneQueue): void {
    if (queue.top === undefined) this.ready.remove(queue);
    else this.ready.place(queue, queue.level);
  }

  /** Fills `out` with one burst; returns the transfer it came from. */
  poll(now: Nanos, out: TransmitBuffer): OutboundTransfer | undefined {
    const { levels } = this.ready;
    if (levels === 0) return undefined;
    const level = this.shares.next(levels);
    const queue = this.ready.top(level) as LaneQueue;
    const { lane } = queue;
    const pull = queue.top as OutboundPull;
    const { transfer } = pull;
    if (pull.isEarly) this.early?.writeEarly(now, transfer, out);
    else this.fill(now, lane, pull, out);
    this.shares.onServed(levels, level, out.lengthBytes);
    lane.lastSentAt = now;
    queue.begun = true;
    if (pull.toSend.isEmpty) queue.remove(pull);
    else queue.place(pull, unsentBytes(pull));
    this.settle(queue);
    if (lane.isEmpty) {
      this.leave(lane);
    } else if (lane.nextAt > now) {
      this.leave(lane);
      this.paced.arm(lane, lane.nextAt);
    }
    return transfer;
  }

  /** A run takes half as long at the rate of its lane as a full one does at the NIC's: what is slower mixes with others packet by packet. */
  private segmentsOf(lane: Lane): number {
    const { burstSegments, rateBps } = this.context.options;
    if (!lane.isSlow) return burstSegments;
    return Math.max(1, Math.floor((burstSegments * lane.rateBps) / (2 * rateBps)));
  }

  private fill(now: Nanos, lane: Lane, pull: OutboundPull, out: TransmitBuffer): void {
    const { context } = this;
    const { transfer, toSend } = pull;
    const { options } = context;
    const buffer = transfer.buffer;
    if (buffer === undefined) return;
    const segmentBytes = Math.min(context.datagramBytesMax, out.bytes.length);
    const segmentsMax = Math.min(this.segmentsOf(lane), Math.floor(out.bytes.length / segmentBytes));
    const crowded = context.isCrowded(transfer.peer) ? DataPacket.CROWDED : 0;
    const flags = crowded | (this.lanesReady > 1 ? DataPacket.CONGESTED : 0);
    const first = toSend.startAt(0);
    const { sentHigh } = pull;
    const unsent = toSend.total;
    const last = writeRun(context.telemetry, pull, buffer, flags, segmentsMax, segmentBytes, out);
    if (last > sentHigh) {
      this.backlog.onSent(transfer, last - sentHigh);
      pull.sentHigh = last;
    }
    const at = out.lengthBytes;
    const { peer } = transfer;
    out.destination = peer.address;
    out.path = peer.paths?.next(now) ?? 0;
    peer.paths?.onSent(transfer.slot, first, last, out.path);
    out.networkPriority = Math.min(transfer.dataLevel + 1, NETWORK_PRIORITY_MAX);
    const wireBytes = at + Math.ceil(at / segmentBytes) * options.datagramHeaderBytes;
    this.pacer.spend(now, wireBytes);
    lane.lastSentAt = now;
    if (lane.bbr !== undefined) this.noteSent(now, peer, lane, lane.bbr, unsent - toSend.total);
    if (lane.isSlow) {
      lane.nextAt = Math.max(now, lane.nextAt) + Math.ceil((wireBytes * 8 * NANOS_PER_SECOND) / lane.rateBps);
    }
  }

  private noteSent(now: Nanos, peer: Peer, lane: Lane, bbr: Bbr, bytes: Bytes): void {
    bbr.onSent(bytes);
    if (now < bbr.staleAt) return;
    const from = bbr.state;
    bbr.onStale();
    this.settlePace(peer, lane, from, 'stale');
  }
}

function unsentBytes({ transfer, sentHigh }: OutboundPull): Bytes {
  return (transfer.buffer?.sealedBytes ?? 0) - sentHigh;
}
