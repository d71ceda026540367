import { describe, expect, test } from 'vitest';
import { tableNamed } from '../../tables/all.ts';
import { measureScenario, scenarioOf } from '../../tables/measure.ts';
import type { Sample } from '../../tables/table-spec.ts';

function measure(table: string, row: string, scale: number, seed = 1): Promise<Sample> {
  const spec = tableNamed(table);
  if (spec === undefined) throw new Error(`no table ${table}`);
  return spec.measure(row, seed, { scale });
}

/** Sizes of one packet: 1500 bytes with headers of 40, as the oracle counts. */
const STAR = `
version: 1
scenario: tiny
until: 10ms
topology: { kind: star, hosts: 2, link: { rate: 1Gbps, delay: 10us, mtu: 1500 }, switch: { buffer: unlimited } }
workload:
  - { name: calls, pattern: unary, from: host[0], to: host[1], request: 1KB, response: 64B, count: 2 }
`;

describe('a measurement', () => {
  test('has every exchange with the time its request took, less than the whole', async () => {
    const { exchanges, result } = await measureScenario(scenarioOf(STAR));
    expect(exchanges.map(({ from, to, requestBytes }) => [from, to, requestBytes])).toEqual([
      [0, 1, 1000],
      [0, 1, 1000],
    ]);
    for (const { requestNs, latencyNs } of exchanges) {
      expect(requestNs).toBeGreaterThan(2 * 10_000);
      expect(latencyNs).toBeGreaterThan(requestNs + 2 * 10_000);
    }
    expect(Math.max(...exchanges.map(({ latencyNs }) => latencyNs))).toBe(result.latencyNs.max);
  });

  test('changes nothing of the run: the trace is that of a run without probes', async () => {
    const { runScenario } = await import('../../../scenarios/run/index.ts');
    const scenario = scenarioOf(STAR);
    const bare = await runScenario(scenario);
    expect((await measureScenario(scenario)).result.traceHash).toBe(bare.result.traceHash);
  });

  test('of a run that leaves an exchange undone is refused', async () => {
    const cut = `${STAR}faults: [{ kind: partition, at: 1us, between: [host[0], host[1]] }]\n`;
    await expect(measureScenario(scenarioOf(cut))).rejects.toThrow(/exchanges completed|violat|exchange/);
  });
});

describe('small runs of', () => {
  test('author-simulation: drops what is listed, and is no slower than the published cases', async () => {
    const spec = tableNamed('author-simulation');
    for (const row of ['no-loss', 'sporadic-loss', 'initial-loss']) {
      const { figures, queue } = await measure('author-simulation', row, 1);
      const theirs = spec?.rows.find(({ key }) => key === row)?.theirs['elapsed']?.value ?? 0;
      expect(figures['elapsed'], row).toBeLessThanOrEqual(theirs);
      expect((figures['lost'] as number) > 0, row).toBe(row !== 'no-loss');
      expect(queue.queueDrops).toBe(0);
    }
    const { figures } = await measure('author-simulation', 'patterns', 0.02);
    expect(figures['max']).toBeGreaterThanOrEqual(figures['p50'] as number);
  });

  test('ndp-incast: eleven senders take at least as long as their bytes at 10 Gbit/s', async () => {
    const { figures, queue } = await measure('ndp-incast', 'senders-11', 1);
    const leastMs = (11 * 450_000 * 8) / 10e9 / 1e-3;
    expect(figures['slowest']).toBeGreaterThan(leastMs);
    expect(figures['acknowledged']).toBeGreaterThan(figures['slowest'] as number);
    expect(queue.maxBytes).toBeGreaterThan(0);
    expect(queue.maxBytes).toBeLessThanOrEqual(8 * 9000);
  });

  test('dcpim: slowdowns from 1 on, a utilisation below 1', async () => {
    const sample = await measure('dcpim', 'imc10-0.5', 0.01);
    const { mean, p99, utilization, flows } = sample.figures as Record<string, number>;
    expect(flows).toBeGreaterThan(50);
    expect(mean).toBeGreaterThan(1);
    expect(p99).toBeGreaterThan(mean as number);
    expect(utilization).toBeGreaterThan(0.9);
    expect(utilization).toBeLessThan(1);
  });
});

describe('small runs of our own goals', () => {
  test('burst: goodput is a share, and completion cannot be below its bound', async () => {
    const { figures, queue } = await measure('burst', 'shallow', 0.01);
    const { goodput, completion } = figures as Record<string, number>;
    expect(goodput).toBeGreaterThan(0);
    expect(goodput).toBeLessThan(1);
    expect(completion).toBeGreaterThan(1);
    expect(queue.maxBytes).toBeLessThanOrEqual(8 * 1500);
  });

  test('burst: senders that decide alone collapse, which is a result', async () => {
    const { figures } = await measure('burst', 'shallow-alone', 0.02);
    expect(figures['goodput']).toBeLessThan(0.9);
    expect(figures['completed']).toBeLessThan(1);
    expect(figures['drops']).toBeGreaterThan(0);
    expect(figures['completion']).toBeUndefined();
  });

  /** REQ PERF-6, TEST-P4 */
  test('priority: the shares of the levels are those of one link', async () => {
    const { figures } = await measure('priority', 'levels', 0.05);
    const shares = Object.values(figures);
    expect(shares.length).toBe(8);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    const call = await measure('priority', 'call', 0.05);
    expect(call.figures['unloaded']).toBeGreaterThan(2 * 1.3);
    expect(call.figures['ratio']).toBeGreaterThanOrEqual(1);
  });

  test('degraded-link: who has nothing to do with the slow link pays nothing', async () => {
    const { figures } = await measure('degraded-link', 'ecmp', 0.01);
    expect(Math.abs(figures['others'] as number)).toBeLessThan(0.05);
    expect(figures['slowdown']).toBeGreaterThan(1);
  });

  /** REQ HEALTH-1, HEALTH-7, TEST-I5 */
  test('failing-peers: the others are hardly later, every call ends with a cause, who comes back is noticed', async () => {
    const { figures } = await measure('failing-peers', 'deep', 0.1);
    expect(figures['ratio']).toBeLessThanOrEqual(1.1);
    expect(figures).toMatchObject({ lost: 0, unended: 0, unnoticed: 0 });
    expect(figures['answered'], 'before the crash').toBeGreaterThan(0);
    expect(figures['failed']).toBeGreaterThan(0);
    expect(figures['noticed']).toBeGreaterThan(0);
    expect(figures['noticed']).toBeLessThanOrEqual(1);
  });

  /** REQ PERF-3, TEST-P3 */
  test('eight-nics: all NICs are filled, none beyond what packets can carry', async () => {
    const { figures } = await measure('eight-nics', 'eight-nics', 0.02);
    expect(figures['share']).toBeGreaterThan(0.9);
    expect(figures['share']).toBeLessThanOrEqual(1);
    expect(figures['payload']).toBeLessThan(3200);
    expect(figures['failover']).toBeUndefined();
  });
});
