export * from './core/units.ts';
export type * from './core/random.ts';
export type * from './core/address.ts';
export * from './crypto/suite.ts';
export * from './wire/index.ts';
