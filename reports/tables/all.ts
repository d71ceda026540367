import { authorSimulation } from './author-simulation.ts';
import { burst } from './burst.ts';
import { dcpim } from './dcpim.ts';
import { degradedLink } from './degraded-link.ts';
import { eightNics } from './eight-nics.ts';
import { failingPeers } from './failing-peers.ts';
import { ndpIncast } from './ndp-incast.ts';
import { priority } from './priority.ts';
import type { TableSpec } from './table-spec.ts';

/** Every table there is. */
export const TABLES: readonly TableSpec[] = [
  dcpim,
  ndpIncast,
  authorSimulation,
  burst,
  priority,
  degradedLink,
  eightNics,
  failingPeers,
];

export function tableNamed(name: string): TableSpec | undefined {
  return TABLES.find((table) => table.name === name);
}
