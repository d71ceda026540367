import fc from 'fast-check';
import { blueprintOf, type Fault, type Ratio, type Topology } from '../language/index.ts';

export const anyRatio: fc.Arbitrary<Ratio> = fc
  .integer({ min: 1, max: 1_000_000_000 })
  .chain((denominator) =>
    fc.record({ numerator: fc.nat(denominator), denominator: fc.constant(denominator) }),
  );

/** Any fault that this version can say of a topology. */
export function anyFault(topology: Topology, untilNs: number): fc.Arbitrary<Fault> {
  const window = fc.record(
    { atNs: fc.nat(untilNs - 1), forNs: fc.integer({ min: 1, max: untilNs }) },
    { requiredKeys: ['atNs'] },
  );
  const on = anyPlace(topology);
  const with_ = <T>(kind: string, more: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<T> =>
    fc.tuple(window, fc.record(more)).map(([times, rest]) => ({ kind, ...times, ...rest }) as T);
  const delayNs = fc.integer({ min: 1, max: 1_000_000 });
  const listed = (numbers: number): fc.Arbitrary<number[]> =>
    fc
      .uniqueArray(fc.integer({ min: 1, max: 1_000_000 }), { minLength: numbers, maxLength: numbers })
      .map((list) => list.sort((a, b) => a - b));
  const bits = fc.array(fc.nat(65_535), { minLength: 1, maxLength: 3 });
  const plain = ['loss', 'duplicate', 'corrupt', 'ecn-bleach', 'icmp'].map((kind) =>
    with_<Fault>(kind, { rate: anyRatio, on }),
  );
  const late = ['reorder', 'delay'].map((kind) => with_<Fault>(kind, { rate: anyRatio, on, delayNs }));
  const half = anyRatio.map(({ numerator, denominator }) => ({ numerator, denominator: 2 * denominator }));
  const share = anyRatio.filter(({ numerator }) => numerator > 0);
  const mtuBytes = fc.integer({ min: 68, max: topology.link.mtuBytes - 1 });
  return fc.oneof(
    ...plain,
    ...late,
    ...['loss', 'duplicate', 'ecn-bleach', 'icmp'].map((kind) =>
      with_<Fault>(kind, { packets: fc.integer({ min: 1, max: 5 }).chain(listed), on }),
    ),
    with_<Fault>('delay', { packets: listed(3), on, delayNs }),
    with_<Fault>('reorder', { packets: listed(2), on, delaysNs: fc.tuple(delayNs, delayNs) }),
    with_<Fault>('corrupt', { packets: listed(2), on, bits: fc.tuple(bits, bits) }),
    with_<Fault>('burst-loss', {
      rate: half.filter(({ denominator }) => denominator <= 1_000_000_000),
      on,
      burst: fc.integer({ min: 1, max: 1000 }),
    }),
    with_<Fault>('rate', { on, limit: fc.oneof(share, fc.integer({ min: 1, max: 1_000_000_000 })) }),
    with_<Fault>('mtu', { on, mtuBytes }),
    with_<Fault>('link-down', { on }),
    with_<Fault>('nic-down', { on: anyHostPlace(topology) }),
    ...hostFaults(topology, untilNs),
    with_<Fault>('partition', {
      between: anySides(topology.hosts),
      direction: fc.constantFrom('both', 'to', 'from'),
    }),
  );
}

function hostFaults(topology: Topology, untilNs: number): fc.Arbitrary<Fault>[] {
  const all = Array.from({ length: topology.hosts }, (_, host) => host);
  const on = fc.oneof(
    fc.constant({ place: 'all' as const, hosts: all }),
    fc
      .tuple(fc.nat(topology.hosts - 1), fc.nat(topology.hosts - 1))
      .map(([a, b]) => ({ place: 'host' as const, hosts: all.slice(Math.min(a, b), Math.max(a, b) + 1) })),
  );
  const atNs = fc.nat(untilNs - 1);
  const someNs = fc.integer({ min: 1, max: untilNs });
  type Draws = Record<string, fc.Arbitrary<unknown>>;
  const of = (kind: string, must: Draws, may: Draws): fc.Arbitrary<Fault> =>
    fc
      .tuple(fc.record({ atNs, on, ...must }), fc.record(may, { requiredKeys: [] }))
      .map(([given, more]) => ({ kind, ...given, ...more }) as unknown as Fault);
  const step = fc.tuple(someNs, fc.constantFrom(1, -1)).map(([ns, sign]) => sign * ns);
  const drift = fc
    .tuple(anyRatio, fc.constantFrom(1, -1))
    .filter(([{ numerator, denominator }]) => numerator > 0 && numerator < denominator)
    .map(([{ numerator, denominator }, sign]) => ({ numerator: sign * numerator, denominator }));
  return [
    of('crash', {}, { restartNs: someNs }),
    of('pause', {}, { forNs: someNs }),
    of('clock', { offsetNs: step }, { drift, jumpNs: step, forNs: someNs }),
    of('clock', { drift }, { forNs: someNs }),
    of('clock', { jumpNs: step }, {}),
    of('slow-app', { delayNs: someNs }, { everyNs: someNs, forNs: someNs }),
    of('slow-app', { everyNs: someNs }, { forNs: someNs }),
    of('exhaust', { roomBytes: fc.integer({ min: 1, max: 1_000_000 }) }, { forNs: someNs }),
  ];
}

function anyHostPlace({ hosts, nics }: Topology) {
  const all = Array.from({ length: hosts }, (_, host) => host);
  const range = fc
    .tuple(fc.nat(hosts - 1), fc.nat(hosts - 1))
    .map(([a, b]) => all.slice(Math.min(a, b), Math.max(a, b) + 1));
  return fc.oneof(
    fc.constant({ place: 'all' as const, hosts: all }),
    fc.record({ place: fc.constantFrom('host' as const, 'link' as const), hosts: range }),
    fc.record({ place: fc.constant('nic' as const), hosts: range, nic: fc.nat(nics - 1) }),
  );
}

function anyPlace(topology: Topology) {
  const { switches, trunks } = blueprintOf(topology);
  const name = fc.constantFrom(...switches);
  const node = fc.record({ place: fc.constant('switch' as const), name });
  if (trunks.length === 0) return fc.oneof(anyHostPlace(topology), node);
  const trunk = fc
    .constantFrom(...trunks)
    .map(({ a, b }) => ({ place: 'trunk' as const, between: [switches[a]!, switches[b]!] }));
  return fc.oneof(anyHostPlace(topology), node, trunk);
}

/** Two sets of hosts, neither empty, with no host in both. */
function anySides(hosts: number) {
  const sides = fc.array(fc.constantFrom(0, 1, 2), { minLength: hosts, maxLength: hosts });
  return sides.map((side) => {
    // The first two hosts keep both sides from being empty.
    const of = (which: number): number[] =>
      side.flatMap((one, host) => ((host < 2 ? host : one) === which ? [host] : []));
    return [of(0), of(1)] as [number[], number[]];
  });
}
