import type { BitsPerSecond } from '../../../protocol/index.ts';
import {
  fatTreeBlueprint,
  graphBlueprint,
  leafSpineBlueprint,
  starBlueprint,
  type Blueprint,
} from '../../../sim/net/index.ts';
import { type Path, quote } from '../problem.ts';
import type { GraphTopology, Topology, TrunkSettings } from '../scenario.ts';
import { selectHosts } from '../selector.ts';
import type { CableDraft, GraphDraft } from '../shape/graph.ts';
import type { TopologyDraft } from '../shape/topology.ts';
import { suggest } from '../suggest.ts';
import type { Findings } from './findings.ts';

/** Which switches and links a topology stands for. */
export function blueprintOf(topology: Topology): Blueprint {
  switch (topology.kind) {
    case 'star':
      return starBlueprint(topology);
    case 'leaf-spine':
      return leafSpineBlueprint(topology);
    case 'fat-tree':
      return fatTreeBlueprint(topology);
    case 'graph':
      return graphBlueprint(topology);
  }
}

/** Of all cables: between switches there may be less than at the hosts, and all may have to go through one. */
export function slowestBps(topology: Topology): BitsPerSecond {
  return Math.min(topology.link.rateBps, ...blueprintOf(topology).trunks.map(({ rateBps }) => rateBps));
}

/** What to change in a file for a topology of so many hosts. */
export function raiseHosts(topology: { kind: Topology['kind'] }): (hosts: number) => string {
  switch (topology.kind) {
    case 'leaf-spine':
      return () => 'raise topology.leaves or topology.hostsPerLeaf';
    case 'fat-tree':
      return () => 'raise topology.k';
    default:
      return (hosts) => `raise topology.hosts to ${hosts}`;
  }
}

/** Checks the parts of a topology against each other; what is wrong is added to `findings`. */
export function resolveTopology(draft: TopologyDraft, findings: Findings): Topology | undefined {
  return draft.kind === 'graph' ? new GraphResolver(draft, findings).resolve() : draft;
}

const PATH = ['topology'];

class GraphResolver {
  readonly #draft: GraphDraft;
  readonly #findings: Findings;
  readonly #names: ReadonlySet<string>;
  /** By host, then by NIC. */
  readonly #attach: (string | undefined)[][];
  readonly #trunks: TrunkSettings[] = [];

  constructor(draft: GraphDraft, findings: Findings) {
    this.#draft = draft;
    this.#findings = findings;
    this.#names = new Set(draft.switches);
    this.#attach = Array.from({ length: draft.hosts }, () => {
      return Array.from({ length: draft.nics }, () => undefined);
    });
  }

  resolve(): GraphTopology | undefined {
    const before = this.#findings.problems.length;
    const { kind, hosts, nics, link, switch: settings, switches, links } = this.#draft;
    switches.forEach((one, i) => {
      if (switches.indexOf(one) < i)
        this.#add(['switches', i], `the name ${quote(one)} appears twice`, 'remove one of them');
    });
    const all = switches.indexOf('all');
    if (all >= 0) this.#add(['switches', all], 'all stands for all hosts', 'give the switch another name');
    if (switches.length === 0)
      this.#add(['switches'], 'there is no switch', 'name at least one, for example [a]');
    links.forEach((cable, i) => this.#link(cable, ['links', i]));
    if (this.#findings.problems.length > before) return undefined;
    this.#checkAttached();
    if (this.#findings.problems.length > before) return undefined;
    const attach = this.#attach as string[][];
    const graph = { kind, hosts, nics, link, switch: settings, switches, attach, trunks: this.#trunks };
    this.#checkReachable(graph);
    return graph;
  }

  #add(path: Path, message: string, remedy: string): void {
    this.#findings.add([...PATH, ...path], message, remedy);
  }

  #link(cable: CableDraft, path: Path): void {
    const [first, second] = cable.between;
    if (first === undefined || second === undefined || cable.between.length > 2) {
      this.#add(
        [...path, 'between'],
        'a cable has two ends',
        'write for example between: [host[0..3], a] or [a, b]',
      );
      return;
    }
    const names = [first, second].flatMap((end) => ('switch' in end ? [end.switch] : []));
    const unknown = names.find((one) => !this.#names.has(one));
    if (unknown !== undefined) {
      const remedy = suggest(unknown, [...this.#names], 'switches');
      this.#add([...path, 'between'], `there is no switch ${quote(unknown)}`, remedy);
    } else if (names.length === 2) {
      this.#trunk(cable, names as [string, string], path);
    } else if (names.length === 0) {
      this.#add([...path, 'between'], 'a cable leads from hosts to hosts', 'link both to a switch');
    } else {
      this.#plugIn(cable, names[0] as string, path);
    }
  }

  #trunk(cable: CableDraft, [a, b]: [string, string], path: Path): void {
    if (a === b) {
      this.#add([...path, 'between'], `a cable leads from ${a} to itself`, 'name two switches');
      return;
    }
    const { link } = this.#draft;
    for (let i = 0; i < cable.count; i++) {
      const rateBps = cable.rate ?? link.rateBps;
      this.#trunks.push({ between: [a, b], rateBps, delayNs: cable.delay ?? link.delayNs });
    }
  }

  #plugIn(cable: CableDraft, at: string, path: Path): void {
    const { hosts: count, nics } = this.#draft;
    const given = (['rate', 'delay'] as const).find((key) => cable[key] !== undefined);
    if (given !== undefined) {
      this.#add(
        [...path, given],
        'the cables of hosts are all alike',
        `remove ${given}: topology.link.${given} says it`,
      );
      return;
    }
    if (cable.nic >= nics) {
      const message = `a host has no NIC ${cable.nic}: topology.nics is ${nics}`;
      this.#add([...path, 'nic'], message, `raise topology.nics to ${cable.nic + 1}`);
      return;
    }
    const end = cable.between.find((one) => 'hosts' in one) as { hosts: Parameters<typeof selectHosts>[0] };
    const chosen = selectHosts(end.hosts, count, raiseHosts(this.#draft));
    const hosts = this.#findings.take([...PATH, ...path, 'between'], chosen) ?? [];
    for (const host of hosts) {
      const ports = this.#attach[host] as (string | undefined)[];
      if (ports[cable.nic] !== undefined) {
        const message = `NIC ${cable.nic} of host[${host}] is linked twice`;
        this.#add([...path, 'between'], message, 'link each NIC once; nic: 1 is the second of a host');
        return;
      }
      ports[cable.nic] = at;
    }
  }

  #checkAttached(): void {
    for (const [host, ports] of this.#attach.entries()) {
      const nic = ports.indexOf(undefined);
      if (nic < 0) continue;
      const which = this.#draft.nics === 1 ? `host[${host}]` : `NIC ${nic} of host[${host}]`;
      const remedy = `add for example { between: [host[${host}], ${this.#draft.switches[0]}]${nic === 0 ? '' : `, nic: ${nic}`} }`;
      this.#add(['links'], `${which} is linked to no switch`, remedy);
      return;
    }
  }

  /** NIC k of every host must reach NIC k of every other. */
  #checkReachable({ attach, trunks, nics }: GraphTopology): void {
    const near = new Map<string, string[]>([...this.#names].map((one) => [one, []]));
    for (const {
      between: [a, b],
    } of trunks) {
      near.get(a)?.push(b);
      near.get(b)?.push(a);
    }
    for (let nic = 0; nic < nics; nic++) {
      const reached = new Set([attach[0]?.[nic] as string]);
      for (const at of reached) for (const next of near.get(at) ?? []) reached.add(next);
      const host = attach.findIndex((ports) => !reached.has(ports[nic] as string));
      if (host < 0) continue;
      const message = `no path leads from NIC ${nic} of host[0] to that of host[${host}]`;
      this.#add(
        ['links'],
        message,
        `link ${attach[0]?.[nic]} and ${attach[host]?.[nic]}, over other switches or directly`,
      );
      return;
    }
  }
}
