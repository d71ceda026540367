import { Fifo } from '../core/fifo.ts';
import type { Address } from '../core/address.ts';
import type { Timed } from '../core/timer-queue.ts';
import { NEVER } from '../core/units.ts';
import type { BitsPerSecond, Bytes, Nanos } from '../core/units.ts';
import type { ControlReceiveKeys, ControlSendKeys, Epoch } from '../keys/control-keys.ts';
import type { PathSecret, Role } from '../keys/path-secret.ts';
import { ReplayWindow } from '../keys/replay-window.ts';
import { Arrivals } from '../congestion/arrivals.ts';
import { AckTracker } from '../recovery/ack-tracker.ts';
import { RttEstimator } from '../recovery/rtt.ts';
import { SentPackets } from '../recovery/sent-packets.ts';
import { Challenge } from './challenge.ts';
import { mayBegin } from './states.ts';
import type { HealthState } from './states.ts';
import type { OutgoingMessage } from '../records/message.ts';
import type { Stream } from '../stream/stream.ts';
import { EarlyTerms } from '../transfer/early-terms.ts';
import type { InlineWindow } from '../transfer/inline-window.ts';
import type { PathBook } from '../transfer/path-book.ts';
import type { InboundPull } from '../transfer/inbound-pull.ts';
import type { InboundTransfer } from '../transfer/inbound.ts';
import type { Lane } from '../transfer/lane.ts';
import { MinimumShares } from '../transfer/minimum-shares.ts';
import type { OutboundTransfer } from '../transfer/outbound.ts';
import type { ResetNotice } from '../transfer/reset.ts';

/** A handle of a peer at this endpoint; never reused. */
export type PeerId = number;

/** What the application or a handshake knows of a peer. */
export interface PeerConfig {
  address: Address;
  secret: PathSecret;
  /** This endpoint's side of the handshake. */
  role: Role;
  /** An earlier incarnation of this endpoint may have used the secret: the peer must prove that it is no replay. MUST FRESH-1 */
  usedBefore?: boolean;
}

/** One incarnation of the peer's sending state. */
export interface RemoteEpoch {
  readonly epoch: Epoch;
  readonly worker: number;
  readonly keys: ControlReceiveKeys;
  readonly window: ReplayWindow;
  /** It answered a PROBE before anything of it acted, so it knows us, and says so in all but PROBEs. MUST FRESH-10 */
  proven: boolean;
}

export function newRemoteEpoch(epoch: Epoch, worker: number, keys: ControlReceiveKeys): RemoteEpoch {
  return { epoch, worker, keys, window: new ReplayWindow(), proven: false };
}

/** What is known of the transfer id in one slot of the peer's. Generations of a slot only grow. */
export interface InboundEntry {
  generation: number;
  /** Undefined once it ended. */
  transfer: InboundTransfer | undefined;
  /** 0: it was received whole; else the code it was reset with, by either side. */
  resetCode: number;
  /** The exchange served that this transfer began, also when that is over; -1 for none. */
  exchange: number;
}

/** Everything an endpoint holds about one peer. Behaviour lives with the sub-states: control/, transfer/, liveness. */
export class Peer implements Timed {
  // What each data packet needs, in either direction.
  id: PeerId = -1;
  address: Address;
  health: HealthState = 'healthy';
  /** It has said that it cannot pull soon what is announced to it. */
  crowded = false;
  /** Its last data said that data for others could have left as well. MUST PULL-13 */
  congested = false;
  /** Bytes pulled of it and not arrived, of transfers that are not stalled. */
  pulledBytes: Bytes = 0;
  /** Of the responses, those that wait for company. */
  responsesPatient = 0;
  /** How fast it may send; 0: as fast as this endpoint's link. */
  pullBps: BitsPerSecond = 0;
  /** The same while its turn lasts, else 0. */
  turnBps: BitsPerSecond = 0;
  /** Not well: the one message of its that is pulled now. MUST LIVE-10 */
  pulling: InboundTransfer | undefined;
  /** What of it may be pulled and not arrived, as long as `rtt` stays; 0: to be worked out. */
  budgetBytes: Bytes = 0;
  /** What it has pulled; undefined before the first pull. */
  lane: Lane | undefined;
  /** Of its data, if there are several. */
  paths: PathBook | undefined;
  readonly rtt: RttEstimator;
  readonly arrivals: Arrivals = new Arrivals();

  readonly secret: PathSecret;
  readonly role: Role;
  /** Found through `resolve`, not configured: forgotten again when it dies. */
  readonly resolved: boolean;
  /** Proven not to be a replay. Until then it gets nothing but a PROBE. MUST FRESH-1 */
  established: boolean;
  /** Of what waits for an answer of it, so many 65,536ths failed lately. REQ HEALTH-4 */
  failureRate = 0;

  /** An earlier self may have used the secret: what comes first may be a replay of what it heard. */
  readonly usedBefore: boolean;

  /** Own sending state: a new random epoch for each Peer object, so keys never repeat a nonce. `lo` is never 0. */
  readonly epoch: Epoch;
  readonly sendKeys: ControlSendKeys;
  nextPacketNumber = 0;
  /** The current incarnation of the peer: the one whose packets act, and that ours are meant for. */
  remote: RemoteEpoch | undefined;
  /** Another one that authenticated last but has not answered our PROBE yet. */
  candidate: RemoteEpoch | undefined;
  readonly challenge: Challenge = new Challenge();
  readonly acks: AckTracker = new AckTracker();
  readonly sent: SentPackets = new SentPackets();
  /** From pull to first data: the round trip plus the sender's queue. */
  readonly pullLatency: RttEstimator;
  /** How late a packet may be without being lost; grows when that proved too short. */
  reorderNs: Nanos;

  readonly outbound: (OutboundTransfer | undefined)[] = [];
  readonly outboundGenerations: number[] = [];
  /** Where generations begin, random: after a restart under the same secret, ids must not be those of the former self. MUST ID-2 */
  readonly generationBase: number;
  readonly outboundFree: number[] = [];
  /** To be announced for the first time: per priority the responses, then the requests. */
  readonly notifyQueues: (Fifo<OutboundTransfer> | undefined)[] = [];
  /** Bit p is set while those of priority p are not empty. */
  notifyLevels = 0;
  readonly notifyShares: MinimumShares = new MinimumShares(1);
  /** In notifyQueues, ended ones included until they are found there. Each request takes a credit. */
  requestsQueued = 0;
  responsesQueued = 0;
  /** Until then at most some of the responses wait for company. */
  patientUntil: Nanos = NEVER;
  /** Those of notifyQueues and notifyRetries that have ended. */
  endedQueued = 0;
  readonly early: EarlyTerms;
  /** Of what travels inside announcements. */
  readonly inline: InlineWindow;
  /** To be announced again: these have their credit and wait for no other. */
  readonly notifyRetries: Fifo<OutboundTransfer> = new Fifo<OutboundTransfer>();
  /** That wait and may be announced ahead, and how many of them still may. MUST AHEAD-1 */
  aheadQueue: Set<OutboundTransfer> | undefined;
  aheadRoom: number;
  /** Requests notified for the first time, and how many may be. MUST CREDIT-1 */
  notified = 0;
  notifyLimit: number;
  /** NOTIFY_BLOCKEDs sent at this limit, and when the next one is due if nothing comes of them. */
  blockedCount = 0;
  blockedWaitNs: Nanos = 0;
  blockedRetryAt: Nanos = NEVER;

  /** Of its transfers that are late, the last. MUST PULL-13 */
  late: InboundTransfer | undefined;
  /** Transfers that wait for the end of its turn, or for one that is late, and those of its that stand in line. */
  readonly parked: InboundTransfer[] = [];
  inLine = 0;

  readonly inbound: Map<number, InboundEntry> = new Map<number, InboundEntry>();
  inboundActive = 0;
  /** Of those, held. */
  inboundHeld = 0;
  /** Requests of its, and those of them that are over. */
  admitted = 0;
  ended = 0;
  advertisedLimit: number;
  /** It has used all the credit we granted and waits for more. */
  remoteBlocked = false;

  /** Until then some announcement is repeated without its backoff, and no other is. */
  scoutedUntil: Nanos = 0;
  /** The pull, stalled, that is repeated without its backoff. */
  scoutPull: InboundPull | undefined;

  /** Frames waiting for a control packet. Flat pairs slot, generation. */
  readonly accepts: number[] = [];
  acceptDue = false;
  readonly finals: number[] = [];
  /** Some of them must not wait for longer than `ackDelayNs`. */
  finalsFirm = false;
  readonly grants: Fifo<InboundTransfer> = new Fifo<InboundTransfer>();
  /** Whose pulls are withdrawn. */
  readonly cancels: Fifo<InboundTransfer> = new Fifo<InboundTransfer>();
  readonly resets: Fifo<ResetNotice> = new Fifo<ResetNotice>();
  /** Streams with frames to write, and STREAM_CLOSEs to acknowledge: slot, generation, 1 if the stream is the peer's own. */
  readonly streamsDue: Fifo<Stream> = new Fifo<Stream>();
  readonly closeAcks: number[] = [];
  /** To be sent once. */
  readonly datagrams: Fifo<OutgoingMessage> = new Fifo<OutgoingMessage>();
  /** Messages granted to its streams, beyond one each. MUST STRM-4 */
  streamExtra = 0;
  /** Times resets were sent since one was acknowledged, and when they are sent again. */
  resetTries = 0;
  resetWaitNs: Nanos = 0;
  resetRetryAt: Nanos = NEVER;
  /** PROBE nonces to echo: hi, lo. */
  readonly echoes: number[] = [];
  probeDue = false;
  probeHi = 0;
  probeLo = 0;
  probeAwaited = false;
  blockedDue = false;
  controlQueued = false;
  /** When frames that may wait for company must leave. */
  lazyAt: Nanos = NEVER;
  /** That time has come. */
  lazyDue = false;

  /** Transfers and exchanges that cannot end without the peer. */
  waiting = 0;
  waitingSince: Nanos = 0;
  /** REQ HEALTH-3 */
  lastHeardAt: Nanos = 0;
  /** When it was last sent a PROBE, and how many it was sent in a row with nothing waiting for it. */
  probedAt: Nanos = 0;
  idleProbes = 0;
  livenessAt: Nanos = NEVER;
  /** A report that it cannot be reached causes no PROBE before this. */
  reportNotBefore: Nanos = 0;

  timerIndex = -1;

  constructor(
    config: PeerConfig,
    epoch: Epoch,
    generationBase: number,
    sendKeys: ControlSendKeys,
    initialRttNs: Nanos,
    notifyWindow: number,
    aheadMax: number,
    earlyBytesInitial: Bytes,
    inline: InlineWindow,
    resolved: boolean,
  ) {
    this.inline = inline;
    this.early = new EarlyTerms(earlyBytesInitial);
    this.address = config.address;
    this.secret = config.secret;
    this.role = config.role;
    this.resolved = resolved;
    this.established = !resolved;
    this.usedBefore = config.usedBefore === true;
    this.epoch = epoch;
    this.generationBase = generationBase;
    this.sendKeys = sendKeys;
    this.rtt = new RttEstimator(initialRttNs);
    this.pullLatency = new RttEstimator(initialRttNs);
    this.reorderNs = Math.ceil(initialRttNs / 4);
    this.notifyLimit = notifyWindow;
    this.aheadRoom = aheadMax;
    this.advertisedLimit = notifyWindow;
  }

  notifyQueue(priority: number, isResponse: boolean): Fifo<OutboundTransfer> {
    const index = priority * 2 + (isResponse ? 0 : 1);
    let queue = this.notifyQueues[index];
    if (queue === undefined) {
      queue = new Fifo<OutboundTransfer>();
      this.notifyQueues[index] = queue;
    }
    return queue;
  }

  /** Frames and packets about transfers of an incarnation that is gone: to the next one these ids mean others. */
  forgetQueued(): void {
    this.sent.clear();
    this.accepts.length = 0;
    this.acceptDue = false;
    this.finals.length = 0;
    this.finalsFirm = false;
    this.lazyDue = false;
    this.lazyAt = NEVER;
    this.resets.clear();
    this.closeAcks.length = 0;
    this.datagrams.clear();
    this.resetTries = 0;
    this.resetRetryAt = NEVER;
  }

  /** The peer counts our announcements from 0 again. */
  resetOwnCredit(window: number): void {
    this.notified = 0;
    this.notifyLimit = window;
    this.blockedDue = false;
    this.blockedCount = 0;
    this.blockedRetryAt = NEVER;
  }

  /** A transfer or exchange begins to wait for the peer. */
  addWaiting(now: Nanos): void {
    if (this.waiting === 0) this.waitingSince = now;
    this.waiting += 1;
  }

  removeWaiting(): void {
    this.waiting -= 1;
  }

  /** What `receiverTag` of a packet to the peer says. MUST FRESH-8 */
  get remoteTag(): number {
    return this.remote?.epoch.lo ?? 0;
  }

  /** When its timer has something to do. */
  get timerAt(): Nanos {
    const { lazyAt, livenessAt, blockedRetryAt, resetRetryAt, patientUntil } = this;
    return Math.min(lazyAt, livenessAt, blockedRetryAt, resetRetryAt, patientUntil);
  }

  /** Frames that must not wait are queued. */
  get hasUrgent(): boolean {
    return (
      this.challenge.due ||
      this.lazyDue ||
      this.echoes.length > 0 ||
      this.probeDue ||
      this.acceptDue ||
      this.resets.length > 0 ||
      this.streamsDue.length > 0 ||
      this.closeAcks.length > 0 ||
      this.cancels.length > 0 ||
      this.grants.length > 0 ||
      (this.mayNotify && this.hasNotify) ||
      (this.mayBegin && (this.blockedDue || this.datagrams.length > 0))
    );
  }

  private get hasNotify(): boolean {
    if (this.notifyRetries.length > 0 || this.responsesQueued > this.responsesPatient) return true;
    const hasNew = this.requestsQueued > 0 || this.mayAnnounceAhead;
    return hasNew && this.mayBegin && this.notified < this.notifyLimit;
  }

  /** Requests that wait, and room for them. */
  get mayAnnounceAhead(): boolean {
    return this.aheadRoom > 0 && this.aheadQueue !== undefined && this.aheadQueue.size > 0;
  }

  /** Requests wait for credit. */
  get isBlocked(): boolean {
    return this.requestsQueued > 0 && this.notified >= this.notifyLimit;
  }

  /** What was begun may be announced: again, or because it answers a request. MUST LIVE-5, LIVE-9 */
  get mayNotify(): boolean {
    return this.health !== 'failed' && this.established;
  }

  /** New requests may be announced, and datagrams sent. MUST LIVE-5, LIVE-9 */
  get mayBegin(): boolean {
    return mayBegin(this.health) && this.established;
  }

  /** Nothing speaks against it. MUST LIVE-10 */
  get isWell(): boolean {
    return this.health === 'healthy';
  }
}
