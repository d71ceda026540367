import { describe, expect, it } from 'vitest';
import { runScenario, type Extension } from '../../run/index.ts';
import { forger, sampleScenario, type Scenario } from '../../testing/index.ts';
import { withRecovery } from '../../testing/recovery.ts';

/** Without the last rounds, of two hosts. */
function bare(): Scenario {
  const sample = sampleScenario(3, { faults: [], hostsMax: 2 });
  const [first] = sample.workloads;
  if (first === undefined) throw new Error('a sample has a workload');
  const arrivals = { kind: 'count', count: 1, startNs: 0 } as const;
  const workloads = [{ ...first, from: [0], to: [1], arrivals, after: [] }];
  return {
    ...sample,
    endpoint: { ...sample.endpoint, crypto: 'sim', options: {} },
    workloads,
    expectations: [],
  };
}

describe('after the faults have healed (REQ DST-6)', () => {
  it('all hosts that took part exchange something, all of which must complete', async () => {
    const scenario = withRecovery(bare(), false);
    expect(scenario.workloads.map(({ name }) => name)).toEqual(['w0', 'recovered-0', 'recovered-1']);
    const { result } = await runScenario(scenario);
    expect(result.workloads['recovered-1']?.transfers).toMatchObject({ completed: 3 });
    expect([result.violations, result.expectations.map(({ ok }) => ok)]).toEqual([[], [true, true]]);
  });

  it('a host that crashed is met first, as that may fail, and then serves again', async () => {
    const on = { place: 'host' as const, hosts: [1] };
    const crash = { kind: 'crash' as const, atNs: 100, restartNs: 1_000_000, on };
    const scenario = withRecovery({ ...bare(), faults: [crash] }, true);
    const { result } = await runScenario(scenario);
    expect(result.violations).toEqual([]);
    expect(result.expectations.every(({ ok }) => ok)).toBe(true);
  });

  it('what never serves again is seen', async () => {
    const extend: Extension['extend'] = ({ network, kernel }) =>
      network.addMonitor({
        onPacket: () => (kernel.now > 1_000_000_000 && kernel.now < 30_000_000_000 ? 'drop' : 'pass'),
      });
    const { result } = await runScenario(withRecovery(bare(), false), {
      extensions: [{ path: 'x', extend }],
    });
    expect(result.violations.some(({ checker }) => checker === 'late')).toBe(true);
    expect(result.expectations.some(({ ok }) => !ok)).toBe(true);
  });
});

describe('somebody who forges (REQ SEC-2, DST-5)', () => {
  it('has all kinds of packets refused, and changes nothing that is checked', async () => {
    const marks = new Set<string>();
    for (let seed = 1; seed <= 12; seed += 1) {
      const { result, marks: reached } = await runScenario(sampleScenario(seed, { recovery: true }), {
        extensions: [forger],
      });
      expect([seed, result.violations, result.expectations.filter(({ ok }) => !ok)]).toEqual([seed, [], []]);
      for (const mark of reached.reached) marks.add(mark);
    }
    for (const kind of ['malformed', 'unknown-credential', 'forged', 'replay'])
      expect(marks).toContain(`${kind}-refused`);
  });

  it('does the same in each run of a scenario', async () => {
    const run = async (): Promise<string> =>
      (await runScenario(sampleScenario(2), { extensions: [forger] })).result.traceHash;
    expect(await run()).toBe(await run());
  });
});
