export * from './distributions/index.ts';
export * from './language/index.ts';
export type * from './result.ts';
