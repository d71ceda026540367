export * from './faults/host-fault-spec.ts';
export * from './faults/timeline.ts';
export * from './local-clock.ts';
export * from './observer-hub.ts';
export * from './recorded-host.ts';
export * from './sim-host.ts';
export type { Slowness } from './slow-app.ts';
export * from './world.ts';
