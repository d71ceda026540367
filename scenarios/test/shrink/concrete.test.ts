import { describe, expect, it } from 'vitest';
import { NetKind } from '../../../sim/net/trace-kinds.ts';
import { scenarioToYaml, type Fault, type Scenario } from '../../language/index.ts';
import { runScenario } from '../../run/index.ts';
import { concreteScenario, splitFaults } from '../../shrink/concrete.ts';
import { sampleScenario } from '../../testing/index.ts';
import { scenarioOf } from '../language/example.ts';

const RECORDS_MAX = 200_000;

/** What happened, but for the switching of faults, which are others in the two. */
async function eventsOf(scenario: Scenario): Promise<string[]> {
  const { store } = await runScenario(scenario, { trace: { store: { recordsMax: RECORDS_MAX } } });
  const events: string[] = [];
  store?.forEach((timeNs, kind, where, ...rest) => {
    if (kind !== NetKind.FAULT_ON && kind !== NetKind.FAULT_OFF)
      events.push([timeNs, kind, where, ...rest].join(' '));
  });
  return events;
}

async function concreteOf(scenario: Scenario): Promise<Scenario> {
  const split = splitFaults(scenario);
  const { injections } = await runScenario(split, { injections: true });
  return concreteScenario(split, injections ?? []);
}

const isByRate = (fault: Fault): boolean => 'rate' in fault && fault.rate !== undefined;
const SEEDS = Array.from({ length: 400 }, (_, seed) => seed)
  .filter((seed) => sampleScenario(seed).faults.filter(isByRate).length >= 3)
  .slice(0, 12);

describe('injected events, said concretely. REQ DST-3', () => {
  it('are the same when the faults are split by cable', async () => {
    for (const seed of SEEDS) {
      const scenario = sampleScenario(seed);
      expect(await eventsOf(splitFaults(scenario))).toEqual(await eventsOf(scenario));
    }
  });

  it('are injected again by the list of packets, read back from a file', async () => {
    let hits = 0;
    const kinds = new Set<string>();
    for (const seed of SEEDS) {
      const scenario = sampleScenario(seed);
      const concrete = await concreteOf(scenario);
      expect(concrete.faults.some(isByRate)).toBe(false);
      for (const fault of concrete.faults) {
        hits += 'packets' in fault ? (fault.packets?.length ?? 0) : 0;
        kinds.add(fault.kind);
      }
      expect(await eventsOf(scenarioOf(scenarioToYaml(concrete)))).toEqual(await eventsOf(scenario));
    }
    expect(hits).toBeGreaterThan(100);
    for (const kind of ['loss', 'duplicate', 'reorder', 'corrupt', 'icmp']) expect(kinds).toContain(kind);
  });

  it('of a switch with several NICs and trunks are those of its cables', () => {
    const text = `version: 1
scenario: planes
until: 1ms
topology: { kind: graph, hosts: 2, nics: 2, switches: [a, b], links: [
  { between: ['host[0..1]', a], nic: 0 }, { between: ['host[0..1]', b], nic: 1 }, { between: [a, b], count: 2 }] }
workload: [{ name: w, pattern: unary, from: 'host[0]', to: 'host[1]', request: 1KB, response: 1B, count: 1 }]
faults:
  - { kind: loss, rate: 1/2, on: switch(a) }
  - { kind: loss, rate: 1/2, on: all }
`;
    expect(splitFaults(scenarioOf(text)).faults.map((fault) => 'on' in fault && fault.on)).toEqual([
      { place: 'nic', hosts: [0], nic: 0 },
      { place: 'nic', hosts: [1], nic: 0 },
      { place: 'trunk', between: ['a', 'b'] },
      { place: 'link', hosts: [0] },
      { place: 'link', hosts: [1] },
      { place: 'trunk', between: ['a', 'b'] },
    ]);
  });
});
