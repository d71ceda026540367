import fc from 'fast-check';
import type { Topology } from '../language/index.ts';

const core = fc.record({
  rateBps: fc.integer({ min: 1_000_000, max: 10_000_000_000_000 }),
  delayNs: fc.nat(1_000_000),
});

const link = fc.record({
  rateBps: fc.integer({ min: 1_000_000, max: 10_000_000_000_000 }),
  delayNs: fc.nat(1_000_000),
  mtuBytes: fc.integer({ min: 576, max: 65_535 }),
});

const bound = fc.oneof(
  fc.constant({}),
  fc.record({ portBytes: fc.integer({ min: 1_000_000, max: 9_000_000 }) }),
  fc.record({ portPackets: fc.integer({ min: 1, max: 1000 }) }),
);

const settings = fc
  .tuple(
    fc.record(
      {
        bufferBytes: fc.oneof(fc.integer({ min: 1_000_000, max: 10_000_000 }), fc.constant(Infinity)),
        ecnBytes: fc.nat(1_000_000),
        priorities: fc.integer({ min: 1, max: 8 }),
        spray: fc.constantFrom('packet' as const, 'ecmp' as const),
      },
      { requiredKeys: ['bufferBytes', 'priorities', 'spray'] },
    ),
    bound,
  )
  .map(([rest, port]) => ({ ...rest, ...port }));

const planesOf = fc
  .integer({ min: 1, max: 8 })
  .chain((nics) => fc.record({ nics: fc.constant(nics), planes: fc.integer({ min: 1, max: nics }) }));

const star = fc
  .record({ hosts: fc.integer({ min: 3, max: 200 }), link, switch: settings, planes: planesOf })
  .map(({ planes, ...rest }) => ({ kind: 'star' as const, ...rest, ...planes }));

const leafSpine = fc
  .record({
    leaves: fc.integer({ min: 2, max: 6 }),
    hostsPerLeaf: fc.integer({ min: 2, max: 20 }),
    spines: fc.integer({ min: 1, max: 5 }),
    link,
    core,
    switch: settings,
    planes: planesOf,
  })
  .map(({ planes, ...rest }) => {
    return { kind: 'leaf-spine' as const, ...rest, ...planes, hosts: rest.leaves * rest.hostsPerLeaf };
  });

const fatTree = fc
  .record({ k: fc.constantFrom(4, 6, 8), link, core, switch: settings, planes: planesOf })
  .map(({ planes, ...rest }) => {
    return { kind: 'fat-tree' as const, ...rest, ...planes, hosts: (rest.k * rest.k * rest.k) / 4 };
  });

/** Switches in a row, so that all are connected, and some more cables; NICs anywhere. */
const graph = fc
  .record({
    count: fc.integer({ min: 1, max: 5 }),
    nics: fc.integer({ min: 1, max: 3 }),
    hosts: fc.integer({ min: 3, max: 12 }),
    link,
    switch: settings,
    row: fc.array(core, { minLength: 4, maxLength: 4 }),
    more: fc.array(fc.tuple(fc.nat(4), fc.nat(4), core), { maxLength: 5 }),
    places: fc.array(fc.nat(4), { minLength: 36, maxLength: 36 }),
  })
  .map(({ count, row, more, places, ...rest }) => {
    const switches = ['a', 'b', 'edge-1', 'Z_9', 'null'].slice(0, count);
    const at = (i: number): string => switches[i % count]!;
    return {
      kind: 'graph' as const,
      ...rest,
      switches,
      attach: Array.from({ length: rest.hosts }, (_, host) =>
        Array.from({ length: rest.nics }, (_unused, nic) => at(places[host * rest.nics + nic]!)),
      ),
      trunks: [
        ...row
          .slice(0, count - 1)
          .map((cable, i) => ({ between: [at(i), at(i + 1)] as [string, string], ...cable })),
        ...more
          .filter(([a, b]) => at(a) !== at(b))
          .map(([a, b, cable]) => ({ between: [at(a), at(b)] as [string, string], ...cable })),
      ],
    };
  });

/** Three hosts at least. */
export const anyTopology: fc.Arbitrary<Topology> = fc.oneof(star, leafSpine, fatTree, graph);
