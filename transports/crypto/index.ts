export * from './choose.ts';
export * from './node-crypto.ts';
export * from './random.ts';
