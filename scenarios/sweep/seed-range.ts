import { type Parsed, accept, quote, refuse } from '../language/problem.ts';

/** Seeds of a sweep, both ends included. */
export interface SeedRange {
  from: number;
  to: number;
}

/** Which share of the seeds: the `index`-th of `count`, from 1. */
export interface Shard {
  index: number;
  count: number;
}

export const WHOLE: Shard = { index: 1, count: 1 };

/** Outcomes are kept in memory until the end, half a kilobyte each. */
const SEEDS_MAX = 1_000_000;
const SHARDS_MAX = 100_000;

/** `1..1000`; of the whole range, shards or not. */
export function parseSeedRange(text: string): Parsed<SeedRange> {
  const [, from = Number.NaN, to = Number.NaN] = (/^(\d{1,16})\.\.(\d{1,16})$/.exec(text) ?? []).map(Number);
  if (Number.isNaN(from)) return refuse(`${quote(text)} is not a range of seeds`, 'write A..B, as 1..1000');
  if (to > Number.MAX_SAFE_INTEGER)
    return refuse(`${to} is no seed`, `seeds end at ${Number.MAX_SAFE_INTEGER}`);
  if (to < from) return refuse(`${text} holds no seed`, `write ${to}..${from}`);
  return accept({ from, to });
}

/** `3/64`: the third of 64 shares. */
export function parseShard(text: string): Parsed<Shard> {
  const [, index = 0, count = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= count && count <= SHARDS_MAX) return accept({ index, count });
  return refuse(`${quote(text)} is not a shard`, 'write I/N, from 1/N to N/N, as 3/64');
}

export function seedCount({ from, to }: SeedRange, { index, count }: Shard): number {
  return Math.max(0, Math.ceil((to - from + 2 - index) / count));
}

/** Every `count`-th seed, so that shards take equally long where the cost of a run changes along the range. */
export function seedsOf(range: SeedRange, shard: Shard): Parsed<number[]> {
  const { from, to } = range;
  const { index, count } = shard;
  const length = seedCount(range, shard);
  if (length > SEEDS_MAX) {
    const shards = Math.ceil((to - from + 1) / SEEDS_MAX);
    return refuse(
      `${length} seeds are too many at once`,
      `at most ${SEEDS_MAX}: take shards, --shard 1/${shards}`,
    );
  }
  return accept(Array.from({ length }, (_, i) => from + index - 1 + i * count));
}
