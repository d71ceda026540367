/** Smallest, middle and largest of a figure over seeds, with the seeds to look at. */
export interface Spread {
  min: number;
  minSeed: number;
  median: number;
  max: number;
  maxSeed: number;
}

/** Of equal values the lowest seed is named. Undefined without values. */
export function spreadOf(values: readonly { seed: number; value: number }[]): Spread | undefined {
  const sorted = [...values].sort((a, b) => a.value - b.value || a.seed - b.seed);
  const [first] = sorted;
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)]?.value ?? 0) + (sorted[Math.ceil(middle)]?.value ?? 0)) / 2;
  const maxSeed = sorted.find(({ value }) => value === last.value)?.seed ?? last.seed;
  return { min: first.value, minSeed: first.seed, median, max: last.value, maxSeed };
}
