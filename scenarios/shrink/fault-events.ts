import type { Fault, Scenario } from '../language/index.ts';

/** One thing that was injected: a fault as a whole, or one of the packets that it lists. */
export interface FaultEvent {
  fault: number;
  /** Place in the fault's list of packets; absent: the whole fault. */
  hit?: number;
}

export function faultEvents({ faults }: Scenario): FaultEvent[] {
  return faults.flatMap((fault, i): FaultEvent[] =>
    isListed(fault) ? fault.packets.map((_, hit) => ({ fault: i, hit })) : [{ fault: i }],
  );
}

/** The same with these events alone. */
export function withFaultEvents(scenario: Scenario, events: readonly FaultEvent[]): Scenario {
  const faults = scenario.faults.flatMap((fault, i): Fault[] => {
    const mine = events.filter((event) => event.fault === i);
    if (mine.length === 0) return [];
    return isListed(fault) ? [keepHits(fault, new Set(mine.map(({ hit }) => hit)))] : [fault];
  });
  return { ...scenario, faults };
}

export type ListedFault = Extract<Fault, { packets?: unknown }> & { packets: number[] };

export function isListed(fault: Fault): fault is ListedFault {
  return 'packets' in fault && fault.packets !== undefined;
}

function keepHits(fault: ListedFault, kept: ReadonlySet<number | undefined>): Fault {
  const keep = <T>(list: readonly T[]): T[] => list.filter((_, hit) => kept.has(hit));
  const packets = keep(fault.packets);
  if (fault.kind === 'reorder') return { ...fault, packets, delaysNs: keep(fault.delaysNs) };
  if (fault.kind === 'corrupt') return { ...fault, packets, bits: keep(fault.bits) };
  return { ...fault, packets } as Fault;
}
