import { z } from 'zod';
import { fatTreeHosts } from '../../../sim/net/index.ts';
import type { CoreSettings, FatTreeTopology, LeafSpineTopology, StarTopology } from '../scenario.ts';
import { type Field, integer, record, unionError } from './field.ts';
import { type GraphDraft, graphLinks, graphSwitches } from './graph.ts';
import { linkDelay, linkRate, linkShape } from './link.ts';
import { switchShape } from './switch.ts';

export const TOPOLOGY_KINDS: readonly string[] = ['star', 'leaf-spine', 'fat-tree', 'graph'];

/** More hosts than a simulation in one process can hold. */
export const HOSTS_MAX = 10_000;
const NICS_MAX = 16;
const SWITCHES_MAX = 1024;
const K_MAX = 32;

/** A topology as written; only a graph needs to be checked further. */
export type TopologyDraft = StarTopology | LeafSpineTopology | FatTreeTopology | GraphDraft;

const nics = integer('NICs of each host.', 1, NICS_MAX, 1).prefault(1);
const planes = integer(
  'Copies of the switches; NIC k of each host is at copy k modulo their number.',
  1,
  NICS_MAX,
  1,
).prefault(1);

const common = { nics, link: linkShape.prefault({}), switch: switchShape.prefault({}) };

/** Left out, a cable between switches is like one of a host. */
const core = record('core', {
  rate: linkRate('Rate of each link between switches; absent: that of the host links.', '400Gbps').optional(),
  delay: linkDelay.optional(),
}).prefault({});

function coreOf(given: z.output<typeof core>, link: CoreSettings): CoreSettings {
  return { rateBps: given.rate ?? link.rateBps, delayNs: given.delay ?? link.delayNs };
}

type Issue = (path: string, message: string, remedy: string) => void;

/** Checks that concern several keys. */
function check<T extends { nics: number; planes: number }>(
  more: (value: T, issue: Issue) => void = () => undefined,
) {
  return (value: T, context: z.core.$RefinementCtx<T>): void => {
    const issue: Issue = (path, message, remedy) =>
      context.addIssue({ code: 'custom', path: [path], message: `${message}\n${remedy}` });
    if (value.planes > value.nics) {
      issue(
        'planes',
        `${value.planes} planes are more than the NICs of a host`,
        'raise topology.nics, or lower planes',
      );
    }
    more(value, issue);
  };
}

const star = record('topology', {
  kind: z.literal('star').meta({ description: 'Every host on one output-queued switch.' }),
  hosts: integer('Number of hosts.', 2, HOSTS_MAX, 16),
  ...common,
  planes,
}).superRefine(check());

const leafSpine = record('topology', {
  kind: z.literal('leaf-spine').meta({ description: 'Hosts at leaves, each leaf linked to every spine.' }),
  leaves: integer('Number of leaves.', 1, SWITCHES_MAX, 9),
  hostsPerLeaf: integer('Hosts at each leaf.', 1, HOSTS_MAX, 16),
  spines: integer('Number of spines.', 1, SWITCHES_MAX, 4),
  ...common,
  planes,
  core,
})
  .superRefine(
    check(({ leaves, hostsPerLeaf }, issue) => {
      const hosts = leaves * hostsPerLeaf;
      if (hosts >= 2 && hosts <= HOSTS_MAX) return;
      issue('hostsPerLeaf', `this makes ${hosts} hosts`, `make it 2..${HOSTS_MAX} hosts in all`);
    }),
  )
  .transform(({ core: given, ...rest }): LeafSpineTopology => {
    return { ...rest, hosts: rest.leaves * rest.hostsPerLeaf, core: coreOf(given, rest.link) };
  });

const fatTree = record('topology', {
  kind: z.literal('fat-tree').meta({ description: 'The fat tree of k-port switches, with k³/4 hosts.' }),
  k: integer('Ports of each switch, an even number.', 2, K_MAX, 4),
  ...common,
  planes,
  core,
})
  .superRefine(
    check(({ k }, issue) => {
      if (k % 2 !== 0) issue('k', `${k} is odd`, `write ${k - 1} or ${k + 1}`);
    }),
  )
  .transform(({ core: given, ...rest }): FatTreeTopology => {
    return { ...rest, hosts: fatTreeHosts(rest.k), core: coreOf(given, rest.link) };
  });

const graph = record('topology', {
  kind: z.literal('graph').meta({ description: 'Any switches, linked in any way.' }),
  hosts: integer('Number of hosts.', 2, HOSTS_MAX, 4),
  ...common,
  switches: graphSwitches,
  links: graphLinks,
});

export const topologyShape: Field<TopologyDraft> = z.discriminatedUnion(
  'kind',
  [star, leafSpine, fatTree, graph],
  { error: unionError('topology', 'kind', TOPOLOGY_KINDS, []) },
);
