import { describe, expect, test } from 'vitest';
import { NetKind } from '../../../sim/net/index.ts';
import { parseScenario } from '../../language/index.ts';
import { runScenario, type Extension, type RunOutcome } from '../../run/index.ts';

/** Packets that each NIC of host[0] sent, in each tenth of a millisecond. */
async function run(
  topology: string,
  faults: string,
  ends = "from: 'host[0]', to: 'host[1..3]'",
): Promise<{ outcome: RunOutcome; sent: number[][]; marked: number }> {
  const text = `
version: 1
scenario: nics
until: 10s
topology: { ${topology}, hosts: 4, switch: { ecn: 5KB } }
workload:
  - { name: reads, pattern: unary, ${ends}, request: 20KB, response: 20KB, concurrency: 12, stop: 400us }
faults: [${faults}]
expect: [completed == 100%]
`;
  const parsed = parseScenario(text, 'nics.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  let wheres: number[] = [];
  let marked = 0;
  const look: Extension = {
    path: 'look',
    extend: ({ network, world, kernel }) => {
      wheres = network.hosts[0]!.nics.map((nic) => nic.where);
      kernel.schedule(390_000, {
        onEvent: () => {
          marked = world.hosts.reduce((sum, host) => sum + host.counters().datagramsMarked, 0);
        },
      });
    },
  };
  const outcome = await runScenario(parsed.scenario, {
    trace: { store: { recordsMax: 2_000_000 } },
    extensions: [look],
  });
  const sent = wheres.map(() => [0, 0, 0, 0]);
  outcome.store!.forEach((timeNs, kind, where) => {
    const nic = wheres.indexOf(where);
    const bin = Math.floor(timeNs / 100_000);
    if (kind === NetKind.SENT && nic >= 0 && bin < 4) sent[nic]![bin]! += 1;
  });
  return { outcome, sent, marked };
}

describe('a host with two NICs', () => {
  test('uses both', async () => {
    const { outcome, sent } = await run('kind: star, nics: 2', '');
    expect(outcome.exitCode).toBe(0);
    for (const counts of sent) expect(Math.min(...counts)).toBeGreaterThan(50);
  });

  test.each(['kind: star, nics: 2', 'kind: star, nics: 2, planes: 2'])(
    'sends from the other one while one is down, and from both when it is back: %s. REQ MNIC-5',
    async (topology) => {
      const { outcome, sent } = await run(
        topology,
        '{ at: 100us, for: 100us, kind: nic-down, on: "nic(host[0], 1)" }',
      );
      expect(outcome.exitCode).toBe(0);
      expect(sent[1]![1]).toBe(0);
      expect(sent[0]![1]).toBeGreaterThan(100);
      expect(sent[1]![3]).toBeGreaterThan(50);
    },
  );

  test('reaches a peer by its other NIC when one of that is down', async () => {
    const { outcome, sent } = await run(
      'kind: star, nics: 2, planes: 2',
      '{ at: 100us, kind: nic-down, on: "nic(host[1..3], 1)" }',
    );
    expect(outcome.exitCode).toBe(0);
    expect(outcome.result.transfers.failed).toBe(0);
    expect(sent[0]![3]).toBeGreaterThan(100);
  });
});

test('the sequence diagram knows what the sender itself dropped', async () => {
  const text = `
version: 1
scenario: own
until: 10s
topology: { kind: star, hosts: 2 }
workload: [{ name: one, pattern: unary, from: 'host[0]', to: 'host[1]', request: 20KB, response: 0B, count: 1 }]
faults: [{ for: 50us, kind: mtu, mtu: 1000, on: 'link(host[0])' }]
`;
  const parsed = parseScenario(text, 'own.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { report, exitCode } = await runScenario(parsed.scenario);
  const lost = report.sequence!.messages.filter(({ receivedNs }) => receivedNs === null);
  expect(exitCode).toBe(0);
  expect(lost.length).toBeGreaterThan(0);
  expect(new Set(lost.map(({ dropReason }) => dropReason))).toEqual(new Set(['mtu']));
});

test('packets say that they understand ECN, and endpoints count the marks. REQ UDP-4', async () => {
  const incast = "from: 'host[1..3]', to: 'host[0]'";
  expect((await run('kind: star', '', incast)).marked).toBeGreaterThan(0);
  const bleach = '{ kind: ecn-bleach, on: "link(host[0..3])" }';
  expect((await run('kind: star', bleach, incast)).marked).toBe(0);
});
