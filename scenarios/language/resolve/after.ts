import { findCycles } from '../../../protocol/index.ts';
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
  for (const cycle of findCycles(edges.map((list) => list.map(({ target }) => target)))) {
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
