import { type Expectation } from '../expectation.ts';
import { quote } from '../problem.ts';
import type { Scenario } from '../scenario.ts';
import type { ScenarioDraft } from '../shape/scenario.ts';
import { suggest } from '../suggest.ts';
import { checkDependencies } from './after.ts';
import { resolveFault } from './fault.ts';
import type { Findings } from './findings.ts';
import { type ReadFile, SizeResolver } from './size.ts';
import { blueprintOf, resolveTopology } from './topology.ts';
import { resolveWorkload } from './workload.ts';

/** Checks the parts of a scenario against each other. What is wrong is added to `findings`. */
export function resolveScenario(
  draft: ScenarioDraft,
  findings: Findings,
  file: string,
  readFile: ReadFile | undefined,
): Scenario | undefined {
  const { until: untilNs } = draft;
  const topology = resolveTopology(draft.topology, findings);
  // Without a topology nothing else can be judged.
  if (topology === undefined) return undefined;
  const sizes = new SizeResolver(findings, file, readFile);
  const around = { topology, blueprint: blueprintOf(topology), untilNs, sizes, findings };
  if (draft.workload.length === 0) {
    findings.add(
      ['workload'],
      'there is no workload',
      'add at least one, with name, pattern, from, to, request and response',
    );
  }
  const workloads = draft.workload.map((workload, i) => resolveWorkload(workload, ['workload', i], around));
  const faults = draft.faults.map((fault, i) => resolveFault(fault, ['faults', i], around));
  checkDependencies(draft.workload, findings);
  checkExpectations(draft.expect, new Set(draft.workload.map(({ name }) => name)), findings);
  if (findings.problems.length > 0) return undefined;
  return {
    version: draft.version,
    name: draft.scenario,
    seed: draft.seed,
    untilNs,
    topology,
    endpoint: draft.endpoint,
    workloads: workloads.map(certain),
    faults: faults.map(certain),
    expectations: draft.expect,
  };
}

function checkExpectations(
  expectations: readonly Expectation[],
  names: ReadonlySet<string>,
  findings: Findings,
): void {
  for (const [index, { workload }] of expectations.entries()) {
    if (workload === null || names.has(workload)) continue;
    const message = `there is no workload ${quote(workload)}`;
    findings.add(['expect', index], message, suggest(workload, [...names], 'workloads'));
  }
}

/** Without findings, every part has been resolved. */
function certain<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('a part was dropped without a finding');
  return part;
}
