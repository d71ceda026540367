import { describe, expect, test } from 'vitest';
import { NEVER } from '../../../protocol/core/units.ts';
import { NetworkConfigError } from '../../net/config-error.ts';
import { DropReason } from '../../net/drop-reason.ts';
import { NetKind } from '../../net/trace-kinds.ts';
import { FULL, Rig, numberOf, numbered } from './rig.ts';
import type { FaultSpec, PacketFaultSpec } from '../../net/faults/fault-spec.ts';

const ALWAYS = { numerator: 1, denominator: 1 };
const ONE_PERCENT = { numerator: 1, denominator: 100 };

/** `count` numbered datagrams from host 0 to host 1, one each microsecond. */
function steady(rig: Rig, count: number, lengthBytes = 100): void {
  for (let n = 0; n < count; n++) rig.sendAt(n * 1000, { from: 0, to: 1, data: numbered(n, lengthBytes) });
}

describe('REQ DST-5: each fault does what it says', () => {
  test('loss: a packet offered to the line in the window is lost, before and after none', async () => {
    const rig = new Rig();
    rig.faults.add({ kind: 'loss', rate: ALWAYS, atNs: 3000, forNs: 2000, on: [rig.network.link(0).up] });
    steady(rig, 8);
    await rig.run();
    expect(rig.received.map(({ bytes }) => numberOf(bytes))).toEqual([0, 1, 2, 5, 6, 7]);
    const where = rig.network.nic(0).where;
    expect(rig.trace.of(NetKind.DROPPED).map((one) => [one.timeNs, one.where, one.b])).toEqual([
      [3000, where, DropReason.LOSS],
      [4000, where, DropReason.LOSS],
    ]);
    expect(rig.trace.of(NetKind.FAULT_ON).map(({ timeNs, where: at, a }) => [timeNs, at, a])).toEqual([
      [3000, where, 0],
    ]);
    expect(rig.trace.of(NetKind.FAULT_OFF).map(({ timeNs }) => timeNs)).toEqual([5000]);
  });

  test('loss acts on the line named and no other', async () => {
    const rig = new Rig();
    rig.faults.add({ kind: 'loss', rate: ALWAYS, atNs: 0, on: [rig.network.link(1).down] });
    rig.send({ from: 0, to: 1, data: 4 });
    rig.send({ from: 1, to: 0, data: 4 });
    rig.send({ from: 0, to: 2, data: 4 });
    await rig.run();
    expect(rig.received.map(({ host }) => host).sort()).toEqual([0, 2]);
    expect(rig.faults.healedNs).toBe(NEVER);
  });

  test('duplication: the copy arrives right behind, with the same bytes', async () => {
    const rig = new Rig();
    rig.faults.add({ kind: 'duplicate', rate: ALWAYS, atNs: 0, forNs: 1500, on: [rig.network.link(0).up] });
    steady(rig, 3);
    await rig.run();
    expect(rig.received.map(({ bytes }) => numberOf(bytes))).toEqual([0, 0, 1, 1, 2]);
    expect(rig.received.map(({ id }) => id)).toEqual([0, -1, 1, -2, 2]);
    expect(rig.received[1]?.bytes).toEqual(rig.received[0]?.bytes);
  });

  test('reordering: a packet held back is overtaken, and by no more than the delay', async () => {
    const rig = new Rig();
    const on = [rig.network.link(0).up];
    rig.faults.add({ kind: 'reorder', rate: { numerator: 1, denominator: 5 }, delayNs: 20_000, atNs: 0, on });
    steady(rig, 1000);
    await rig.run();
    const order = rig.received.map(({ bytes }) => numberOf(bytes));
    expect(order).not.toEqual([...order].sort((x, y) => x - y));
    expect(new Set(order).size).toBe(1000);
    const late = rig.received.map(({ atNs, bytes }) => atNs - numberOf(bytes) * 1000 - 2 * (11 + 650));
    expect(Math.min(...late)).toBe(0);
    expect(Math.max(...late)).toBeGreaterThan(15_000);
    // On its second hop a late packet can meet another one.
    expect(Math.max(...late)).toBeLessThanOrEqual(20_000 + 11);
  });

  test('corruption: one to three bits differ, the length does not, and the packet arrives', async () => {
    const rig = new Rig();
    rig.faults.add({ kind: 'corrupt', rate: ALWAYS, atNs: 0, on: [rig.network.link(0).up] });
    const sent = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff);
    for (let n = 0; n < 500; n++) rig.sendAt(n * 1000, { from: 0, to: 1, data: sent });
    await rig.run();
    const counts = [0, 0, 0, 0];
    for (const { bytes } of rig.received) {
      expect(bytes.length).toBe(300);
      let flipped = 0;
      bytes.forEach((byte, i) => (flipped += ((byte ^ sent[i]!).toString(2).match(/1/g) ?? []).length));
      counts[flipped]!++;
    }
    expect(counts[0]).toBe(0);
    for (const share of counts.slice(1)) expect(share).toBeGreaterThan(100);
  });

  test('an empty datagram has nothing to corrupt', async () => {
    const rig = new Rig();
    rig.faults.add({ kind: 'corrupt', rate: ALWAYS, atNs: 0, on: rig.network.lines });
    rig.send({ from: 0, to: 1, data: 0 });
    await rig.run();
    expect(rig.network.statistics.corruptedPackets).toBe(0);
  });

  // 20,000 trials at 1/100: mean 200, standard deviation 14.1; five of them.
  test.each(['loss', 'duplicate', 'corrupt'] as const)(
    '%s happens as often as its ratio says',
    async (kind) => {
      const rig = new Rig({}, 7);
      rig.faults.add({ kind, rate: ONE_PERCENT, atNs: 0, on: [rig.network.link(0).up] });
      steady(rig, 20_000, 40);
      await rig.run();
      const { droppedPackets, duplicatedPackets, corruptedPackets } = rig.network.statistics;
      const count = { loss: droppedPackets, duplicate: duplicatedPackets, corrupt: corruptedPackets }[kind];
      expect(droppedPackets + duplicatedPackets + corruptedPackets).toBe(count);
      expect(Math.abs(count - 200)).toBeLessThan(71);
    },
  );

  test('a ratio of one is certain, of zero impossible', async () => {
    for (const [numerator, lost] of [
      [0, 0],
      [1, 200],
    ] as const) {
      const rig = new Rig();
      rig.faults.add({ kind: 'loss', rate: { numerator, denominator: 1 }, atNs: 0, on: rig.network.lines });
      steady(rig, 200);
      await rig.run();
      expect(rig.network.statistics.droppedPackets).toBe(lost);
    }
  });

  test('two windows of one kind on one line: the line is impaired until both are over', async () => {
    const rig = new Rig();
    const on = [rig.network.link(0).up];
    rig.faults.add({ kind: 'loss', rate: ALWAYS, atNs: 1000, forNs: 3000, on });
    rig.faults.add({ kind: 'loss', rate: ALWAYS, atNs: 2000, forNs: 4000, on });
    steady(rig, 8);
    await rig.run();
    expect(rig.received.map(({ bytes }) => numberOf(bytes))).toEqual([0, 6, 7]);
    expect(rig.faults.healedNs).toBe(6000);
  });
});

describe('REQ DST-1: draws are by name', () => {
  const tenth = { rate: { numerator: 1, denominator: 10 }, atNs: 0 };
  const spec = (rig: Rig, kind: 'loss' | 'duplicate' | 'corrupt', host: number): PacketFaultSpec => ({
    kind,
    ...tenth,
    on: [rig.network.link(host).up],
  });
  async function lostWith(others: (rig: Rig) => FaultSpec[], first: boolean, seed = 3): Promise<number[]> {
    const rig = new Rig({}, seed);
    if (first) for (const other of others(rig)) rig.faults.add(other);
    rig.faults.add(spec(rig, 'loss', 0));
    if (!first) for (const other of others(rig)) rig.faults.add(other);
    steady(rig, 500);
    await rig.run();
    return rig.trace
      .of(NetKind.DROPPED)
      .filter((one) => one.where === rig.network.nic(0).where)
      .map(({ a }) => a);
  }

  test('adding faults shifts no draw of another, whatever their order', async () => {
    const alone = await lostWith(() => [], false);
    expect(alone.length).toBeGreaterThan(20);
    const more = (rig: Rig): FaultSpec[] => [
      spec(rig, 'duplicate', 0),
      spec(rig, 'corrupt', 0),
      { kind: 'reorder', ...tenth, delayNs: 5000, on: [rig.network.link(0).up] },
      spec(rig, 'loss', 1),
    ];
    expect(await lostWith(more, true)).toEqual(alone);
    expect(await lostWith(more, false)).toEqual(alone);
    expect(await lostWith(() => [], false, 4)).not.toEqual(alone);
  });

  test('a packet that is lost still counts for the draws of the other faults', async () => {
    const copied = async (withLoss: boolean): Promise<number[]> => {
      const rig = new Rig({}, 3);
      if (withLoss) rig.faults.add(spec(rig, 'loss', 0));
      rig.faults.add(spec(rig, 'duplicate', 0));
      steady(rig, 500);
      await rig.run();
      return rig.trace.of(NetKind.DUPLICATED).map(({ a }) => a);
    };
    const alone = await copied(false);
    const withLoss = await copied(true);
    expect(withLoss.length).toBeLessThan(alone.length);
    expect(alone).toEqual(expect.arrayContaining(withLoss));
  });

  test('two lines, and two faults of a kind on one line, draw differently', async () => {
    const rig = new Rig();
    for (const host of [0, 2]) rig.faults.add(spec(rig, 'loss', host));
    for (let n = 0; n < 500; n++) {
      rig.sendAt(n * 1000, { from: 0, to: 1, data: numbered(n) });
      rig.sendAt(n * 1000, { from: 2, to: 1, data: numbered(n) });
    }
    await rig.run();
    const from = (host: number): number[] =>
      rig.received.filter((one) => one.from === host).map(({ bytes }) => numberOf(bytes));
    expect(from(0)).not.toEqual(from(2));
    const twice = new Rig();
    twice.faults.add(spec(twice, 'loss', 0));
    twice.faults.add(spec(twice, 'loss', 0));
    steady(twice, 20_000, 40);
    await twice.run();
    // 1 - 0.9² = 19 %, and not the 10 % of twice the same draws: mean 3800, standard deviation 55.
    expect(Math.abs(twice.network.statistics.droppedPackets - 3800)).toBeLessThan(277);
  });
});

describe('a fault that makes no sense is refused', () => {
  const rate = ALWAYS;
  test.each<[string, (rig: Rig) => FaultSpec]>([
    [
      'fault.rate',
      (rig) => ({ kind: 'loss', rate: { numerator: 2, denominator: 1 }, atNs: 0, on: rig.network.lines }),
    ],
    [
      'fault.rate',
      (rig) => ({ kind: 'loss', rate: { numerator: 0, denominator: 0 }, atNs: 0, on: rig.network.lines }),
    ],
    ['fault.on', () => ({ kind: 'loss', rate, atNs: 0, on: [] })],
    ['fault.at', (rig) => ({ kind: 'loss', rate, atNs: -1, on: rig.network.lines })],
    ['fault.for', (rig) => ({ kind: 'loss', rate, atNs: 0, forNs: 0, on: rig.network.lines })],
    ['fault.delay', (rig) => ({ kind: 'reorder', rate, atNs: 0, delayNs: 0.5, on: rig.network.lines })],
  ])('%s', (field, make) => {
    const rig = new Rig();
    expect(() => rig.faults.add(make(rig))).toThrow(NetworkConfigError);
    expect(() => rig.faults.add(make(rig))).toThrow(field);
    expect(rig.faults.specs).toEqual([]);
  });
});

test('faults on all lines: a packet crosses two of them', async () => {
  const rig = new Rig();
  rig.faults.add({ kind: 'duplicate', rate: ALWAYS, atNs: 0, on: rig.network.lines });
  rig.send({ from: 0, to: 1, data: FULL });
  await rig.run();
  expect(rig.received.length).toBe(4);
  expect(rig.network.lines.length).toBe(8);
});
