import fc from 'fast-check';
import { fatTreeNetwork } from '../../net/topology/fat-tree.ts';
import { leafSpineNetwork } from '../../net/topology/leaf-spine.ts';
import { starNetwork } from '../../net/topology/star.ts';
import { FULL, PLAIN, Rig, numbered } from './rig.ts';
import type { NetworkEnvironment } from '../../net/fabric.ts';
import type { FaultKind, FaultSpec } from '../../net/faults/fault-spec.ts';
import type { Network } from '../../net/network.ts';
import type { NetworkConfig } from '../../net/topology/config.ts';

export interface Offer {
  readonly atNs: number;
  readonly from: number;
  readonly to: number;
  readonly priority: number;
  readonly size: number;
}

export interface FaultDraft {
  readonly kind: FaultKind;
  readonly numerator: number;
  readonly atNs: number;
  readonly forNs: number;
  /** Index of a line, modulo how many there are; -1: all. */
  readonly line: number;
}

export const TOPOLOGIES = ['star', 'leaf-spine', 'leaf-spine-ecmp', 'fat-tree'] as const;
export type TopologyName = (typeof TOPOLOGIES)[number];
export const topologies: fc.Arbitrary<TopologyName> = fc.constantFrom(...TOPOLOGIES);

export const offers: fc.Arbitrary<Offer[]> = fc.array(
  fc.record({
    atNs: fc.integer({ min: 0, max: 30_000 }),
    from: fc.integer({ min: 0, max: 3 }),
    to: fc.integer({ min: 0, max: 4 }), // host 4 does not exist in a star
    priority: fc.integer({ min: 0, max: 7 }),
    size: fc.integer({ min: 0, max: FULL + 20 }), // the longest exceed the MTU
  }),
  { maxLength: 250 },
);

const KINDS: readonly FaultKind[] = [
  'loss',
  'duplicate',
  'reorder',
  'corrupt',
  'burst-loss',
  'delay',
  'rate',
  'ecn-bleach',
  'partition',
  'link-down',
  'nic-down',
  'mtu',
  'icmp',
];

export const faultDrafts: fc.Arbitrary<FaultDraft[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    numerator: fc.integer({ min: 0, max: 10 }),
    atNs: fc.integer({ min: 0, max: 30_000 }),
    forNs: fc.integer({ min: 1, max: 30_000 }),
    line: fc.integer({ min: -1, max: 40 }),
  }),
  { maxLength: 8 },
);

export function addFault(rig: Rig, draft: FaultDraft): void {
  rig.faults.add(specOf(rig.network, draft));
}

function specOf(network: Network, { kind, numerator, atNs, forNs, line }: FaultDraft): FaultSpec {
  const { hosts, lines } = network;
  const window = { atNs, forNs };
  const on = line < 0 ? lines : [lines[line % lines.length]!];
  const rate = { numerator, denominator: 10 };
  switch (kind) {
    case 'reorder':
      return { ...window, on, rate, kind, delayNs: 3000 };
    case 'delay':
      return { ...window, on, rate, kind, delayNs: 2000 };
    case 'burst-loss':
      return { ...window, on, rate: { numerator: numerator % 8, denominator: 10 }, kind, burst: 3 };
    case 'rate':
      return { ...window, on, kind, limit: { numerator: numerator + 1, denominator: 20 } };
    case 'mtu':
      return { ...window, on, kind, mtuBytes: 100 * (numerator + 1) };
    case 'link-down':
    case 'hold':
      return { ...window, on, kind };
    case 'nic-down':
      return {
        ...window,
        kind,
        on: line < 0 ? [hosts[0]!.links[0]!] : [hosts[line % hosts.length]!.links[0]!],
      };
    case 'partition': {
      const direction = (['both', 'to', 'from'] as const)[numerator % 3]!;
      return {
        ...window,
        kind,
        between: [
          [hosts[0]!, hosts[1]!],
          [hosts[2]!, hosts[3]!],
        ],
        direction,
      };
    }
    default:
      return { ...window, on, rate, kind };
  }
}

function build(name: TopologyName, environment: NetworkEnvironment, config: NetworkConfig): Network {
  const core = { rateBps: 40_000_000_000, delayNs: 300 };
  switch (name) {
    case 'star':
      return starNetwork(environment, { ...config, hosts: 4 });
    case 'leaf-spine':
      return leafSpineNetwork(environment, { ...config, leaves: 3, hostsPerLeaf: 2, spines: 2, core });
    case 'leaf-spine-ecmp': {
      const ecmp = { ...config, switch: { ...config.switch, spray: 'ecmp' as const, portPackets: 2 } };
      return leafSpineNetwork(environment, { ...ecmp, leaves: 3, hostsPerLeaf: 2, spines: 2, core });
    }
    case 'fat-tree':
      return fatTreeNetwork(environment, { ...config, k: 4 });
  }
}

/** A small network with tight buffers, loaded and ready to run. The first four bytes number the datagrams. */
export function loadedRig(
  all: readonly Offer[],
  drafts: readonly FaultDraft[],
  seed = 1,
  topology: TopologyName = 'star',
): Rig {
  const config: NetworkConfig = {
    link: PLAIN.link,
    datagramBytesMax: 1600,
    switch: { bufferBytes: 4500, ecnBytes: 2000 },
    host: { nicQueueBytesMax: 4000, processingNs: 100 },
  };
  const rig = new Rig((environment) => build(topology, environment, config), seed);
  for (const draft of drafts) addFault(rig, draft);
  all.forEach(({ atNs, size, ...rest }, n) => {
    rig.sendAt(atNs, { ...rest, data: size < 4 ? size : numbered(n, size), ecn: 2 });
  });
  return rig;
}
