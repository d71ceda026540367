import type { Fault, FaultPlace, Scenario, Topology, Workload } from '../language/index.ts';

/** The same with these hosts alone, numbered anew. What had to do with the others alone is gone; undefined: so is all. */
export function keepHosts(
  scenario: Scenario,
  kept: readonly number[],
  topology: Topology,
): Scenario | undefined {
  const numbers = new Map(kept.map((host, i) => [host, i]));
  const renumbered = (hosts: readonly number[]): number[] => hosts.flatMap((host) => numbers.get(host) ?? []);
  const workloads = scenario.workloads
    .map((workload) => ({ ...workload, from: renumbered(workload.from), to: renumbered(workload.to) }))
    .filter(callsSomebody);
  if (workloads.length === 0) return undefined;
  const faults = scenario.faults.flatMap((fault) => faultAmong(fault, renumbered, topology.hosts));
  return { ...scenario, topology, workloads: withoutLostDependencies(workloads), faults };
}

export function callsSomebody({ from, to }: Workload): boolean {
  return from.length > 0 && to.length > 0 && !(from.length === 1 && to.length === 1 && from[0] === to[0]);
}

/** Workloads may have gone that others wait for. */
export function withoutLostDependencies(workloads: readonly Workload[]): Workload[] {
  const names = new Set(workloads.map(({ name }) => name));
  return workloads.map((workload) => {
    return { ...workload, after: workload.after.filter((dependency) => names.has(dependency.workload)) };
  });
}

function faultAmong(
  fault: Fault,
  renumbered: (hosts: readonly number[]) => number[],
  hosts: number,
): Fault[] {
  if (fault.kind === 'partition') {
    const between = fault.between.map(renumbered) as [number[], number[]];
    return between.every((side) => side.length > 0) ? [{ ...fault, between }] : [];
  }
  const on = placeAmong(fault.on, renumbered, hosts);
  return on === undefined ? [] : [{ ...fault, on } as Fault];
}

function placeAmong(
  place: FaultPlace,
  renumbered: (hosts: readonly number[]) => number[],
  hosts: number,
): FaultPlace | undefined {
  if (!('hosts' in place)) return place;
  if (place.place === 'all') return { ...place, hosts: allHosts(hosts) };
  const left = renumbered(place.hosts);
  return left.length === 0 ? undefined : { ...place, hosts: left };
}

export function allHosts(hosts: number): number[] {
  return Array.from({ length: hosts }, (_, host) => host);
}
