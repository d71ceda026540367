import type { SwitchPort } from '../switch-port.ts';

/** One port of a switch that leads to another switch. */
export interface Neighbour {
  readonly port: SwitchPort;
  /** Index of the other switch. */
  readonly to: number;
}

/** Links from each switch to switch `target`, on a shortest path; Infinity: there is none. By breadth-first search. */
export function distancesTo(target: number, neighbours: readonly (readonly Neighbour[])[]): number[] {
  const distances = neighbours.map(() => Number.POSITIVE_INFINITY);
  distances[target] = 0;
  const queue = [target];
  for (let at = 0; at < queue.length; at++) {
    const node = queue[at] as number;
    for (const { to } of neighbours[node] as readonly Neighbour[]) {
      if (distances[to] !== Number.POSITIVE_INFINITY) continue;
      distances[to] = (distances[node] as number) + 1;
      queue.push(to);
    }
  }
  return distances;
}
