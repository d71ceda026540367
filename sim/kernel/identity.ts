import { avalanche } from '../trace/byte-hash.ts';

const TWO_32 = 0x1_0000_0000;

/**
 * The id of what `parent` created as the `ordinal`-th, counted from 1: 53 bits of a hash of the path from the root. It does not depend
 * on what other tasks did meanwhile, so it names the same task in every schedule of a program.
 */
export function childId(parent: number, ordinal: number): number {
  const low = avalanche((parent | 0) ^ Math.imul(ordinal, 0x9e3779b1));
  const high = avalanche((low + Math.floor(parent / TWO_32)) ^ Math.imul(ordinal, 0x85ebca77));
  return (high >>> 11) * TWO_32 + (low >>> 0);
}

/** Of the main task. */
export const ROOT_ID = 1;
