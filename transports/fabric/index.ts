export { FabricError } from './fabric-error.ts';
export type { FabricLibrary } from './library.ts';
export { fabricDevices, loadFabric } from './open.ts';
export * from './pool.ts';
