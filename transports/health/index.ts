export * from './beat.ts';
export * from './monitor.ts';
export * from './pulse.ts';
