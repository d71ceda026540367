// Generated from spec/events.yaml by `npm run generate`. Do not edit.

/** Totals since the endpoint began; plain numbers, sums over its events. REQ EVT-3 */
export interface EndpointCounters {
  /** Datagrams that came. */
  datagramsIn: number;
  /** Those of them that the network marked as having met congestion. */
  datagramsMarked: number;
  /** Packets that came. */
  packetsIn: number;
  /** Control packets written. */
  controlOut: number;
  /** Data packets written. */
  dataOut: number;
  /** Payload in data packets written. */
  dataBytesOut: number;
  /** Payload sent before it was pulled. */
  earlyBytesOut: number;
  /** Payload that came before it was pulled and was dropped. */
  earlyBytesRefused: number;
  /** Sealed payload and inline bytes that arrived for the first time. */
  payloadBytesFirst: number;
  /** Payload that arrived again. */
  payloadBytesDuplicate: number;
  /** Packets that brought payload for the first time; an estimate by at most one per record that had to come again. */
  usefulPackets: number;
  /** TRANSFER_NOTIFYs written. */
  notifiesOut: number;
  /** Those of them that repeat one. */
  notifyRetries: number;
  /** PULL_REQUESTs written. */
  pullsOut: number;
  /** Messages that their receivers may read by themselves. */
  regionsOut: number;
  /** Reads of the memory of peers. */
  readsBegun: number;
  /** Bytes that came by them. */
  readBytes: number;
  /** Those of them that failed. */
  readsFailed: number;
  /** Bytes that count as lost and are pulled again. */
  repulledBytes: number;
  /** Records that failed verification. */
  recordsPoisoned: number;
  /** Packets dropped before anything changed: does not parse. */
  refusedMalformed: number;
  /** Packets dropped before anything changed: of a credential nobody knows. */
  refusedUnknown: number;
  /** Packets dropped before anything changed: does not authenticate. */
  refusedForged: number;
  /** Packets dropped before anything changed: was seen before. */
  refusedReplay: number;
  /** Packets dropped before anything changed: meant for an incarnation of this endpoint that is gone. */
  refusedMisaddressed: number;
  /** What was authentic and against the rules. */
  violations: number;
  /** Peers that were given up. */
  peerTimeouts: number;
  /** Changes of the health of peers: nothing speaks against it. */
  peersChangedHealthy: number;
  /** Changes of the health of peers: much of what it was asked failed lately, or the network reported that it cannot be reached: it comes after others, and is given more time. */
  peersChangedDegraded: number;
  /** Changes of the health of peers: it leaves PROBEs unanswered: nothing new is announced to it, what was begun goes on. */
  peersChangedProbing: number;
  /** Changes of the health of peers: it was silent for the peer timeout while something waited for it: all of that has ended, and it is probed slowly. */
  peersChangedFailed: number;
  /** Changes of how data to a peer is paced: nothing known of the path holds data back: what is pulled leaves. */
  paceChangesStartup: number;
  /** Changes of how data to a peer is paced: slower than the path delivered, until it delivers all again. */
  paceChangesDrain: number;
  /** Changes of how data to a peer is paced: as fast as the path delivered. */
  paceChangesCruise: number;
  /** Changes of how data to a peer is paced: faster with each round that delivers all, until one does not or nothing is held back any more. */
  paceChangesProbe: number;
  /** Restarts of peers. */
  peersRestarted: number;
  /** Reports that a datagram could not be delivered. */
  unreachables: number;
  /** Own unary exchanges and streams begun. */
  exchangesBegun: number;
  /** Own unary exchanges answered. */
  exchangesAnswered: number;
  /** Own unary exchanges that ended without a response: the other side gave it up. */
  failedCancelled: number;
  /** Own unary exchanges that ended without a response: the other side does not know it. */
  failedUnknownTransfer: number;
  /** Own unary exchanges that ended without a response: beyond the limits of the other side. */
  failedMessageTooLarge: number;
  /** Own unary exchanges that ended without a response: nobody serves it, or there is no room. */
  failedRefused: number;
  /** Own unary exchanges that ended without a response: too many records failed verification. */
  failedIntegrity: number;
  /** Own unary exchanges that ended without a response: beyond credit or slots. */
  failedLimit: number;
  /** Own unary exchanges that ended without a response: the handler threw. */
  failedHandlerFailed: number;
  /** Own unary exchanges that ended without a response: the acceptor did not want it. */
  failedRejected: number;
  /** Own unary exchanges that ended without a response: its caller aborted it. */
  failedAborted: number;
  /** Own unary exchanges that ended without a response: its deadline passed. */
  failedDeadline: number;
  /** Own unary exchanges that ended without a response: the peer is dead. */
  failedPeerTimeout: number;
  /** Own unary exchanges that ended without a response: the peer forgot it. */
  failedPeerRestarted: number;
  /** Own unary exchanges that ended without a response: the pool was closed. */
  failedClosed: number;
  /** Own unary exchanges that ended without a response: what it depends on failed. */
  failedDependencyFailed: number;
  /** Own unary exchanges that ended without a response: the other side broke a rule. */
  failedProtocolViolation: number;
  /** Requests handed to the application. */
  requestsTaken: number;
  /** Responses acknowledged. */
  requestsServed: number;
  /** Requests that ended without their response acknowledged. */
  requestsDropped: number;
}

export function newCounters(): EndpointCounters {
  return {
    datagramsIn: 0,
    datagramsMarked: 0,
    packetsIn: 0,
    controlOut: 0,
    dataOut: 0,
    dataBytesOut: 0,
    earlyBytesOut: 0,
    earlyBytesRefused: 0,
    payloadBytesFirst: 0,
    payloadBytesDuplicate: 0,
    usefulPackets: 0,
    notifiesOut: 0,
    notifyRetries: 0,
    pullsOut: 0,
    regionsOut: 0,
    readsBegun: 0,
    readBytes: 0,
    readsFailed: 0,
    repulledBytes: 0,
    recordsPoisoned: 0,
    refusedMalformed: 0,
    refusedUnknown: 0,
    refusedForged: 0,
    refusedReplay: 0,
    refusedMisaddressed: 0,
    violations: 0,
    peerTimeouts: 0,
    peersChangedHealthy: 0,
    peersChangedDegraded: 0,
    peersChangedProbing: 0,
    peersChangedFailed: 0,
    paceChangesStartup: 0,
    paceChangesDrain: 0,
    paceChangesCruise: 0,
    paceChangesProbe: 0,
    peersRestarted: 0,
    unreachables: 0,
    exchangesBegun: 0,
    exchangesAnswered: 0,
    failedCancelled: 0,
    failedUnknownTransfer: 0,
    failedMessageTooLarge: 0,
    failedRefused: 0,
    failedIntegrity: 0,
    failedLimit: 0,
    failedHandlerFailed: 0,
    failedRejected: 0,
    failedAborted: 0,
    failedDeadline: 0,
    failedPeerTimeout: 0,
    failedPeerRestarted: 0,
    failedClosed: 0,
    failedDependencyFailed: 0,
    failedProtocolViolation: 0,
    requestsTaken: 0,
    requestsServed: 0,
    requestsDropped: 0,
  };
}

/** What is alive in an endpoint; all zero when nothing is going on. Read by checkers and metrics. */
export interface EndpointState {
  /** Exchanges that have not ended, own and served. */
  exchanges: number;
  /** Own transfers that have not ended. */
  outbound: number;
  /** Transfers of peers that are being received. */
  inbound: number;
  /** Buffers of records in use. */
  recordBuffers: number;
  /** Ids of buffers that the application has not released. */
  buffers: number;
  /** Bytes of buffers that are not freed. */
  bufferBytes: number;
  /** Memory of messages that are being received. */
  memoryBytes: number;
  /** Bytes pulled and not arrived. */
  pulledBytes: number;
  /** Reads of the memory of peers that have not ended. */
  reads: number;
  /** Own memory that peers can read. */
  exposedBytes: number;
  /** Notification credits in use: transfers of peers that were admitted and have not ended. */
  creditsHeld: number;
  /** Transfers in line to be announced, ended ones that are found there included; and requests that wait for others and were announced ahead, own and served. */
  announcements: number;
  /** Transfers and exchanges for whose sake peers are probed. */
  waits: number;
  /** Transfer ids in use, but for those given up whose peer is still to hear of it. */
  transferIds: number;
  /** Timers of transfers and exchanges that are set. */
  transferTimers: number;
  /** Peers that are known. */
  peers: number;
  /** Peers that are degraded. */
  peersDegraded: number;
  /** Peers that are probing. */
  peersProbing: number;
  /** Peers that are failed. */
  peersFailed: number;
  /** Peers that have not proven themselves. */
  embryos: number;
}

/** What the driver of an endpoint counts. REQ OBS-2 */
export interface DriverCounters {
  /** Turns of the loop that drives the endpoint. */
  turns: number;
  /** Datagrams that sockets gave. */
  datagramsReceived: number;
  /** Bytes in them. */
  bytesReceived: number;
  /** Runs of segments handed to sockets. */
  runsSent: number;
  /** Datagrams in them. */
  datagramsSent: number;
  /** Bytes in them. */
  bytesSent: number;
  /** Datagrams that the kernel refused. */
  sendErrors: number;
  /** How often a full kernel buffer stopped the drain. */
  sendStalls: number;
}

export function newDriverCounters(): DriverCounters {
  return {
    turns: 0,
    datagramsReceived: 0,
    bytesReceived: 0,
    runsSent: 0,
    datagramsSent: 0,
    bytesSent: 0,
    sendErrors: 0,
    sendStalls: 0,
  };
}
