import type { SizeDistribution } from '../../scenarios/distributions/size-distribution.ts';

/**
 * The distribution as a CSV file, with sizes rounded to the nearest whole number of packets, as the simulator of dcPIM rounds what it draws: half of
 * the distance to the next packet belongs to the one before.
 */
export function inWholePackets(distribution: SizeDistribution, packetBytes: number): string {
  const { points } = distribution;
  const first = points[0]?.bytes ?? 0;
  const last = points.at(-1)?.bytes ?? 0;
  const lines = ['bytes,cdf'];
  let below = 0;
  for (let packets = Math.max(1, Math.round(first / packetBytes)); below < 1; packets += 1) {
    const bytes = packets * packetBytes;
    const upTo = bytes + packetBytes / 2 > last ? 1 : cdfAt(points, bytes + packetBytes / 2);
    lines.push(`${bytes},${below}`, `${bytes},${upTo}`);
    below = upTo;
  }
  return `${lines.join('\n')}\n`;
}

/** Share of the messages that have at most so many bytes, linear between points. */
function cdfAt(points: SizeDistribution['points'], bytes: number): number {
  let share = 0;
  let before = points[0];
  for (const point of points) {
    if (point.bytes <= bytes) share = point.cdf;
    else if (before !== undefined && point.bytes > before.bytes && before.bytes <= bytes) {
      return share + ((bytes - before.bytes) / (point.bytes - before.bytes)) * (point.cdf - share);
    }
    before = point;
  }
  return share;
}
