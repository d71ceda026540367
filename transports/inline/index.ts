export * from './driver.ts';
export * from './event-loop.ts';
export type * from './port.ts';
