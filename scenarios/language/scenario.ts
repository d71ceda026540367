import type { BitsPerSecond, Bytes, Nanos } from '../../protocol/index.ts';
import type { SizeDistribution } from '../distributions/size-distribution.ts';
import type { Expectation } from './expectation.ts';
import type { Ratio } from './ratio.ts';

/**
 * A scenario as the runner takes it: every quantity in base units (ns, bit/s, bytes), every selector as ascending
 * host indices, every default filled in. Whatever `parseScenario` returns has been checked as a whole.
 */
export interface Scenario {
  version: 1;
  name: string;
  /** 0 to 2^53 - 1. */
  seed: number;
  /** The run ends here at the latest. */
  untilNs: Nanos;
  topology: Topology;
  endpoint: EndpointSettings;
  /** At least one; names are unique. */
  workloads: Workload[];
  faults: Fault[];
  expectations: Expectation[];
}

export type Topology = StarTopology;

/** Every host on one output-queued switch. */
export interface StarTopology {
  kind: 'star';
  hosts: number;
  /** NICs of each host. */
  nics: number;
  link: LinkSettings;
  switch: SwitchSettings;
}

export interface LinkSettings {
  rateBps: BitsPerSecond;
  /** Propagation delay of one cable, one way. */
  delayNs: Nanos;
  mtuBytes: Bytes;
}

export interface SwitchSettings {
  /** Shared by all output ports. */
  bufferBytes: Bytes;
  /** Bytes waiting at a port above which packets are marked; absent: no marking. */
  ecnBytes?: Bytes;
  priorities: number;
  spray: 'packet' | 'ecmp';
}

export interface EndpointSettings {
  crypto: 'sim' | 'real';
  /** From a packet's arrival at a NIC to its delivery. */
  hostDelayNs: Nanos;
  options: EndpointChoices;
}

/** Options for every endpoint, named as the endpoint names them. One that is absent has the endpoint's own default. */
export interface EndpointChoices {
  /** Largest message that travels inside its notification. */
  inlineBytesMax?: Bytes;
  /** Most bytes in one pull. */
  pullBytesMax?: Bytes;
  /** Pulled and not yet arrived, as a multiple of the bandwidth-delay product. */
  budgetRatio?: number;
  /** Most data segments sent in one batch. */
  burstSegments?: number;
  /** Silence after which a peer with something in flight is dead. */
  peerTimeoutNs?: Nanos;
}

export type Workload = UnaryWorkload;

/** One request, one response, from each host of `from` to hosts of `to`. */
export interface UnaryWorkload {
  name: string;
  pattern: 'unary';
  /** Ascending host indices. */
  from: number[];
  /** Ascending host indices. May overlap `from`: a host never calls itself. */
  to: number[];
  request: MessageSize;
  response: MessageSize;
  arrivals: Arrivals;
  /** 0 is the highest, 7 the lowest. */
  priority: number;
  after: Dependency[];
}

export type MessageSize =
  | { kind: 'fixed'; bytes: Bytes }
  /** `source` is what the file says: a built-in name, or `file:PATH`. */
  | { kind: 'distribution'; source: string; distribution: SizeDistribution };

/** When exchanges are offered. Times are simulated time; no exchange is offered at `stopNs` or later. */
export type Arrivals =
  /** So many from each source, all at `startNs`. */
  | { kind: 'count'; count: number; startNs: Nanos }
  /** Poisson; the share of its link that each source offers. */
  | { kind: 'load'; load: Ratio; startNs: Nanos; stopNs: Nanos }
  /** So many outstanding at each source, a new one as soon as one ends. */
  | { kind: 'concurrency'; concurrency: number; startNs: Nanos; stopNs: Nanos };

/** The k-th exchange that a source offers waits for the k-th that it offers in another workload. */
export interface Dependency {
  /** Name of the other workload. */
  workload: string;
  wait: 'request' | 'response';
  /** Whether a failure of the other ends this one. */
  cascade: boolean;
}

interface FaultWindow {
  atNs: Nanos;
  /** How long; absent: until the end of the run. */
  forNs?: Nanos;
  /** Of the packets that pass a place while the fault lasts, the share that is hit. */
  rate: Ratio;
  on: FaultPlace;
}

export type Fault = LossFault | DuplicateFault | ReorderFault | CorruptFault;

export interface LossFault extends FaultWindow {
  kind: 'loss';
}

export interface DuplicateFault extends FaultWindow {
  kind: 'duplicate';
}

/** A packet that is hit arrives later by up to `delayNs`, so that others overtake it. */
export interface ReorderFault extends FaultWindow {
  kind: 'reorder';
  delayNs: Nanos;
}

export interface CorruptFault extends FaultWindow {
  kind: 'corrupt';
}

/**
 * `host`: whatever these hosts send and receive; `link`: what passes their cables, in either direction; `all`: every
 * cable. A packet that passes two such cables is exposed to the fault twice.
 */
export interface FaultPlace {
  place: 'host' | 'link' | 'all';
  /** Ascending host indices. */
  hosts: number[];
}
