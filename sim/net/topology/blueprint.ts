import type { CoreConfig } from './config.ts';

/** A link between two switches, by index. */
export interface TrunkPlan extends CoreConfig {
  readonly a: number;
  readonly b: number;
}

/** Which switches there are and what is linked to what; all else is alike in the whole network. */
export interface Blueprint {
  readonly hosts: number;
  /** Names. */
  readonly switches: readonly string[];
  /** By host × NICs per host + NIC: index of the switch that the NIC is at. */
  readonly homes: readonly number[];
  readonly trunks: readonly TrunkPlan[];
}

/** The parts of one plane, by index within the plane. */
export interface PlanePlan {
  readonly switches: readonly string[];
  /** By host. */
  readonly homes: readonly number[];
  readonly trunks: readonly TrunkPlan[];
}

/** Copies a plane; NIC k of each host is at plane k modulo `planes`. Where there are several, names begin with `plane0-`. */
export function inPlanes(plane: PlanePlan, planes: number, nics: number): Blueprint {
  const size = plane.switches.length;
  const copies = Array.from({ length: planes }, (_, p) => p);
  const named = (p: number, name: string): string => (planes === 1 ? name : `plane${p}-${name}`);
  return {
    hosts: plane.homes.length,
    switches: copies.flatMap((p) => plane.switches.map((name) => named(p, name))),
    homes: plane.homes.flatMap((home) =>
      Array.from({ length: nics }, (_, nic) => home + (nic % planes) * size),
    ),
    trunks: copies.flatMap((p) =>
      plane.trunks.map((trunk) => ({ ...trunk, a: trunk.a + p * size, b: trunk.b + p * size })),
    ),
  };
}
