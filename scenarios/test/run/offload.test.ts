import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Endpoint } from '../../../protocol/index.ts';
import { NetKind } from '../../../sim/net/index.ts';
import { runScenario, type Extension, type RunOutcome } from '../../run/index.ts';
import { scenarioOf } from '../language/example.ts';

interface Offload {
  outcome: RunOutcome;
  /** Datagrams that endpoints were given. */
  datagrams: number;
  /** Packets delivered to hosts, in the trace. */
  delivered: number;
  /** Times of host[1]'s packets, as it hands them to its NIC. */
  sentNs: number[];
}

async function run(
  endpoint: string,
  faults = '',
  ends = "from: 'host[1..3]', to: 'host[0]'",
): Promise<Offload> {
  const scenario = scenarioOf(`
version: 1
scenario: offload
until: 10s
topology: { kind: star, hosts: 4 }
endpoint: { hostDelay: 2us, ${endpoint} }
workload:
  - { name: writes, pattern: unary, ${ends}, request: 200KB, response: 64B, count: 4 }
faults: [${faults}]
expect: [completed == 100%]
`);
  const handled = vi.spyOn(Endpoint.prototype, 'handleDatagram');
  onTestFinished(() => handled.mockRestore());
  const before = handled.mock.calls.length;
  let where = 0;
  const look: Extension = {
    path: 'look',
    extend: ({ network }) => {
      where = network.nic(1).where;
    },
  };
  const outcome = await runScenario(scenario, {
    trace: { store: { recordsMax: 1_000_000 } },
    extensions: [look],
  });
  const sentNs: number[] = [];
  let delivered = 0;
  outcome.store!.forEach((timeNs, kind, at) => {
    if (kind === NetKind.SENT && at === where) sentNs.push(timeNs);
    if (kind === NetKind.DELIVERED) delivered += 1;
  });
  return { outcome, datagrams: handled.mock.calls.length - before, delivered, sentNs };
}

describe('offloads of a NIC, as an endpoint sees them. REQ TRN-4', () => {
  test('without GRO each packet is received by itself', async () => {
    const { outcome, datagrams } = await run('crypto: sim');
    expect(datagrams).toBe(outcome.result.packets.delivered);
  });

  test.each(['sim', 'real'])(
    'with GRO packets of a source are received together, and the same payload arrives: %s',
    async (crypto) => {
      const plain = await run(`crypto: ${crypto}`);
      const { outcome, datagrams, delivered } = await run(`crypto: ${crypto}, gro: 64KiB`);
      const { packets, bytes } = outcome.result;
      expect(outcome.exitCode).toBe(0);
      expect(bytes.payload).toBe(plain.outcome.result.bytes.payload);
      // In the trace, and in what is counted, they are what they were on the wire.
      expect(delivered).toBe(packets.delivered);
      expect(packets.delivered).toBeGreaterThan(0.9 * plain.outcome.result.packets.delivered);
      expect(datagrams).toBeLessThan(packets.delivered / 4);
    },
  );

  test('the longest datagram is as given', async () => {
    const short = await run('gro: 3000B');
    const long = await run('gro: 64KiB');
    expect(short.datagrams).toBeGreaterThan(2 * long.datagrams);
    expect(short.datagrams).toBeLessThan(short.outcome.result.packets.delivered);
  });

  test('a host that is paused, or goes down, with packets in hand gets them later, or never', async () => {
    const faults = `{ kind: pause, at: 20us, for: 30us, on: host[0] }, { kind: crash, at: 70us, restart: 20us, on: host[0] },
      { kind: corrupt, rate: 1/200, on: all }, { kind: pause, at: 200us, for: 1us, on: all }`;
    const { outcome, datagrams } = await run('gro: 64KiB', faults);
    expect(outcome.result.violations).toEqual([]);
    expect(outcome.exitCode).not.toBe(4);
    expect(datagrams).toBeLessThan(outcome.result.packets.delivered / 2);
  });

  test('a run of segments is handed to the NIC together (GSO)', async () => {
    const { sentNs } = await run('burst: 16', '', "from: 'host[1]', to: 'host[0]'");
    const runs = new Map<number, number>();
    for (const timeNs of sentNs) runs.set(timeNs, (runs.get(timeNs) ?? 0) + 1);
    const longest = Math.max(...runs.values());
    expect(longest).toBeGreaterThanOrEqual(16);
    expect(runs.size).toBeLessThan(sentNs.length / 4);
  });
});
