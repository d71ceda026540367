export * from './pool.ts';
export * from './abort.ts';
export type * from './incoming.ts';
export { STATUS_OF_APPLICATION } from './acceptance.ts';
export type { Acceptor, Offer, Verdict } from './acceptance.ts';
export type { Driver } from './driver.ts';
export type { Headers } from './headers.ts';
