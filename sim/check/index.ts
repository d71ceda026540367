export * from './exchange-ledger.ts';
export * from './frame-watch.ts';
export * from './leaks.ts';
export * from './marks.ts';
export * from './pattern.ts';
export * from './replay-watch.ts';
export * from './standard-marks.ts';
export * from './violations.ts';
