import type { CoreSettings, GraphTopology, LinkSettings, SwitchSettings, Topology } from './scenario.ts';
import { formatHosts } from './selector.ts';
import { formatDuration, formatRate, formatSize } from './unit.ts';

/** A topology as in a file. */
export function printTopology(topology: Topology): object {
  const { kind, nics } = topology;
  const rest = {
    nics,
    ...('planes' in topology && topology.planes > 1 && { planes: topology.planes }),
    link: printLink(topology.link),
    ...('core' in topology && { core: printCore(topology.core) }),
    switch: printSwitch(topology.switch),
  };
  switch (topology.kind) {
    case 'star':
      return { kind, hosts: topology.hosts, ...rest };
    case 'leaf-spine': {
      const { leaves, hostsPerLeaf, spines } = topology;
      return { kind, leaves, hostsPerLeaf, spines, ...rest };
    }
    case 'fat-tree':
      return { kind, k: topology.k, ...rest };
    case 'graph': {
      const { hosts, switches } = topology;
      return { kind, hosts, ...rest, switches, links: printLinks(topology) };
    }
  }
}

function printLink({ rateBps, delayNs, mtuBytes }: LinkSettings): object {
  return { rate: formatRate(rateBps), delay: formatDuration(delayNs), mtu: mtuBytes };
}

function printCore({ rateBps, delayNs }: CoreSettings): object {
  return { rate: formatRate(rateBps), delay: formatDuration(delayNs) };
}

function printSwitch(settings: SwitchSettings): object {
  const { bufferBytes, portBytes, portPackets, ecnBytes, priorities, spray } = settings;
  return {
    buffer: Number.isFinite(bufferBytes) ? formatSize(bufferBytes) : 'unlimited',
    ...(portBytes !== undefined && { port: formatSize(portBytes) }),
    ...(portPackets !== undefined && { port: `${portPackets}packets` }),
    ...(ecnBytes !== undefined && { ecn: formatSize(ecnBytes) }),
    priorities,
    spray,
  };
}

/** Hosts in as few entries as possible, then trunks one by one. */
function printLinks({ attach, switches, trunks, nics }: GraphTopology): object[] {
  const cables: object[] = [];
  for (let nic = 0; nic < nics; nic++) {
    for (const name of switches) {
      const hosts = attach.flatMap((ports, host) => (ports[nic] === name ? [host] : []));
      if (hosts.length === 0) continue;
      for (const range of formatHosts(hosts, -1)) {
        cables.push({ between: [range, name], ...(nic > 0 && { nic }) });
      }
    }
  }
  for (const { between, ...core } of trunks) cables.push({ between: [...between], ...printCore(core) });
  return cables;
}
