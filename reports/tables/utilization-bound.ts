import type { SizePoint } from '../../scenarios/distributions/size-distribution.ts';

/**
 * The most that the utilisation of dcPIM's simulator can be: 1 - b / (flows · mean size), b being the payload that was offered and has not arrived when the last
 * flow is offered. Even a message that never waits takes its size at the rate of its host's link, in which half of it, on average, has not arrived. With n hosts at
 * load l, b is at least n · l · E[S²] / 2 E[S]: the rate cancels out.
 */
export function utilizationBound(
  points: readonly SizePoint[],
  hosts: number,
  load: number,
  flows: number,
): number {
  const [mean, square] = moments(points);
  return 1 - (hosts * load * square) / (2 * mean) / (flows * mean);
}

/** E[S] and E[S²] of sizes that are linear between points. */
function moments(points: readonly SizePoint[]): [mean: number, square: number] {
  let before: SizePoint = { bytes: points[0]?.bytes ?? 0, cdf: 0 };
  let mean = 0;
  let square = 0;
  for (const point of points) {
    const [a, b, share] = [before.bytes, point.bytes, point.cdf - before.cdf];
    mean += (share * (a + b)) / 2;
    square += (share * (a * a + a * b + b * b)) / 3;
    before = point;
  }
  return [mean, square];
}
