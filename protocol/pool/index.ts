export * from './pool.ts';
export * from './abort.ts';
export type * from './incoming.ts';
export type { Driver } from './driver.ts';
export type { Headers } from './headers.ts';
