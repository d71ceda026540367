import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHECKPOINTS_MAX } from '../../trace/checkpoints.ts';
import { firstDivergingInterval, firstDivergingRecord } from '../../trace/divergence.ts';
import { HostKind, KindNames } from '../../trace/kinds.ts';
import { RECORD_BYTES } from '../../trace/trace-store.ts';
import { Trace, type TraceOptions } from '../../trace/trace.ts';
import { NetKind } from '../../net/trace-kinds.ts';

type Fields = [number, number, number, number, number, number, number];

function traceOf(records: Iterable<Fields>, options: TraceOptions = {}): Trace {
  const trace = new Trace(options);
  for (const fields of records) trace.record(...fields);
  return trace;
}

/** A run of `count` records; `odd` is the index of one that differs. */
function* run(count: number, odd = -1): Generator<Fields> {
  for (let i = 0; i < count; i++) yield [i * 977, i % 11, i % 5, i, 1500, i === odd ? 1 : 0, i * 2 ** 33];
}

const fields = fc.tuple(
  fc.maxSafeNat(),
  fc.nat(0xffff),
  fc.integer(),
  ...([0, 1, 2, 3].map(() => fc.maxSafeInteger()) as [fc.Arbitrary<number>, ...fc.Arbitrary<number>[]]),
) as fc.Arbitrary<Fields>;

describe('the digest', () => {
  it('is fixed: golden hashes of whole runs depend on it (REQ DST-1)', () => {
    const trace = new Trace();
    expect(trace.digest()).toBe('cb3301b2fcc98a9c1b158da75b56a86f');
    trace.record(1, 2, 3, 4, 5, 6, 7);
    expect(trace.digest()).toBe('f04348fb1fcdf923fa116616702e40a5');
    trace.record(2 ** 40 + 5, 2, -3, 2 ** 53 - 1, -5, 2 ** 32, -(2 ** 40));
    expect(trace.digest()).toBe('caf37222cc42758a45dab30b7912deff');
    expect(trace.records).toBe(2);
  });

  it('changes with every field of a record, in its low and its high bits', () => {
    const base: Fields = [1000, 17, 3, 10, 20, 30, 40];
    const digests = new Set([traceOf([base]).digest()]);
    for (let field = 0; field < base.length; field++) {
      const wide = field !== 1 && field !== 2;
      for (const change of [1, 256, 2 ** 20, ...(wide ? [2 ** 32, 2 ** 40, 2 ** 50] : [])]) {
        const changed = base.slice() as Fields;
        changed[field] = (changed[field] ?? 0) + change;
        digests.add(traceOf([changed]).digest());
      }
    }
    expect(digests.size).toBe(1 + 5 * 6 + 2 * 3);
  });

  it('changes when two records change places, or two fields do', () => {
    fc.assert(
      fc.property(fields, fields, (left, right) => {
        fc.pre(left.join() !== right.join());
        expect(traceOf([left, right]).digest()).not.toBe(traceOf([right, left]).digest());
      }),
    );
    const swapped: Fields = [1, 2, 3, 5, 4, 6, 7];
    expect(traceOf([swapped]).digest()).not.toBe(traceOf([[1, 2, 3, 4, 5, 6, 7]]).digest());
  });

  it('does not depend on whether records are stored', () => {
    expect(traceOf(run(5000), { store: { recordsMax: 100 } }).digest()).toBe(traceOf(run(5000)).digest());
  });
});

describe('the store', () => {
  it('gives back what was recorded', () => {
    fc.assert(
      fc.property(fc.array(fields, { maxLength: 50 }), (records) => {
        const { store } = traceOf(records, { store: { recordsMax: 1000 } });
        const back: Fields[] = [];
        store?.forEach((...seen) => void back.push(seen));
        expect(back).toEqual(records);
      }),
    );
  });

  it('keeps at most recordsMax, from fromRecord on, and counts the rest', () => {
    const { store } = traceOf(run(20_000), { store: { recordsMax: 10_000, fromRecord: 500 } });
    expect([store?.length, store?.notStored]).toEqual([10_000, 20_000 - 500 - 10_000]);
    expect([store?.at(0)?.a, store?.at(9999)?.a]).toEqual([500, 10_499]);
    expect([store?.at(10_000), store?.at(-1)]).toEqual([undefined, undefined]);
    const all: number[] = [];
    store?.forEach((_timeNs, _kind, _where, a) => void all.push(a), 9000, 99_999);
    expect(all).toEqual(Array.from({ length: 1000 }, (_, i) => 9500 + i));
  });

  it('lays a record out as documented, so that another program can read it', () => {
    const { store } = traceOf([...run(8192), [2 ** 45, 18, -2, 5, -6, 7.5, 2 ** 52]], {
      store: { recordsMax: 10_000 },
    });
    const pieces = store?.pieces() ?? [];
    expect(pieces.map(({ length }) => length)).toEqual([8192 * RECORD_BYTES, RECORD_BYTES]);
    const last = pieces[1] as Uint8Array;
    const view = new DataView(last.buffer, last.byteOffset, last.byteLength);
    expect(view.getFloat64(0, true)).toBe(2 ** 45);
    expect(view.getUint32(8, true)).toBe(18);
    expect(view.getInt32(12, true)).toBe(-2);
    expect([16, 24, 32, 40].map((at) => view.getFloat64(at, true))).toEqual([5, -6, 7.5, 2 ** 52]);
  });
});

describe('checkpoints', () => {
  it('stay few however long the run, and each is the digest after so many records', () => {
    const trace = new Trace();
    const wanted = new Map<number, string>();
    for (const each of run(2_000_000)) {
      trace.record(...each);
      if (trace.records % 4096 === 0) wanted.set(trace.records, trace.digest());
    }
    const { intervalRecords, hashes, records } = trace.summary();
    expect(records).toBe(2_000_000);
    expect(intervalRecords).toBe(4096);
    expect(hashes.length).toBe(Math.floor(2_000_000 / 4096));
    expect(hashes.length).toBeLessThan(CHECKPOINTS_MAX);
    expect(hashes.every((hash, i) => hash === wanted.get((i + 1) * intervalRecords))).toBe(true);
  });

  it('find the interval in which two runs part, whatever their lengths', () => {
    const lengths = fc.integer({ min: 1, max: 5000 });
    fc.assert(
      fc.property(lengths, lengths, fc.nat(5000), (left, right, odd) => {
        const interval = firstDivergingInterval(
          traceOf(run(left, odd)).summary(),
          traceOf(run(right)).summary(),
        );
        const first = Math.min(
          odd < left ? odd : Infinity,
          left === right ? Infinity : Math.min(left, right),
        );
        if (first === Infinity) {
          expect(interval).toBeUndefined();
        } else {
          expect(interval?.fromRecord).toBeLessThanOrEqual(first);
          expect(interval?.toRecord).toBeGreaterThan(first);
          expect((interval?.toRecord ?? Infinity) - (interval?.fromRecord ?? 0)).toBeLessThanOrEqual(1024);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('find it between a short run and one so long that its checkpoints are far apart', () => {
    const long = traceOf(run(1_100_000, 3000)).summary();
    expect(long.intervalRecords).toBe(4096);
    const short = traceOf(run(20_000)).summary();
    expect(short.intervalRecords).toBe(1024);
    expect(firstDivergingInterval(long, short)).toEqual({ fromRecord: 0, toRecord: 4096 });
    expect(firstDivergingInterval(short, long)).toEqual({ fromRecord: 0, toRecord: 4096 });
    const cut = firstDivergingInterval(traceOf(run(1_100_000)).summary(), short);
    expect(cut).toEqual({ fromRecord: 16_384, toRecord: 20_480 });
  });

  it('and two stores of that interval name the record', () => {
    const [left, right] = [run(3000, 2500), run(3000)].map((records) =>
      traceOf(records, { store: { recordsMax: 1024, fromRecord: 2048 } }),
    ) as [Trace, Trace];
    const found = firstDivergingRecord(left.store!, right.store!);
    expect(found).toMatchObject({ index: 2500, left: { c: 1 }, right: { c: 0 } });
    expect(firstDivergingRecord(left.store!, left.store!)).toBeUndefined();
    const shorter = traceOf(run(2400), { store: { recordsMax: 1024, fromRecord: 2048 } });
    expect(firstDivergingRecord(shorter.store!, right.store!)).toMatchObject({
      index: 2400,
      left: undefined,
    });
  });
});

describe('kinds', () => {
  it('of network and hosts have a number each, and names', () => {
    const names = new KindNames({ net: NetKind, host: HostKind });
    expect(names.nameOf(HostKind.OFFERED)).toBe('host.offered');
    expect(names.nameOf(NetKind.DROPPED)).toBe('net.dropped');
    expect(names.nameOf(999)).toBe('kind 999');
    expect(() => new KindNames({ net: NetKind, mine: { SEEN: NetKind.SENT } })).toThrow(/same number/);
  });
});
