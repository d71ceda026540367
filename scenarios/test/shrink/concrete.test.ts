import { describe, expect, it } from 'vitest';
import { NetKind } from '../../../sim/net/trace-kinds.ts';
import { Trace } from '../../../sim/trace/trace.ts';
import { scenarioToYaml, type Fault, type Scenario } from '../../language/index.ts';
import { runScenario } from '../../run/index.ts';
import { concreteScenario, splitFaults } from '../../shrink/concrete.ts';
import { sampleScenario } from '../../testing/index.ts';
import { scenarioOf } from '../language/example.ts';

const RECORDS_MAX = 50_000;

/** A hash of what happened, but for the switching of faults, which are others in the two. */
async function eventsOf(scenario: Scenario): Promise<string> {
  const { store } = await runScenario(scenario, { trace: { store: { recordsMax: RECORDS_MAX } } });
  const events = new Trace();
  store?.forEach((timeNs, kind, ...rest) => {
    if (kind !== NetKind.FAULT_ON && kind !== NetKind.FAULT_OFF) events.record(timeNs, kind, ...rest);
  });
  return `${events.records} ${events.digest()}`;
}

async function concreteOf(scenario: Scenario): Promise<Scenario> {
  const split = splitFaults(scenario);
  const { injections } = await runScenario(split, { injections: true });
  return concreteScenario(split, injections ?? []);
}

const isByRate = (fault: Fault): boolean => 'rate' in fault && fault.rate !== undefined;
const DEEP = process.env['DEEP'] === '1';
const SEEDS = Array.from({ length: 400 }, (_, seed) => seed)
  .filter((seed) => sampleScenario(seed).faults.filter(isByRate).length >= 3)
  .slice(0, DEEP ? 100 : 6);

const EVERY_KIND = `version: 1
scenario: rough
until: 100ms
topology: { kind: leaf-spine, leaves: 2, hostsPerLeaf: 2, spines: 2 }
workload: [{ name: mix, pattern: unary, from: all, to: all, request: 20KB, response: 1KB, count: 3 }]
faults:
  - { kind: pause, at: 5us, for: 5us, on: 'host[1]' }
  - { kind: loss, rate: 1/50, on: all }
  - { kind: loss, rate: 1/50, at: 1us, for: 1ms, on: 'host[1..2]' }
  - { kind: burst-loss, rate: 1/50, burst: 3, on: 'link(leaf0, spine0)' }
  - { kind: duplicate, rate: 1/50, on: switch(leaf1) }
  - { kind: reorder, rate: 1/20, delay: 20us, on: all }
  - { kind: delay, rate: 1/20, delay: 20us, on: all }
  - { kind: corrupt, rate: 1/50, on: 'nic(host[0..1], 0)' }
  - { kind: ecn-bleach, rate: 1/2, on: all }
  - { kind: icmp, rate: 1/50, on: all }
`;

describe('injected events, said concretely. REQ DST-3', () => {
  it('are the same when the faults are split by cable', async () => {
    for (const seed of SEEDS) {
      const scenario = sampleScenario(seed);
      expect(await eventsOf(splitFaults(scenario))).toBe(await eventsOf(scenario));
    }
  });

  it('are injected again by the list of packets, read back from a file', async () => {
    let hits = 0;
    const kinds = new Set<string>();
    for (const scenario of [scenarioOf(EVERY_KIND), ...SEEDS.map((seed) => sampleScenario(seed))]) {
      const concrete = await concreteOf(scenario);
      expect(concrete.faults.some(isByRate)).toBe(false);
      for (const fault of concrete.faults) {
        hits += 'packets' in fault ? (fault.packets?.length ?? 0) : 0;
        kinds.add(fault.kind);
      }
      expect(await eventsOf(scenarioOf(scenarioToYaml(concrete)))).toBe(await eventsOf(scenario));
    }
    expect(hits).toBeGreaterThan(100);
    // Bursts are losses, one by one.
    expect([...kinds].filter((kind) => EVERY_KIND.includes(`kind: ${kind},`))).toHaveLength(8);
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
