import { blueprintOf } from '../language/index.ts';
import type { FaultPlace, Topology } from '../language/index.ts';

/**
 * The single cables of a place, in the order of the network's lines, so that a fault there and the same fault at each of them draw the same.
 * Several cables between the same two switches are one.
 */
export function cablesOf(place: FaultPlace, topology: Topology): FaultPlace[] {
  switch (place.place) {
    case 'trunk':
      return [place];
    case 'nic':
      return place.hosts.map((host) => ({ place: 'nic', hosts: [host], nic: place.nic }));
    case 'from':
    case 'to':
      return place.hosts.map((host) => ({ place: place.place, hosts: [host] }));
    case 'switch':
      return [...nicsAt(place.name, topology), ...trunksOf(topology, place.name)];
    case 'all':
      return [...place.hosts.map(linkOf), ...trunksOf(topology)];
    default:
      return place.hosts.map(linkOf);
  }
}

function linkOf(host: number): FaultPlace {
  return { place: 'link', hosts: [host] };
}

function nicsAt(name: string, topology: Topology): FaultPlace[] {
  const { homes, switches } = blueprintOf(topology);
  const { nics } = topology;
  return homes.flatMap((home, i): FaultPlace[] => {
    const hosts = [Math.floor(i / nics)];
    if (switches[home] !== name) return [];
    return [nics === 1 ? { place: 'link', hosts } : { place: 'nic', hosts, nic: i % nics }];
  });
}

function trunksOf(topology: Topology, at?: string): FaultPlace[] {
  const { switches, trunks } = blueprintOf(topology);
  const pairs = new Map<string, FaultPlace>();
  for (const { a, b } of trunks) {
    const between: [string, string] = [switches[a] as string, switches[b] as string];
    if (at !== undefined && !between.includes(at)) continue;
    const key = [...between].sort().join(' ');
    if (!pairs.has(key)) pairs.set(key, { place: 'trunk', between });
  }
  return [...pairs.values()];
}
