import fc from 'fast-check';
import {
  blueprintOf,
  type Fault,
  type FaultPlace,
  type HostPlace,
  type Ratio,
  type Topology,
} from '../language/index.ts';
import { atScale } from './scale.ts';

/** Faults begin within this time, in which most of the exchanges take place. */
const BEGIN_NS_MAX = 2_000_000;
/** A peer that is silent for longer, five seconds, would rightly be called dead. */
const LAST_NS_MAX = 5_000_000;
/** The shortest that a packet is likely to notice. */
const TIME_NS_MIN = 1000;
const DELAY_NS_MAX = 200_000;
const MTU_BYTES_MIN = 600;
/** By less than a peer timeout. */
const STEP_NS_MAX = 20_000_000;
const ROOM_BYTES_MAX = 200_000;

export type FaultKind = Fault['kind'];

/** Draws one fault of a kind, all but its kind and times. */
type Draw = (topology: Topology) => fc.Arbitrary<object>;

/** Shares from one in two to one in ten thousand. */
const someRatio: fc.Arbitrary<Ratio> = fc
  .constantFrom(100, 10, 3, 2, 30, 1000, 10_000)
  .map((denominator) => ({ numerator: 1, denominator }));
/** Of more packets that are corrupt, a message may rightly be given up as one that somebody tampers with. */
export const FEW_ONE_IN = 30;
const fewRatio = someRatio.filter(({ denominator }) => denominator >= FEW_ONE_IN);
const anyShare = fc.constantFrom(1, 10, 100).map((denominator) => ({ numerator: 1, denominator }));

const DRAWS: { readonly [K in FaultKind]: Draw } = {
  loss: (topology) => fc.record({ rate: someRatio, on: somePlace(topology) }),
  'burst-loss': (topology) =>
    fc.record({ rate: someRatio, burst: fc.integer({ min: 2, max: 30 }), on: somePlace(topology) }),
  duplicate: (topology) => fc.record({ rate: someRatio, on: somePlace(topology) }),
  reorder: (topology) =>
    fc.record({ rate: someRatio, on: somePlace(topology), delayNs: atScale(1, DELAY_NS_MAX) }),
  delay: (topology) =>
    fc.record({ rate: anyShare, on: somePlace(topology), delayNs: atScale(1, DELAY_NS_MAX) }),
  corrupt: (topology) => fc.record({ rate: fewRatio, on: somePlace(topology) }),
  'ecn-bleach': (topology) => fc.record({ rate: anyShare, on: somePlace(topology) }),
  icmp: (topology) => fc.record({ rate: someRatio, on: somePlace(topology) }),
  rate: (topology) => fc.record({ limit: anyShare, on: somePlace(topology) }),
  mtu: (topology) =>
    fc.record({
      mtuBytes: fc.integer({ min: MTU_BYTES_MIN, max: topology.link.mtuBytes - 1 }),
      on: somePlace(topology),
    }),
  'link-down': (topology) => fc.record({ on: somePlace(topology) }),
  'nic-down': (topology) => fc.record({ on: hostPlace(topology) }),
  partition: ({ hosts }) =>
    fc.record({
      between: twoSides(hosts),
      direction: fc.constantFrom('both' as const, 'to' as const, 'from' as const),
    }),
  crash: (topology) => fc.record({ on: someHosts(topology) }),
  pause: (topology) => fc.record({ on: someHosts(topology) }),
  clock: (topology) => clockError.chain((error) => someHosts(topology).map((on) => ({ ...error, on }))),
  'slow-app': (topology) =>
    fc.oneof(
      fc.record({ on: someHosts(topology), delayNs: atScale(1, DELAY_NS_MAX) }),
      fc.record({ on: someHosts(topology), everyNs: atScale(1, DELAY_NS_MAX / 10) }),
    ),
  exhaust: (topology) => fc.record({ on: someHosts(topology), roomBytes: atScale(1, ROOM_BYTES_MAX) }),
};

/** Set forward or back, running fast or slow. */
const clockError = fc
  .record({
    what: fc.constantFrom('offsetNs' as const, 'jumpNs' as const, 'drift' as const),
    ns: atScale(1, STEP_NS_MAX),
    numerator: fc.constantFrom(1, 100, 100_000),
    isBack: fc.boolean(),
  })
  .map(({ what, ns, numerator, isBack }) => {
    const sign = isBack ? -1 : 1;
    return what === 'drift'
      ? { drift: { numerator: sign * numerator, denominator: 1_000_000 } }
      : { [what]: sign * ns };
  });

/** Every kind of fault that the protocol must survive once it has healed. */
export const SURVIVABLE: readonly FaultKind[] = Object.keys(DRAWS) as FaultKind[];

/** One fault of one of these kinds, that heals. */
export function runnableFault(topology: Topology, kinds: readonly FaultKind[]): fc.Arbitrary<Fault> {
  const times = {
    atNs: fc.oneof(fc.constant(0), atScale(TIME_NS_MIN, BEGIN_NS_MAX)),
    forNs: atScale(TIME_NS_MIN, LAST_NS_MAX),
  };
  const faults = kinds.map((kind) =>
    fc
      .tuple(fc.record(times), DRAWS[kind](topology))
      .map(([{ atNs, forNs }, rest]) => ({ kind, atNs, ...lasting(kind, forNs, rest), ...rest }) as Fault),
  );
  return fc.oneof(...(faults as [fc.Arbitrary<Fault>]));
}

/** How long, in the words of the kind. */
function lasting(kind: FaultKind, forNs: number, rest: object): object {
  if (kind === 'crash') return { restartNs: forNs };
  return kind === 'clock' && 'jumpNs' in rest ? {} : { forNs };
}

function someHosts({ hosts }: Topology): fc.Arbitrary<HostPlace> {
  const all = Array.from({ length: hosts }, (_, host) => host);
  return fc.oneof(
    fc.nat(hosts - 1).map((host) => ({ place: 'host' as const, hosts: [host] })),
    fc.constant({ place: 'all' as const, hosts: all }),
  );
}

function hostPlace({ hosts, nics }: Topology): fc.Arbitrary<FaultPlace> {
  const all = Array.from({ length: hosts }, (_, host) => host);
  const one = fc.nat(hosts - 1).map((host) => [host]);
  const whole = [
    fc.record({ place: fc.constant('link' as const), hosts: one }),
    fc.constant({ place: 'all' as const, hosts: all }),
  ];
  if (nics === 1) return fc.oneof(...whole);
  return fc.oneof(
    ...whole,
    fc.record({ place: fc.constant('nic' as const), hosts: one, nic: fc.nat(nics - 1) }),
  );
}

function somePlace(topology: Topology): fc.Arbitrary<FaultPlace> {
  const { switches, trunks } = blueprintOf(topology);
  const node = fc.record({ place: fc.constant('switch' as const), name: fc.constantFrom(...switches) });
  if (trunks.length === 0) return hostPlace(topology);
  const trunk = fc.constantFrom(...trunks).map(({ a, b }) => {
    const between: [string, string] = [switches[a] as string, switches[b] as string];
    return { place: 'trunk' as const, between };
  });
  return fc.oneof(hostPlace(topology), node, trunk);
}

/** Two sets of hosts, neither empty, with no host in both. */
function twoSides(hosts: number): fc.Arbitrary<[number[], number[]]> {
  const all = Array.from({ length: hosts }, (_, host) => host);
  return fc
    .subarray(all, { minLength: 1, maxLength: hosts - 1 })
    .map((ones) => [ones, all.filter((host) => !ones.includes(host))]);
}
