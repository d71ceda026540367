import { describe, expect, test } from 'vitest';
import { HostFaultKind } from '../../../sim/host/index.ts';
import { DropReason, FaultKind, NetKind } from '../../../sim/net/index.ts';
import { HostKind } from '../../../sim/trace/kinds.ts';
import type { TraceRecord } from '../../../sim/trace/trace-store.ts';
import { parseScenario } from '../../language/index.ts';
import { runScenario, type Extension, type RunOutcome } from '../../run/index.ts';

const FROM = 50_000;
const TO = 150_000;
const STOP = 1_000_000;
/** By then everybody has found out what happened. */
const RECOVERED = 600_000;

interface Run {
  outcome: RunOutcome;
  /** Where the NIC of each host is. */
  nics: number[];
  /** Records of one kind, in order. */
  of(kind: number): TraceRecord[];
  /** Those at the NIC of one host. */
  at(kind: number, host: number): TraceRecord[];
  /** Drops for one reason. */
  drops(reason: number): TraceRecord[];
}

/** Three hosts call host[0], from the beginning until well after the fault, which is between 50 and 150 us. */
async function run(faults: string): Promise<Run> {
  const text = `
version: 1
scenario: kinds
until: 20s
topology: { kind: star, hosts: 4, nics: 1, switch: { ecn: 5KB } }
endpoint: { peerTimeout: 1ms }
workload:
  - { name: reads, pattern: unary, from: 'host[1..3]', to: 'host[0]', request: 20KB, response: 2KB, concurrency: 4, stop: 1ms }
faults:
${faults.replaceAll('WHEN', 'at: 50us, for: 100us')}
`;
  const parsed = parseScenario(text, 'kinds.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  let nics: number[] = [];
  const look: Extension = {
    path: 'look',
    extend: ({ network }) => {
      nics = network.hosts.map((host) => host.nics[0]!.where);
    },
  };
  const outcome = await runScenario(parsed.scenario, {
    trace: { store: { recordsMax: 2_000_000 } },
    extensions: [look],
  });
  const all: TraceRecord[] = [];
  for (let i = 0; i < outcome.store!.length; i++) all.push(outcome.store!.at(i)!);
  const of = (kind: number): TraceRecord[] => all.filter((record) => record.kind === kind);
  const at = (kind: number, host: number): TraceRecord[] =>
    of(kind).filter(({ where }) => where === nics[host]);
  return { outcome, nics, of, at, drops: (reason) => of(NetKind.DROPPED).filter(({ b }) => b === reason) };
}

const during = (records: readonly TraceRecord[], from = FROM, to = TO): TraceRecord[] =>
  records.filter(({ timeNs }) => timeNs >= from && timeNs < to);

function expectSome(records: readonly TraceRecord[]): void {
  expect(records.length).toBeGreaterThan(0);
}

/** What the trace must show of a fault that lasts from FROM to TO. */
const EFFECTS: readonly (readonly [name: string, faults: string, effect: (run: Run) => void])[] = [
  [
    'loss',
    '  - { WHEN, kind: loss, rate: 1/10, on: all }',
    ({ drops }) => expectSome(during(drops(DropReason.LOSS))),
  ],
  [
    'burst-loss',
    '  - { WHEN, kind: burst-loss, rate: 1/5, burst: 10, on: link(host[1]) }',
    ({ of, drops }) => {
      const ids = during(drops(DropReason.LOSS)).map(({ a }) => a);
      const passed = new Set(of(NetKind.DELIVERED).map(({ a }) => a));
      // Most of what follows a loss at that place is lost too.
      const next = ids.filter((id) => !passed.has(id + 1));
      expect(ids.length).toBeGreaterThan(10);
      expect(next.length).toBeGreaterThan(ids.length / 10);
    },
  ],
  [
    'duplicate',
    '  - { WHEN, kind: duplicate, rate: 1/10, on: all }',
    ({ of }) => expectSome(during(of(NetKind.DUPLICATED))),
  ],
  [
    'reorder',
    '  - { WHEN, kind: reorder, rate: 1/10, delay: 20us, on: all }',
    ({ of }) => {
      const late = during(of(NetKind.DELAYED)).map(({ b }) => b);
      expect(Math.max(...late)).toBeLessThanOrEqual(20_000);
      expect(new Set(late).size).toBeGreaterThan(3);
    },
  ],
  [
    'delay',
    '  - { WHEN, kind: delay, delay: 7us, rate: 1/10, on: link(host[0]) }',
    ({ of }) => expect(new Set(of(NetKind.DELAYED).map(({ b }) => b))).toEqual(new Set([7000])),
  ],
  [
    'corrupt',
    '  - { WHEN, kind: corrupt, rate: 1/50, on: all }',
    ({ of }) => expectSome(during(of(NetKind.CORRUPTED))),
  ],
  [
    'rate',
    '  - { WHEN, kind: rate, rate: 1/20, on: link(host[0]) }',
    ({ of, at }) => {
      expect(of(NetKind.FAULT_ON).map(({ b, c }) => [b, c])).toEqual([1, 2].map(() => [FaultKind.rate, 5e9]));
      const delivered = at(NetKind.DELIVERED, 0);
      const before = during(delivered, 0, FROM).length;
      expect(during(delivered, FROM + 10_000, FROM + 60_000).length).toBeLessThan(before / 4);
    },
  ],
  [
    'ecn-bleach',
    '  - { WHEN, kind: ecn-bleach, on: link(host[0]) }',
    ({ of, at }) => {
      expectSome(during(of(NetKind.BLEACHED)));
      // Marks get to host[0] before and after, and not meanwhile.
      const marked = at(NetKind.DELIVERED, 0).filter(({ d }) => d === 3);
      expectSome(during(marked, 0, FROM));
      expectSome(during(marked, TO + 10_000, STOP));
      expect(during(marked, FROM + 5000, TO)).toEqual([]);
    },
  ],
  [
    'partition, both ways',
    '  - { WHEN, kind: partition, between: ["host[0]", "host[1..2]"] }',
    ({ drops, nics }) => {
      const wheres = new Set(during(drops(DropReason.PARTITION)).map(({ where }) => where));
      expect(wheres.has(nics[1]!) && wheres.has(nics[0]!)).toBe(true);
      expect(wheres.has(nics[3]!)).toBe(false);
    },
  ],
  [
    'partition, one way',
    '  - { WHEN, kind: partition, between: ["host[0]", "host[1..3]"], direction: from }',
    ({ drops, nics }) => {
      const wheres = new Set(during(drops(DropReason.PARTITION)).map(({ where }) => where));
      expect(wheres.has(nics[0]!)).toBe(false);
      expect(wheres.size).toBe(3);
    },
  ],
  [
    'link-down',
    '  - { WHEN, kind: link-down, on: link(host[0]) }',
    ({ of, drops }) => {
      expectSome(during(drops(DropReason.LINK_DOWN)));
      expectSome(during(of(NetKind.TOLD_UNREACHABLE)));
    },
  ],
  [
    'link flap',
    [0, 1, 2, 3, 4]
      .map((i) => `  - { at: ${50 + 20 * i}us, for: 5us, kind: link-down, on: link(host[1]) }`)
      .join('\n'),
    ({ of }) => {
      const times = [0, 1, 2, 3, 4].flatMap((i) => [FROM + 20_000 * i, FROM + 20_000 * i]);
      expect(of(NetKind.FAULT_ON).map(({ timeNs }) => timeNs)).toEqual(times);
      expect(of(NetKind.FAULT_OFF).map(({ timeNs }) => timeNs)).toEqual(times.map((at) => at + 5000));
    },
  ],
  [
    'nic-down',
    '  - { WHEN, kind: nic-down, on: host[1] }',
    ({ drops }) => expectSome(during(drops(DropReason.NIC_DOWN))),
  ],
  [
    'mtu',
    '  - { WHEN, kind: mtu, mtu: 1000, on: link(host[0]) }',
    ({ drops }) => expect(Math.min(...during(drops(DropReason.MTU)).map(({ c }) => c))).toBeGreaterThan(1000),
  ],
  [
    'icmp',
    '  - { WHEN, kind: icmp, rate: 1/5, on: link(host[1]) }',
    ({ of }) => {
      const [forged, told] = [NetKind.UNREACHABLE, NetKind.TOLD_UNREACHABLE].map((kind) => during(of(kind)));
      expectSome(told!);
      // What it was about got through.
      const delivered = new Set(of(NetKind.DELIVERED).map(({ a }) => a));
      expect(forged!.every(({ a }) => delivered.has(a))).toBe(true);
    },
  ],
  [
    'crash of a server',
    '  - { at: 50us, restart: 100us, kind: crash, on: host[0] }',
    ({ of, at, drops }) => {
      expect(of(HostKind.HOST_FAULT_ON)).toMatchObject([{ timeNs: FROM, where: 0, b: HostFaultKind.crash }]);
      expect(of(HostKind.HOST_FAULT_OFF)).toMatchObject([{ timeNs: TO, where: 0 }]);
      expectSome(during(drops(DropReason.HOST_DOWN)));
      expect(during(at(NetKind.SENT, 0))).toEqual([]);
      expect(during(of(HostKind.HANDLED))).toEqual([]);
      expectSome(of(HostKind.FAILED));
    },
  ],
  [
    'crash of a client',
    '  - { at: 50us, restart: 100us, kind: crash, on: host[1] }',
    ({ of }) => {
      expect(of(HostKind.CRASHED).map(({ timeNs, where }) => [timeNs, where])).toEqual(
        [1, 2, 3, 4].map(() => [FROM, 1]),
      );
      const offered = of(HostKind.OFFERED).filter(({ where }) => where === 1);
      expect(during(offered)).toEqual([]);
      expectSome(during(offered, TO, STOP));
    },
  ],
  [
    'pause',
    '  - { WHEN, kind: pause, on: host[0] }',
    ({ of, at }) => {
      expect(during(at(NetKind.SENT, 0))).toEqual([]);
      expect(during(at(NetKind.DELIVERED, 0))).toEqual([]);
      // What has waited at the NIC comes in the order of its arrival, all at once.
      expect(during(at(NetKind.DELIVERED, 0), TO, TO + 1).length).toBeGreaterThan(5);
      expect(of(NetKind.DROPPED)).toEqual([]);
    },
  ],
  [
    'clock set forward by more than the peer timeout',
    '  - { at: 50us, kind: clock, jump: 6s, on: host[1] }',
    ({ of }) => {
      expect(of(HostKind.HOST_FAULT_ON)).toMatchObject([{ b: HostFaultKind.clock, c: 6e9 }]);
      // To host[1] its peers have been silent for six seconds.
      const failed = of(HostKind.FAILED);
      expect(new Set(failed.map(({ timeNs, where }) => `${timeNs} ${where}`))).toEqual(
        new Set([`${FROM} 1`]),
      );
    },
  ],
  [
    'clock set back',
    '  - { at: 50us, kind: clock, jump: -60us, on: host[1] }',
    ({ at }) => {
      // It stands still: nothing is due, and the pacer lets nothing pass.
      expect(during(at(NetKind.SENT, 1), FROM + 1000, FROM + 60_000).length).toBeLessThan(
        during(at(NetKind.SENT, 2), FROM + 1000, FROM + 60_000).length / 2,
      );
    },
  ],
  [
    'slow-app',
    '  - { WHEN, kind: slow-app, delay: 30us, on: host[0] }',
    ({ of }) => {
      const handled = new Map(during(of(HostKind.HANDLED)).map(({ a, timeNs }) => [a, timeNs]));
      const replied = of(HostKind.REPLIED);
      expectSome(replied);
      // At the end of the fault those that are held back are answered early.
      const lates = replied.map(({ a, timeNs }) => Math.min(timeNs, TO - 1) - handled.get(a)!);
      expect(lates.filter((late) => late === 30_000).length).toBeGreaterThan(lates.length / 2);
    },
  ],
  [
    'slow-app at a bounded rate',
    '  - { WHEN, kind: slow-app, every: 10us, on: host[0] }',
    ({ of }) => {
      const times = during(of(HostKind.REPLIED)).map(({ timeNs }) => timeNs);
      expect(times.slice(1).map((at, i) => at - times[i]!)).toEqual(times.slice(1).map(() => 10_000));
    },
  ],
  [
    'exhaust',
    '  - { WHEN, kind: exhaust, room: 1B, on: host[0] }',
    ({ of }) => {
      expect(of(HostKind.HOST_FAULT_ON)).toMatchObject([{ b: HostFaultKind.exhaust, c: 1 }]);
      // One message at a time, each with a round trip of its own.
      const before = during(of(HostKind.HANDLED), 10_000, FROM).length / (FROM - 10_000);
      const meanwhile = during(of(HostKind.HANDLED), FROM + 20_000).length / (TO - FROM - 20_000);
      expect(meanwhile).toBeLessThan(before * 0.8);
      expectSome(during(of(HostKind.HANDLED)));
    },
  ],
];

test('there is a row for every kind', () => {
  // What a program holds up it says to its simulator, not in a file.
  const kinds = [...Object.keys(FaultKind), ...Object.keys(HostFaultKind)].filter((kind) => kind !== 'hold');
  const written = EFFECTS.map(([, faults]) => /kind: ([a-z-]+)/.exec(faults)![1]);
  expect(new Set(written)).toEqual(new Set(kinds));
});

/** Kinds that end exchanges: state is lost, or a peer is taken for dead. */
const ENDS = ['crash of a server', 'crash of a client', 'clock set forward by more than the peer timeout'];

describe.each(EFFECTS)('%s', (name, faults, effect) => {
  test('shows in the trace. REQ DST-5', async () => {
    effect(await run(faults));
  });

  test('is survived: everything ends, nothing is violated, and after it all is as before. REQ DST-6', async () => {
    const { outcome, of } = await run(faults);
    const { violations, transfers } = outcome.result;
    expect(violations).toEqual([]);
    expect(transfers.completed + transfers.failed).toBe(transfers.started);
    if (ENDS.includes(name)) expect(transfers.failed).toBeLessThanOrEqual(12);
    else expect(transfers.failed).toBe(0);
    const completed = of(HostKind.COMPLETED);
    // As many per time as before, or nearly.
    const rateBefore = during(completed, 20_000, FROM).length / (FROM - 20_000);
    const rateAfter = during(completed, RECOVERED, STOP).length / (STOP - RECOVERED);
    expect(rateAfter).toBeGreaterThan(rateBefore / 2);
    for (const host of [1, 2, 3])
      expectSome(
        during(
          completed.filter(({ where }) => where === host),
          RECOVERED,
          STOP,
        ),
      );
  });
});
