import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../language/index.ts';
import type { Scenario } from '../../language/index.ts';
import { Simulation, runScenario } from '../../run/index.ts';

function scenario(faults: string, more = ''): Scenario {
  const parsed = parseScenario(
    `
version: 1
scenario: places
until: 1s
topology: { kind: leaf-spine, leaves: 2, hostsPerLeaf: 2, spines: 2, nics: 2 }
workload:
  - { name: reads, pattern: unary, from: 'host[0]', to: 'host[1]', request: 1KB, response: 64B, count: 1 ${more} }
faults: [${faults}]
`,
    'test.yaml',
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.scenario;
}

/** Names of the lines that a fault acts on, without `link/`. */
function linesOf(on: string): string[] {
  const [spec] = new Simulation(scenario(`{ kind: loss, rate: 1/2, on: '${on}' }`)).faults.specs;
  if (spec?.kind !== 'loss') throw new Error('no such fault');
  return spec.on.map(({ name }) => name.replace('link/', '')).sort();
}

const cable = (host: number, nic: number): string[] =>
  ['down', 'up'].map((way) => `host[${host}].nic[${nic}]/${way}`);
const trunk = (a: string, b: string): string[] => [`${a}-${b}`, `${b}-${a}`];

describe('a fault acts on the cables that its place names, in both directions unless it says which', () => {
  test.each([
    ['host[1]', [...cable(1, 0), ...cable(1, 1)]],
    ['link(host[1..2])', [1, 2].flatMap((host) => [...cable(host, 0), ...cable(host, 1)])],
    [
      'from(host[1..2])',
      ['host[1].nic[0]/up', 'host[1].nic[1]/up', 'host[2].nic[0]/up', 'host[2].nic[1]/up'],
    ],
    ['to(host[1])', ['host[1].nic[0]/down', 'host[1].nic[1]/down']],
    ['nic(host[1..2], 1)', [1, 2].flatMap((host) => cable(host, 1))],
    ['link(spine1, leaf0)', trunk('leaf0', 'spine1')],
    ['switch(spine0)', [...trunk('leaf0', 'spine0'), ...trunk('leaf1', 'spine0')]],
    [
      'switch(leaf1)',
      [2, 3]
        .flatMap((host) => [...cable(host, 0), ...cable(host, 1)])
        .concat(trunk('leaf1', 'spine0'), trunk('leaf1', 'spine1')),
    ],
  ])('%s', (on, expected) => {
    expect(linesOf(on)).toEqual([...expected].sort());
  });

  test('all: every cable, those between switches too', () => {
    expect(linesOf('all').length).toBe(2 * (4 * 2 + 2 * 2));
  });
});

describe('a run that an outage keeps from ending is not called dead: REQ DST-6', () => {
  test.each([
    ['{ kind: link-down, on: host[1] }', false],
    ['{ kind: nic-down, on: host[1] }', false],
    ['{ kind: partition, between: [host[0], host[1]] }', false],
    ['{ kind: loss, rate: 1/1, on: host[1] }', false],
    ['{ kind: burst-loss, rate: 99/100, burst: 1000, on: host[1] }', false],
    ['{ kind: rate, rate: 1Kbps, on: host[1] }', false],
    // It heals; from then on nothing excuses.
    ['{ kind: link-down, on: host[1], for: 1ms }', true],
  ])('%s', async (fault, dead) => {
    // A network that swallows everything without any fault: only a healed one is to blame.
    const swallow = { onPacket: () => 'drop' as const };
    const { result } = await runScenario(scenario(fault), {
      extensions: [{ path: 'swallow', extend: ({ network }) => network.addMonitor(swallow) }],
    });
    expect(result.transfers.completed).toBe(0);
    expect(result.violations.map(({ checker }) => checker)).toEqual(dead ? ['liveness'] : []);
  });
});
