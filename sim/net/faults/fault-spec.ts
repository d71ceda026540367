import { NetworkConfigError, configInteger } from '../config-error.ts';
import { RATE_BPS_MAX } from '../line-rate.ts';
import { burstBegins } from './burst-loss.ts';
import type { Ratio } from './chance.ts';
import type { Line } from '../line.ts';
import type { Link, NetworkHost } from '../network.ts';
import type { BitsPerSecond, Bytes, Nanos } from '../../../protocol/core/units.ts';

/** The numbers go into the trace: add at the end, never renumber. */
export const FaultKind = {
  loss: 0,
  duplicate: 1,
  reorder: 2,
  corrupt: 3,
  'burst-loss': 4,
  delay: 5,
  rate: 6,
  'ecn-bleach': 7,
  partition: 8,
  'link-down': 9,
  'nic-down': 10,
  mtu: 11,
  icmp: 12,
  hold: 13,
} as const;
export type FaultKind = keyof typeof FaultKind;

export interface FaultWindow {
  readonly atNs: Nanos;
  /** Left out: until the end of the run. */
  readonly forNs?: Nanos;
}

/** The directions of links it acts on, each with draws of its own. */
interface OnLines {
  readonly on: readonly Line[];
}

/** Hits each packet with probability `rate`. */
interface ByRate extends FaultWindow, OnLines {
  readonly rate: Ratio;
  readonly packets?: never;
}

/** Hits these: ascending, numbered from 1 in the order in which the lines take them, all lines together. */
interface ByNumber extends FaultWindow, OnLines {
  readonly packets: readonly number[];
  readonly rate?: never;
}

export type LossSpec = (ByRate | ByNumber) & { readonly kind: 'loss' };

export type DuplicateSpec = (ByRate | ByNumber) & { readonly kind: 'duplicate' };

export type ReorderSpec = { readonly kind: 'reorder' } & (
  | (ByRate & {
      /** Longest extra delay, ≥ 1. */
      readonly delayNs: Nanos;
    })
  | (ByNumber & {
      /** Of each packet, in the order of `packets`. */
      readonly delaysNs: readonly Nanos[];
    })
);

export type CorruptSpec = { readonly kind: 'corrupt' } & (
  | ByRate
  | (ByNumber & {
      /** Of each packet: the bits to flip, modulo its length. */
      readonly bits: readonly (readonly number[])[];
    })
);

/** Loses the share `rate`, in bursts. */
export interface BurstLossSpec extends ByRate {
  readonly kind: 'burst-loss';
  /** Mean length of a burst in packets, an integer ≥ 1. */
  readonly burst: number;
}

/** Spikes: a packet that is hit arrives `delayNs` later, and those behind it no earlier. */
export type DelaySpec = (ByRate | ByNumber) & { readonly kind: 'delay'; readonly delayNs: Nanos };

/** Clears the ECN bits. */
export type EcnBleachSpec = (ByRate | ByNumber) & { readonly kind: 'ecn-bleach' };

/** Forges an ICMP message about a packet that is delivered nevertheless. */
export type IcmpSpec = (ByRate | ByNumber) & { readonly kind: 'icmp' };

/** The lines have at most this rate, or this share of their own, also for what waits in NICs and switches. */
export interface RateSpec extends FaultWindow, OnLines {
  readonly kind: 'rate';
  readonly limit: BitsPerSecond | Ratio;
}

/** The lines take no longer packets; what a NIC holds already goes through. */
export interface MtuSpec extends FaultWindow, OnLines {
  readonly kind: 'mtu';
  readonly mtuBytes: Bytes;
}

/** The lines carry nothing. What is on the wire, for any part of its way, while they are down is lost. */
export interface LinkDownSpec extends FaultWindow, OnLines {
  readonly kind: 'link-down';
}

/** The lines keep what they are given, and let it go when the fault ends. */
export interface HoldSpec extends FaultWindow, OnLines {
  readonly kind: 'hold';
}

/** The NICs at these links are dead: they lose what they hold, and nothing passes in either direction. */
export interface NicDownSpec extends FaultWindow {
  readonly kind: 'nic-down';
  readonly on: readonly Link[];
}

/** Nothing that a host of one set sends gets to a host of the other. What has left its NIC already does. */
export interface PartitionSpec extends FaultWindow {
  readonly kind: 'partition';
  readonly between: readonly [readonly NetworkHost[], readonly NetworkHost[]];
  /** `to`: only what the first set sends to the second is cut off; `from`: only the other direction. */
  readonly direction: 'both' | 'to' | 'from';
}

export type PacketFaultSpec =
  LossSpec | DuplicateSpec | ReorderSpec | CorruptSpec | BurstLossSpec | DelaySpec | EcnBleachSpec | IcmpSpec;

export type FaultSpec =
  PacketFaultSpec | RateSpec | MtuSpec | LinkDownSpec | HoldSpec | NicDownSpec | PartitionSpec;

const DELAY_NS_MAX = 1e12;
const MTU_BYTES_MAX = 65_535;
const BURST_MAX = 1_000_000;

/** Throws a NetworkConfigError if the fault makes no sense. */
export function checkFault(spec: FaultSpec, nowNs: Nanos): void {
  configInteger('fault.at', spec.atNs, nowNs, Number.MAX_SAFE_INTEGER);
  if (spec.forNs !== undefined) configInteger('fault.for', spec.forNs, 1, Number.MAX_SAFE_INTEGER);
  if (spec.kind === 'partition') {
    checkPartition(spec);
    return;
  }
  if (spec.on.length === 0) throw new NetworkConfigError('fault.on', 'names no link');
  switch (spec.kind) {
    case 'link-down':
    case 'hold':
    case 'nic-down':
      return;
    case 'rate':
      if (typeof spec.limit === 'number') configInteger('fault.rate', spec.limit, 1, RATE_BPS_MAX);
      else checkRatio(spec.limit, 1);
      return;
    case 'mtu':
      configInteger('fault.mtu', spec.mtuBytes, 1, MTU_BYTES_MAX);
      return;
    default:
      checkPerPacket(spec);
  }
}

function checkPerPacket(spec: PacketFaultSpec): void {
  if (spec.kind === 'delay') configInteger('fault.delay', spec.delayNs, 1, DELAY_NS_MAX);
  if (spec.packets !== undefined) {
    checkNumbers(spec);
    return;
  }
  checkRatio(spec.rate, 0);
  if (spec.kind === 'reorder') configInteger('fault.delay', spec.delayNs, 1, DELAY_NS_MAX);
  if (spec.kind !== 'burst-loss') return;
  configInteger('fault.burst', spec.burst, 1, BURST_MAX);
  const begins = burstBegins(spec.rate, spec.burst);
  if (begins.numerator <= begins.denominator && begins.denominator > 0) return;
  throw new NetworkConfigError('fault.burst', 'bursts of this length cannot lose so many');
}

function checkNumbers(spec: PacketFaultSpec & ByNumber): void {
  const { length } = spec.packets;
  spec.packets.forEach((packet, i) => {
    configInteger('fault.packets', packet, (spec.packets[i - 1] ?? 0) + 1, Number.MAX_SAFE_INTEGER);
  });
  if (spec.kind === 'reorder') {
    for (const delayNs of spec.delaysNs) configInteger('fault.delays', delayNs, 1, DELAY_NS_MAX);
    if (spec.delaysNs.length !== length) throw new NetworkConfigError('fault.delays', 'one for each packet');
  }
  if (spec.kind === 'corrupt') {
    for (const bit of spec.bits.flat()) configInteger('fault.bits', bit, 0, Number.MAX_SAFE_INTEGER);
    if (spec.bits.length !== length) throw new NetworkConfigError('fault.bits', 'a list for each packet');
  }
}

function checkRatio({ numerator, denominator }: Ratio, numeratorMin: number): void {
  configInteger('fault.rate', denominator, 1, 2 ** 32);
  configInteger('fault.rate', numerator, numeratorMin, denominator);
}

function checkPartition({ between: [ones, others] }: PartitionSpec): void {
  if (ones.length === 0 || others.length === 0) {
    throw new NetworkConfigError('fault.between', 'names no host on one side');
  }
  if (ones.some((host) => others.includes(host))) {
    throw new NetworkConfigError('fault.between', 'a host is on both sides');
  }
}
