export { BUILT_IN_NAMES, builtInDistribution } from './built-in.ts';
export { parseDistribution } from './csv.ts';
export { packageRoot } from './package-root.ts';
export { MESSAGE_BYTES_MAX, SizeDistribution, type SizePoint } from './size-distribution.ts';
