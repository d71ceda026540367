import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  HOSTS_MAX,
  formatAddress,
  hostAddress,
  hostOf,
  interfaceOf,
  nicOf,
  portOf,
} from '../../net/address.ts';
import { NetworkConfigError } from '../../net/config-error.ts';
import { contentHash } from '../../net/content-hash.ts';
import { DROP_REASON_NAMES, DropReason } from '../../net/drop-reason.ts';
import { PacketLists } from '../../net/packet-lists.ts';
import { PacketPool } from '../../net/packet-pool.ts';
import { BINS_MAX, PeakSeries, SumSeries } from '../../net/series.ts';
import { PLAIN, Rig } from './rig.ts';
import type { StarConfig } from '../../net/topology/star.ts';

describe('addresses', () => {
  test.prop([fc.nat(HOSTS_MAX - 1), fc.nat(15), fc.nat(65_535)])(
    'say host, NIC and port',
    (host, nic, port) => {
      const address = hostAddress(host, nic, port);
      expect([hostOf(address), nicOf(address), portOf(address)]).toEqual([host, nic, port]);
      expect(interfaceOf(address)).toBe(interfaceOf(hostAddress(host, nic)));
      expect(Number.isSafeInteger(address)).toBe(true);
    },
  );

  test('are written as in scenario files', () => {
    expect(formatAddress(hostAddress(3))).toBe('host[3]');
    expect(formatAddress(hostAddress(3, 1, 9))).toBe('host[3].nic[1]:9');
  });
});

describe('content hash', () => {
  const hash = (of: Uint8Array, length: number): number => contentHash(new DataView(of.buffer), 0, length);
  const bytes = Uint8Array.from({ length: 1472 }, (_, i) => (i * 7) & 0xff);
  test.prop([fc.integer({ min: 1, max: 1472 }), fc.nat(1471), fc.nat(7)])(
    'any bit of a short datagram counts; of a long one, those of the first 64 and the last 32 bytes',
    (length, at, bit) => {
      fc.pre(at < length);
      const other = bytes.slice();
      other[at]! ^= 1 << bit;
      const covered = length <= 256 || at < 64 || at >= length - 32;
      expect(hash(other, length) !== hash(bytes, length)).toBe(covered);
    },
  );

  test('counts the length, also of zeros, and not what lies behind', () => {
    const zeros = new Uint8Array(300);
    const hashes = Array.from({ length: 300 }, (_, length) => hash(zeros, length));
    expect(new Set(hashes).size).toBe(300);
    expect(hash(bytes, 10)).toBe(hash(bytes.slice(0, 10), 10));
  });

  test('has the values it had: a change would change every trace hash', () => {
    expect([0, 3, 64, 257, 1472].map((length) => hash(bytes, length))).toMatchInlineSnapshot(`
      [
        3847550963,
        3127912182,
        2461811510,
        2265484630,
        1046291909,
      ]
    `);
  });
});

describe('pool', () => {
  test('lends packets that do not share bytes, takes them back, and grows', () => {
    const pool = new PacketPool(100);
    const lent = Array.from({ length: 200 }, () => pool.take());
    lent.forEach((packet, n) => packet.fill(new Uint8Array(100).fill(n)));
    lent.forEach((packet, n) => {
      expect(packet.datagram().every((byte) => byte === n)).toBe(true);
      expect(pool.at(packet.index)).toBe(packet);
    });
    expect(pool.inUse).toBe(200);
    for (const packet of lent) packet.release();
    expect(pool.inUse).toBe(0);
    expect(pool.inUseMax).toBe(200);
    expect(() => lent[0]!.release()).toThrow('once');
  });

  test('a packet comes clean, whatever it was before', () => {
    const pool = new PacketPool(100);
    const packet = pool.take();
    packet.fill(new Uint8Array(50));
    packet.priority = 5;
    packet.ecn = 3;
    packet.release();
    const again = pool.take();
    expect([again.lengthBytes, again.priority, again.ecn]).toEqual([0, 0, 0]);
    expect(again.datagram().length).toBe(0);
  });

  test.prop([fc.array(fc.nat(100), { minLength: 1 })])(
    'datagram() is as long as what was filled',
    (lengths) => {
      const packet = new PacketPool(100).take();
      const source = Uint8Array.from({ length: 200 }, (_, i) => i);
      for (const length of lengths) {
        packet.fill(source, length, length);
        expect(packet.datagram()).toEqual(source.slice(length, 2 * length));
      }
      expect(() => packet.fill(source, 0, 101)).toThrow('datagramBytesMax');
      expect(() => packet.fill(source, 150, 60)).toThrow('inside');
    },
  );
});

const LISTS = 3;
const steps = fc.array(fc.record({ list: fc.nat(LISTS - 1), pushes: fc.nat(10), shifts: fc.nat(10) }), {
  maxLength: 40,
});

describe('lists of packets', () => {
  test.prop([steps])('are queues that do not mix, also when more lists and packets are added', (script) => {
    const pool = new PacketPool(4);
    const lists = new PacketLists(pool);
    const numbers = Array.from({ length: LISTS }, () => lists.add(40));
    const models: number[][] = numbers.map(() => []);
    for (const { list, pushes, shifts } of script) {
      const [number, model] = [numbers[list]!, models[list]!];
      for (let i = 0; i < pushes; i++) {
        const { index } = pool.take();
        lists.push(number, index);
        model.push(index);
      }
      for (let i = 0; i < shifts && model.length > 0; i++) {
        expect(lists.first(number)).toBe(model[0]);
        expect(lists.shift(number)).toBe(model.shift());
      }
      expect(numbers.map((one) => lists.toArray(one))).toEqual(models);
      expect(lists.isEmpty(number)).toBe(model.length === 0);
      lists.refill(number, model.splice(0, model.length));
      model.push(...lists.toArray(number));
    }
    for (const [i, model] of models.entries()) {
      for (const index of model) expect(lists.shift(numbers[i]!)).toBe(index);
      expect(() => lists.shift(numbers[i]!)).toThrow('empty');
    }
  });
});

describe('time series', () => {
  const steps = fc.array(fc.record({ gapNs: fc.oneof(fc.nat(20), fc.nat(50_000)), value: fc.nat(1000) }), {
    minLength: 1,
    maxLength: 200,
  });

  test.prop([steps, fc.integer({ min: 1, max: 50 })])(
    'sums are what happened in each bin, also when bins merge',
    (list, binNs) => {
      const series = new SumSeries(binNs);
      let now = 0;
      const events = list.map(({ gapNs, value }) => ({ at: (now += gapNs), value }));
      for (const { at, value } of events) series.add(at, value);
      expect(series.binNs / binNs).toBe(2 ** Math.round(Math.log2(series.binNs / binNs)));
      const values = series.values(series.binNs);
      expect(values.length).toBe(Math.floor(now / series.binNs) + 1);
      expect(values.length).toBeLessThanOrEqual(BINS_MAX);
      const expected = values.map(() => 0);
      for (const { at, value } of events) expected[Math.floor(at / series.binNs)]! += value;
      expect(values).toEqual(expected);
      const wide = series.values(series.binNs * 4);
      expect(wide.length).toBe(Math.ceil(values.length / 4));
      expect(wide.reduce((x, y) => x + y)).toBe(values.reduce((x, y) => x + y));
    },
  );

  test.prop([steps, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 40 })])(
    'peaks are those of the highest of all members, which keep their levels across bins in which nothing happens',
    (list, binNs, members) => {
      const series = new PeakSeries(binNs);
      const numbers = Array.from({ length: members }, () => series.addMember());
      let now = 0;
      const events = list.map(({ gapNs, value }) => {
        return { at: (now += gapNs), value, member: numbers[value % members]! };
      });
      for (const { at, value, member } of events) series.set(at, member, value);
      const values = series.values(series.binNs);
      const expected = values.map((_, bin) => {
        const [from, to] = [bin * series.binNs, (bin + 1) * series.binNs];
        const before = numbers.map(
          (number) => events.findLast(({ at, member }) => at < from && member === number)?.value ?? 0,
        );
        const during = events.filter(({ at }) => at >= from && at < to).map(({ value }) => value);
        return Math.max(...before, ...during);
      });
      expect(values).toEqual(expected);
    },
  );

  test('of a network all have one width and length', async () => {
    const rig = new Rig({ seriesBinNs: 100, switch: { bufferBytes: 3000 } });
    for (let i = 0; i < 20; i++) for (const from of [0, 1, 2]) rig.send({ from, to: 3, data: 1472 });
    rig.sendAt(500_000, { from: 0, to: 1, data: 10 });
    await rig.run();
    const series = rig.network.series();
    expect(series.binNs).toBe(200); // 5013 bins of 100 ns would exceed BINS_MAX
    expect(series.sentBytes.length).toBe(Math.floor(rig.kernel.now / 200) + 1);
    expect(series.drops.length).toBe(series.sentBytes.length);
    expect(series.queueBytesMax.length).toBe(series.sentBytes.length);
    expect(series.sentBytes[0]).toBe(60 * 1500);
    expect(series.sentBytes[2500]).toBe(38);
    expect(Math.max(...series.queueBytesMax)).toBe(3000);
    expect(series.drops.reduce((x, y) => x + y)).toBe(rig.network.statistics.droppedPackets);
  });
});

describe('REQ CONF-6: a star that cannot be built is refused, and the message names the field', () => {
  const link = (change: object): object => ({ link: { ...PLAIN.link, ...change } });
  test.each<[string, object]>([
    ['hosts', { hosts: 0 }],
    ['hosts', { hosts: 1.5 }],
    ['nics', { nics: 17 }],
    ['link.rateBps', link({ rateBps: 0 })],
    ['link.rateBps', link({ rateBps: 1e14 })],
    ['link.delayNs', link({ delayNs: 0.5 })],
    ['link.delayNs', link({ delayNs: -1 })],
    ['link.mtuBytes', link({ mtuBytes: 28 })],
    ['switch.bufferBytes', { switch: { bufferBytes: -1 } }],
    ['switch.bufferBytes', { switch: { bufferBytes: Number.NaN } }],
    ['switch.priorities', { switch: { bufferBytes: 1, priorities: 9 } }],
    ['host.nicQueueBytesMax', { host: { nicQueueBytesMax: 1499 } }],
    ['host.nicQueueBytesLow', { host: { nicQueueBytesLow: 65_536 } }],
    ['host.processingNs', { host: { processingNs: -5 } }],
    ['seriesBinNs', { seriesBinNs: 0 }],
    ['datagramBytesMax', { datagramBytesMax: 65_508 }],
  ])('%s', (field, change) => {
    const build = (): unknown => new Rig(change as Partial<StarConfig>);
    expect(build).toThrow(NetworkConfigError);
    expect(build).toThrow(`${field}: `);
  });
});

test('every drop reason has a name', () => {
  const numbers = Object.values(DropReason);
  expect(numbers).toEqual(numbers.map((_, i) => i));
  expect(DROP_REASON_NAMES.length).toBe(numbers.length);
});
