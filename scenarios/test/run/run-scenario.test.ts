import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../language/index.ts';
import type { Scenario } from '../../language/index.ts';
import { capsuleOf, parseCapsule, replayCapsule, runScenario } from '../../run/index.ts';
import type { Extension } from '../../run/index.ts';

function scenario(text: string): Scenario {
  const parsed = parseScenario(text, 'test.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.scenario;
}

const INCAST = `
version: 1
scenario: incast
seed: 7
until: 20ms
topology: { kind: star, hosts: 21, link: { rate: 100Gbps, delay: 650ns, mtu: 1500 }, switch: { buffer: 500KB } }
workload:
  - { name: reads, pattern: unary, from: 'host[1..20]', to: 'host[0]', request: 450KB, response: 64B, count: 1 }
`;

const ROUGH = `
version: 1
scenario: rough
seed: 3
until: 100ms
topology: { kind: star, hosts: 4, link: { rate: 100Gbps, delay: 650ns, mtu: 1500 }, switch: { buffer: 500KB } }
workload:
  - { name: mix, pattern: unary, from: all, to: all, request: w3, response: 20KB, load: 0.3, stop: 150us }
faults:
  - { kind: loss, rate: 2/100, on: all }
  - { kind: duplicate, rate: 2/100, on: all }
  - { kind: reorder, rate: 5/100, delay: 20us, on: all }
  - { kind: corrupt, rate: 1/100, on: all }
`;

async function plant(name: string): Promise<Extension> {
  const path = `../planted/${name}.mjs`;
  const module = (await import(path)) as Pick<Extension, 'extend'>;
  return { path, extend: module.extend };
}

describe('a scenario run', () => {
  test('an incast neither collapses nor drops: goodput, completion against the wire, nothing left (REQ PERF-2)', async () => {
    const { result, exitCode } = await runScenario(scenario(INCAST));
    expect(exitCode).toBe(0);
    expect(result.transfers).toEqual({ started: 20, completed: 20, failed: 0, cancelled: 0 });
    expect(result.packets.dropped).toBe(0);
    expect(result.goodput).toBeGreaterThanOrEqual(0.97);
    const wireNs = (20 * Math.ceil(450_112 / 1453) * 1500 * 8) / 100;
    expect(result.workloads['reads']?.spanNs).toBeLessThanOrEqual(wireNs * 1.03);
  });

  test('loss, duplication, reordering and corruption cost time, not correctness (REQ DST-6, TEST-I1)', async () => {
    const { result, exitCode } = await runScenario(scenario(ROUGH));
    expect(result.violations).toEqual([]);
    expect(exitCode).toBe(0);
    expect(result.transfers.completed).toBe(result.transfers.started);
    expect(result.packets.dropped).toBeGreaterThan(0);
  });

  test('the same seed gives the same trace, another seed another (REQ DST-1, TEST-S1)', async () => {
    const hash = async (seed: number) => (await runScenario({ ...scenario(ROUGH), seed })).result.traceHash;
    const [first, again, other] = [await hash(3), await hash(3), await hash(4)];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  test('the real crypto suite runs the same scenario to the same end', async () => {
    const parsed = scenario(ROUGH);
    const real: Scenario = { ...parsed, endpoint: { ...parsed.endpoint, crypto: 'real' } };
    const { result, exitCode } = await runScenario(real);
    expect(exitCode).toBe(0);
    expect(result.transfers.completed).toBe(result.transfers.started);
  });

  test('the diagram shows the exchange from notify to final acknowledgement (REQ OBS-4)', async () => {
    const { report } = await runScenario(scenario(INCAST), { diagram: 0 });
    const labels = report.sequence?.messages.map(({ label }) => label) ?? [];
    expect(labels[0]).toContain('TRANSFER_NOTIFY 450000 B');
    expect(labels.some((label) => label.includes('PULL_REQUEST'))).toBe(true);
    expect(labels.at(-1)).toContain('RANGE_ACK final');
    expect(report.sequence?.messages.every(({ receivedNs }) => receivedNs !== null)).toBe(true);
  });

  test('workloads wait for others, and fail with them where they cascade (REQ PAT-8, PAT-9, PAT-10)', async () => {
    const { result } = await runScenario(
      scenario(`
version: 1
scenario: chain
until: 10ms
topology: { kind: star, hosts: 3 }
workload:
  - { name: first, pattern: unary, from: 'host[0]', to: 'host[1]', request: 100KB, response: 64B, count: 3 }
  - { name: second, pattern: unary, from: 'host[0]', to: 'host[2]', request: 1KB, response: 64B, count: 3, after: [{ workload: first, wait: response, cascade: true }] }
`),
    );
    expect(result.workloads['second']?.transfers.completed).toBe(3);
    expect(result.transfers).toEqual({ started: 6, completed: 6, failed: 0, cancelled: 0 });
  });
});

test('whether payload crosses by reference or is copied, all that happens is the same', async () => {
  // Who looks at the bytes of a packet makes it have bytes of its own.
  let looked = 0;
  const onPacket = (_point: unknown, packet: { datagram(): Uint8Array }) => {
    looked += packet.datagram().length;
    return 'pass' as const;
  };
  const looking: Extension = { path: 'looking', extend: ({ network }) => network.addMonitor({ onPacket }) };
  const [byReference, copied] = [
    await runScenario(scenario(ROUGH)),
    await runScenario(scenario(ROUGH), { extensions: [looking] }),
  ];
  expect(looked).toBeGreaterThan(100_000);
  expect(byReference.result.transfers.completed).toBeGreaterThan(10);
  expect({ ...copied.result, wallMs: 0 }).toEqual({ ...byReference.result, wallMs: 0 });
});

describe('planted bugs', () => {
  const plants: [name: string, text: string, checker: string, exitCode: number][] = [
    ['final-ack-ignored', INCAST, 'leak', 3],
    ['delivered-twice', INCAST, 'exactly-once', 3],
    ['nonce-reused', ROUGH, 'nonce', 3],
    ['record-unverified', ROUGH, 'integrity', 3],
    ['pull-forgotten', ROUGH, 'liveness', 4],
  ];

  test.each(plants)('%s is seen (REQ DST-6)', async (name, text, checker, exitCode) => {
    const { result, exitCode: code } = await runScenario(scenario(text), { extensions: [await plant(name)] });
    expect(result.violations.map((violation) => violation.checker)).toContain(checker);
    expect(code).toBe(exitCode);
  });

  test('a capsule reproduces the run, hash and violation, and notices a different one (REQ DST-2)', async () => {
    const parsed = scenario(ROUGH);
    const extensions = [await plant('delivered-twice')];
    const outcome = await runScenario(parsed, { extensions });
    const text = JSON.stringify(capsuleOf(parsed, outcome, { command: 'dcquic run', extensions: ['x.mjs'] }));
    const read = parseCapsule(text, 'capsule.json');
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    const again = await replayCapsule(read.capsule, read.scenario, { extensions });
    expect(again.same).toBe(true);
    expect(again.outcome.result.violations[0]).toEqual(outcome.result.violations[0]);
    const different = await replayCapsule(read.capsule, read.scenario, {});
    expect(different.same).toBe(false);
    expect(different.divergence?.fromRecord).toBeGreaterThanOrEqual(0);
  });

  test.each([
    '',
    'not json',
    '{}',
    '{"format":"dcquic-capsule","version":9}',
    '{"format":"dcquic-capsule","version":1}',
  ])('a capsule that is none is refused with a remedy: %s', (text) => {
    const read = parseCapsule(text, 'broken.json');
    expect(read.ok).toBe(false);
    if (!read.ok)
      expect(read.problems[0]).toMatchObject({
        file: 'broken.json',
        remedy: expect.stringContaining('capsule.json'),
      });
  });
});
