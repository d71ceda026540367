import fc from 'fast-check';
import type {
  LeafSpineTopology,
  LinkSettings,
  StarTopology,
  SwitchSettings,
  Topology,
} from '../language/index.ts';

const GBPS = 1_000_000_000;
const rate = fc.constantFrom(100, 10, 25, 1).map((gbps) => gbps * GBPS);
const delay = fc.constantFrom(650, 100, 5000, 20_000);

const link: fc.Arbitrary<LinkSettings> = fc.record({
  rateBps: rate,
  delayNs: delay,
  mtuBytes: fc.constantFrom(1500, 9000, 1280, 4096),
});

/** A buffer holds a few packets of each host at least: what it drops is a fault of the network, and not its whole capacity. */
const settings: fc.Arbitrary<SwitchSettings> = fc
  .record({
    bufferBytes: fc.constantFrom(500_000, 100_000, 2_000_000, Infinity),
    marks: fc.boolean(),
    ecnBytes: fc.constantFrom(75_000, 15_000),
    priorities: fc.constantFrom(8, 1, 2),
    spray: fc.constantFrom('packet' as const, 'ecmp' as const),
  })
  .map(({ marks, ecnBytes, ...rest }) => (marks ? { ...rest, ecnBytes } : rest));

const core = fc.record({ rateBps: rate, delayNs: delay });
/** One NIC of each host, or two, in one network or in one for each. */
const rails = fc.constantFrom({ nics: 1, planes: 1 }, { nics: 2, planes: 1 }, { nics: 2, planes: 2 });
const common = { link, switch: settings, rails };

/** Networks of `hostsMax` hosts at most, 2 at least, in which every host reaches every other. */
export function runnableTopology(hostsMax: number): fc.Arbitrary<Topology> {
  return anyShape(hostsMax).map(({ rails: { nics, planes }, ...shape }) => ({ ...shape, nics, planes }));
}

type Shape<T> = T extends Topology
  ? Omit<T, 'nics' | 'planes'> & { rails: { nics: number; planes: number } }
  : never;

function anyShape(hostsMax: number): fc.Arbitrary<Shape<StarTopology | LeafSpineTopology>> {
  const star = fc.record({
    kind: fc.constant('star' as const),
    hosts: fc.integer({ min: 2, max: hostsMax }),
    ...common,
  });
  if (hostsMax < 4) return star;
  const leafSpine = fc
    .record({
      kind: fc.constant('leaf-spine' as const),
      leaves: fc.integer({ min: 2, max: Math.min(3, Math.floor(hostsMax / 2)) }),
      spines: fc.integer({ min: 1, max: 3 }),
      core,
      ...common,
    })
    .chain((tree) =>
      fc
        .integer({ min: 1, max: Math.floor(hostsMax / tree.leaves) })
        .map((hostsPerLeaf) => ({ ...tree, hostsPerLeaf, hosts: tree.leaves * hostsPerLeaf })),
    );
  return fc.oneof({ arbitrary: star, weight: 2 }, { arbitrary: leafSpine, weight: 1 });
}
