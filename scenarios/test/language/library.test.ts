import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { formatProblem, loadScenario, scenarioJsonSchema } from '../../language/index.ts';
import type { Scenario } from '../../language/index.ts';

const LIBRARY = join(import.meta.dirname, '..', '..', 'library');
const files = readdirSync(LIBRARY).filter((name) => name.endsWith('.yaml'));

function load(name: string): Scenario {
  const result = loadScenario(join(LIBRARY, name));
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.scenario;
}

describe.each(files)('library/%s', (name) => {
  it('is a good scenario with expectations, named like its file', () => {
    const scenario = load(name);
    expect(`${scenario.name}.yaml`).toBe(name);
    expect(scenario.expectations.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['completed == 100%', 'violations == 0']),
    );
  });

  it('leaves time to finish after arrivals stop', () => {
    const { workloads, untilNs } = load(name);
    for (const { arrivals } of workloads) {
      expect(arrivals.kind === 'count' ? 0 : arrivals.stopNs).toBeLessThanOrEqual(untilNs / 2);
    }
  });

  it('looks good in an editor that knows the JSON Schema', () => {
    const text = readFileSync(join(LIBRARY, name), 'utf8');
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/scenario\.schema\.json\n/);
    const judged = z.fromJSONSchema(JSON.parse(JSON.stringify(scenarioJsonSchema()))).safeParse(parse(text));
    expect(judged).toMatchObject({ success: true });
  });
});

describe('the library', () => {
  it('has the incast: 100 hosts, 450 KB each, one receiver, 100 Gbit/s', () => {
    const { topology, workloads, expectations } = load('incast-100.yaml');
    expect(topology).toMatchObject({ hosts: 101, link: { rateBps: 100_000_000_000, mtuBytes: 1500 } });
    expect(workloads).toMatchObject([
      { to: [0], request: { bytes: 450_000 }, arrivals: { kind: 'count', count: 1 } },
    ]);
    expect(workloads[0]?.from).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    const span = expectations.find(({ metric }) => metric === 'span')!.value;
    // 19 bytes of ours and 28 of IP and UDP in each packet of 1500.
    const idealNs = (100 * 450_000 * (1500 / (1500 - 28 - 19)) * 8) / 100;
    expect(span / idealNs).toBeGreaterThan(1.0295);
    expect(span / idealNs).toBeLessThanOrEqual(1.03);
  });

  it('has the leaf-spine of the published comparisons, and about 100,000 messages', () => {
    const { topology, workloads } = load('leafspine-144.yaml');
    expect(topology).toMatchObject({
      kind: 'leaf-spine',
      hosts: 144,
      leaves: 9,
      spines: 4,
      link: { rateBps: 100_000_000_000, delayNs: 650, mtuBytes: 1500 },
      core: { rateBps: 400_000_000_000, delayNs: 650 },
      switch: { bufferBytes: Infinity, portBytes: 500_000, spray: 'packet' },
    });
    const [flows] = workloads;
    if (flows?.arrivals.kind !== 'load' || flows.request.kind !== 'distribution') throw new Error('no load');
    const { load: share, startNs, stopNs } = flows.arrivals;
    const gapNs = (flows.request.distribution.meanBytes * 8 * (1500 / 1460)) / 100;
    const messages = (144 * (stopNs - startNs) * share.numerator) / (share.denominator * gapNs);
    expect(Math.abs(messages / 100_000 - 1)).toBeLessThan(0.03);
  });

  it('has web search traffic on a good and on a bad network, otherwise alike', () => {
    const good = load('websearch-16.yaml');
    const bad = load('websearch-16-faults.yaml');
    expect(good.topology.hosts).toBe(16);
    expect(good.workloads).toMatchObject([
      {
        request: { source: 'websearch' },
        arrivals: { load: { numerator: 3, denominator: 5 }, stopNs: 20_000_000 },
      },
    ]);
    // But for how long the slowest may take.
    expect(bad.expectations).toHaveLength(good.expectations.length);
    expect({ ...bad, name: good.name, faults: [], expectations: good.expectations }).toEqual(good);
    expect(bad.faults).toMatchObject([
      { kind: 'loss', on: { place: 'all' } },
      { kind: 'duplicate', on: { place: 'all' } },
      { kind: 'reorder', on: { place: 'all' } },
    ]);
    expect(bad.faults[2]).toMatchObject({ delayNs: 20_000 });
  });
});
