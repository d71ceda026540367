/** Totals since the endpoint began; plain numbers, read by metrics and checkers. */
export interface EndpointCounters {
  datagramsIn: number;
  /** Those of them that the network marked as having met congestion. REQ CC-5, UDP-4 */
  datagramsMarked: number;
  packetsIn: number;
  controlOut: number;
  dataOut: number;
  dataBytesOut: number;
  /** Sealed payload and inline bytes that arrived for the first time. */
  payloadBytesFirst: number;
  payloadBytesDuplicate: number;
  /** Packets that brought some of payloadBytesFirst; an estimate by at most one per record that had to come again. */
  usefulPackets: number;
  notifiesOut: number;
  notifyRetries: number;
  pullsOut: number;
  repulledBytes: number;
  recordsPoisoned: number;
  /** Dropped before anything changed: not parseable, unknown credential, or not authentic. */
  refusedMalformed: number;
  refusedUnknown: number;
  refusedForged: number;
  refusedReplay: number;
  /** Meant for an incarnation of this endpoint that is gone. */
  refusedMisaddressed: number;
  /** Authentic but against the rules. */
  violations: number;
  peerTimeouts: number;
  /** Reports, forged or not, that a datagram could not be delivered. */
  unreachables: number;
}

export function newCounters(): EndpointCounters {
  return {
    datagramsIn: 0,
    datagramsMarked: 0,
    packetsIn: 0,
    controlOut: 0,
    dataOut: 0,
    dataBytesOut: 0,
    payloadBytesFirst: 0,
    payloadBytesDuplicate: 0,
    usefulPackets: 0,
    notifiesOut: 0,
    notifyRetries: 0,
    pullsOut: 0,
    repulledBytes: 0,
    recordsPoisoned: 0,
    refusedMalformed: 0,
    refusedUnknown: 0,
    refusedForged: 0,
    refusedReplay: 0,
    refusedMisaddressed: 0,
    violations: 0,
    peerTimeouts: 0,
    unreachables: 0,
  };
}
