export * from './cores.ts';
export { createPool, type PoolOptions, type PoolSurroundings } from './create-pool.ts';
export { joinPool, WorkerPool } from './worker-pool.ts';
export type { PoolHandle, WorkerChoice, WorkerPeer } from './worker-pool.ts';
