import type { SweepPlan } from '../../scenarios/sweep/index.ts';
import { reproductionLine } from '../run/reproduction.ts';

/** For each seed of a sweep, the command that runs it alone. REQ DST-2 */
export function commandOf({ file, set, modules }: SweepPlan): (seed: number) => string {
  const paths = modules.map(({ path }) => path);
  return (seed) => reproductionLine({ file, seed, set, with: paths, exchange: undefined });
}
