import { Fifo } from '../core/fifo.ts';
import type { RandomSource } from '../core/random.ts';
import type { CryptoSuite } from '../crypto/suite.ts';
import { HealthMonitor } from '../peer/health.ts';
import type { Peer } from '../peer/peer.ts';
import { Deadlines } from '../core/deadlines.ts';
import type { TimerQueue } from '../core/timer-queue.ts';
import { NANOS_PER_SECOND, NEVER } from '../core/units.ts';
import type { Nanos } from '../core/units.ts';
import { NicPlace } from '../transfer/nic-share.ts';
import { RecordPool } from '../records/record-pool.ts';
import { Exposure } from '../records/region.ts';
import { Telemetry } from '../telemetry/generated/telemetry.ts';
import type { EndpointConfig, OnHeard } from './config.ts';
import type { EndpointEvent } from './events.ts';
import type { EndpointObserver } from './observer.ts';
import type { EndpointOptions } from './options.ts';
import { TimerNumber } from './timer-numbers.ts';

/** Pulling all that was announced takes at least so many round trips. */
export const CROWDED_RTTS = 16;

/** What every part of an endpoint shares. */
export class Context {
  readonly options: EndpointOptions;
  readonly telemetry: Telemetry;
  readonly nic: NicPlace = new NicPlace();
  readonly events: Fifo<EndpointEvent> = new Fifo<EndpointEvent>();
  /** Peers with frames to send. */
  readonly controlQueue: Fifo<Peer> = new Fifo<Peer>();
  readonly deadlines: Deadlines = new Deadlines();
  /** Bit p is set while the application waits for room among what is to be announced at priority p. */
  roomWanted = 0;
  /** Sealed bytes announced to this endpoint and never pulled. */
  unpulledBytes = 0;
  readonly crypto: CryptoSuite;
  readonly random: RandomSource;
  readonly observer: EndpointObserver | undefined;
  readonly onHeard: OnHeard | undefined;
  readonly health: HealthMonitor = new HealthMonitor(this);
  readonly records: RecordPool = new RecordPool();
  readonly exposure: Exposure;
  readonly peerTimers: TimerQueue<Peer> = this.deadlines.queue<Peer>(TimerNumber.PEER);
  /** Largest datagram: the MTU less the IP and UDP headers. */
  readonly datagramBytesMax: number;
  serving = false;
  /** Datagrams are taken, and how many of them the application has not been handed yet. */
  takingDatagrams = false;
  datagramEvents = 0;
  /** Requests are offered before they are pulled. */
  offering = false;
  private bufferSequence = 0;

  constructor(options: EndpointOptions, { crypto, random, observer, onHeard, memory }: EndpointConfig) {
    this.options = options;
    this.crypto = crypto;
    this.random = random;
    this.observer = observer;
    this.onHeard = onHeard;
    this.exposure = new Exposure(memory);
    this.telemetry = new Telemetry(observer);
    this.datagramBytesMax = options.mtuBytes - options.datagramHeaderBytes;
  }

  /** Id of a new buffer; none is given twice. MUST KEY-6 */
  nextBufferId(): { slot: number; generation: number } {
    const id = this.bufferSequence++;
    return { slot: id >>> 0, generation: Math.floor(id / 2 ** 32) };
  }

  /** What is announced now is not pulled soon: to tell of it at once gains nothing. */
  isCrowded({ rtt }: Peer): boolean {
    return this.unpulledBytes * 8 * NANOS_PER_SECOND > CROWDED_RTTS * rtt.smoothedNs * this.options.rateBps;
  }

  /** Responses to `peer` need not wait for others any more. */
  endPatience(peer: Peer): void {
    peer.responsesPatient = 0;
    this.wantControl(peer);
  }

  /** Puts `peer` in line for a control packet if it has frames that must leave now. */
  wantControl(peer: Peer): void {
    if (peer.controlQueued || !peer.hasUrgent) return;
    peer.controlQueued = true;
    this.controlQueue.push(peer);
  }

  /** Frames of `peer` may wait for others, until `at`. */
  wantLazy(peer: Peer, at: Nanos): void {
    if (at < peer.lazyAt) {
      peer.lazyAt = at;
      this.armPeer(peer, at);
    }
  }

  /** What might have waited has left. A driver that sleeps is not woken for nothing, nor one that spins kept from sleeping. */
  endLazy(peer: Peer): void {
    const at = peer.lazyAt;
    peer.lazyAt = NEVER;
    if (at !== NEVER && at === this.peerTimers.at(peer)) this.peerTimers.arm(peer, peer.timerAt);
  }

  /** A request of `peer` is over: its credit is granted anew, at once if the peer waits for it. MUST CREDIT-2 */
  freeCredit(peer: Peer): void {
    peer.ended += 1;
    if (!peer.remoteBlocked) return;
    peer.acceptDue = true;
    this.wantControl(peer);
  }

  /** The peer's timer fires at `at` or earlier; it finds out then what is due. */
  armPeer(peer: Peer, at: Nanos): void {
    if (at < this.peerTimers.at(peer)) this.peerTimers.arm(peer, at);
  }
}
