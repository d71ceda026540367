import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { DropReason } from '../../net/drop-reason.ts';
import { Ecn } from '../../net/ecn.ts';
import { NetworkConfigError } from '../../net/config-error.ts';
import { NetKind } from '../../net/trace-kinds.ts';
import { FULL, Rig, numberOf, numbered } from './rig.ts';

const ALWAYS = { numerator: 1, denominator: 1 };

/** `count` numbered datagrams of 100 bytes from host 0 to host 1, one each `gapNs`. */
function steady(rig: Rig, count: number, gapNs = 1000): void {
  for (let n = 0; n < count; n++) rig.sendAt(n * gapNs, { from: 0, to: 1, data: numbered(n, 100) });
}

describe('burst-loss (Gilbert–Elliott): REQ DST-5', () => {
  /** Lengths of the runs of lost and of delivered packets, out of `count`. */
  async function runs(
    rate: number,
    burst: number,
    count: number,
    seed: number,
  ): Promise<[number[], number[]]> {
    const rig = new Rig({}, seed);
    const on = [rig.network.link(0).up];
    rig.faults.add({ kind: 'burst-loss', rate: { numerator: rate, denominator: 100 }, burst, atNs: 0, on });
    steady(rig, count);
    await rig.run();
    const arrived = new Set(rig.received.map(({ id }) => id));
    const lengths: [number[], number[]] = [[], []];
    let last = -1;
    for (let id = 0; id < count; id++) {
      const of = arrived.has(id) ? 1 : 0;
      if (of !== last) lengths[of]!.push(0);
      lengths[of]![lengths[of]!.length - 1]!++;
      last = of;
    }
    return lengths;
  }
  const sum = (list: number[]): number => list.reduce((a, b) => a + b, 0);

  test.each([
    [5, 10],
    [20, 4],
  ])('loses %i of 100, in bursts of %i on average', async (rate, burst) => {
    const count = 20_000;
    const [lost, kept] = await runs(rate, burst, count, 3);
    expect(lost.length).toBeGreaterThan(50);
    // Geometric lengths: the mean of m of them has a standard deviation below burst / √m. Five of them.
    expect(Math.abs(sum(lost) / lost.length - burst)).toBeLessThan((5 * burst) / Math.sqrt(lost.length));
    // The share inherits the error of both means.
    const share = sum(lost) / (sum(lost) + sum(kept));
    expect(Math.abs(share / (rate / 100) - 1)).toBeLessThan((5 * Math.SQRT2) / Math.sqrt(lost.length));
  });

  test('bursts of one packet are never two', async () => {
    const [lost] = await runs(20, 1, 3000, 1);
    expect(Math.max(...lost)).toBe(1);
    expect(lost.length).toBeGreaterThan(400);
  });

  test('independent loss of the same share comes in shorter bursts', async () => {
    const rig = new Rig();
    const on = [rig.network.link(0).up];
    rig.faults.add({ kind: 'loss', rate: { numerator: 5, denominator: 100 }, atNs: 0, on });
    steady(rig, 5000);
    await rig.run();
    const lost = rig.trace.of(NetKind.DROPPED).map(({ a }) => a);
    const bursts = lost.filter((id, i) => lost[i - 1] !== id - 1).length;
    expect(lost.length / bursts).toBeLessThan(1.3);
  });

  test('is in the trace as loss', async () => {
    const rig = new Rig();
    const rate = { numerator: 1, denominator: 2 };
    rig.faults.add({ kind: 'burst-loss', rate, burst: 3, atNs: 0, on: [rig.network.link(0).up] });
    steady(rig, 50);
    await rig.run();
    expect(new Set(rig.trace.of(NetKind.DROPPED).map(({ b }) => b))).toEqual(new Set([DropReason.LOSS]));
    expect(rig.trace.of(NetKind.FAULT_ON).map(({ b }) => b)).toEqual([4]);
  });

  test.each([
    ['burst', { numerator: 3, denominator: 4 }, 2],
    ['burst', ALWAYS, 10],
    ['burst', { numerator: 1, denominator: 4 }, 0],
    ['burst', { numerator: 1, denominator: 4 }, 1.5],
  ] as const)('%s of %o × %d is refused', (field, rate, burst) => {
    const rig = new Rig();
    const add = (): number =>
      rig.faults.add({ kind: 'burst-loss', rate, burst, atNs: 0, on: rig.network.lines });
    expect(add).toThrow(NetworkConfigError);
    expect(add).toThrow(`fault.${field}`);
  });
});

describe('delay spikes: REQ DST-5', () => {
  test('everything in the window comes later, in order; what follows is held up, then is on time again', async () => {
    const rig = new Rig();
    const on = [rig.network.link(0).up];
    rig.faults.add({ kind: 'delay', rate: ALWAYS, delayNs: 5000, atNs: 3000, forNs: 3000, on });
    steady(rig, 16);
    await rig.run();
    expect(rig.received.map(({ bytes }) => numberOf(bytes))).toEqual(Array.from({ length: 16 }, (_, n) => n));
    const onTime = 2 * (11 + 650);
    const late = rig.received.map(({ atNs }, n) => atNs - n * 1000 - onTime);
    // Packets 6 to 9 leave on time and wait for 5, which comes 5 µs late; all arrive together and queue at the switch.
    expect(late.slice(0, 6)).toEqual([0, 0, 0, 5000, 5000, 5000]);
    expect(late.slice(6, 10).every((ns, i) => ns > 4000 - i * 1000 && ns < 4100 - i * 1000)).toBe(true);
    expect(late.slice(10)).toEqual([0, 0, 0, 0, 0, 0].map(() => expect.any(Number)));
    expect(late.slice(11)).toEqual([0, 0, 0, 0, 0]);
    expect(rig.trace.of(NetKind.DELAYED).map(({ a, b }) => [a, b])).toEqual([
      [3, 5000],
      [4, 5000],
      [5, 5000],
    ]);
  });

  test.prop([fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 50_000 }), fc.integer()])(
    'at any rate: never out of order, as reordering is',
    async (numerator, delayNs, seed) => {
      const rig = new Rig({}, seed);
      const on = [rig.network.link(0).up, rig.network.link(1).down];
      rig.faults.add({ kind: 'delay', rate: { numerator, denominator: 10 }, delayNs, atNs: 0, on });
      steady(rig, 100, 300);
      await rig.run();
      expect(rig.received.map(({ bytes }) => numberOf(bytes))).toEqual(
        Array.from({ length: 100 }, (_, n) => n),
      );
    },
  );
});

describe('ECN bleaching: REQ DST-5', () => {
  test('takes the marks of the switch before the line, and the capability to be marked after it', async () => {
    const rig = new Rig({ switch: { bufferBytes: 500_000, ecnBytes: 0 } });
    rig.faults.add({ kind: 'ecn-bleach', rate: ALWAYS, atNs: 0, on: [rig.network.link(3).down] });
    rig.faults.add({ kind: 'ecn-bleach', rate: ALWAYS, atNs: 0, on: [rig.network.link(1).up] });
    for (const to of [3, 2]) {
      for (let i = 0; i < 3; i++)
        for (const from of [0, 1]) rig.send({ from, to, data: FULL, ecn: Ecn.ECT_0 });
    }
    await rig.run();
    const ecnOf = (host: number, from: number): number[] =>
      rig.received.filter((one) => one.host === host && one.from === from).map(({ ecn }) => ecn);
    expect(ecnOf(3, 0)).toEqual([0, 0, 0]);
    expect(ecnOf(2, 1)).toEqual([0, 0, 0]);
    expect(ecnOf(2, 0)).toContain(Ecn.CE);
    expect(ecnOf(2, 0)).not.toContain(Ecn.NOT_ECT);
    expect(rig.trace.of(NetKind.ENQUEUED).some(({ d }) => d === 1)).toBe(true);
    // The bits before: ECT(0) and CE at the line behind the switch, ECT(0) alone at the uplink.
    const bits = (where: number): Set<number> =>
      new Set(
        rig.trace
          .of(NetKind.BLEACHED)
          .filter((one) => one.where === where)
          .map(({ b }) => b),
      );
    expect(bits(rig.network.link(3).down.where)).toEqual(new Set([Ecn.ECT_0, Ecn.CE]));
    expect(bits(rig.network.link(1).up.where)).toEqual(new Set([Ecn.ECT_0]));
    expect(rig.network.statistics.bleachedPackets).toBe(rig.trace.of(NetKind.BLEACHED).length);
  });

  test('a packet that is not ECN-capable has nothing to lose', async () => {
    const rig = new Rig();
    rig.faults.add({ kind: 'ecn-bleach', rate: ALWAYS, atNs: 0, on: rig.network.lines });
    rig.send({ from: 0, to: 1, data: 10 });
    await rig.run();
    expect(rig.trace.of(NetKind.BLEACHED)).toEqual([]);
  });
});

describe('partition: REQ DST-5', () => {
  const pairs = (rig: Rig): string[] => rig.received.map(({ from, host }) => `${from}>${host}`).sort();
  const all = [0, 1, 2, 3].flatMap((a) => [0, 1, 2, 3].filter((b) => b !== a).map((b) => `${a}>${b}`));
  const cuts = {
    to: ['0>2', '0>3', '1>2', '1>3'],
    from: ['2>0', '3>0', '2>1', '3>1'],
    both: ['0>2', '0>3', '1>2', '1>3', '2>0', '3>0', '2>1', '3>1'],
  };

  test.each(['to', 'from', 'both'] as const)(
    '%s: cuts exactly its pairs, while it lasts',
    async (direction) => {
      const rig = new Rig();
      const host = (i: number) => rig.network.host(i);
      const between = [
        [host(0), host(1)],
        [host(2), host(3)],
      ] as const;
      rig.faults.add({ kind: 'partition', between, direction, atNs: 10_000, forNs: 10_000 });
      const rounds: string[][] = [];
      for (const t of [0, 10_000, 20_000]) {
        rig.at(t, () => {
          for (const from of [0, 1, 2, 3])
            for (const to of [0, 1, 2, 3]) if (from !== to) rig.send({ from, to, data: 50 });
        });
        rig.at(t + 9999, () => void rounds.push(pairs(rig).splice(0)));
        rig.at(t + 9999, () => void rig.received.splice(0));
      }
      await rig.run();
      const uncut = [...all].sort();
      expect(rounds).toEqual([uncut, uncut.filter((pair) => !cuts[direction].includes(pair)), uncut]);
      expect(rig.network.statistics.dropsByName()).toEqual({ partition: cuts[direction].length });
      expect(rig.trace.of(NetKind.FAULT_ON).length).toBe(direction === 'both' ? 4 : 2);
    },
  );

  test('what still waits in a NIC when it begins is cut off; what has left it arrives', async () => {
    const rig = new Rig();
    const between = [[rig.network.host(0)], [rig.network.host(1)]] as const;
    rig.faults.add({ kind: 'partition', between, direction: 'both', atNs: 300 });
    // One each 120 ns: at 300 ns the third has begun.
    for (let n = 0; n < 6; n++) rig.send({ from: 0, to: n === 4 ? 2 : 1, data: numbered(n, FULL) });
    await rig.run();
    expect(rig.received.map(({ bytes }) => numberOf(bytes))).toEqual([0, 1, 2, 4]);
    expect(rig.trace.of(NetKind.DROPPED).map(({ timeNs, a }) => [timeNs, a])).toEqual([
      [300, 3],
      [300, 5],
    ]);
  });

  test('acts on all NICs of a host', async () => {
    const rig = new Rig({ nics: 2 });
    const between = [[rig.network.host(0)], [rig.network.host(1)]] as const;
    rig.faults.add({ kind: 'partition', between, direction: 'to', atNs: 0 });
    for (const nic of [0, 1]) for (const toNic of [0, 1]) rig.send({ from: 0, to: 1, nic, toNic, data: 9 });
    await rig.run();
    expect(rig.received).toEqual([]);
  });

  test('of nobody, or of a host from itself, is refused', () => {
    const rig = new Rig();
    const [a, b] = [rig.network.host(0), rig.network.host(1)];
    for (const between of [
      [[], [a]],
      [[a], []],
      [[a, b], [b]],
    ] as const) {
      const add = (): number => rig.faults.add({ kind: 'partition', between, direction: 'both', atNs: 0 });
      expect(add).toThrow('fault.between');
    }
  });
});

describe('forged ICMP: REQ DST-5', () => {
  test('the sender is told, while the packet arrives', async () => {
    const rig = new Rig();
    rig.faults.add({ kind: 'icmp', rate: ALWAYS, atNs: 0, on: [rig.network.link(1).down] });
    rig.send({ from: 0, to: 1, fromPort: 7, toPort: 9, data: numbered(42, 700) });
    rig.send({ from: 1, to: 0, data: 10 });
    await rig.run();
    expect(rig.received.length).toBe(2);
    expect(rig.told).toMatchObject([
      {
        host: 0,
        code: 1,
        source: rig.network.nic(0).address + 7,
        destination: rig.network.nic(1).address + 9,
      },
    ]);
    expect(rig.told[0]!.quoted.length).toBe(520);
    expect(numberOf(rig.told[0]!.quoted)).toBe(42);
    expect(rig.network.statistics.droppedPackets).toBe(0);
    expect(rig.network.packets.inUse).toBe(0);
  });

  test('on an uplink too, and on a line between switches', async () => {
    const rig = new Rig();
    rig.faults.add({ kind: 'icmp', rate: ALWAYS, atNs: 0, on: [rig.network.link(0).up] });
    rig.send({ from: 0, to: 1, data: 10 });
    await rig.run();
    expect(rig.told.map(({ host }) => host)).toEqual([0]);
    expect(rig.trace.of(NetKind.UNREACHABLE).map(({ where, a }) => [where, a])).toEqual([
      [rig.network.nic(0).where, 0],
    ]);
  });

  test('nothing is said of messages themselves', async () => {
    const rig = new Rig();
    rig.faults.add({ kind: 'icmp', rate: ALWAYS, atNs: 0, on: rig.network.lines });
    rig.send({ from: 0, to: 1, data: 10 });
    await rig.run();
    expect(rig.told.length).toBe(2);
  });
});
