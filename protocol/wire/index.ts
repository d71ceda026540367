export { NO_BYTES, copyBytes } from './bytes.ts';
export * from './decode-error.ts';
export * from './generated/index.ts';
export type { U64Record } from './misuse.ts';
export * from './varint.ts';
