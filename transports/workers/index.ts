export * from './cores.ts';
export * from './create-pool.ts';
export type * from './worker-link.ts';
