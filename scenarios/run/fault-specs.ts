import { HostFaultKind, type HostFaultSpec, type World } from '../../sim/host/index.ts';
import type { FaultSpec, Line, Link, Network } from '../../sim/net/index.ts';
import type { Fault, FaultPlace, HostFault, NetworkFault } from '../language/index.ts';

/** A fault of a scenario, as the network takes it. */
export function faultSpec(fault: NetworkFault, network: Network): FaultSpec {
  const window = { atNs: fault.atNs, ...(fault.forNs === undefined ? {} : { forNs: fault.forNs }) };
  switch (fault.kind) {
    case 'partition': {
      const [first, second] = fault.between.map((hosts) => hosts.map((host) => network.host(host)));
      return {
        ...window,
        kind: fault.kind,
        between: [first ?? [], second ?? []],
        direction: fault.direction,
      };
    }
    case 'nic-down':
      return { ...window, kind: fault.kind, on: linksOf(fault.on, network) };
    case 'link-down':
      return { ...window, kind: fault.kind, on: linesOf(fault.on, network) };
    case 'rate':
      return { ...window, kind: fault.kind, limit: fault.limit, on: linesOf(fault.on, network) };
    case 'mtu':
      return { ...window, kind: fault.kind, mtuBytes: fault.mtuBytes, on: linesOf(fault.on, network) };
    default: {
      const { atNs: _at, forNs: _for, on, ...rest } = fault;
      return { ...window, ...rest, on: linesOf(on, network) };
    }
  }
}

export function hostFaultSpec(fault: HostFault, world: World): HostFaultSpec {
  return { ...fault, on: fault.on.hosts.map((host) => world.host(host)) };
}

export function isOfHosts(fault: Fault): fault is HostFault {
  return Object.hasOwn(HostFaultKind, fault.kind);
}

/** The cables of hosts at a place. */
function linksOf(place: FaultPlace, network: Network): Link[] {
  switch (place.place) {
    case 'nic':
      return place.hosts.map((host) => network.link(host, place.nic));
    case 'switch':
    case 'trunk':
      return [];
    default:
      return place.hosts.flatMap((host) => network.host(host).links);
  }
}

function linesOf(place: FaultPlace, network: Network): readonly Line[] {
  switch (place.place) {
    case 'all':
      return network.lines;
    case 'switch':
      return network.linesAt(network.switch(place.name));
    case 'trunk': {
      const ends = place.between.map((name) => network.switch(name));
      const trunks = network.trunks.filter(({ from, to }) => ends.includes(from) && ends.includes(to));
      return trunks.flatMap(({ there, back }) => [there, back]);
    }
    case 'from':
      return linksOf(place, network).map(({ up }) => up);
    case 'to':
      return linksOf(place, network).map(({ down }) => down);
    default:
      return linksOf(place, network).flatMap(({ up, down }) => [up, down]);
  }
}
