import { EXPECTATION_PATTERN, type Expectation, parseExpectation } from '../expectation.ts';
import type { EndpointSettings } from '../scenario.ts';
import { DURATION } from '../unit.ts';
import { endpointShape } from './endpoint.ts';
import { type FaultDraft, faultShape } from './fault.ts';
import { type Field, field, integer, list, name, only, quantity, record } from './field.ts';
import { type TopologyDraft, topologyShape } from './topology.ts';
import { type WorkloadDraft, workloadShape } from './workload.ts';

/** A scenario as written: every value read, nothing yet checked against anything else. */
export interface ScenarioDraft {
  version: 1;
  scenario: string;
  seed: number;
  until: number;
  topology: TopologyDraft;
  endpoint: EndpointSettings;
  workload: WorkloadDraft[];
  faults: FaultDraft[];
  expect: Expectation[];
}

const expectation: Field<Expectation> = field(
  {
    type: 'string',
    pattern: EXPECTATION_PATTERN,
    description: 'What must hold at the end: a figure, an operator, a number.',
    examples: ['completed == 100%', 'goodput >= 0.97', 'workloads.reads.slowdown.p99 <= 4'],
  },
  'completed == 100%',
  parseExpectation,
);

export const scenarioShape: Field<ScenarioDraft> = record('scenario', {
  version: only(1, 'Version of the scenario language.', 'this release reads version: 1'),
  scenario: name('Name of the scenario.', 'incast'),
  seed: integer('Every random choice of the run follows from it.', 0, Number.MAX_SAFE_INTEGER, 1).prefault(1),
  until: quantity(DURATION, 'The run ends here at the latest (simulated time).', '50ms', {
    min: 1,
    text: '1ns and more',
  }),
  topology: topologyShape,
  endpoint: endpointShape.prefault({}),
  workload: list(workloadShape),
  faults: list(faultShape).prefault([]),
  expect: list(expectation).prefault([]),
});
