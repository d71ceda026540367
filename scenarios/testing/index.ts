export { anyFault, anyRatio } from './fault.ts';
export { SURVIVABLE, type FaultKind } from './runnable-fault.ts';
export { runnableScenario, sampleScenario, type RunnableOptions } from './runnable-scenario.ts';
export { anyScenario, anyWorkload, SIZES_CSV } from './scenario.ts';
export { anyTopology } from './topology.ts';
