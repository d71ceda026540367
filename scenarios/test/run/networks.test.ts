import { describe, expect, test } from 'vitest';
import { DropReason, NetKind } from '../../../sim/net/index.ts';
import { parseScenario } from '../../language/index.ts';
import type { Scenario } from '../../language/index.ts';
import { runScenario } from '../../run/index.ts';
import type { RunOutcome, Simulation } from '../../run/index.ts';

const LEAF_SPINE =
  '{ kind: leaf-spine, leaves: 2, hostsPerLeaf: 3, spines: 2, link: { rate: 25Gbps }, core: { rate: 100Gbps }, switch: { buffer: 200KB, ecn: 30KB } }';

function scenario(topology: string, faults: string): Scenario {
  const parsed = parseScenario(
    `
version: 1
scenario: network
until: 300ms
topology: ${topology}
workload:
  - { name: mix, pattern: unary, from: 'host[0..5]', to: 'host[0..5]', request: w3, response: 20KB, load: 0.3, stop: 300us }
faults: [${faults}]
`,
    'test.yaml',
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.scenario;
}

/** Runs it and returns how often each thing is in the trace. */
async function run(topology: string, faults: string): Promise<RunOutcome & { seen: Map<string, number> }> {
  const seen = new Map<string, number>();
  const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
  const extend = ({ trace }: Simulation): void => {
    const record = trace.record.bind(trace);
    trace.record = (timeNs, kind, where, a, b, c, d) => {
      record(timeNs, kind, where, a, b, c, d);
      if (kind === NetKind.DROPPED) count(`drop ${b}`);
      else count(`kind ${kind}`);
    };
  };
  const outcome = await runScenario(scenario(topology, faults), { extensions: [{ path: 'count', extend }] });
  return { ...outcome, seen };
}

describe('the real protocol on every network', () => {
  test.each([
    ['leaf-spine, spray', LEAF_SPINE],
    [
      'leaf-spine, ECMP, eight packets a port',
      LEAF_SPINE.replace('buffer: 200KB', 'port: 8packets, spray: ecmp').replace(', ecn: 30KB', ''),
    ],
    ['fat tree', '{ kind: fat-tree, k: 4, link: { rate: 25Gbps } }'],
    [
      'graph',
      `{ kind: graph, hosts: 6, switches: [a, b], links: [{ between: ['host[0..2]', a] }, { between: ['host[3..5]', b] }, { between: [a, b], count: 2 }] }`,
    ],
    [
      'two NICs in two planes, of which endpoints use the first',
      LEAF_SPINE.replace('leaves: 2', 'leaves: 2, nics: 2, planes: 2'),
    ],
  ])('%s: everything completes, nothing is violated', async (_, topology) => {
    const { result, exitCode } = await run(topology, '');
    expect(result.violations).toEqual([]);
    expect(exitCode).toBe(0);
    expect(result.transfers.started).toBeGreaterThan(100);
    expect(result.transfers.completed).toBe(result.transfers.started);
    expect(result.slowdown.p50).toBeGreaterThan(0.9);
  });
});

describe('REQ DST-5: each fault is in the trace, and the real protocol survives it', () => {
  const dropped = (reason: number): string => `drop ${reason}`;
  const kind = (number: number): string => `kind ${number}`;
  test.each([
    ['{ kind: loss, rate: 1/100, on: all }', dropped(DropReason.LOSS)],
    ['{ kind: burst-loss, rate: 1/50, burst: 8, on: all }', dropped(DropReason.LOSS)],
    ['{ kind: duplicate, rate: 1/100, on: all }', kind(NetKind.DUPLICATED)],
    ['{ kind: reorder, rate: 1/100, delay: 30us, on: all }', kind(NetKind.DELAYED)],
    ['{ kind: delay, at: 50us, for: 100us, delay: 50us, on: host[1] }', kind(NetKind.DELAYED)],
    ['{ kind: corrupt, rate: 1/1000, on: all }', kind(NetKind.CORRUPTED)],
    ['{ kind: rate, at: 50us, for: 100us, rate: 1/10, on: link(leaf0, spine0) }', kind(NetKind.FAULT_ON)],
    ['{ kind: mtu, at: 50us, for: 100us, mtu: 1000, on: host[1] }', dropped(DropReason.MTU)],
    ['{ kind: link-down, at: 50us, for: 100us, on: link(host[1]) }', dropped(DropReason.LINK_DOWN)],
    ['{ kind: link-down, at: 50us, for: 20us, on: switch(leaf1) }', dropped(DropReason.LINK_DOWN)],
    ['{ kind: nic-down, at: 50us, for: 100us, on: nic(host[1], 0) }', dropped(DropReason.NIC_DOWN)],
    [
      '{ kind: partition, at: 50us, for: 100us, between: [host[0..2], host[3..5]] }',
      dropped(DropReason.PARTITION),
    ],
    [
      '{ kind: partition, at: 50us, for: 100us, between: [host[0..2], host[3..5]], direction: to }',
      dropped(DropReason.PARTITION),
    ],
    ['{ kind: icmp, rate: 1/10, on: all }', kind(NetKind.TOLD_UNREACHABLE)],
  ])('%s', async (fault, effect) => {
    const { result, seen } = await run(LEAF_SPINE, fault);
    expect(seen.get(effect)).toBeGreaterThan(0);
    expect(result.violations).toEqual([]);
    expect(result.transfers.completed).toBe(result.transfers.started);
  });

  test('ECN bleaching leaves no mark of the core to the receiver', async () => {
    // Endpoints do not ask for marks yet, so there is nothing to bleach: only that nothing else happens.
    const { result } = await run(LEAF_SPINE, '{ kind: ecn-bleach, on: all }');
    expect(result.transfers.completed).toBe(result.transfers.started);
  });

  test('a report says where each fault acts', async () => {
    const { report } = await run(
      LEAF_SPINE,
      `{ kind: delay, delay: 1us, on: 'nic(host[0..1], 0)' }, { kind: rate, rate: 1/2, on: 'link(leaf0, spine0)' }, { kind: partition, at: 1us, for: 1us, between: ['host[0]', ['host[1]', 'host[3]']], direction: to }`,
    );
    expect(report.faults.map(({ kind: what, on }) => `${what} ${on}`)).toEqual([
      'delay nic(host[0..1], 0)',
      'rate link(leaf0, spine0)',
      'partition host[0] > host[1] host[3]',
    ]);
  });
});
