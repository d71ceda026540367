import type { Injection } from '../../sim/net/index.ts';
import type { Fault, Scenario } from '../language/index.ts';
import { cablesOf } from './places.ts';

/** Faults that hit single packets, by a share of them or by their numbers. */
type PacketFault = Extract<Fault, { rate?: unknown }>;

/**
 * The same scenario, with a fault of its own for each cable where packets are hit at random. It runs as the given one does, but
 * for the names of faults in the trace.
 */
export function splitFaults(scenario: Scenario): Scenario {
  const faults = scenario.faults.flatMap((fault): Fault[] => {
    if (!isByRate(fault)) return [fault];
    return cablesOf(fault.on, scenario.topology).map((on) => ({ ...fault, on }));
  });
  return { ...scenario, faults };
}

/**
 * The same scenario, with the packets that were hit listed: it injects again what a run has injected, whatever its seed. Faults that
 * hit nothing are gone.
 *
 * @param injections of a run of exactly this scenario, `RunOutcome.injections`
 */
export function concreteScenario(
  scenario: Scenario,
  injections: readonly (readonly Injection[])[],
): Scenario {
  const faults = scenario.faults.flatMap((fault, i): Fault[] => {
    if (!isByRate(fault)) return [fault];
    const hits = injections[i] ?? [];
    return hits.length === 0 ? [] : [listed(fault, hits)];
  });
  return { ...scenario, faults };
}

function isByRate(fault: Fault): fault is PacketFault {
  return 'rate' in fault && fault.rate !== undefined;
}

function listed(fault: PacketFault, hits: readonly Injection[]): Fault {
  const { atNs, forNs, on } = fault;
  const packets = hits.map(({ packet }) => packet);
  const common = { atNs, ...(forNs === undefined ? {} : { forNs }), packets, on };
  switch (fault.kind) {
    case 'burst-loss':
      return { kind: 'loss', ...common };
    case 'reorder':
      return { kind: fault.kind, ...common, delaysNs: hits.map(({ delayNs }) => delayNs) };
    case 'delay':
      return { kind: fault.kind, ...common, delayNs: fault.delayNs };
    case 'corrupt':
      return { kind: fault.kind, ...common, bits: hits.map(({ bits }) => [...bits]) };
    default:
      return { kind: fault.kind, ...common };
  }
}
