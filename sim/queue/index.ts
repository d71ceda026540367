export * from './fifo.ts';
export * from './latent.ts';
export * from './lossy.ts';
export * from './priority.ts';
export * from './queue.ts';
export * from './sojourn.ts';
