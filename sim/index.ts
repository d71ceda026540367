export * from './kernel/kernel.ts';
export * from './random/rng.ts';
export * from './trace/trace.ts';
