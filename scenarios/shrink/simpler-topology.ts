import type { Fault, Scenario, StarTopology, Topology } from '../language/index.ts';
import { allHosts, keepHosts } from './keep-hosts.ts';

/** The same hosts at one switch. Faults between switches go, or act everywhere. */
export function asStar(scenario: Scenario, between: 'gone' | 'everywhere'): Scenario {
  const { hosts, link, switch: settings } = scenario.topology;
  const topology: StarTopology = { kind: 'star', hosts, nics: 1, planes: 1, link, switch: settings };
  const faults = scenario.faults.flatMap((fault): Fault[] => {
    if (!('on' in fault)) return [fault];
    const { on } = fault;
    if (on.place === 'nic') return [{ ...fault, on: { place: 'link', hosts: on.hosts } } as Fault];
    if (on.place !== 'trunk' && on.place !== 'switch') return [fault];
    return between === 'gone' ? [] : [{ ...fault, on: { place: 'all', hosts: allHosts(hosts) } } as Fault];
  });
  return { ...scenario, topology, faults };
}

/** The same with one part less each: a host of each leaf, a leaf, a spine, two ports, a host, a switch. */
export function withPartsLess(scenario: Scenario): Scenario[] {
  const { topology } = scenario;
  switch (topology.kind) {
    case 'star':
      return [];
    case 'leaf-spine': {
      const { leaves, hostsPerLeaf, spines } = topology;
      const smaller = (size: Partial<typeof topology>, keeps: (leaf: number, place: number) => boolean) => {
        const whole = { ...topology, ...size };
        const kept = allHosts(topology.hosts).filter((host) =>
          keeps(Math.floor(host / hostsPerLeaf), host % hostsPerLeaf),
        );
        return keepHosts(scenario, kept, { ...whole, hosts: whole.leaves * whole.hostsPerLeaf });
      };
      const everything = (): boolean => true;
      return present([
        ...allHosts(leaves > 2 ? leaves : 0).map((gone) =>
          smaller({ leaves: leaves - 1 }, (leaf) => leaf !== gone),
        ),
        ...allHosts(hostsPerLeaf > 1 ? hostsPerLeaf : 0).map((gone) =>
          smaller({ hostsPerLeaf: hostsPerLeaf - 1 }, (_, place) => place !== gone),
        ),
        spines > 1 ? smaller({ spines: spines - 1 }, everything) : undefined,
      ]);
    }
    case 'fat-tree': {
      const k = topology.k - 2;
      const hosts = (k * k * k) / 4;
      return present([k < 2 ? undefined : keepHosts(scenario, allHosts(hosts), { ...topology, k, hosts })]);
    }
    case 'graph':
      return present([
        ...allHosts(topology.hosts).map((gone) => withoutHost(scenario, topology, gone)),
        ...topology.switches.map((gone) => withoutSwitch(scenario, topology, gone)),
      ]);
  }
}

type GraphTopology = Extract<Topology, { kind: 'graph' }>;

function withoutHost(scenario: Scenario, topology: GraphTopology, gone: number): Scenario | undefined {
  const kept = allHosts(topology.hosts).filter((host) => host !== gone);
  const attach = topology.attach.filter((_, host) => host !== gone);
  return keepHosts(scenario, kept, { ...topology, hosts: kept.length, attach });
}

/** A switch without hosts. */
function withoutSwitch(scenario: Scenario, topology: GraphTopology, gone: string): Scenario | undefined {
  if (topology.attach.flat().includes(gone)) return undefined;
  const switches = topology.switches.filter((name) => name !== gone);
  const trunks = topology.trunks.filter(({ between }) => !between.includes(gone));
  return { ...scenario, topology: { ...topology, switches, trunks } };
}

function present<T>(list: readonly (T | undefined)[]): T[] {
  return list.filter((item) => item !== undefined);
}
