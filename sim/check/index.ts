export * from './exchange-ledger.ts';
export * from './leaks.ts';
export * from './pattern.ts';
export * from './violations.ts';
