import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../language/index.ts';
import type { Scenario } from '../../language/index.ts';
import { runScenario } from '../../run/run-scenario.ts';
import type { NicResult, RunResult } from '../../result.ts';

interface Case {
  nics?: number;
  planes?: number;
  workers?: number;
  paths?: number;
  spray?: string;
  hosts?: number;
  stop?: string;
  faults?: string[];
}

function scenario(given: Case): Scenario {
  const { nics = 4, planes = 1, workers = 12, paths = 1, spray = 'packet', hosts = 2 } = given;
  const { stop = '400us', faults = [] } = given;
  const parsed = parseScenario(
    `
version: 1
scenario: nics
seed: 3
until: 100ms
topology:
  kind: star
  hosts: ${hosts}
  nics: ${nics}
  planes: ${planes}
  link: { rate: 100Gbps, delay: 500ns, mtu: 9000 }
  switch: { buffer: 16MB, spray: ${spray} }
endpoint: { workers: ${workers}, paths: ${paths}, burst: 1 }
workload:
  - { name: writes, pattern: unary, from: host[0], to: 'host[1..${hosts - 1}]', request: 64KB, response: 64B, concurrency: ${6 * workers}, stop: ${stop} }
${faults.length === 0 ? '' : `faults:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`}
`,
    'nics.yaml',
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  return parsed.scenario;
}

async function run(given: Case): Promise<RunResult> {
  const { result } = await runScenario(scenario(given));
  expect(result.violations).toEqual([]);
  expect(result.transfers.completed).toBe(result.transfers.started);
  return result;
}

const nic = (result: RunResult, host: number, number: number): NicResult =>
  result.nics!.each.find((one) => one.host === host && one.nic === number)!;

describe('several workers at several NICs. REQ TEST-U3, TEST-I2, PERF-3, PERF-4, MNIC-2, MNIC-3 · MUST LANE-3, LANE-4', () => {
  test('one peer gets the calls of another over all NICs, each as full as can be', async () => {
    const result = await run({});
    expect(result.nics?.lineRate).toBeGreaterThan(0.95);
    expect(result.packets.dropped).toBe(0);
    const sent = [0, 1, 2, 3].map((number) => nic(result, 0, number).sentBytes);
    expect(Math.min(...sent)).toBeGreaterThan(0.85 * Math.max(...sent));
  });

  test('so do many peers', async () => {
    const result = await run({ hosts: 6 });
    expect(Math.min(...[0, 1, 2, 3].map((number) => nic(result, 0, number).sentBytes))).toBeGreaterThan(4e6);
  });

  // Were each to budget for the NIC by itself, 32 of them would pull eight megabytes into its switch, and throughput would fall to a quarter.
  test('many hosts at once: the workers of a NIC pull what it takes, together. MUST LANE-4', async () => {
    const one = scenario({ hosts: 9, nics: 2, workers: 16, stop: '100us' });
    const workloads = one.workloads.map((each) => ({
      ...each,
      from: [1, 2, 3, 4, 5, 6, 7, 8],
      to: [0],
      arrivals: { kind: 'concurrency' as const, concurrency: 16, startNs: 0, stopNs: 100_000 },
    }));
    const endpoint = { ...one.endpoint, options: { ...one.endpoint.options, pullBytesMax: 16_384 } };
    const { result, report } = await runScenario({ ...one, endpoint, workloads });
    expect(result.violations).toEqual([]);
    expect(result.nics?.lineRate).toBeGreaterThan(0.95);
    expect(Math.max(...report.series.queueBytesMax)).toBeLessThan(1_000_000);
  });

  test('data of a worker leaves from several ports, which are one address: flows that switches hash. REQ NIC-10', async () => {
    const result = await run({ paths: 4, spray: 'ecmp' });
    expect(result.nics?.lineRate).toBeGreaterThan(0.95);
  });
});

describe('a NIC that fails in the middle of a run: nothing is lost, its workers go on elsewhere and return. REQ ROUTE-6, MNIC-5, MNIC-7 · MUST LANE-3', () => {
  const middle = 'at: 150us, for: 300us';
  const stop = '900us';

  test.each([
    ['of the sender', 'nic(host[0], 1)', 0, 1],
    ['of the receiver', 'nic(host[1], 1)', 1, 1],
    ['in a network of its own', 'nic(host[0], 1)', 0, 4],
  ])('%s', async (_name, on, host, planes) => {
    const result = await run({ stop, planes, faults: [`{ ${middle}, kind: nic-down, on: '${on}' }`] });
    const { downs, failoverNs, returnNs, sentBytes, receivedBytes } = nic(result, host, 1);
    expect(downs).toBe(1);
    expect(failoverNs).toBeGreaterThan(0);
    expect(failoverNs).toBeLessThan(100_000);
    expect(returnNs).toBeGreaterThan(0);
    // The lower host follows when its way has been silent for 200 us.
    expect(returnNs).toBeLessThan(300_000);
    // It was used before and after.
    const other = nic(result, host, 2);
    const share = (sentBytes + receivedBytes) / (other.sentBytes + other.receivedBytes);
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.8);
  });

  test('that drops everything, though nobody says so: silence tells', async () => {
    const faults = ["{ at: 150us, for: 20ms, kind: loss, rate: 1/1, on: 'nic(host[0], 1)' }"];
    const result = await run({ stop: '8ms', nics: 2, workers: 2, faults });
    // Both go on; without another way the one at the dead NIC would wait for 20 ms.
    expect(result.latencyNs.max).toBeLessThan(15_000_000);
  });

  test('all at once: what was under way goes on when they are back', async () => {
    const faults = [`{ ${middle}, kind: nic-down, on: host[0] }`];
    const result = await run({ stop, faults });
    expect([0, 1, 2, 3].map((number) => nic(result, 0, number).downs)).toEqual([1, 1, 1, 1]);
  });
});

test('a host that restarts has new workers, and nobody takes their packets for those of the old ones', async () => {
  const { result } = await runScenario(
    scenario({ workers: 6, nics: 2, faults: ['{ at: 200us, kind: crash, on: host[1], restart: 100us }'] }),
  );
  expect(result.violations).toEqual([]);
  expect(result.transfers.completed).toBeGreaterThan(0.5 * result.transfers.started);
});
