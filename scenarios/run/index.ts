export * from './capsule.ts';
export * from './run-scenario.ts';
export { Simulation } from './simulation.ts';
