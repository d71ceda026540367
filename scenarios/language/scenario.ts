import type { BitsPerSecond, Bytes, Nanos } from '../../protocol/index.ts';
import type { SizeDistribution } from '../distributions/size-distribution.ts';
import type { Expectation } from './expectation.ts';
import type { HostFault } from './host-fault.ts';
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

export type Topology = StarTopology | LeafSpineTopology | FatTreeTopology | GraphTopology;

interface AnyTopology {
  hosts: number;
  /** NICs of each host, each with a cable of its own. */
  nics: number;
  /** The cables of hosts; its MTU is that of every cable. */
  link: LinkSettings;
  switch: SwitchSettings;
}

interface InPlanes extends AnyTopology {
  /** Copies of the switches; NIC k of each host is at copy k modulo their number. */
  planes: number;
}

/** Every host on one output-queued switch. */
export interface StarTopology extends InPlanes {
  kind: 'star';
}

/** Hosts at leaves, each leaf linked to every spine. */
export interface LeafSpineTopology extends InPlanes {
  kind: 'leaf-spine';
  leaves: number;
  /** `hosts` is the product of the two. */
  hostsPerLeaf: number;
  spines: number;
  core: CoreSettings;
}

/** The fat tree of `k`-port switches: `hosts` is k³ / 4. */
export interface FatTreeTopology extends InPlanes {
  kind: 'fat-tree';
  k: number;
  core: CoreSettings;
}

/** Any switches, linked in any way. */
export interface GraphTopology extends AnyTopology {
  kind: 'graph';
  switches: string[];
  /** By host, then by NIC: the switch it is at. */
  attach: string[][];
  /** Several between the same two switches are equal paths. */
  trunks: TrunkSettings[];
}

/** Cables between switches. */
export interface CoreSettings {
  rateBps: BitsPerSecond;
  delayNs: Nanos;
}

export interface TrunkSettings extends CoreSettings {
  between: [string, string];
}

export interface LinkSettings {
  rateBps: BitsPerSecond;
  /** Propagation delay of one cable, one way. */
  delayNs: Nanos;
  mtuBytes: Bytes;
}

export interface SwitchSettings {
  /** Shared by all output ports of one switch; Infinity: never full. */
  bufferBytes: Bytes;
  /** Most that waits at one port; absent: no bound but the buffer. At most one of the two is given. */
  portBytes?: Bytes;
  portPackets?: number;
  /** Bytes waiting at a port above which packets are marked; absent: no marking. */
  ecnBytes?: Bytes;
  priorities: number;
  spray: 'packet' | 'ecmp';
}

export interface EndpointSettings {
  crypto: 'sim' | 'real';
  /** Who decides when data is sent; absent: the receiver, as the protocol says. The other is for comparison. */
  control?: 'sender-burst';
  /** From a packet's arrival at a NIC to its delivery. */
  hostDelayNs: Nanos;
  /** Longest datagram that packets of one source are received as together; absent: each is received by itself. */
  groBytes?: Bytes;
  /** Workers of each host, spread over its NICs, each with an endpoint; absent: one, which uses all NICs. */
  workers?: number;
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
  /** How much of a message may be sent before it is pulled: at most, and to a peer that is met for the first time. */
  earlyBytesMax?: Bytes;
  earlyBytesInitial?: Bytes;
  /** Most data segments sent in one batch. */
  burstSegments?: number;
  /** UDP flows over which data to one peer is spread. */
  paths?: number;
  /** Silence after which a peer with something in flight is dead. */
  peerTimeoutNs?: Nanos;
  /** Requests a peer may have announced and not ended. */
  notifyWindow?: number;
  /** Bytes of messages being received at once, over all peers. */
  receiveBytesMax?: Bytes;
  /** Packets sealed under one control key. */
  keyPacketsMax?: number;
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
  /** So long after its offer the caller gives an exchange up. */
  deadlineNs?: Nanos;
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
}

/** Hits a share of the packets that pass a place. */
interface ByRate extends FaultWindow {
  rate: Ratio;
  packets?: never;
  on: FaultPlace;
}

/** Hits these: ascending, numbered from 1 in the order in which they pass the place, as long as the fault lasts. */
interface ByNumber extends FaultWindow {
  packets: number[];
  rate?: never;
  on: FaultPlace;
}

export type Fault = NetworkFault | HostFault;

/** When the fault is over; undefined: never. */
export function faultEndNs(fault: Fault): Nanos | undefined {
  const lastsNs = fault.kind === 'crash' ? fault.restartNs : fault.forNs;
  return lastsNs === undefined ? undefined : fault.atNs + lastsNs;
}

export type NetworkFault =
  | LossFault
  | BurstLossFault
  | DuplicateFault
  | ReorderFault
  | DelayFault
  | CorruptFault
  | EcnBleachFault
  | IcmpFault
  | RateFault
  | MtuFault
  | LinkDownFault
  | NicDownFault
  | PartitionFault;

export type LossFault = { kind: 'loss' } & (ByRate | ByNumber);

/** `rate` of the packets are lost, in bursts of `burst` on average. */
export interface BurstLossFault extends ByRate {
  kind: 'burst-loss';
  burst: number;
}

export type DuplicateFault = { kind: 'duplicate' } & (ByRate | ByNumber);

/** A packet that is hit arrives later, so that others overtake it: by up to `delayNs`, or each by its own of `delaysNs`. */
export type ReorderFault = { kind: 'reorder' } & (
  (ByRate & { delayNs: Nanos }) | (ByNumber & { delaysNs: Nanos[] })
);

/** A packet that is hit arrives later by `delayNs`, and those behind it no earlier. */
export type DelayFault = { kind: 'delay'; delayNs: Nanos } & (ByRate | ByNumber);

/** Bits are flipped: one to three drawn at random, or for each packet its own of `bits`, counted around if it is shorter. */
export type CorruptFault = { kind: 'corrupt' } & (ByRate | (ByNumber & { bits: number[][] }));

/** The ECN bits of a packet that is hit are cleared. */
export type EcnBleachFault = { kind: 'ecn-bleach' } & (ByRate | ByNumber);

/** The sender of a packet that is hit is told that it could not be delivered, though it is. */
export type IcmpFault = { kind: 'icmp' } & (ByRate | ByNumber);

/** Cables send at this rate at most, or at this share of their own. */
export interface RateFault extends FaultWindow {
  kind: 'rate';
  limit: BitsPerSecond | Ratio;
  on: FaultPlace;
}

/** Cables take no longer packets. */
export interface MtuFault extends FaultWindow {
  kind: 'mtu';
  mtuBytes: Bytes;
  on: FaultPlace;
}

export interface LinkDownFault extends FaultWindow {
  kind: 'link-down';
  on: FaultPlace;
}

/** Only at the NICs of hosts. */
export interface NicDownFault extends FaultWindow {
  kind: 'nic-down';
  on: FaultPlace;
}

/** What hosts of one set send does not get to those of the other: `to`: from the first to the second; `from`: back. */
export interface PartitionFault extends FaultWindow {
  kind: 'partition';
  /** Ascending host indices, none in both. */
  between: [number[], number[]];
  direction: 'both' | 'to' | 'from';
}

/**
 * `host`: whatever these hosts send and receive; `link`: what passes their cables, in either direction; `from`, `to`: in one; `nic`: the cables
 * of one NIC of each; `trunk`: the cables between two switches; `switch`: all cables of a switch; `all`: every cable. A
 * packet that passes two such cables is exposed to the fault twice.
 */
export type FaultPlace =
  | {
      place: 'host' | 'link' | 'from' | 'to' | 'all';
      /** Ascending host indices. */
      hosts: number[];
    }
  | { place: 'nic'; hosts: number[]; nic: number }
  | { place: 'switch'; name: string }
  | { place: 'trunk'; between: [string, string] };
