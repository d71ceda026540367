// Generated from spec/events.yaml by `npm run generate`. Do not edit.
import type { DriverCounters, EndpointCounters, EndpointState } from './counters.ts';
import type { EndpointHistograms } from './telemetry.ts';

/** One family of time series; `fields`: where its values are, with the label of each if there is more than one. */
export interface Family<Field extends string> {
  readonly metric: string;
  readonly help: string;
  readonly isCounter: boolean;
  readonly label: string | undefined;
  readonly fields: readonly { readonly field: Field; readonly value: string }[];
}

export const COUNTERS: readonly Family<keyof EndpointCounters>[] = [
  { metric: 'dcquic_datagrams_received_total', help: "datagrams that came", isCounter: true, label: undefined, fields: [{ field: 'datagramsIn', value: '' }] },
  { metric: 'dcquic_datagrams_marked_total', help: "those of them that the network marked as having met congestion", isCounter: true, label: undefined, fields: [{ field: 'datagramsMarked', value: '' }] },
  { metric: 'dcquic_packets_received_total', help: "packets that came", isCounter: true, label: undefined, fields: [{ field: 'packetsIn', value: '' }] },
  { metric: 'dcquic_control_packets_sent_total', help: "control packets written", isCounter: true, label: undefined, fields: [{ field: 'controlOut', value: '' }] },
  { metric: 'dcquic_data_packets_sent_total', help: "data packets written", isCounter: true, label: undefined, fields: [{ field: 'dataOut', value: '' }] },
  { metric: 'dcquic_data_sent_bytes_total', help: "payload in data packets written", isCounter: true, label: undefined, fields: [{ field: 'dataBytesOut', value: '' }] },
  { metric: 'dcquic_early_sent_bytes_total', help: "payload sent before it was pulled", isCounter: true, label: undefined, fields: [{ field: 'earlyBytesOut', value: '' }] },
  { metric: 'dcquic_early_refused_bytes_total', help: "payload that came before it was pulled and was dropped", isCounter: true, label: undefined, fields: [{ field: 'earlyBytesRefused', value: '' }] },
  { metric: 'dcquic_payload_first_bytes', help: "sealed payload and inline bytes that arrived for the first time", isCounter: false, label: undefined, fields: [{ field: 'payloadBytesFirst', value: '' }] },
  { metric: 'dcquic_payload_duplicate_bytes_total', help: "payload that arrived again", isCounter: true, label: undefined, fields: [{ field: 'payloadBytesDuplicate', value: '' }] },
  { metric: 'dcquic_packets_useful', help: "packets that brought payload for the first time; an estimate by at most one per record that had to come again", isCounter: false, label: undefined, fields: [{ field: 'usefulPackets', value: '' }] },
  { metric: 'dcquic_notifies_sent_total', help: "TRANSFER_NOTIFYs written", isCounter: true, label: undefined, fields: [{ field: 'notifiesOut', value: '' }] },
  { metric: 'dcquic_notifies_repeated_total', help: "those of them that repeat one", isCounter: true, label: undefined, fields: [{ field: 'notifyRetries', value: '' }] },
  { metric: 'dcquic_pulls_sent_total', help: "PULL_REQUESTs written", isCounter: true, label: undefined, fields: [{ field: 'pullsOut', value: '' }] },
  { metric: 'dcquic_regions_announced_total', help: "messages that their receivers may read by themselves", isCounter: true, label: undefined, fields: [{ field: 'regionsOut', value: '' }] },
  { metric: 'dcquic_reads_begun_total', help: "reads of the memory of peers", isCounter: true, label: undefined, fields: [{ field: 'readsBegun', value: '' }] },
  { metric: 'dcquic_read_bytes_total', help: "bytes that came by them", isCounter: true, label: undefined, fields: [{ field: 'readBytes', value: '' }] },
  { metric: 'dcquic_reads_failed_total', help: "those of them that failed", isCounter: true, label: undefined, fields: [{ field: 'readsFailed', value: '' }] },
  { metric: 'dcquic_repulled_bytes_total', help: "bytes that count as lost and are pulled again", isCounter: true, label: undefined, fields: [{ field: 'repulledBytes', value: '' }] },
  { metric: 'dcquic_records_poisoned_total', help: "records that failed verification", isCounter: true, label: undefined, fields: [{ field: 'recordsPoisoned', value: '' }] },
  { metric: 'dcquic_packets_refused_total', help: "packets dropped before anything changed", isCounter: true, label: 'why', fields: [{ field: 'refusedMalformed', value: 'malformed' }, { field: 'refusedUnknown', value: 'unknown' }, { field: 'refusedForged', value: 'forged' }, { field: 'refusedReplay', value: 'replay' }, { field: 'refusedMisaddressed', value: 'misaddressed' }] },
  { metric: 'dcquic_violations_total', help: "what was authentic and against the rules", isCounter: true, label: undefined, fields: [{ field: 'violations', value: '' }] },
  { metric: 'dcquic_peer_timeouts_total', help: "peers that were given up", isCounter: true, label: undefined, fields: [{ field: 'peerTimeouts', value: '' }] },
  { metric: 'dcquic_peer_changes_total', help: "changes of the health of peers", isCounter: true, label: 'to', fields: [{ field: 'peersChangedHealthy', value: 'healthy' }, { field: 'peersChangedDegraded', value: 'degraded' }, { field: 'peersChangedProbing', value: 'probing' }, { field: 'peersChangedFailed', value: 'failed' }] },
  { metric: 'dcquic_pace_changes_total', help: "changes of how data to a peer is paced", isCounter: true, label: 'to', fields: [{ field: 'paceChangesStartup', value: 'startup' }, { field: 'paceChangesDrain', value: 'drain' }, { field: 'paceChangesCruise', value: 'cruise' }, { field: 'paceChangesProbe', value: 'probe' }] },
  { metric: 'dcquic_peer_restarts_total', help: "restarts of peers", isCounter: true, label: undefined, fields: [{ field: 'peersRestarted', value: '' }] },
  { metric: 'dcquic_unreachable_reports_total', help: "reports that a datagram could not be delivered", isCounter: true, label: undefined, fields: [{ field: 'unreachables', value: '' }] },
  { metric: 'dcquic_exchanges_begun_total', help: "own unary exchanges and streams begun", isCounter: true, label: undefined, fields: [{ field: 'exchangesBegun', value: '' }] },
  { metric: 'dcquic_exchanges_answered_total', help: "own unary exchanges answered", isCounter: true, label: undefined, fields: [{ field: 'exchangesAnswered', value: '' }] },
  { metric: 'dcquic_exchanges_failed_total', help: "own unary exchanges that ended without a response", isCounter: true, label: 'reason', fields: [{ field: 'failedCancelled', value: 'cancelled' }, { field: 'failedUnknownTransfer', value: 'unknown-transfer' }, { field: 'failedMessageTooLarge', value: 'message-too-large' }, { field: 'failedRefused', value: 'refused' }, { field: 'failedIntegrity', value: 'integrity' }, { field: 'failedLimit', value: 'limit' }, { field: 'failedHandlerFailed', value: 'handler-failed' }, { field: 'failedRejected', value: 'rejected' }, { field: 'failedAborted', value: 'aborted' }, { field: 'failedDeadline', value: 'deadline' }, { field: 'failedPeerTimeout', value: 'peer-timeout' }, { field: 'failedPeerRestarted', value: 'peer-restarted' }, { field: 'failedClosed', value: 'closed' }, { field: 'failedDependencyFailed', value: 'dependency-failed' }, { field: 'failedProtocolViolation', value: 'protocol-violation' }] },
  { metric: 'dcquic_requests_taken_total', help: "requests handed to the application", isCounter: true, label: undefined, fields: [{ field: 'requestsTaken', value: '' }] },
  { metric: 'dcquic_requests_served_total', help: "responses acknowledged", isCounter: true, label: undefined, fields: [{ field: 'requestsServed', value: '' }] },
  { metric: 'dcquic_requests_dropped_total', help: "requests that ended without their response acknowledged", isCounter: true, label: undefined, fields: [{ field: 'requestsDropped', value: '' }] },
];

export const GAUGES: readonly Family<keyof EndpointState>[] = [
  { metric: 'dcquic_exchanges', help: "exchanges that have not ended, own and served", isCounter: false, label: undefined, fields: [{ field: 'exchanges', value: '' }] },
  { metric: 'dcquic_transfers_outbound', help: "own transfers that have not ended", isCounter: false, label: undefined, fields: [{ field: 'outbound', value: '' }] },
  { metric: 'dcquic_transfers_inbound', help: "transfers of peers that are being received", isCounter: false, label: undefined, fields: [{ field: 'inbound', value: '' }] },
  { metric: 'dcquic_record_buffers', help: "buffers of records in use", isCounter: false, label: undefined, fields: [{ field: 'recordBuffers', value: '' }] },
  { metric: 'dcquic_buffers', help: "ids of buffers that the application has not released", isCounter: false, label: undefined, fields: [{ field: 'buffers', value: '' }] },
  { metric: 'dcquic_buffers_bytes', help: "bytes of buffers that are not freed", isCounter: false, label: undefined, fields: [{ field: 'bufferBytes', value: '' }] },
  { metric: 'dcquic_receive_memory_bytes', help: "memory of messages that are being received", isCounter: false, label: undefined, fields: [{ field: 'memoryBytes', value: '' }] },
  { metric: 'dcquic_outstanding_bytes', help: "bytes pulled and not arrived", isCounter: false, label: undefined, fields: [{ field: 'pulledBytes', value: '' }] },
  { metric: 'dcquic_reads', help: "reads of the memory of peers that have not ended", isCounter: false, label: undefined, fields: [{ field: 'reads', value: '' }] },
  { metric: 'dcquic_exposed_bytes', help: "own memory that peers can read", isCounter: false, label: undefined, fields: [{ field: 'exposedBytes', value: '' }] },
  { metric: 'dcquic_credits_held', help: "notification credits in use: transfers of peers that were admitted and have not ended", isCounter: false, label: undefined, fields: [{ field: 'creditsHeld', value: '' }] },
  { metric: 'dcquic_announcements', help: "transfers in line to be announced, ended ones that are found there included; and requests that wait for others and were announced ahead, own and served", isCounter: false, label: undefined, fields: [{ field: 'announcements', value: '' }] },
  { metric: 'dcquic_waits', help: "transfers and exchanges for whose sake peers are probed", isCounter: false, label: undefined, fields: [{ field: 'waits', value: '' }] },
  { metric: 'dcquic_transfer_ids', help: "transfer ids in use, but for those given up whose peer is still to hear of it", isCounter: false, label: undefined, fields: [{ field: 'transferIds', value: '' }] },
  { metric: 'dcquic_transfer_timers', help: "timers of transfers and exchanges that are set", isCounter: false, label: undefined, fields: [{ field: 'transferTimers', value: '' }] },
  { metric: 'dcquic_peers', help: "peers that are known", isCounter: false, label: undefined, fields: [{ field: 'peers', value: '' }] },
  { metric: 'dcquic_peers_degraded', help: "peers that are degraded", isCounter: false, label: undefined, fields: [{ field: 'peersDegraded', value: '' }] },
  { metric: 'dcquic_peers_probing', help: "peers that are probing", isCounter: false, label: undefined, fields: [{ field: 'peersProbing', value: '' }] },
  { metric: 'dcquic_peers_failed', help: "peers that are failed", isCounter: false, label: undefined, fields: [{ field: 'peersFailed', value: '' }] },
  { metric: 'dcquic_peers_unproven', help: "peers that have not proven themselves", isCounter: false, label: undefined, fields: [{ field: 'embryos', value: '' }] },
];

export const DRIVER_COUNTERS: readonly Family<keyof DriverCounters>[] = [
  { metric: 'dcquic_driver_turns_total', help: "turns of the loop that drives the endpoint", isCounter: true, label: undefined, fields: [{ field: 'turns', value: '' }] },
  { metric: 'dcquic_driver_datagrams_received_total', help: "datagrams that sockets gave", isCounter: true, label: undefined, fields: [{ field: 'datagramsReceived', value: '' }] },
  { metric: 'dcquic_driver_received_bytes_total', help: "bytes in them", isCounter: true, label: undefined, fields: [{ field: 'bytesReceived', value: '' }] },
  { metric: 'dcquic_driver_runs_sent_total', help: "runs of segments handed to sockets", isCounter: true, label: undefined, fields: [{ field: 'runsSent', value: '' }] },
  { metric: 'dcquic_driver_datagrams_sent_total', help: "datagrams in them", isCounter: true, label: undefined, fields: [{ field: 'datagramsSent', value: '' }] },
  { metric: 'dcquic_driver_sent_bytes_total', help: "bytes in them", isCounter: true, label: undefined, fields: [{ field: 'bytesSent', value: '' }] },
  { metric: 'dcquic_driver_send_errors_total', help: "datagrams that the kernel refused", isCounter: true, label: undefined, fields: [{ field: 'sendErrors', value: '' }] },
  { metric: 'dcquic_driver_send_stalls_total', help: "how often a full kernel buffer stopped the drain", isCounter: true, label: undefined, fields: [{ field: 'sendStalls', value: '' }] },
];

/** `divisor`: what values are divided by to get the unit of the metric. */
export const HISTOGRAMS: readonly {
  readonly metric: string;
  readonly help: string;
  readonly field: keyof EndpointHistograms;
  readonly divisor: number;
}[] = [
  { metric: 'dcquic_exchange_latency_seconds', help: "from the call to its response", field: 'exchangeLatency', divisor: 1000000000 },
  { metric: 'dcquic_response_size_bytes', help: "of responses that arrived, headers included", field: 'responseSize', divisor: 1 },
];
