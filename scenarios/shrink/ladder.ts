/** 0, 1, 2, 5, 10, 20, 50 … below `value`: what a person would write. */
export function roundNumbersBelow(value: number): number[] {
  const steps = [0];
  for (let ten = 1; ten < value; ten *= 10) {
    for (const digit of [1, 2, 5]) if (digit * ten < value) steps.push(digit * ten);
  }
  return steps;
}

/** Bisects ascending steps for the smallest that passes, as if all above one that passes did so too. */
export async function bisect(
  steps: readonly number[],
  passes: (step: number) => Promise<boolean>,
): Promise<void> {
  let [low, high] = [1, steps.length];
  // Most often nothing of it is needed.
  if (high === 0 || (await passes(steps[0] as number))) return;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (await passes(steps[middle] as number)) high = middle;
    else low = middle + 1;
  }
}
