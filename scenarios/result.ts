/** What one run produced: printed by `--json`, written to `result.json` by `--out`. Times in ns of simulated time. */
export interface RunResult {
  scenario: string;
  seed: number;
  /** Rolling hash over every event of the run, hex. Equal on every machine and supported Node version. */
  traceHash: string;
  simTimeNs: number;
  wallMs: number;
  events: number;
  packets: PacketCounts;
  bytes: { sent: number; payload: number };
  transfers: TransferCounts;
  /** Useful packets / packets sent by hosts, control packets included. */
  goodput: number;
  /** Payload bytes first delivered / bytes sent by hosts. */
  byteEfficiency: number;
  /** The least time in which what was offered can complete: the bytes of the busiest host's cable at its rate. */
  lowerBoundNs: number;
  slowdown: SlowdownSummary;
  latencyNs: LatencySummary;
  workloads: Record<string, WorkloadResult>;
  /** Of hosts with several NICs or workers. */
  nics?: {
    /** Payload first delivered in the middle half of the time from the first offer to the last end, over what full packets could carry meanwhile into the hosts that requests go to. */
    lineRate: number;
    each: NicResult[];
  };
  violations: Violation[];
  expectations: ExpectationResult[];
}

/** One NIC of a host. */
export interface NicResult {
  host: number;
  nic: number;
  sentBytes: number;
  receivedBytes: number;
  /** Times that it lost its carrier; from then until the last of its workers was heard by another way, and from its return until by this one. */
  downs: number;
  failoverNs: number;
  returnNs: number;
}

export interface PacketCounts {
  sent: number;
  delivered: number;
  dropped: number;
  /** Packets that carried payload bytes not delivered before. */
  useful: number;
}

export interface TransferCounts {
  started: number;
  completed: number;
  failed: number;
  cancelled: number;
}

export interface SlowdownSummary {
  mean: number;
  p50: number;
  p99: number;
}

export interface LatencySummary {
  p50: number;
  p99: number;
  max: number;
}

/** The same figures for the exchanges of one workload. Packets are not attributable to one and stay out. */
export interface WorkloadResult {
  transfers: TransferCounts;
  bytes: { payload: number };
  slowdown: SlowdownSummary;
  latencyNs: LatencySummary;
  /** First offered to last completed. */
  spanNs: number;
}

export interface Violation {
  /** Name of the checker, e.g. `exactly-once`, `liveness`. */
  checker: string;
  kind: 'invariant' | 'liveness' | 'determinism';
  atNs: number;
  message: string;
}

export interface ExpectationResult {
  text: string;
  value: number;
  ok: boolean;
}

/** Everything a report shows of one run; written to `report-data.json` by `--out`. */
export interface RunReport {
  result: RunResult;
  /** The scenario as run (YAML, after `--set`). */
  scenarioText: string;
  /** The command that reproduces the run. */
  command: string;
  /** Equally wide bins from 0 to simTimeNs. */
  series: {
    binNs: number;
    /** Payload bytes first delivered in each bin, over all hosts. */
    deliveredBytes: number[];
    /** Bytes sent by hosts in each bin. */
    sentBytes: number[];
    /** Deepest queue of any switch port in each bin. */
    queueBytesMax: number[];
    /** Packets dropped in each bin, all reasons. */
    drops: number[];
    /** Exchanges offered and not yet ended, at the end of each bin. */
    activeExchanges: number[];
    /** `drops` split by reason (`loss`, `queue-full`, …), each as long as `drops`. */
    dropsByReason?: Record<string, number[]>;
  };
  /** Sum of host link rates into hosts, for scale. */
  capacityBps: number;
  /** Sum of link rates into the hosts that payload was mainly sent to, e.g. of one host in an incast. */
  receiverCapacityBps?: number;
  /** Bytes one switch port can queue, for scale. */
  queueLimitBytes?: number;
  /** One entry per ended exchange (at most 20,000, evenly thinned). */
  samples: { workload: string; sizeBytes: number; latencyNs: number; slowdown: number; ok: boolean }[];
  /** Packet-level sequence of the chosen exchange, in time order, at most 400 entries. */
  sequence: SequenceDiagram | null;
  faults: { kind: string; on: string; fromNs: number; toNs: number | null }[];
}

export interface SequenceDiagram {
  title: string;
  /** Left column, right column, as host names. */
  left: string;
  right: string;
  messages: {
    sentNs: number;
    /** null: lost on the way. */
    receivedNs: number | null;
    fromLeft: boolean;
    /** E.g. `TRANSFER_NOTIFY 450 KB`, `DATA 0–1453`. */
    label: string;
    kind: 'control' | 'data';
    /** Consecutive data packets folded into this entry. */
    packets: number;
    /** Of the last packet of a folded run; `sentNs` and `receivedNs` are then of its first. */
    lastSentNs?: number;
    lastReceivedNs?: number;
    dropReason?: string;
  }[];
}
