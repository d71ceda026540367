import { test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { scenarioToYaml, slowestBps } from '../../language/index.ts';
import { runScenario, type Extension } from '../../run/index.ts';
import { conformance, runnableScenario, sampleScenario, SURVIVABLE } from '../../testing/index.ts';
import { scenarioOf } from '../language/example.ts';

const DEEP = process.env['DEEP'] === '1';
const SEEDS = Array.from({ length: DEEP ? 2000 : 100 }, (_, seed) => seed);

describe('a runnable scenario', () => {
  it('is one that the language can say', () => {
    for (const seed of SEEDS) {
      const scenario = sampleScenario(seed);
      expect(scenarioOf(scenarioToYaml(scenario))).toEqual(scenario);
    }
  });

  it('of a seed is the same each time, and another one of another seed', () => {
    const texts = SEEDS.map((seed) => scenarioToYaml({ ...sampleScenario(seed), name: 'x', seed: 1 }));
    expect(new Set(texts).size).toBe(SEEDS.length);
    expect(scenarioToYaml({ ...sampleScenario(7), name: 'x', seed: 1 })).toBe(texts[7]);
    expect(() => sampleScenario(-1)).toThrow('from 0 to 2147483647, not -1');
  });

  it('has, over many seeds, every kind of fault, alone too, and none', () => {
    const swarms = SEEDS.map((seed) => new Set(sampleScenario(seed).faults.map(({ kind }) => kind)));
    for (const kind of SURVIVABLE) expect(swarms.some((swarm) => swarm.has(kind))).toBe(true);
    expect(swarms.some(({ size }) => size === 0)).toBe(true);
    expect(swarms.some(({ size }) => size === 1)).toBe(true);
    expect(swarms.some(({ size }) => size >= 4)).toBe(true);
  });

  it('keeps to the kinds, hosts and faults that are asked for', () => {
    for (const seed of SEEDS) {
      const scenario = sampleScenario(seed, { faults: ['loss'], hostsMax: 3, faultsMax: 1 });
      expect(scenario.topology.hosts).toBeLessThanOrEqual(3);
      expect(scenario.faults.length).toBeLessThanOrEqual(1);
      for (const { kind } of scenario.faults) expect(kind).toBe('loss');
    }
  });

  it('has no peers whose patience is shorter than a queue: what waits in one is not lost', () => {
    const impatient = SEEDS.map((seed) => sampleScenario(seed, { impatience: true })).filter(
      ({ endpoint }) => endpoint.options.peerTimeoutNs !== undefined,
    );
    expect(impatient.length).toBeGreaterThan(SEEDS.length / 10);
    for (const { topology, endpoint } of impatient) {
      const queueBytes = Math.min(topology.switch.bufferBytes, 50_000);
      expect(endpoint.options.peerTimeoutNs).toBeGreaterThan((2 * queueBytes * 8e9) / slowestBps(topology));
    }
  });

  // What a run carries follows from the scenario alone, so that its cost does too.
  it('is small, and the protocol survives it: every exchange completes. REQ DST-3, DST-5, DST-6', async () => {
    const failed: string[] = [];
    for (const seed of SEEDS) {
      const { result, exitCode } = await runScenario(sampleScenario(seed), { extensions: [conformance] });
      if (exitCode !== 0) failed.push(`${seed}: ${JSON.stringify([result.violations[0], result.transfers])}`);
      expect(result.packets.sent).toBeLessThan(60_000);
    }
    expect(failed).toEqual([]);
  });

  it.each(['pull-forgotten', 'nonce-reused'])('shows the planted bug %s within 60 seeds', async (name) => {
    const { extend } = (await import(`../planted/${name}.mjs`)) as Pick<Extension, 'extend'>;
    const failing = async (seed: number): Promise<boolean> => {
      const run = await runScenario(sampleScenario(seed), { extensions: [{ path: name, extend }] });
      return run.exitCode > 2;
    };
    let seed = 0;
    while (seed < 60 && !(await failing(seed))) seed++;
    expect(seed).toBeLessThan(60);
  });

  test.prop([runnableScenario({ hostsMax: 2 })], { numRuns: 20 })('may have two hosts alone', (scenario) => {
    expect(scenario.topology.kind).toBe('star');
    expect(scenario.topology.hosts).toBe(2);
  });
});
