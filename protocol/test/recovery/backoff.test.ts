import { expect, test } from 'vitest';
import { backoffNs } from '../../recovery/backoff.ts';

/** The waits in a row, with the estimate of each time. */
function waits(basesNs: readonly number[]): number[] {
  let lastNs = 0;
  return basesNs.map((baseNs, i) => (lastNs = backoffNs(baseNs, i, lastNs)));
}

/** MUST NOTIFY-2, LOSS-2 */
test('waits double, ten times at most', () => {
  expect(waits(new Array<number>(13).fill(3))).toEqual([
    3, 6, 12, 24, 48, 96, 192, 384, 768, 1536, 3072, 3072, 3072,
  ]);
});

test('an estimate that grew late is not multiplied with the doublings of a shorter one', () => {
  expect(waits([3, 3, 3, 5000, 5000])).toEqual([3, 6, 12, 5000, 10_000]);
});

test('a shorter estimate shortens the next wait', () => {
  expect(waits([100, 100, 100, 1])).toEqual([100, 200, 400, 8]);
});
