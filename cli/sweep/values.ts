import type { SeedRange, Shard } from '../../scenarios/sweep/index.ts';

/** What the options of `dcquic sweep` say. */
export interface SweepValues {
  seeds: SeedRange | undefined;
  jobs: number;
  json: boolean;
  out: string | undefined;
  shard: Shard | undefined;
  merge: boolean;
  shrink: boolean;
  set: string[];
  with: string[];
  'require-marks': string[];
  'marks-file': string | undefined;
}
