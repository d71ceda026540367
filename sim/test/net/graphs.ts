import fc from 'fast-check';
import type { GraphConfig } from '../../net/topology/graph.ts';

export type Graph = Pick<GraphConfig, 'hosts' | 'switches' | 'attach' | 'trunks'>;

/** Up to six switches, linked at random, maybe not all; up to six hosts. */
export const anyGraph: fc.Arbitrary<Graph> = fc.integer({ min: 1, max: 6 }).chain((count) => {
  const index = fc.nat(count - 1);
  const name = (i: number): string => `s${i}`;
  const core = { rateBps: 400_000_000_000, delayNs: 500 };
  return fc
    .record({
      switches: fc.constant(Array.from({ length: count }, (_, i) => name(i))),
      trunks: fc
        .array(fc.tuple(index, index), { maxLength: 12 })
        .map((pairs) =>
          pairs
            .filter(([a, b]) => a !== b)
            .map(([a, b]) => ({ between: [name(a), name(b)] as const, ...core })),
        ),
      attach: fc.array(
        index.map((i) => [name(i)]),
        { minLength: 2, maxLength: 6 },
      ),
    })
    .map((graph) => ({ ...graph, hosts: graph.attach.length }));
});

/** Links between each two switches, by Floyd and Warshall: slow and obvious. Infinity: there is no path. */
export function distances({ switches, trunks }: Graph): Map<string, number> {
  const far = new Map<string, number>();
  for (const a of switches) for (const b of switches) far.set(`${a} ${b}`, a === b ? 0 : Infinity);
  for (const {
    between: [a, b],
  } of trunks) {
    far.set(`${a} ${b}`, 1);
    far.set(`${b} ${a}`, 1);
  }
  for (const via of switches) {
    for (const a of switches) {
      for (const b of switches) {
        const detour = far.get(`${a} ${via}`)! + far.get(`${via} ${b}`)!;
        if (detour < far.get(`${a} ${b}`)!) far.set(`${a} ${b}`, detour);
      }
    }
  }
  return far;
}

/** Links between two hosts, theirs included. */
export function linkCount(graph: Graph, far: Map<string, number>, from: number, to: number): number {
  return 2 + far.get(`${graph.attach[from]![0]} ${graph.attach[to]![0]}`)!;
}
