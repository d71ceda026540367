import { SimError } from '../task/errors.ts';
import type { Ratio } from '../net/faults/chance.ts';
import type { FaultSpec } from '../net/faults/fault-spec.ts';
import type { Line } from '../net/line.ts';
import type { NetworkHost } from '../net/network.ts';
import type { BitsPerSecond, Bytes, Nanos } from '../../protocol/core/units.ts';

/** One host by name, or several. */
export type HostNames = string | readonly string[];

/** When a fault acts. */
export interface FaultTime {
  /** Virtual time; default: now. */
  readonly atNs?: Nanos;
  /** Default: until it is ended, or the run is over. */
  readonly forNs?: Nanos;
}

/** Acts on the links of hosts, in both directions. */
interface OnHosts extends FaultTime {
  readonly on: HostNames;
}

/** Hits each packet with probability `rate`. */
export interface RandomFault extends OnHosts {
  readonly kind: 'loss' | 'duplicate' | 'corrupt' | 'ecn-bleach';
  readonly rate: Ratio;
}

/** Loses the share `rate`, in bursts of `burst` packets on average. */
export interface BurstLossFault extends OnHosts {
  readonly kind: 'burst-loss';
  readonly rate: Ratio;
  readonly burst: number;
}

/**
 * `delay`: spikes of `delayNs`, and what is behind arrives no earlier. `reorder`: 1 … `delayNs`, while others overtake. `rate` is the
 * share of packets hit, default all.
 */
export interface DelayFault extends OnHosts {
  readonly kind: 'delay' | 'reorder';
  readonly delayNs: Nanos;
  readonly rate?: Ratio;
}

/** `link-down`: what is on the wire is lost. `hold`: nothing is lost, all of it goes on when the fault ends. */
export interface LinkFault extends OnHosts {
  readonly kind: 'link-down' | 'hold';
}

/** Nothing gets from one side to the other; `to`: not from the first to the second; `from`: not back. Default `both`. */
export interface PartitionFault extends FaultTime {
  readonly kind: 'partition';
  readonly between: readonly [HostNames, HostNames];
  readonly direction?: 'both' | 'to' | 'from';
}

/** The links have at most this rate, or this share of their own. Not on wires, which have no rate. */
export interface RateFault extends OnHosts {
  readonly kind: 'rate';
  readonly limit: BitsPerSecond | Ratio;
}

/** The links drop longer packets, and nobody is told. Not on wires. */
export interface MtuFault extends OnHosts {
  readonly kind: 'mtu';
  readonly mtuBytes: Bytes;
}

/** A fault of the network, by the names of hosts. What it does in detail is said in sim/net/README.md. */
export type NetworkFault =
  RandomFault | BurstLossFault | DelayFault | LinkFault | PartitionFault | RateFault | MtuFault;

const ALL: Ratio = { numerator: 1, denominator: 1 };

/** The same fault as the network takes it, from `atNs` on. Throws SimError `bad-argument`. */
export function faultSpec(
  fault: NetworkFault,
  atNs: Nanos,
  hostOf: (name: string) => NetworkHost,
  isOfWires: boolean,
): FaultSpec {
  const window = { atNs, ...(fault.forNs === undefined ? {} : { forNs: fault.forNs }) };
  const hosts = (names: HostNames): NetworkHost[] => [names].flat().map(hostOf);
  const lines = (names: HostNames): Line[] =>
    hosts(names).flatMap(({ links }) => links.flatMap(({ up, down }) => [up, down]));
  switch (fault.kind) {
    case 'partition': {
      const [one, other] = fault.between;
      const between = [hosts(one), hosts(other)] as const;
      return { ...window, kind: fault.kind, between, direction: fault.direction ?? 'both' };
    }
    case 'link-down':
    case 'hold':
      return { ...window, kind: fault.kind, on: lines(fault.on) };
    case 'delay':
    case 'reorder':
      return {
        ...window,
        kind: fault.kind,
        on: lines(fault.on),
        delayNs: fault.delayNs,
        rate: fault.rate ?? ALL,
      };
    case 'burst-loss':
      return { ...window, kind: fault.kind, on: lines(fault.on), rate: fault.rate, burst: fault.burst };
    case 'rate':
    case 'mtu':
      if (isOfWires) {
        const remedy = `the network { kind: 'wires' } has none: choose { kind: 'star' }`;
        throw new SimError('bad-argument', `a fault of kind '${fault.kind}' changes what ${remedy}`);
      }
      return fault.kind === 'rate'
        ? { ...window, kind: fault.kind, on: lines(fault.on), limit: fault.limit }
        : { ...window, kind: fault.kind, on: lines(fault.on), mtuBytes: fault.mtuBytes };
    default:
      return { ...window, kind: fault.kind, on: lines(fault.on), rate: fault.rate };
  }
}
