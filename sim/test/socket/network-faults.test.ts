import { describe, expect, it } from 'vitest';
import {
  FaultKind,
  NetKind,
  ms,
  simulate,
  us,
  type Fault,
  type NetworkOptions,
  type Sim,
  type TraceRecord,
} from '../../index.ts';

const HALF = { numerator: 1, denominator: 2 };
const NETWORKS = [{ kind: 'wires' as const }, { kind: 'star' as const }];

interface Traffic {
  /** Numbers of the datagrams that came to each host, one sent by a to b and one by b to a per 10 µs, from 0 on. */
  readonly atB: number[];
  readonly atA: number[];
  /** When each came to b. */
  readonly whenNs: Map<number, number>;
  /** Contents of what came to b. */
  readonly contents: string[];
  /** `[atNs, kind]` of what the trace says of faults. */
  readonly on: [number, number][];
  readonly off: [number, number][];
  /** Packets that are nobody's at the end. */
  readonly left: number;
}

/** Sends `count` datagrams each way while `faults` act. */
async function traffic(
  network: NetworkOptions,
  faults: readonly Fault[],
  count = 40,
  during: (sim: Sim) => unknown = () => undefined,
): Promise<Traffic> {
  const { value, trace } = await simulate(
    { network, faults, trace: { store: { recordsMax: 10_000 } } },
    async (sim) => {
      const [atA, atB, contents]: [number[], number[], string[]] = [[], [], []];
      const whenNs = new Map<number, number>();
      const a = sim.group('a').bind(1);
      const b = sim.group('b').bind(1);
      a.onDatagram((data) => void atA.push(data[0] as number));
      b.onDatagram((data) => {
        atB.push(data[0] as number);
        contents.push([...data].join(' '));
        if (!whenNs.has(data[0] as number)) whenNs.set(data[0] as number, sim.now());
      });
      sim.spawn(() => during(sim));
      // A fault at 0 begins after the first step, in which the hosts are made.
      await sim.yield();
      for (let i = 0; i < count; i++) {
        a.sendTo(Uint8Array.of(i, 0, 0, 0), 'b:1');
        b.sendTo(Uint8Array.of(i, 0, 0, 0), 'a:1');
        await sim.sleep(us(10));
      }
      await sim.sleep(ms(5));
      return { atA, atB, contents, whenNs, left: sim.network.packets.inUse };
    },
  );
  const records: TraceRecord[] = [];
  for (let i = 0; i < (trace.store?.length ?? 0); i++) records.push(trace.store?.at(i) as TraceRecord);
  const of = (kind: number): [number, number][] =>
    records.filter((record) => record.kind === kind).map(({ timeNs, b }) => [timeNs, b]);
  return { ...value, on: of(NetKind.FAULT_ON), off: of(NetKind.FAULT_OFF) };
}

const all = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
/** Those sent before `fromUs` or from `toUs` on. */
const outside = (fromUs: number, toUs: number): number[] =>
  all(40).filter((i) => i * 10 < fromUs || i * 10 >= toUs);
// Off the beat of the senders.
const WINDOW = { atNs: us(95), forNs: us(100) };

describe.each(NETWORKS)('faults of the network by the names of hosts, $kind (REQ DST-5)', (network) => {
  it('none: all arrives', async () => {
    const { atA, atB, on, left } = await traffic(network, []);
    expect([atA, atB, on, left]).toEqual([all(40), all(40), [], 0]);
  });

  it('partition: both ways, to or from, and what has left before arrives', async () => {
    const cut = outside(95, 195);
    for (const [direction, toB, toA] of [
      ['both', cut, cut],
      ['to', cut, all(40)],
      ['from', all(40), cut],
    ] as const) {
      const run = await traffic(network, [
        { kind: 'partition', between: ['a', ['b']], direction, ...WINDOW },
      ]);
      expect([direction, run.atB, run.atA]).toEqual([direction, toB, toA]);
      expect(new Set(run.on.map(String))).toEqual(new Set([`${us(95)},${FaultKind.partition}`]));
      expect(new Set(run.off.map(String))).toEqual(new Set([`${us(195)},${FaultKind.partition}`]));
    }
  });

  it('link-down: also what is under way is lost, whatever else works', async () => {
    const { atA, atB, left } = await traffic(network, [{ kind: 'link-down', on: 'a', ...WINDOW }]);
    // What a sends is lost from the first that is on the wire at 95 µs to the last sent before 195; what b sends, if it comes then.
    expect(atB).toEqual(atB.filter((i) => i < 9 || i >= 20));
    expect(atA).toEqual(atA.filter((i) => i < 9 || i >= 12));
    for (const got of [atA, atB]) {
      expect(got.length).toBeLessThanOrEqual(30);
      expect(got).toEqual(expect.arrayContaining(outside(0, 195)));
    }
    expect(left).toBe(0);
  });

  it('loss, burst-loss, duplicate and corrupt: some, from when it begins until it ends', async () => {
    const faults = [
      { kind: 'loss', on: 'b', rate: HALF },
      { kind: 'burst-loss', on: ['b'], rate: HALF, burst: 3 },
      { kind: 'duplicate', on: 'b', rate: HALF },
      { kind: 'corrupt', on: 'b', rate: HALF },
    ] as const;
    const clean = await traffic(network, []);
    for (const fault of faults) {
      const { contents, on, left } = await traffic(network, [{ ...fault, atNs: us(95), forNs: ms(1) }]);
      expect(contents.slice(0, 4)).toEqual(clean.contents.slice(0, 4));
      expect([fault.kind, contents]).not.toEqual([fault.kind, clean.contents]);
      expect([fault.kind, left]).toEqual([fault.kind, 0]);
      expect(on.map(([, kind]) => kind)).toEqual([FaultKind[fault.kind], FaultKind[fault.kind]]);
    }
  });

  it('delay holds back all that follow, reorder lets them overtake', async () => {
    const clean = await traffic(network, []);
    const delayed = await traffic(network, [
      { kind: 'delay', on: 'a', delayNs: us(300), atNs: us(95), forNs: us(10) },
    ]);
    expect(delayed.atB).toEqual(all(40));
    const later = (i: number): number => (delayed.whenNs.get(i) ?? 0) - (clean.whenNs.get(i) ?? 0);
    expect([later(9), later(10)]).toEqual([0, us(300)]);
    expect(Math.floor(later(39) / us(1))).toBe(10);
    const reordered = await traffic(network, [{ kind: 'reorder', on: 'a', delayNs: us(100) }]);
    expect(reordered.atB.toSorted((x, y) => x - y)).toEqual(all(40));
    expect(reordered.atB).not.toEqual(all(40));
  });

  it('hold: nothing arrives until it ends, and then everything, in order', async () => {
    const clean = await traffic(network, []);
    const { atB, whenNs, left, off } = await traffic(network, [{ kind: 'hold', on: 'b', ...WINDOW }]);
    expect([atB, left]).toEqual([all(40), 0]);
    const first = (whenNs.get(10) ?? 0) - us(195);
    expect(first).toBeGreaterThanOrEqual(0);
    expect(first).toBeLessThanOrEqual(us(60));
    expect((whenNs.get(19) ?? 0) - us(195)).toBeLessThanOrEqual(us(60));
    expect(whenNs.get(39)).toBe(clean.whenNs.get(39));
    expect(off.length).toBe(2);
  });

  it('two at once: what a host is cut off from does not depend on what else is held', async () => {
    const faults: Fault[] = [
      { kind: 'hold', on: 'b', ...WINDOW },
      { kind: 'duplicate', on: 'b', rate: { numerator: 1, denominator: 1 }, ...WINDOW },
      { kind: 'partition', between: ['a', 'b'], direction: 'from', atNs: us(95) },
    ];
    const { atA, atB, left } = await traffic(network, faults);
    expect(new Set(atB)).toEqual(new Set(all(40)));
    expect(atB.length).toBeGreaterThan(45);
    expect([atA, left]).toEqual([all(10), 0]);
  });

  it('begin and end when the program says so', async () => {
    const { atB, on, off } = await traffic(network, [], 40, async (sim) => {
      await sim.sleep(us(95));
      const fault = sim.fault({ kind: 'partition', between: ['a', 'b'] });
      const never = sim.fault({ kind: 'link-down', on: 'a', atNs: us(150) });
      await sim.sleep(us(50));
      never.end();
      await sim.sleep(us(50));
      fault.end();
      fault.end();
    });
    expect(atB).toEqual(outside(95, 195));
    expect([on.length, off.length]).toEqual([2, 2]);
    expect(off[0]?.[0]).toBe(us(195));
  });
});

describe('faults that need a network with rates', () => {
  it('rate and mtu act in a star; on wires they are refused with the remedy', async () => {
    const star = { kind: 'star' as const, link: { rateBps: 1_000_000, delayNs: 1000, mtuBytes: 1500 } };
    const slow = await traffic(star, [{ kind: 'rate', on: 'a', limit: HALF }], 1);
    const clean = await traffic(star, [], 1);
    expect((slow.whenNs.get(0) ?? 0) - (clean.whenNs.get(0) ?? 0)).toBe(us(32 * 8));
    expect((await traffic(star, [{ kind: 'mtu', on: 'a', mtuBytes: 31 }], 1)).atB).toEqual([]);
    for (const fault of [
      { kind: 'rate', on: 'a', limit: HALF },
      { kind: 'mtu', on: 'a', mtuBytes: 31 },
    ] as const) {
      await expect(traffic({ kind: 'wires' }, [fault], 1)).rejects.toThrow("choose { kind: 'star' }");
    }
  });

  it('a fault whose numbers make no sense is refused where it begins', async () => {
    const rate = { numerator: 3, denominator: 2 };
    await expect(traffic({ kind: 'wires' }, [{ kind: 'loss', on: 'a', rate }])).rejects.toThrow('fault.rate');
    await expect(traffic({ kind: 'wires' }, [{ kind: 'loss', on: [], rate: HALF }])).rejects.toThrow(
      'names no link',
    );
  });
});
