import { assert } from '../core/assert.ts';
import type { Address } from '../core/address.ts';
import type { SharedBytes } from '../core/shared-bytes.ts';
import { NEVER } from '../core/units.ts';
import type { Bytes, Nanos } from '../core/units.ts';
import type { ControlWriter } from '../control/control-writer.ts';
import { healthOf } from '../peer/health.ts';
import type { PeerHealth } from '../peer/health.ts';
import type { Liveness } from '../peer/liveness.ts';
import type { Peer, PeerConfig, PeerId } from '../peer/peer.ts';
import type { PeerTable } from '../peer/peer-table.ts';
import type { OutgoingMessage } from '../records/message.ts';
import { callWaitNs } from '../recovery/retry-wait.ts';
import type { Placement } from '../records/placement.ts';
import type { Pacer } from '../transfer/pacer.ts';
import type { Causal } from '../transfer/outbound.ts';
import type { Reads } from '../transfer/reads.ts';
import type { Receiver } from '../transfer/receiver.ts';
import type { SendScheduler } from '../transfer/send-scheduler.ts';
import type { Sender } from '../transfer/sender.ts';
import type { TransmitBuffer } from '../transmit.ts';
import { Alarm, Alarms } from './alarms.ts';
import { Buffers } from './buffers.ts';
import type { EndpointConfig, OpenStreamOptions } from './config.ts';
import { Context } from './context.ts';
import { sendDatagram } from './datagrams.ts';
import type { EndpointEvent, ExchangeId } from './events.ts';
import type { Exchanges } from './exchanges.ts';
import { Intake } from './intake.ts';
import { resolveOptions } from './options.ts';
import { assemble } from './parts.ts';
import type { Signal } from './signal.ts';
import type { EndpointOptions } from './options.ts';
import type { MetricSource } from '../telemetry/exposition.ts';
import type { EndpointCounters, EndpointState } from '../telemetry/generated/counters.ts';
import type { Telemetry } from '../telemetry/generated/telemetry.ts';
import { TimerNumber } from './timer-numbers.ts';
import {
  UsageError,
  checkDeadline,
  checkMessage,
  checkPriority,
  checkQueue,
  noPeer,
  wholeDeadline,
} from './usage-error.ts';

export { UsageError } from './usage-error.ts';
export type { EndpointConfig, OpenStreamOptions } from './config.ts';

/** Bytes of a reason that are sent, and what is around them in a packet of their own. */
const REASON_BYTES_MAX = 256;
const REASON_OVERHEAD_BYTES = 120;

/**
 * One worker's share of the protocol, without I/O: it never waits, reads no clock and draws no randomness of its own.
 *
 * The order of use is one rule: **after any input or command, drain** — `pollEvent` until it returns undefined (the application may
 * issue commands meanwhile), `pollTransmit` until it returns false, then read `nextTimeout`, which asserts that order.
 * Time is an argument and never goes backwards. REQ SIM-1, SIM-5, TRN-4
 */
export class Endpoint {
  /** What it tells of itself: subscribe there. */
  readonly telemetry: Telemetry;
  readonly counters: EndpointCounters;
  private readonly context: Context;
  private readonly receiver: Receiver;
  private readonly scheduler: SendScheduler;
  private now: Nanos = 0;
  private drained = true;
  private readonly pacer: Pacer;
  readonly options: EndpointOptions;
  readonly buffers: Buffers;
  /** For a driver whose NIC can: to be polled after `pollTransmit`. */
  readonly reads: Reads;
  private readonly peers: PeerTable;
  private readonly sender: Sender;
  private readonly exchanges: Exchanges;
  private readonly liveness: Liveness;
  private readonly alarms: Alarms;
  private readonly writer: ControlWriter;
  private readonly intake: Intake;

  constructor(config: EndpointConfig) {
    this.options = resolveOptions(config.options ?? {});
    const context = new Context(this.options, config);
    this.context = context;
    this.telemetry = context.telemetry;
    this.counters = context.telemetry.counters;
    this.alarms = new Alarms(context);
    this.buffers = new Buffers(context);
    const parts = assemble(context, config);
    this.pacer = parts.pacer;
    this.peers = parts.peers;
    this.scheduler = parts.scheduler;
    this.sender = parts.sender;
    this.receiver = parts.receiver;
    this.reads = parts.receiver.reads;
    this.exchanges = parts.exchanges;
    this.liveness = parts.liveness;
    this.writer = parts.writer;
    this.intake = new Intake(context, parts.receiver, parts.reader);
  }

  // --- peers ------------------------------------------------------------

  /**
   * Makes a peer known, as a handshake would. If an earlier incarnation may have used the secret, `usedBefore` must say so. Throws
   * UsageError for a credential that a peer has already: packets say no more than that, so one of the two would never hear any.
   */
  addPeer(now: Nanos, config: PeerConfig): PeerId {
    this.begin(now);
    if (this.peers.isFull)
      throw new UsageError('ERR_DCQUIC_PEERS', `there are ${this.options.peersMax} peers already`);
    if (this.peers.has(config.secret.credential))
      throw new UsageError('ERR_DCQUIC_PEER_KNOWN', 'there is a peer with this credential already');
    return this.peers.add(now, config).id;
  }

  /** From now on requests are taken; without it they are refused. `offering`: each that is pulled is an `offer` first. */
  serve(offering: boolean = false): void {
    this.context.serving = true;
    this.context.offering = offering;
  }

  /** Requests are refused from now on. Who waits for an answer is told that none comes: `message` is for people. */
  stopServing(now: Nanos, message: Uint8Array, priority: number): void {
    this.begin(now);
    this.takeDatagrams(false);
    this.exchanges.stopServing(now, message, priority);
  }

  // --- commands ------------------------------------------------------------

  /**
   * Starts an exchange, to be given up at `deadlineNs`. Throws UsageError for an unknown peer, when `exchangesMax` exchanges exist or `queueDepthMax` of the priority wait, and for a
   * message, priority or deadline out of range.
   */
  call(
    now: Nanos,
    peer: PeerId,
    request: OutgoingMessage,
    priority: number,
    deadlineNs: Nanos = NEVER,
    causal?: Causal,
  ): ExchangeId {
    this.begin(now);
    const target = this.target(peer);
    checkMessage(this.options, request, priority);
    this.checkQueue(priority, 1);
    const deadline = checkDeadline(deadlineNs);
    return this.exchanges.own.call(now, target, request, priority, deadline, causal);
  }

  /** Throws as `call` of any of the peers would, for as many calls of `message`, and begins nothing. */
  checkCalls(
    peers: readonly PeerId[],
    message: OutgoingMessage | undefined,
    priority: number,
    deadlineNs: Nanos = NEVER,
  ): void {
    if (message !== undefined) checkMessage(this.options, message, priority);
    checkDeadline(deadlineNs);
    this.checkQueue(priority, peers.length);
    for (const peer of peers) this.target(peer);
    if (peers.length > this.options.exchangesMax - this.exchanges.size) this.failFull();
  }

  private target(peer: PeerId): Peer {
    const target = this.peers.get(peer);
    if (target === undefined) throw noPeer(peer);
    if (this.exchanges.isFull) this.failFull();
    return target;
  }

  private checkQueue(priority: number, count: number): void {
    checkQueue(this.options.queueDepthMax, this.queueDepth(priority), priority, count);
  }

  private failFull(): never {
    throw new UsageError('ERR_DCQUIC_EXCHANGES', `there are ${this.options.exchangesMax} exchanges already`);
  }

  /** True: calls of `priority` are taken. Else a `queue-room` event follows when half of those that wait have been announced or have ended. REQ PQ-6 */
  wantQueueRoom(priority: number): boolean {
    checkPriority(priority);
    return this.sender.depths.wantRoom(priority);
  }

  /** Gives up an exchange of ours, whatever has become of its request: a `failure` with `reason` follows. False: it has ended. */
  cancel(now: Nanos, exchange: ExchangeId, reason: 'aborted' | 'closed' | 'dependency-failed'): boolean {
    this.begin(now);
    return this.exchanges.own.cancel(now, exchange, reason);
  }

  /** What an exchange that was begun as `held` waited for is over. */
  release(now: Nanos, exchange: ExchangeId): void {
    this.begin(now);
    this.exchanges.own.release(now, exchange);
  }

  /** How long to wait before an exchange with `peer` is tried for the `tries`th time again. */
  backoffNs(peer: PeerId, tries: number): Nanos {
    return callWaitNs(this.options, this.peers.get(peer), tries, this.context.random);
  }

  /** Whether `datagram` events are wanted. */
  takeDatagrams(wanted: boolean): void {
    this.context.takingDatagrams = wanted;
  }

  /**
   * Sends a message once, in one packet. False: it is dropped, because too many wait or nothing may be announced to the peer now. Throws UsageError for an unknown peer and for a message
   * that does not fit a packet. REQ PAT-16
   */
  sendDatagram(now: Nanos, peer: PeerId, message: OutgoingMessage): boolean {
    this.begin(now);
    const target = this.peers.get(peer);
    if (target === undefined) throw noPeer(peer);
    return sendDatagram(this.context, target, message);
  }

  /** Whether a request that was handed over still waits for its answer, or for the answer to arrive. */
  isServing(exchange: ExchangeId): boolean {
    return this.exchanges.isServing(exchange);
  }

  /** `ring` belongs to an `alarm` event at `at`. */
  setAlarm(now: Nanos, at: Nanos, ring: () => void): Alarm {
    this.begin(now);
    const alarm = new Alarm(ring);
    this.alarms.timers.arm(alarm, wholeDeadline(at));
    return alarm;
  }

  clearAlarm(alarm: Alarm): void {
    this.alarms.timers.disarm(alarm);
  }

  /** Answers a request; false if its exchange has ended, because the peer is gone or it was answered. */
  reply(
    now: Nanos,
    exchange: ExchangeId,
    response: OutgoingMessage,
    status: number,
    priority: number,
  ): boolean {
    this.begin(now);
    checkMessage(this.options, response, priority);
    return this.exchanges.reply(now, exchange, response, status, priority);
  }

  /** Takes a request that was offered; its body goes to the front of `into`, record by record, without those that are there. False: the exchange has ended. */
  accept(now: Nanos, exchange: ExchangeId, into?: Placement): boolean {
    this.begin(now);
    return this.exchanges.offers.accept(exchange, into);
  }

  /** `progress` events of an exchange of ours are wanted. */
  watch(exchange: ExchangeId): void {
    this.exchanges.offers.watch(exchange);
  }

  /** `paused`: what was pulled of a request is withdrawn, and nothing pulled until it goes on. False: it has arrived, or the exchange has ended. */
  pause(now: Nanos, exchange: ExchangeId, paused: boolean): boolean {
    this.begin(now);
    return this.exchanges.offers.pause(exchange, paused);
  }

  /**
   * Opens a stream with its first message; `last` says that it is the only one. Throws as `call` does. What comes of it are `stream-…` events.
   * REQ PAT-2, PAT-3, PAT-4
   */
  openStream(now: Nanos, peer: PeerId, opening: OutgoingMessage, options: OpenStreamOptions): ExchangeId {
    this.begin(now);
    const { priority, last = false, deadlineNs = NEVER, causal } = options;
    const target = this.target(peer);
    checkMessage(this.options, opening, priority);
    this.checkQueue(priority, 1);
    const deadline = checkDeadline(deadlineNs);
    const { streamMessagesMax, streamBytesMax } = this.options;
    const limits = { messages: streamMessagesMax, bytes: streamBytesMax, ...options.limits };
    const { streams } = this.exchanges;
    return streams.open(now, target, opening, priority, last, limits, deadline, causal);
  }

  /** Puts a message behind those that were written; false if the stream takes none any more. It waits here until the reader grants it. */
  writeStream(now: Nanos, exchange: ExchangeId, message: OutgoingMessage, last: boolean = false): boolean {
    this.begin(now);
    checkMessage(this.options, message, 0);
    const stream = this.exchanges.stream(exchange);
    return stream !== undefined && this.exchanges.streams.write(now, stream, message, last);
  }

  /** Messages written and not acknowledged, and their bytes; undefined if it is over. `wantRoom`: a `stream-room` follows when there are fewer. */
  streamBacklog(
    exchange: ExchangeId,
    wantRoom: boolean = false,
  ): { messages: number; bytes: Bytes } | undefined {
    const stream = this.exchanges.stream(exchange);
    if (stream === undefined) return undefined;
    stream.wantsRoom ||= wantRoom;
    return { messages: stream.outgoing.messages, bytes: stream.outgoing.bytes };
  }

  /** The caller writes no more. */
  endStream(now: Nanos, exchange: ExchangeId): void {
    this.begin(now);
    const stream = this.exchanges.stream(exchange);
    if (stream !== undefined) this.exchanges.streams.end(now, stream);
  }

  /** The application has taken the oldest message of a `stream` or `stream-message` event: one more may come. REQ BP-1 */
  takeMessage(now: Nanos, exchange: ExchangeId): void {
    this.begin(now);
    const stream = this.exchanges.stream(exchange);
    if (stream !== undefined) this.exchanges.streams.take(now, stream);
  }

  /** Closes a stream: as callee with status 0 after what was written, else at once, in both directions. */
  closeStream(now: Nanos, exchange: ExchangeId, status: number, reason: Uint8Array): void {
    this.begin(now);
    const stream = this.exchanges.stream(exchange);
    const room = Math.min(REASON_BYTES_MAX, this.context.datagramBytesMax - REASON_OVERHEAD_BYTES);
    if (stream !== undefined) this.exchanges.streams.close(now, stream, status, reason.subarray(0, room));
  }

  // --- inputs ------------------------------------------------------------

  /**
   * One datagram of any bytes from anywhere; `bytes` may be reused after the return. Never throws for what it holds. If it came with
   * `shared`, its payload is there, from `sharedStart` on, and not in `bytes`. `isMarked`: it met congestion (CE).
   * `segmentBytes`: so many bytes are one of several that came together; the last may be shorter.
   */
  handleDatagram(
    now: Nanos,
    from: Address,
    bytes: Uint8Array,
    shared?: SharedBytes,
    sharedStart = 0,
    isMarked = false,
    segmentBytes: Bytes = bytes.length,
  ): void {
    // MUST WIRE-1, WIRE-2
    this.begin(now);
    if (segmentBytes < bytes.length) this.intake.joined(now, from, bytes, segmentBytes, isMarked);
    else this.intake.datagram(now, from, bytes, 0, bytes.length, shared, sharedStart, isMarked);
  }

  /** Call it when `nextTimeout` is reached. */
  handleTimeout(now: Nanos): void {
    this.begin(now);
    const { deadlines } = this.context;
    if (deadlines.isDue(TimerNumber.EXCHANGE, now)) this.exchanges.own.onTimeout(now);
    if (deadlines.isDue(TimerNumber.STREAM, now)) this.exchanges.streams.onTimeout(now);
    if (deadlines.isDue(TimerNumber.ALARM, now)) this.alarms.onTimeout(now);
    if (deadlines.isDue(TimerNumber.NOTIFY, now)) this.sender.onTimeout(now);
    if (deadlines.isDue(TimerNumber.LOSS, now)) this.receiver.losses.onTimeout(now);
    if (deadlines.isDue(TimerNumber.PACE, now)) this.scheduler.onTimeout(now);
    if (deadlines.isDue(TimerNumber.PEER, now)) this.liveness.onTimeout(now);
  }

  /** News from the driver, no datagram. MUST LIVE-6 */
  handleSignal(now: Nanos, signal: Signal): void {
    this.begin(now);
    if (signal.type === 'receive-room') this.receiver.setRoom(signal.bytes);
    else if (signal.type === 'nic') this.context.nic.move(signal.share);
    else if (signal.type === 'read') this.reads.end(now, signal.read, signal.bytes, signal.at);
    else this.liveness.onReport(now, signal.quoted);
  }

  // --- drains ------------------------------------------------------------

  /** What the application should know; undefined when it knows everything. */
  pollEvent(): EndpointEvent | undefined {
    const { context } = this;
    if (context.roomWanted !== 0) this.sender.depths.tell();
    const event = context.events.shift();
    if (event?.type === 'datagram') context.datagramEvents -= 1;
    return event;
  }

  /**
   * Fills `out` with one run of equal-size segments to one destination, control first; false when nothing may leave
   * now. MUST PACE-2
   */
  pollTransmit(now: Nanos, out: TransmitBuffer): boolean {
    assert(now >= this.now, 'time went backwards');
    this.now = now;
    this.telemetry.now = now;
    out.pieces.count = 0;
    this.receiver.scheduler.run(now);
    if (this.context.controlQueue.length > 0 && this.pacer.controlAt <= now && this.writer.poll(now, out))
      return true;
    if (this.scheduler.hasReady && this.pacer.dataAt <= now) {
      const transfer = this.scheduler.poll(now, out);
      if (transfer !== undefined) {
        this.sender.onDataSent(now, transfer);
        return true;
      }
    }
    this.drained = true;
    return false;
  }

  /** When `handleTimeout` or `pollTransmit` has something to do again; NEVER if nothing is pending. */
  nextTimeout(): Nanos {
    assert(this.drained && this.context.events.length === 0, 'nextTimeout before the drain was complete');
    this.context.nic.note(this.scheduler.hasReady, this.receiver.scheduler.budget.outstandingBytes > 0);
    let { next } = this.context.deadlines;
    if (this.context.controlQueue.length > 0) next = Math.min(next, this.pacer.controlAt);
    if (this.scheduler.hasReady) next = Math.min(next, this.pacer.dataAt);
    return next;
  }

  private begin(now: Nanos): void {
    assert(now >= this.now, 'time went backwards');
    this.now = now;
    this.telemetry.now = now;
    this.drained = false;
  }

  // --- getters ------------------------------------------------------------

  get state(): EndpointState {
    return {
      exchanges: this.exchanges.size,
      outbound: this.sender.live,
      inbound: this.receiver.active,
      recordBuffers: this.context.records.inUse,
      buffers: this.buffers.count,
      bufferBytes: this.buffers.heldBytes,
      memoryBytes: this.receiver.memoryBytes + this.receiver.heldBytes,
      reads: this.reads.size,
      exposedBytes: this.context.exposure.exposedBytes,
      pulledBytes: this.receiver.scheduler.budget.bytes,
      ...this.peers.held,
      transferTimers:
        this.sender.timers.size +
        this.receiver.losses.armed +
        this.exchanges.own.timers.size +
        this.alarms.timers.size +
        this.exchanges.streams.timers.size,
      peers: this.peers.size,
      embryos: this.peers.embryoCount,
    };
  }

  /** Own calls and streams of `priority` that are not announced yet. REQ PQ-5 */
  queueDepth(priority: number): number {
    return this.sender.depths.of(priority);
  }

  /** What an exposition reads. */
  metrics(): MetricSource {
    const { counters, histograms } = this.telemetry;
    return { counters, histograms, state: this.state };
  }

  /** The wire id of an own exchange's request, once it was announced. */
  transferId(exchange: ExchangeId): { slot: number; generation: number } | undefined {
    return this.exchanges.own.requestId(exchange);
  }

  /** How a peer is; undefined if there is none. */
  peerHealth(peer: PeerId): PeerHealth | undefined {
    return healthOf(this.peers.get(peer));
  }

  /** Smoothed round-trip time of a peer, once measured. */
  rttNs(peer: PeerId): Nanos | undefined {
    const rtt = this.peers.get(peer)?.rtt;
    return rtt !== undefined && rtt.samples > 0 ? rtt.smoothedNs : undefined;
  }
}
