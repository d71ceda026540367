export type { Case, CaseSize } from './case.ts';
export { concreteScenario, splitFaults } from './concrete.ts';
export { ddmin } from './ddmin.ts';
export { failureOf, formatFailure, type Failure } from './failure.ts';
export * from './shrink.ts';
