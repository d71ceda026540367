import { quote } from '../problem.ts';
import { suggest } from '../suggest.ts';
import type { WorkloadDraft } from '../shape/workload.ts';
import type { Findings } from './findings.ts';

/** Checks that names are unique, that every dependency exists, and that nothing waits for itself. REQ CAUSE-8. */
export function checkDependencies(workloads: readonly WorkloadDraft[], findings: Findings): void {
  const byName = new Map<string, number>();
  for (const [index, { name }] of workloads.entries()) {
    if (byName.has(name)) {
      findings.add(
        ['workload', index, 'name'],
        `the name ${quote(name)} is taken`,
        'give every workload a name of its own',
      );
    } else byName.set(name, index);
  }
  const edges = workloads.map(({ after }, index) => {
    return after.map(({ workload }, position): Edge => {
      const target = byName.get(workload);
      if (target === undefined) {
        const path = ['workload', index, 'after', position, 'workload'];
        findings.add(
          path,
          `there is no workload ${quote(workload)}`,
          suggest(workload, [...byName.keys()], 'workloads'),
        );
      }
      return { target, position };
    });
  });
  for (const cycle of findCycles(edges)) {
    const [first, second] = [cycle[0]!, cycle[1] ?? cycle[0]!];
    const names = [...cycle, first].map((index) => workloads[index]!.name);
    const position = edges[first]!.find(({ target }) => target === second)!.position;
    const message =
      cycle.length === 1
        ? `${names[0]} waits for itself`
        : `these workloads wait for each other: ${names.join(' -> ')}`;
    findings.add(['workload', first, 'after', position], message, 'remove one of these dependencies');
  }
}

interface Edge {
  /** Index of the workload waited for, if it exists. */
  target: number | undefined;
  /** Index in `after`. */
  position: number;
}

/** One cycle for each dependency that closes one, by depth-first search without recursion. */
function findCycles(edges: readonly (readonly Edge[])[]): number[][] {
  const cycles: number[][] = [];
  const finished = new Set<number>();
  for (let root = 0; root < edges.length; root++) {
    if (finished.has(root)) continue;
    const path: number[] = [root];
    const nextEdge: number[] = [0];
    const onPath = new Set(path);
    while (path.length > 0) {
      const node = path.at(-1)!;
      const edge = edges[node]![nextEdge[nextEdge.length - 1]!++];
      if (edge === undefined) {
        finished.add(node);
        onPath.delete(node);
        path.pop();
        nextEdge.pop();
      } else if (edge.target !== undefined && onPath.has(edge.target)) {
        cycles.push(path.slice(path.indexOf(edge.target)));
      } else if (edge.target !== undefined && !finished.has(edge.target)) {
        path.push(edge.target);
        nextEdge.push(0);
        onPath.add(edge.target);
      }
    }
  }
  return cycles;
}
