import type { RandomSource } from '../core/random.ts';

/** 2^16 / (1 + e^(6 i / 32)) for i = 0 … 32, rounded. A table, because engines differ in Math.exp. */
const FALLING: readonly number[] = [
  32768, 29705, 26695, 23788, 21025, 18442, 16062, 13898, 11955, 10230, 8714, 7392, 6249, 5266, 4427, 3713,
  3108, 2598, 2168, 1808, 1506, 1253, 1042, 867, 720, 598, 497, 412, 342, 284, 236, 195, 162,
];
const STEPS = FALLING.length - 1;
const SCALE_BITS = 16;
/** As many parts of a step are told apart. */
const PARTS = 256;

/**
 * How often, of 65,536 times, the first of two is chosen: half if they have the same load, once in 400 if the other has none. That the worse one is
 * chosen now and then is the point: were it never, all who look at the same figures would go the same way, and the figures of what
 * nobody uses would never become better. REQ ROUTE-4, MNIC-4
 */
export function chanceOfFirst(load: number, otherLoad: number): number {
  const sum = load + otherLoad;
  if (sum <= 0) return 1 << (SCALE_BITS - 1);
  const worse = Math.abs(load - otherLoad);
  const at = Math.floor((worse * STEPS * PARTS) / sum);
  const step = Math.floor(at / PARTS);
  const here = FALLING[step] as number;
  const next = FALLING[Math.min(step + 1, STEPS)] as number;
  const chance = here - Math.floor(((here - next) * (at - step * PARTS)) / PARTS);
  return load > otherLoad ? chance : (1 << SCALE_BITS) - chance;
}

/** True: the first. */
export function choosesFirst(random: RandomSource, load: number, otherLoad: number): boolean {
  return random.nextU32() >>> (32 - SCALE_BITS) < chanceOfFirst(load, otherLoad);
}
