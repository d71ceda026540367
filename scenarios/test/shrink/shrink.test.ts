import { describe, expect, it } from 'vitest';
import { HostKind, RandomChooser } from '../../../sim/index.ts';
import { scenarioToYaml, type Scenario } from '../../language/index.ts';
import { runScenario, type Extension, type Schedule } from '../../run/index.ts';
import { allHosts, keepHosts } from '../../shrink/keep-hosts.ts';
import { asStar } from '../../shrink/simpler-topology.ts';
import { shrink, type Shrunk } from '../../shrink/index.ts';
import { sampleScenario } from '../../testing/index.ts';
import { scenarioOf } from '../language/example.ts';

const MORE_BUGS: [string, string][] =
  process.env['DEEP'] === '1'
    ? [
        ['nonce-reused', 'nonce'],
        ['record-unverified', 'integrity'],
        ['delivered-twice', 'exactly-once'],
      ]
    : [];

async function planted(name: string): Promise<Extension[]> {
  const { extend } = (await import(`../planted/${name}.mjs`)) as Pick<Extension, 'extend'>;
  return [{ path: name, extend }];
}

/** The first case, from a seed on, that fails with the bug. */
async function failingCase(extensions: Extension[], from: number): Promise<Scenario> {
  for (let seed = from; ; seed++) {
    const scenario = sampleScenario(seed);
    if ((await runScenario(scenario, { extensions })).exitCode > 2) return scenario;
  }
}

async function shrunkOf(scenario: Scenario, options: Parameters<typeof shrink>[1]): Promise<Shrunk> {
  const shrunk = await shrink({ scenario }, options);
  if (shrunk === undefined) throw new Error('the scenario does not fail');
  return shrunk;
}

/** A violation as soon as so many packets have been lost by faults, among so many hosts. */
function lossesAmong(hosts: number, losses: number): Extension {
  return {
    path: 'losses',
    extend: ({ network, world, violations, kernel }) => {
      const check = { onEvent: () => undefined };
      const look = (): void => {
        if (world.hosts.length >= hosts && network.statistics.droppedPackets >= losses)
          violations.report('losses', 'invariant', 'too many');
        else if (kernel.now < 2_000_000) kernel.schedule(kernel.now + 10_000, check);
      };
      check.onEvent = () => void look();
      kernel.schedule(0, check);
    },
  };
}

describe('shrinking. REQ DST-3', () => {
  it.each<[string, string]>([['pull-forgotten', 'liveness'], ...MORE_BUGS])(
    '%s: few hosts and events are left, and it fails in the same way',
    { timeout: 300_000 },
    async (name, checker) => {
      const extensions = await planted(name);
      const scenario = await failingCase(extensions, 3);
      const { smallest, after, failure, isMinimal } = await shrunkOf(scenario, { extensions });
      expect(failure.what).toBe(checker);
      expect(isMinimal).toBe(true);
      expect(after.hosts).toBeLessThanOrEqual(4);
      expect(after.events).toBeLessThanOrEqual(5);
      const again = await runScenario(scenarioOf(scenarioToYaml(smallest.scenario)), { extensions });
      expect(again.result.violations.map((violation) => violation.checker)).toContain(checker);
      // The scenario itself is at fault no more: without the bug it passes.
      expect((await runScenario(smallest.scenario)).result.violations).toEqual([]);
    },
  );

  it('leaves as many hosts and losses as the failure needs, and not one more', async () => {
    const scenario = scenarioOf(`version: 1
scenario: many
until: 100ms
topology: { kind: leaf-spine, leaves: 3, hostsPerLeaf: 3, spines: 2 }
workload:
  - { name: bulk, pattern: unary, from: all, to: all, request: 20KB, response: 64B, count: 3 }
faults:
  - { kind: loss, rate: 1/20, on: all }
  - { kind: duplicate, rate: 1/20, on: all }
  - { kind: partition, at: 1ms, for: 100us, between: ['host[0]', 'host[1..8]'] }
`);
    const { smallest, after } = await shrunkOf(scenario, { extensions: [lossesAmong(3, 4)] });
    expect(after).toEqual({ hosts: 3, events: 4, workloads: 1 });
    expect(smallest.scenario.topology.kind).toBe('star');
    expect(smallest.scenario.faults.every((fault) => 'packets' in fault && fault.kind === 'loss')).toBe(true);
  });

  it('is the same each time, and depends on nothing but the case', async () => {
    const extensions = await planted('nonce-reused');
    const scenario = await failingCase(extensions, 0);
    const [first, second] = [
      await shrunkOf(scenario, { extensions }),
      await shrunkOf(scenario, { extensions }),
    ];
    expect(second).toEqual(first);
  });

  it('keeps to its runs, says how far it is, and has the smallest so far when it is stopped', async () => {
    const extensions = await planted('pull-forgotten');
    const scenario = await failingCase(extensions, 3);
    const runs: number[] = [];
    const cut = await shrunkOf(scenario, {
      extensions,
      runsMax: 12,
      onProgress: (now) => runs.push(now.runs),
    });
    expect(cut.isMinimal).toBe(false);
    expect(runs).toEqual(allHosts(12).map((run) => run + 1));
    expect((await runScenario(cut.smallest.scenario, { extensions })).exitCode).toBe(4);
    let asked = 0;
    const stopped = await shrunkOf(scenario, { extensions, isCancelled: () => ++asked > 5 });
    expect([stopped.runs, stopped.isMinimal]).toEqual([5, false]);
  });

  it('has nothing to say of a run that does not fail', async () => {
    expect(await shrink({ scenario: sampleScenario(1) })).toBeUndefined();
  });

  it('follows an expectation that does not hold, and drops the others', async () => {
    const scenario = scenarioOf(`version: 1
scenario: slow
until: 10ms
topology: { kind: star, hosts: 6 }
workload:
  - { name: reads, pattern: unary, from: 'host[1..5]', to: 'host[0]', request: 10KB, response: 64B, count: 5 }
expect: [ completed == 100%, dropped == 0, goodput >= 99% ]
`);
    const { failure, smallest } = await shrunkOf(scenario, {});
    expect(failure).toEqual({ kind: 'expectation', what: 'goodput >= 99%' });
    expect(smallest.scenario.expectations.map(({ text }) => text)).toEqual(['goodput >= 99%']);
    expect(smallest.scenario.topology.hosts).toBe(2);
  });

  it('keeps the crash that an exchange did not survive, and the end of the run. REQ DST-5', async () => {
    const scenario = scenarioOf(`version: 1
scenario: crash
until: 1s
topology: { kind: star, hosts: 5 }
workload:
  - { name: reads, pattern: unary, from: 'host[1..4]', to: 'host[0]', request: 100KB, response: 64B, count: 2 }
faults:
  - { kind: loss, rate: 1/10, on: all }
  - { kind: crash, at: 5us, on: 'host[2]', restart: 3ms }
  - { kind: pause, at: 5us, for: 1ms, on: 'host[1]' }
expect: [ completed == 100% ]
`);
    const { smallest } = await shrunkOf(scenario, {});
    expect(smallest.scenario.untilNs).toBe(scenario.untilNs);
    expect(smallest.scenario.topology.hosts).toBe(2);
    expect(smallest.scenario.faults).toMatchObject([{ kind: 'crash', restartNs: 1 }]);
  });

  it('follows a run that breaks off', async () => {
    const extend: Extension['extend'] = ({ kernel }) => {
      kernel.schedule(1000, {
        onEvent: () => {
          throw new TypeError(`no packet ${kernel.now}`);
        },
      });
    };
    const { failure, after } = await shrunkOf(sampleScenario(5), {
      extensions: [{ path: 'throws', extend }],
    });
    expect(failure).toEqual({ kind: 'broken off', what: 'TypeError: no packet N' });
    expect(after).toMatchObject({ hosts: 2, events: 0 });
  });

  it('keeps of an order of events what the failure needs. REQ DST-4', async () => {
    const scenario = scenarioOf(`version: 1
scenario: ties
until: 10ms
topology: { kind: star, hosts: 4 }
workload:
  - { name: calls, pattern: unary, from: 'host[1..3]', to: 'host[0]', request: 100B, response: 64B, count: 2 }
`);
    /** Fails if all three have called, and host 3 was handled first. */
    const extend: Extension['extend'] = ({ trace, violations, world }) => {
      const record = trace.record.bind(trace);
      const callers = new Set<number>();
      trace.record = (timeNs, kind, where, a, from, ...rest) => {
        record(timeNs, kind, where, a, from, ...rest);
        if (kind !== HostKind.HANDLED || world.hosts.length < 4) return;
        callers.add(from);
        if (callers.size === 3 && [...callers][0] === 3)
          violations.report('order', 'invariant', '3 was first');
      };
    };
    const extensions = [{ path: 'order', extend }];
    let failing: Schedule | undefined;
    for (let seed = 0; seed < 20 && failing === undefined; seed++) {
      const schedule = { chooser: new RandomChooser(seed), windowNs: 0 };
      const { exitCode, schedule: chosen } = await runScenario(scenario, { extensions, schedule });
      if (exitCode === 3) failing = chosen;
    }
    if (failing === undefined) throw new Error('no order of twenty lets host 3 be first');
    const shrunk = await shrink({ scenario, schedule: failing }, { extensions });
    const { schedule, scenario: smallest } = shrunk?.smallest ?? {};
    expect(shrunk?.after.events).toBeLessThanOrEqual(3);
    expect(shrunk?.after.events).toBeGreaterThan(0);
    expect(schedule?.choices.filter((choice) => choice > 0)).toHaveLength(shrunk?.after.events ?? -1);
    expect((await runScenario(smallest as Scenario, { extensions })).exitCode).toBe(0);
  });
});

describe('smaller networks', () => {
  const scenario = scenarioOf(`version: 1
scenario: places
until: 1ms
topology: { kind: leaf-spine, leaves: 2, hostsPerLeaf: 3, spines: 2 }
workload:
  - { name: a, pattern: unary, from: 'host[0..2]', to: 'host[4]', request: 1KB, response: 1B, count: 1 }
  - { name: b, pattern: unary, from: 'host[5]', to: 'host[4]', request: 1KB, response: 1B, count: 1, after: [{ workload: a, wait: response, cascade: true }] }
faults:
  - { kind: loss, rate: 1/2, on: 'link(host[1..4])' }
  - { kind: link-down, on: 'link(leaf0, spine1)' }
  - { kind: partition, between: ['host[0]', 'host[4..5]'] }
  - { kind: loss, packets: [3], on: all }
`);

  it('number hosts anew, and lose what was about the others alone', () => {
    const star = asStar(scenario, 'gone');
    const kept = keepHosts(star, [3, 4, 5], { ...star.topology, hosts: 3 } as Scenario['topology']);
    expect(kept?.workloads).toMatchObject([{ name: 'b', from: [2], to: [1], after: [] }]);
    expect(kept?.faults).toMatchObject([
      { kind: 'loss', on: { place: 'link', hosts: [0, 1] } },
      { kind: 'loss', on: { place: 'all', hosts: [0, 1, 2] } },
    ]);
    expect(keepHosts(star, [0, 1], { ...star.topology, hosts: 2 } as Scenario['topology'])).toBeUndefined();
  });

  it('are stars with the faults between switches gone, or everywhere', () => {
    expect(asStar(scenario, 'gone').faults.map(({ kind }) => kind)).toEqual(['loss', 'partition', 'loss']);
    expect(asStar(scenario, 'everywhere').faults[1]).toMatchObject({
      kind: 'link-down',
      on: { place: 'all' },
    });
  });
});
