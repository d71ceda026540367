export * from './capsule.ts';
export type { VerdictCode } from './result-of.ts';
export * from './explore-scenario.ts';
export * from './run-scenario.ts';
export { Simulation } from './simulation.ts';
export type { ExchangeWatcher, OfferedExchange } from './workloads.ts';
