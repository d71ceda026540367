// Generated from spec/events.yaml by `npm run generate`. Do not edit.
import type { Bytes, Nanos } from '../../core/units.ts';
import type { ExchangeId } from '../../endpoint/events.ts';
import type { PeerId } from '../../peer/peer.ts';
import { Histogram } from '../histogram.ts';
import { Publisher } from '../publisher.ts';
import type { EndpointCounters } from './counters.ts';
import { newCounters } from './counters.ts';
import type {
  Broken,
  FailureReason,
  HealthEvent,
  HealthState,
  PaceEvent,
  PaceState,
  Refusal,
} from './events.ts';

const REFUSED_BY: Readonly<Record<Refusal, keyof EndpointCounters>> = {
  'malformed': 'refusedMalformed',
  'unknown': 'refusedUnknown',
  'forged': 'refusedForged',
  'replay': 'refusedReplay',
  'misaddressed': 'refusedMisaddressed',
};

const PEERS_CHANGED_BY: Readonly<Record<HealthState, keyof EndpointCounters>> = {
  'healthy': 'peersChangedHealthy',
  'degraded': 'peersChangedDegraded',
  'probing': 'peersChangedProbing',
  'failed': 'peersChangedFailed',
};

const PACE_CHANGES_BY: Readonly<Record<PaceState, keyof EndpointCounters>> = {
  'startup': 'paceChangesStartup',
  'drain': 'paceChangesDrain',
  'cruise': 'paceChangesCruise',
  'probe': 'paceChangesProbe',
};

const FAILED_BY: Readonly<Record<FailureReason, keyof EndpointCounters>> = {
  'cancelled': 'failedCancelled',
  'unknown-transfer': 'failedUnknownTransfer',
  'message-too-large': 'failedMessageTooLarge',
  'refused': 'failedRefused',
  'integrity': 'failedIntegrity',
  'limit': 'failedLimit',
  'handler-failed': 'failedHandlerFailed',
  'rejected': 'failedRejected',
  'aborted': 'failedAborted',
  'deadline': 'failedDeadline',
  'peer-timeout': 'failedPeerTimeout',
  'peer-restarted': 'failedPeerRestarted',
  'closed': 'failedClosed',
  'dependency-failed': 'failedDependencyFailed',
  'protocol-violation': 'failedProtocolViolation',
};

/** Distributions over the events of an endpoint. */
export interface EndpointHistograms {
  /** From the call to its response. */
  exchangeLatency: Histogram;
  /** Of responses that arrived, headers included. */
  responseSize: Histogram;
}

/**
 * Told of each event as it happens: counts it, and hands it to the observer and to subscribers, if there are any. REQ EVT-2, EVT-3
 */
export class Telemetry extends Publisher {
  readonly counters: EndpointCounters = newCounters();
  readonly histograms: EndpointHistograms = {
    exchangeLatency: new Histogram([10000, 20000, 50000, 100000, 200000, 500000, 1000000, 2000000, 5000000, 10000000, 20000000, 50000000, 100000000, 1000000000, 10000000000]),
    responseSize: new Histogram([64, 1024, 4096, 16384, 65536, 262144, 1048576, 16777216, 268435456]),
  };

  /** A datagram came, whatever it holds. */
  datagramReceived(isMarked: boolean): void {
    this.counters.datagramsIn += 1;
    if (isMarked) this.counters.datagramsMarked += 1;
    this.observer?.datagramReceived?.(isMarked);
    if (this.floor <= 0) this.publish({ name: 'datagramReceived', level: 'trace', atNs: this.now, isMarked });
  }

  /** A packet in a datagram is looked at. */
  packetReceived(): void {
    this.counters.packetsIn += 1;
    this.observer?.packetReceived?.();
    if (this.floor <= 0) this.publish({ name: 'packetReceived', level: 'trace', atNs: this.now });
  }

  /** A packet was dropped before anything changed. */
  packetDropped(why: Refusal): void {
    this.counters[REFUSED_BY[why]] += 1;
    this.observer?.packetDropped?.(why);
    if (this.floor <= 2) this.publish({ name: 'packetDropped', level: 'warning', atNs: this.now, why });
  }

  /** A control packet was written. */
  controlSent(peer: PeerId, packetBytes: Bytes): void {
    this.counters.controlOut += 1;
    this.observer?.controlSent?.(peer, packetBytes);
    if (this.floor <= 0) this.publish({ name: 'controlSent', level: 'trace', atNs: this.now, peer, packetBytes });
  }

  /** A frame was written for a transfer, or for none. */
  frameSent(peer: PeerId, type: number, slot: number, generation: number, ofPeer: boolean, detail: number): void {
    this.observer?.frameSent?.(peer, type, slot, generation, ofPeer, detail);
    if (this.floor <= 0) this.publish({ name: 'frameSent', level: 'trace', atNs: this.now, peer, type, slot, generation, ofPeer, detail });
  }

  /** A frame of an authentic packet does not parse or broke a rule, and ended its packet. */
  frameRefused(peer: PeerId, type: number, isEarly: boolean): void {
    this.counters.violations += 1;
    this.observer?.frameRefused?.(peer, type, isEarly);
    if (this.floor <= 2) this.publish({ name: 'frameRefused', level: 'warning', atNs: this.now, peer, type, isEarly });
  }

  /** Something else authentic broke a rule. */
  ruleBroken(peer: PeerId, what: Broken): void {
    this.counters.violations += 1;
    this.observer?.ruleBroken?.(peer, what);
    if (this.floor <= 2) this.publish({ name: 'ruleBroken', level: 'warning', atNs: this.now, peer, what });
  }

  /** A PROBE is to be answered. */
  probeTaken(peer: PeerId): void {
    this.observer?.probeTaken?.(peer);
    if (this.floor <= 0) this.publish({ name: 'probeTaken', level: 'trace', atNs: this.now, peer });
  }

  /** A TRANSFER_NOTIFY was written. Comes before its frameSent. */
  transferAnnounced(peer: PeerId, slot: number, generation: number, replySlot: number, replyGeneration: number, isRepeated: boolean): void {
    this.counters.notifiesOut += 1;
    if (isRepeated) this.counters.notifyRetries += 1;
    this.observer?.transferAnnounced?.(peer, slot, generation, replySlot, replyGeneration, isRepeated);
    if (this.floor <= 0) this.publish({ name: 'transferAnnounced', level: 'trace', atNs: this.now, peer, slot, generation, replySlot, replyGeneration, isRepeated });
  }

  /** A data packet was written. */
  dataSent(peer: PeerId, slot: number, generation: number, offset: Bytes, length: Bytes): void {
    this.counters.dataOut += 1;
    this.counters.dataBytesOut += length;
    this.observer?.dataSent?.(peer, slot, generation, offset, length);
    if (this.floor <= 0) this.publish({ name: 'dataSent', level: 'trace', atNs: this.now, peer, slot, generation, offset, length });
  }

  /** Bytes of a message were written that were not pulled. Comes before the frameSent of their EARLY_DATA. */
  earlySent(peer: PeerId, slot: number, generation: number, offset: Bytes, length: Bytes): void {
    this.counters.earlyBytesOut += length;
    this.observer?.earlySent?.(peer, slot, generation, offset, length);
    if (this.floor <= 0) this.publish({ name: 'earlySent', level: 'trace', atNs: this.now, peer, slot, generation, offset, length });
  }

  /** Bytes of a message that came before they were pulled were dropped. */
  earlyRefused(peer: PeerId, refusedBytes: Bytes): void {
    this.counters.earlyBytesRefused += refusedBytes;
    this.observer?.earlyRefused?.(peer, refusedBytes);
    if (this.floor <= 1) this.publish({ name: 'earlyRefused', level: 'info', atNs: this.now, peer, refusedBytes });
  }

  /** A PULL_REQUEST was written. */
  pullSent(peer: PeerId, slot: number, generation: number, pulledBytes: Bytes, isAgain: boolean): void {
    this.counters.pullsOut += 1;
    this.observer?.pullSent?.(peer, slot, generation, pulledBytes, isAgain);
    if (this.floor <= 0) this.publish({ name: 'pullSent', level: 'trace', atNs: this.now, peer, slot, generation, pulledBytes, isAgain });
  }

  /** A peer was told where it can read a message. */
  regionAnnounced(peer: PeerId, slot: number, generation: number, regionBytes: Bytes): void {
    this.counters.regionsOut += 1;
    this.observer?.regionAnnounced?.(peer, slot, generation, regionBytes);
    if (this.floor <= 0) this.publish({ name: 'regionAnnounced', level: 'trace', atNs: this.now, peer, slot, generation, regionBytes });
  }

  /** The NIC was asked to read of a peer's memory. */
  readBegun(peer: PeerId, slot: number, generation: number, offset: Bytes, length: Bytes): void {
    this.counters.readsBegun += 1;
    this.observer?.readBegun?.(peer, slot, generation, offset, length);
    if (this.floor <= 0) this.publish({ name: 'readBegun', level: 'trace', atNs: this.now, peer, slot, generation, offset, length });
  }

  /** What was read of a peer's memory is here. */
  readDone(peer: PeerId, length: Bytes): void {
    this.counters.readBytes += length;
    this.observer?.readDone?.(peer, length);
    if (this.floor <= 0) this.publish({ name: 'readDone', level: 'trace', atNs: this.now, peer, length });
  }

  /** A read of a peer's memory failed; what is missing of its message is pulled. */
  readFailed(peer: PeerId, slot: number, generation: number, length: Bytes): void {
    this.counters.readsFailed += 1;
    this.observer?.readFailed?.(peer, slot, generation, length);
    if (this.floor <= 2) this.publish({ name: 'readFailed', level: 'warning', atNs: this.now, peer, slot, generation, length });
  }

  /** Payload of a packet was taken. */
  payloadReceived(peer: PeerId, newBytes: Bytes, knownBytes: Bytes): void {
    this.counters.payloadBytesFirst += newBytes;
    this.counters.payloadBytesDuplicate += knownBytes;
    this.observer?.payloadReceived?.(peer, newBytes, knownBytes);
    if (this.floor <= 0) this.publish({ name: 'payloadReceived', level: 'trace', atNs: this.now, peer, newBytes, knownBytes });
  }

  /** A packet brought payload that had not arrived before. */
  packetUseful(peer: PeerId): void {
    this.counters.usefulPackets += 1;
    this.observer?.packetUseful?.(peer);
    if (this.floor <= 0) this.publish({ name: 'packetUseful', level: 'trace', atNs: this.now, peer });
  }

  /** Bytes that were pulled count as lost and are pulled again. */
  dataLost(peer: PeerId, slot: number, generation: number, lostBytes: Bytes): void {
    this.counters.repulledBytes += lostBytes;
    this.observer?.dataLost?.(peer, slot, generation, lostBytes);
    if (this.floor <= 1) this.publish({ name: 'dataLost', level: 'info', atNs: this.now, peer, slot, generation, lostBytes });
  }

  /** A record failed verification and is pulled again. */
  recordPoisoned(peer: PeerId, slot: number, generation: number, recordBytes: Bytes, packets: number): void {
    this.counters.payloadBytesFirst -= recordBytes;
    this.counters.usefulPackets -= packets;
    this.counters.repulledBytes += recordBytes;
    this.counters.recordsPoisoned += 1;
    this.observer?.recordPoisoned?.(peer, slot, generation, recordBytes, packets);
    if (this.floor <= 2) this.publish({ name: 'recordPoisoned', level: 'warning', atNs: this.now, peer, slot, generation, recordBytes, packets });
  }

  /** The application began an exchange. */
  exchangeBegun(exchange: ExchangeId, peer: PeerId, priority: number, requestBytes: Bytes): void {
    this.counters.exchangesBegun += 1;
    this.observer?.exchangeBegun?.(exchange, peer, priority, requestBytes);
    if (this.floor <= 1) this.publish({ name: 'exchangeBegun', level: 'info', atNs: this.now, exchange, peer, priority, requestBytes });
  }

  /** The response to an own unary exchange arrived. */
  exchangeAnswered(exchange: ExchangeId, peer: PeerId, latencyNs: Nanos, requestBytes: Bytes, responseBytes: Bytes, notifyRetries: number, repulledBytes: Bytes): void {
    this.counters.exchangesAnswered += 1;
    this.histograms.exchangeLatency.observe(latencyNs);
    this.histograms.responseSize.observe(responseBytes);
    this.observer?.exchangeAnswered?.(exchange, peer, latencyNs, requestBytes, responseBytes, notifyRetries, repulledBytes);
    if (this.floor <= 1) this.publish({ name: 'exchangeAnswered', level: 'info', atNs: this.now, exchange, peer, latencyNs, requestBytes, responseBytes, notifyRetries, repulledBytes });
  }

  /** An own unary exchange ended without its response. */
  exchangeFailed(exchange: ExchangeId, peer: PeerId, reason: FailureReason): void {
    this.counters[FAILED_BY[reason]] += 1;
    this.observer?.exchangeFailed?.(exchange, peer, reason);
    if (this.floor <= 1) this.publish({ name: 'exchangeFailed', level: 'info', atNs: this.now, exchange, peer, reason });
  }

  /** A request was handed to the application. */
  requestTaken(exchange: ExchangeId, peer: PeerId, priority: number, requestBytes: Bytes): void {
    this.counters.requestsTaken += 1;
    this.observer?.requestTaken?.(exchange, peer, priority, requestBytes);
    if (this.floor <= 1) this.publish({ name: 'requestTaken', level: 'info', atNs: this.now, exchange, peer, priority, requestBytes });
  }

  /** The response to a request was acknowledged. */
  requestServed(exchange: ExchangeId, peer: PeerId): void {
    this.counters.requestsServed += 1;
    this.observer?.requestServed?.(exchange, peer);
    if (this.floor <= 1) this.publish({ name: 'requestServed', level: 'info', atNs: this.now, exchange, peer });
  }

  /** A request that was being served ended without its response acknowledged. */
  requestDropped(exchange: ExchangeId, peer: PeerId, reason: FailureReason): void {
    this.counters.requestsDropped += 1;
    this.observer?.requestDropped?.(exchange, peer, reason);
    if (this.floor <= 1) this.publish({ name: 'requestDropped', level: 'info', atNs: this.now, exchange, peer, reason });
  }

  /** A peer that was found by its credential has proven itself. */
  peerMet(peer: PeerId): void {
    this.observer?.peerMet?.(peer);
    if (this.floor <= 1) this.publish({ name: 'peerMet', level: 'info', atNs: this.now, peer });
  }

  /** Another incarnation of a peer has proven itself. */
  peerRestarted(peer: PeerId): void {
    this.counters.peersRestarted += 1;
    this.observer?.peerRestarted?.(peer);
    if (this.floor <= 1) this.publish({ name: 'peerRestarted', level: 'info', atNs: this.now, peer });
  }

  /** The health of a peer is another. */
  peerChanged(peer: PeerId, from: HealthState, to: HealthState, cause: HealthEvent, failureRate: number): void {
    this.counters[PEERS_CHANGED_BY[to]] += 1;
    this.observer?.peerChanged?.(peer, from, to, cause, failureRate);
    if (this.floor <= 1) this.publish({ name: 'peerChanged', level: 'info', atNs: this.now, peer, from, to, cause, failureRate });
  }

  /** Data to a peer is held back by what its path carries, or is no longer. */
  paceChanged(peer: PeerId, from: PaceState, to: PaceState, cause: PaceEvent, rateMbps: number): void {
    this.counters[PACE_CHANGES_BY[to]] += 1;
    this.observer?.paceChanged?.(peer, from, to, cause, rateMbps);
    if (this.floor <= 1) this.publish({ name: 'paceChanged', level: 'info', atNs: this.now, peer, from, to, cause, rateMbps });
  }

  /** A peer was silent for the peer timeout with something waiting, and all of it ended. */
  peerTimedOut(peer: PeerId, silentNs: Nanos): void {
    this.counters.peerTimeouts += 1;
    this.observer?.peerTimedOut?.(peer, silentNs);
    if (this.floor <= 2) this.publish({ name: 'peerTimedOut', level: 'warning', atNs: this.now, peer, silentNs });
  }

  /** A report, forged or not, that a datagram could not be delivered. */
  unreachableReported(peer: PeerId): void {
    this.counters.unreachables += 1;
    this.observer?.unreachableReported?.(peer);
    if (this.floor <= 1) this.publish({ name: 'unreachableReported', level: 'info', atNs: this.now, peer });
  }
}
