import { z } from 'zod';
import { scenarioShape } from './shape/scenario.ts';

/** The JSON Schema of a scenario file, for editors. What spans several values (host indices, cycles) is beyond it. */
export function scenarioJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(scenarioShape, { io: 'input', target: 'draft-2020-12' });
  return {
    $schema,
    title: 'dcQUIC scenario, version 1',
    description: 'A deterministic simulation: topology, endpoints, workload, faults, expectations.',
    ...schema,
  };
}
