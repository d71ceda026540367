import type { LatencySummary, SlowdownSummary } from '../result.ts';

/** Value below which the share `q` of ascending `sorted` lies (nearest rank); 0 if there is none. */
export function quantile(sorted: Float64Array, q: number): number {
  if (sorted.length === 0) return 0;
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] as number;
}

/** Ended exchanges of one kind: latencies and slowdowns. */
export class Figures {
  private readonly latencies: number[] = [];
  private readonly slowdowns: number[] = [];

  add(latencyNs: number, slowdown: number): void {
    this.latencies.push(latencyNs);
    this.slowdowns.push(slowdown);
  }

  latency(): LatencySummary {
    const sorted = Float64Array.from(this.latencies).sort();
    return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), max: quantile(sorted, 1) };
  }

  slowdown(): SlowdownSummary {
    const sorted = Float64Array.from(this.slowdowns).sort();
    let sum = 0;
    for (const value of sorted) sum += value;
    const mean = sorted.length === 0 ? 0 : sum / sorted.length;
    return { mean, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
  }
}
