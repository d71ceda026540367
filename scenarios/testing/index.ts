export { conformance } from './conformance.ts';
export { forger } from './forger.ts';
export { anyFault, anyRatio } from './fault.ts';
export { SURVIVABLE, type FaultKind } from './runnable-fault.ts';
export { runnableScenario, sampleScenario, type RunnableOptions } from './runnable-scenario.ts';
export { anyScenario, anyWorkload, SIZES_CSV } from './scenario.ts';
export { anyTopology } from './topology.ts';
export { scenarioProperty, ScenarioFailure, type ScenarioPropertyOptions } from './scenario-property.ts';
export {
  simulation,
  SimulationFailure,
  type OrderOfSteps,
  type SimulationOptions,
} from './simulation/simulation.ts';
export { parseScenario, scenarioToYaml, type Scenario } from '../language/index.ts';
export { runScenario, type Extension, type RunOptions, type RunOutcome } from '../run/index.ts';
export { shrink, type ShrinkOptions, type Shrunk } from '../shrink/index.ts';
