export * from './sim-host.ts';
export * from './world.ts';
