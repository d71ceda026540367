// Generated from spec/events.yaml by `npm run generate`. Do not edit.
import type { Bytes, Nanos } from '../../core/units.ts';
import type { ExchangeId } from '../../endpoint/events.ts';
import type { PeerId } from '../../peer/peer.ts';

/** How much an event matters: one for each packet; one for each exchange or change; something is wrong. */
export const LEVELS = ['trace', 'info', 'warning'] as const;
export type Level = (typeof LEVELS)[number];

export const REFUSALS = [
  /** Does not parse. */
  'malformed',
  /** Of a credential nobody knows. */
  'unknown',
  /** Does not authenticate. */
  'forged',
  /** Was seen before. */
  'replay',
  /** Meant for an incarnation of this endpoint that is gone. */
  'misaddressed',
] as const;
export type Refusal = (typeof REFUSALS)[number];

export const FAILURE_REASONS = [
  /** The other side gave it up. */
  'cancelled',
  /** The other side does not know it. */
  'unknown-transfer',
  /** Beyond the limits of the other side. */
  'message-too-large',
  /** Nobody serves it, or there is no room. */
  'refused',
  /** Too many records failed verification. */
  'integrity',
  /** Beyond credit or slots. */
  'limit',
  /** The handler threw. */
  'handler-failed',
  /** The acceptor did not want it. */
  'rejected',
  /** Its caller aborted it. */
  'aborted',
  /** Its deadline passed. */
  'deadline',
  /** The peer is dead. */
  'peer-timeout',
  /** The peer forgot it. */
  'peer-restarted',
  /** The pool was closed. */
  'closed',
  /** What it depends on failed. */
  'dependency-failed',
  /** The other side broke a rule. */
  'protocol-violation',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

export const HEALTH_STATES = [
  /** Nothing speaks against it. */
  'healthy',
  /** Much of what it was asked failed lately, or the network reported that it cannot be reached: it comes after others, and is given more time. */
  'degraded',
  /** It leaves PROBEs unanswered: nothing new is announced to it, what was begun goes on. */
  'probing',
  /** It was silent for the peer timeout while something waited for it: all of that has ended, and it is probed slowly. */
  'failed',
] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

export const HEALTH_EVENTS = [
  /** At least a quarter of what it was asked lately failed. */
  'failing',
  /** Less than an eighth did. */
  'calm',
  /** The network reported, truly or not, that it cannot be reached. */
  'report',
  /** It was silent for two probe intervals and a PROBE is unanswered. */
  'unanswered',
  /** The peer timeout is over. */
  'silence',
  /** A packet of it authenticated. */
  'heard',
  /** It has answered a PROBE. */
  'answer',
  /** Another incarnation of it has. */
  'restart',
] as const;
export type HealthEvent = (typeof HEALTH_EVENTS)[number];

export const PACE_STATES = [
  /** Nothing known of the path holds data back: what is pulled leaves. */
  'startup',
  /** Slower than the path delivered, until it delivers all again. */
  'drain',
  /** As fast as the path delivered. */
  'cruise',
  /** Faster with each round that delivers all, until one does not or nothing is held back any more. */
  'probe',
] as const;
export type PaceState = (typeof PACE_STATES)[number];

export const PACE_EVENTS = [
  /** Of the data of a round, more was lost than a path loses by accident. */
  'lossy',
  /** A round delivered what was sent. */
  'delivered',
  /** It did, but most of it met congestion. */
  'marked',
  /** The path carries as much as is pulled. */
  'free',
  /** As much is lost as before, though less was sent: it does not come from the rate. */
  'deaf',
  /** What was known of the path is too old. */
  'stale',
] as const;
export type PaceEvent = (typeof PACE_EVENTS)[number];

export const BROKENS = [
  /** A frame of a control packet. */
  'frame',
  /** A data packet. */
  'data',
  /** A message of a stream. */
  'stream',
] as const;
export type Broken = (typeof BROKENS)[number];

/** A datagram came, whatever it holds. */
export interface DatagramReceivedEvent {
  readonly name: 'datagramReceived';
  readonly level: 'trace';
  readonly atNs: Nanos;
  /** The network marked it as having met congestion. */
  readonly isMarked: boolean;
}

/** A packet in a datagram is looked at. */
export interface PacketReceivedEvent {
  readonly name: 'packetReceived';
  readonly level: 'trace';
  readonly atNs: Nanos;
}

/** A packet was dropped before anything changed. */
export interface PacketDroppedEvent {
  readonly name: 'packetDropped';
  readonly level: 'warning';
  readonly atNs: Nanos;
  /** What is wrong with it. */
  readonly why: Refusal;
}

/** A control packet was written. */
export interface ControlSentEvent {
  readonly name: 'controlSent';
  readonly level: 'trace';
  readonly atNs: Nanos;
  /** For whom. */
  readonly peer: PeerId;
  /** Its length, tag included. */
  readonly packetBytes: Bytes;
}

/** A frame was written for a transfer, or for none. */
export interface FrameSentEvent {
  readonly name: 'frameSent';
  readonly level: 'trace';
  readonly atNs: Nanos;
  /** For whom. */
  readonly peer: PeerId;
  /** Frame type on the wire. */
  readonly type: number;
  /** Of the transfer; -1 if it concerns none. */
  readonly slot: number;
  /** Of the transfer. */
  readonly generation: number;
  /** The transfer is one the peer sends. */
  readonly ofPeer: boolean;
  /** Message size for TRANSFER_NOTIFY, bytes pulled, 1 for a final RANGE_ACK. */
  readonly detail: number;
}

/** A frame of an authentic packet does not parse or broke a rule, and ended its packet. */
export interface FrameRefusedEvent {
  readonly name: 'frameRefused';
  readonly level: 'warning';
  readonly atNs: Nanos;
  /** Whose. */
  readonly peer: PeerId;
  /** Frame type on the wire. */
  readonly type: number;
  /** Its packet named no incarnation of ours, which its sender may not have known yet. */
  readonly isEarly: boolean;
}

/** Something else authentic broke a rule. */
export interface RuleBrokenEvent {
  readonly name: 'ruleBroken';
  readonly level: 'warning';
  readonly atNs: Nanos;
  /** Whose. */
  readonly peer: PeerId;
  /** What did. */
  readonly what: Broken;
}

/** A PROBE is to be answered. */
export interface ProbeTakenEvent {
  readonly name: 'probeTaken';
  readonly level: 'trace';
  readonly atNs: Nanos;
  /** Whose. */
  readonly peer: PeerId;
}

/** A TRANSFER_NOTIFY was written. Comes before its frameSent. */
export interface TransferAnnouncedEvent {
  readonly name: 'transferAnnounced';
  readonly level: 'trace';
  readonly atNs: Nanos;
  /** For whom. */
  readonly peer: PeerId;
  /** Of the transfer. */
  readonly slot: number;
  /** Of the transfer. */
  readonly generation: number;
  /** Of the request that it answers; -1 for a request. */
  readonly replySlot: number;
  /** Of the request that it answers. */
  readonly replyGeneration: number;
  /** Not for the first time. */
  readonly isRepeated: boolean;
}

/** A data packet was written. */
export interface DataSentEvent {
  readonly name: 'dataSent';
  readonly level: 'trace';
  readonly atNs: Nanos;
  /** For whom. */
  readonly peer: PeerId;
  /** Of the transfer. */
  readonly slot: number;
  /** Of the transfer. */
  readonly generation: number;
  /** Of its payload in the sealed message. */
  readonly offset: Bytes;
  /** Of its payload. */
  readonly length: Bytes;
}

/** Bytes of a message were written that were not pulled. Comes before the frameSent of their EARLY_DATA. */
export interface EarlySentEvent {
  readonly name: 'earlySent';
  readonly level: 'trace';
  readonly atNs: Nanos;
  /** For whom. */
  readonly peer: PeerId;
  /** Of the transfer. */
  readonly slot: number;
  /** Of the transfer. */
  readonly generation: number;
  /** Of them in the sealed message. */
  readonly offset: Bytes;
  /** Of them. */
  readonly length: Bytes;
}

/** Bytes of a message that came before they were pulled were dropped. */
export interface EarlyRefusedEvent {
  readonly name: 'earlyRefused';
  readonly level: 'info';
  readonly atNs: Nanos;
  /** Whose. */
  readonly peer: PeerId;
  /** More than the peer was allowed, or there was no room. */
  readonly refusedBytes: Bytes;
}

/** A PULL_REQUEST was written. */
export interface PullSentEvent {
  readonly name: 'pullSent';
  readonly level: 'trace';
  readonly atNs: Nanos;
  /** For whom. */
  readonly peer: PeerId;
  /** Of the transfer. */
  readonly slot: number;
  /** Of the transfer. */
  readonly generation: number;
  /** Asked for. */
  readonly pulledBytes: Bytes;
  /** They were pulled before. */
  readonly isAgain: boolean;
}

/** A peer was told where it can read a message. */
export interface RegionAnnouncedEvent {
  readonly name: 'regionAnnounced';
  readonly level: 'trace';
  readonly atNs: Nanos;
  /** For whom. */
  readonly peer: PeerId;
  /** Of the transfer. */
  readonly slot: number;
  /** Of the transfer. */
  readonly generation: number;
  /** Of the sealed message. */
  readonly regionBytes: Bytes;
}

/** The NIC was asked to read of a peer's memory. */
export interface ReadBegunEvent {
  readonly name: 'readBegun';
  readonly level: 'trace';
  readonly atNs: Nanos;
  /** Whose. */
  readonly peer: PeerId;
  /** Of the transfer. */
  readonly slot: number;
  /** Of the transfer. */
  readonly generation: number;
  /** In the sealed message. */
  readonly offset: Bytes;
  /** Asked for. */
  readonly length: Bytes;
}

/** What was read of a peer's memory is here. */
export interface ReadDoneEvent {
  readonly name: 'readDone';
  readonly level: 'trace';
  readonly atNs: Nanos;
  /** Whose. */
  readonly peer: PeerId;
  /** Of it. */
  readonly length: Bytes;
}

/** A read of a peer's memory failed; what is missing of its message is pulled. */
export interface ReadFailedEvent {
  readonly name: 'readFailed';
  readonly level: 'warning';
  readonly atNs: Nanos;
  /** Whose. */
  readonly peer: PeerId;
  /** Of the transfer. */
  readonly slot: number;
  /** Of the transfer. */
  readonly generation: number;
  /** Asked for. */
  readonly length: Bytes;
}

/** Payload of a packet was taken. */
export interface PayloadReceivedEvent {
  readonly name: 'payloadReceived';
  readonly level: 'trace';
  readonly atNs: Nanos;
  /** Whose. */
  readonly peer: PeerId;
  /** That had not arrived before. */
  readonly newBytes: Bytes;
  /** That had. */
  readonly knownBytes: Bytes;
}

/** A packet brought payload that had not arrived before. */
export interface PacketUsefulEvent {
  readonly name: 'packetUseful';
  readonly level: 'trace';
  readonly atNs: Nanos;
  /** Whose. */
  readonly peer: PeerId;
}

/** Bytes that were pulled count as lost and are pulled again. */
export interface DataLostEvent {
  readonly name: 'dataLost';
  readonly level: 'info';
  readonly atNs: Nanos;
  /** Who sends them. */
  readonly peer: PeerId;
  /** Of the transfer. */
  readonly slot: number;
  /** Of the transfer. */
  readonly generation: number;
  /** How many. */
  readonly lostBytes: Bytes;
}

/** A record failed verification and is pulled again. */
export interface RecordPoisonedEvent {
  readonly name: 'recordPoisoned';
  readonly level: 'warning';
  readonly atNs: Nanos;
  /** Who sends it. */
  readonly peer: PeerId;
  /** Of the transfer. */
  readonly slot: number;
  /** Of the transfer. */
  readonly generation: number;
  /** Sealed, of the record. */
  readonly recordBytes: Bytes;
  /** That brought it and were of no use. */
  readonly packets: number;
}

/** The application began an exchange. */
export interface ExchangeBegunEvent {
  readonly name: 'exchangeBegun';
  readonly level: 'info';
  readonly atNs: Nanos;
  /** Which. */
  readonly exchange: ExchangeId;
  /** With whom. */
  readonly peer: PeerId;
  /** 0 (first) … 7. */
  readonly priority: number;
  /** Of its first message. */
  readonly requestBytes: Bytes;
}

/** The response to an own unary exchange arrived. */
export interface ExchangeAnsweredEvent {
  readonly name: 'exchangeAnswered';
  readonly level: 'info';
  readonly atNs: Nanos;
  /** Which. */
  readonly exchange: ExchangeId;
  /** With whom. */
  readonly peer: PeerId;
  /** Since it began. */
  readonly latencyNs: Nanos;
  /** Of the request. */
  readonly requestBytes: Bytes;
  /** Of the response, headers included. */
  readonly responseBytes: Bytes;
  /** Announcements of the request beyond the first. */
  readonly notifyRetries: number;
  /** Of the response that were pulled again. */
  readonly repulledBytes: Bytes;
}

/** An own unary exchange ended without its response. */
export interface ExchangeFailedEvent {
  readonly name: 'exchangeFailed';
  readonly level: 'info';
  readonly atNs: Nanos;
  /** Which. */
  readonly exchange: ExchangeId;
  /** With whom. */
  readonly peer: PeerId;
  /** Why. */
  readonly reason: FailureReason;
}

/** A request was handed to the application. */
export interface RequestTakenEvent {
  readonly name: 'requestTaken';
  readonly level: 'info';
  readonly atNs: Nanos;
  /** Which. */
  readonly exchange: ExchangeId;
  /** Whose. */
  readonly peer: PeerId;
  /** 0 (first) … 7. */
  readonly priority: number;
  /** Its body. */
  readonly requestBytes: Bytes;
}

/** The response to a request was acknowledged. */
export interface RequestServedEvent {
  readonly name: 'requestServed';
  readonly level: 'info';
  readonly atNs: Nanos;
  /** Which. */
  readonly exchange: ExchangeId;
  /** Whose. */
  readonly peer: PeerId;
}

/** A request that was being served ended without its response acknowledged. */
export interface RequestDroppedEvent {
  readonly name: 'requestDropped';
  readonly level: 'info';
  readonly atNs: Nanos;
  /** Which. */
  readonly exchange: ExchangeId;
  /** Whose. */
  readonly peer: PeerId;
  /** Why. */
  readonly reason: FailureReason;
}

/** A peer that was found by its credential has proven itself. */
export interface PeerMetEvent {
  readonly name: 'peerMet';
  readonly level: 'info';
  readonly atNs: Nanos;
  /** Which. */
  readonly peer: PeerId;
}

/** Another incarnation of a peer has proven itself. */
export interface PeerRestartedEvent {
  readonly name: 'peerRestarted';
  readonly level: 'info';
  readonly atNs: Nanos;
  /** Which. */
  readonly peer: PeerId;
}

/** The health of a peer is another. */
export interface PeerChangedEvent {
  readonly name: 'peerChanged';
  readonly level: 'info';
  readonly atNs: Nanos;
  /** Which. */
  readonly peer: PeerId;
  /** What it was. */
  readonly from: HealthState;
  /** What it is. */
  readonly to: HealthState;
  /** Why. */
  readonly cause: HealthEvent;
  /** Of what it was asked, in 65,536ths. */
  readonly failureRate: number;
}

/** Data to a peer is held back by what its path carries, or is no longer. */
export interface PaceChangedEvent {
  readonly name: 'paceChanged';
  readonly level: 'info';
  readonly atNs: Nanos;
  /** Which. */
  readonly peer: PeerId;
  /** How it was. */
  readonly from: PaceState;
  /** How it is. */
  readonly to: PaceState;
  /** Why. */
  readonly cause: PaceEvent;
  /** What the path is taken to carry, in Mbit/s. */
  readonly rateMbps: number;
}

/** A peer was silent for the peer timeout with something waiting, and all of it ended. */
export interface PeerTimedOutEvent {
  readonly name: 'peerTimedOut';
  readonly level: 'warning';
  readonly atNs: Nanos;
  /** Which. */
  readonly peer: PeerId;
  /** Since it was last heard. */
  readonly silentNs: Nanos;
}

/** A report, forged or not, that a datagram could not be delivered. */
export interface UnreachableReportedEvent {
  readonly name: 'unreachableReported';
  readonly level: 'info';
  readonly atNs: Nanos;
  /** -1 if it quotes nothing of ours. */
  readonly peer: PeerId;
}

/** What an endpoint tells about itself. REQ EVT-2, OBS-1 */
export type TelemetryEvent =
  | DatagramReceivedEvent
  | PacketReceivedEvent
  | PacketDroppedEvent
  | ControlSentEvent
  | FrameSentEvent
  | FrameRefusedEvent
  | RuleBrokenEvent
  | ProbeTakenEvent
  | TransferAnnouncedEvent
  | DataSentEvent
  | EarlySentEvent
  | EarlyRefusedEvent
  | PullSentEvent
  | RegionAnnouncedEvent
  | ReadBegunEvent
  | ReadDoneEvent
  | ReadFailedEvent
  | PayloadReceivedEvent
  | PacketUsefulEvent
  | DataLostEvent
  | RecordPoisonedEvent
  | ExchangeBegunEvent
  | ExchangeAnsweredEvent
  | ExchangeFailedEvent
  | RequestTakenEvent
  | RequestServedEvent
  | RequestDroppedEvent
  | PeerMetEvent
  | PeerRestartedEvent
  | PeerChangedEvent
  | PaceChangedEvent
  | PeerTimedOutEvent
  | UnreachableReportedEvent;

export type EventName = TelemetryEvent['name'];

/** How much each event matters. */
export const EVENT_LEVELS: Readonly<Record<EventName, Level>> = {
  datagramReceived: 'trace',
  packetReceived: 'trace',
  packetDropped: 'warning',
  controlSent: 'trace',
  frameSent: 'trace',
  frameRefused: 'warning',
  ruleBroken: 'warning',
  probeTaken: 'trace',
  transferAnnounced: 'trace',
  dataSent: 'trace',
  earlySent: 'trace',
  earlyRefused: 'info',
  pullSent: 'trace',
  regionAnnounced: 'trace',
  readBegun: 'trace',
  readDone: 'trace',
  readFailed: 'warning',
  payloadReceived: 'trace',
  packetUseful: 'trace',
  dataLost: 'info',
  recordPoisoned: 'warning',
  exchangeBegun: 'info',
  exchangeAnswered: 'info',
  exchangeFailed: 'info',
  requestTaken: 'info',
  requestServed: 'info',
  requestDropped: 'info',
  peerMet: 'info',
  peerRestarted: 'info',
  peerChanged: 'info',
  paceChanged: 'info',
  peerTimedOut: 'warning',
  unreachableReported: 'info',
};

/** Is called while an event happens, so it must not call the endpoint. REQ OBS-4 */
export interface EventObserver {
  /** A datagram came, whatever it holds. */
  datagramReceived?(isMarked: boolean): void;
  /** A packet in a datagram is looked at. */
  packetReceived?(): void;
  /** A packet was dropped before anything changed. */
  packetDropped?(why: Refusal): void;
  /** A control packet was written. */
  controlSent?(peer: PeerId, packetBytes: Bytes): void;
  /** A frame was written for a transfer, or for none. */
  frameSent?(peer: PeerId, type: number, slot: number, generation: number, ofPeer: boolean, detail: number): void;
  /** A frame of an authentic packet does not parse or broke a rule, and ended its packet. */
  frameRefused?(peer: PeerId, type: number, isEarly: boolean): void;
  /** Something else authentic broke a rule. */
  ruleBroken?(peer: PeerId, what: Broken): void;
  /** A PROBE is to be answered. */
  probeTaken?(peer: PeerId): void;
  /** A TRANSFER_NOTIFY was written. Comes before its frameSent. */
  transferAnnounced?(peer: PeerId, slot: number, generation: number, replySlot: number, replyGeneration: number, isRepeated: boolean): void;
  /** A data packet was written. */
  dataSent?(peer: PeerId, slot: number, generation: number, offset: Bytes, length: Bytes): void;
  /** Bytes of a message were written that were not pulled. Comes before the frameSent of their EARLY_DATA. */
  earlySent?(peer: PeerId, slot: number, generation: number, offset: Bytes, length: Bytes): void;
  /** Bytes of a message that came before they were pulled were dropped. */
  earlyRefused?(peer: PeerId, refusedBytes: Bytes): void;
  /** A PULL_REQUEST was written. */
  pullSent?(peer: PeerId, slot: number, generation: number, pulledBytes: Bytes, isAgain: boolean): void;
  /** A peer was told where it can read a message. */
  regionAnnounced?(peer: PeerId, slot: number, generation: number, regionBytes: Bytes): void;
  /** The NIC was asked to read of a peer's memory. */
  readBegun?(peer: PeerId, slot: number, generation: number, offset: Bytes, length: Bytes): void;
  /** What was read of a peer's memory is here. */
  readDone?(peer: PeerId, length: Bytes): void;
  /** A read of a peer's memory failed; what is missing of its message is pulled. */
  readFailed?(peer: PeerId, slot: number, generation: number, length: Bytes): void;
  /** Payload of a packet was taken. */
  payloadReceived?(peer: PeerId, newBytes: Bytes, knownBytes: Bytes): void;
  /** A packet brought payload that had not arrived before. */
  packetUseful?(peer: PeerId): void;
  /** Bytes that were pulled count as lost and are pulled again. */
  dataLost?(peer: PeerId, slot: number, generation: number, lostBytes: Bytes): void;
  /** A record failed verification and is pulled again. */
  recordPoisoned?(peer: PeerId, slot: number, generation: number, recordBytes: Bytes, packets: number): void;
  /** The application began an exchange. */
  exchangeBegun?(exchange: ExchangeId, peer: PeerId, priority: number, requestBytes: Bytes): void;
  /** The response to an own unary exchange arrived. */
  exchangeAnswered?(exchange: ExchangeId, peer: PeerId, latencyNs: Nanos, requestBytes: Bytes, responseBytes: Bytes, notifyRetries: number, repulledBytes: Bytes): void;
  /** An own unary exchange ended without its response. */
  exchangeFailed?(exchange: ExchangeId, peer: PeerId, reason: FailureReason): void;
  /** A request was handed to the application. */
  requestTaken?(exchange: ExchangeId, peer: PeerId, priority: number, requestBytes: Bytes): void;
  /** The response to a request was acknowledged. */
  requestServed?(exchange: ExchangeId, peer: PeerId): void;
  /** A request that was being served ended without its response acknowledged. */
  requestDropped?(exchange: ExchangeId, peer: PeerId, reason: FailureReason): void;
  /** A peer that was found by its credential has proven itself. */
  peerMet?(peer: PeerId): void;
  /** Another incarnation of a peer has proven itself. */
  peerRestarted?(peer: PeerId): void;
  /** The health of a peer is another. */
  peerChanged?(peer: PeerId, from: HealthState, to: HealthState, cause: HealthEvent, failureRate: number): void;
  /** Data to a peer is held back by what its path carries, or is no longer. */
  paceChanged?(peer: PeerId, from: PaceState, to: PaceState, cause: PaceEvent, rateMbps: number): void;
  /** A peer was silent for the peer timeout with something waiting, and all of it ended. */
  peerTimedOut?(peer: PeerId, silentNs: Nanos): void;
  /** A report, forged or not, that a datagram could not be delivered. */
  unreachableReported?(peer: PeerId): void;
}
