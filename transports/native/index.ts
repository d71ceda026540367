export type * from './ffi.ts';
export * from './load.ts';
