import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { DropReason } from '../../net/drop-reason.ts';
import { NetKind } from '../../net/trace-kinds.ts';
import { UNREACHABLE_GAP_NS } from '../../net/unreachable.ts';
import { FULL, PLAIN, Rig, numberOf, numbered } from './rig.ts';
import { simulateSlowLine } from './slow-line.ts';
import type { FaultSpec } from '../../net/faults/fault-spec.ts';

const GBPS = 1_000_000_000;
const TENTH = { numerator: 1, denominator: 10 };
const numbers = (rig: Rig): number[] => rig.received.map(({ bytes }) => numberOf(bytes));
const times = (rig: Rig): number[] => rig.received.map(({ atNs }) => atNs);

/** `count` full packets, numbered, at once. */
function burst(rig: Rig, count: number, to = 1): void {
  for (let n = 0; n < count; n++) rig.send({ from: 0, to, data: numbered(n, FULL) });
}

describe('rate: REQ DST-5', () => {
  test('a packet sent at a tenth takes ten times as long on that line', async () => {
    const rig = new Rig();
    rig.faults.add({ kind: 'rate', limit: TENTH, atNs: 0, forNs: 5000, on: [rig.network.link(0).up] });
    burst(rig, 1);
    rig.sendAt(10_000, { from: 0, to: 1, data: numbered(1, FULL) });
    await rig.run();
    expect(times(rig)).toEqual([1200 + 120 + 1300, 11_540]);
    expect(rig.trace.of(NetKind.FAULT_ON).map(({ b, c }) => [b, c])).toEqual([[6, 10 * GBPS]]);
  });

  test('what waits in a NIC already is sent at the new rate, what is on the wire arrives when it was to', async () => {
    const rig = new Rig();
    rig.faults.add({ kind: 'rate', limit: 10 * GBPS, atNs: 180, forNs: 1920, on: [rig.network.link(0).up] });
    burst(rig, 5);
    await rig.run();
    // Sent: 0 by 120; 1 is half sent at 180, the rest by 780; 2 by 1980; of 3, a tenth by 2100, the rest by 2208; 4 by 2328.
    expect(times(rig).map((at) => at - 650 - 120 - 650)).toEqual([120, 780, 1980, 2208, 2328]);
  });

  test('what waits at a switch port is sent at the new rate, at once when the fault ends', async () => {
    const rig = new Rig();
    rig.faults.add({ kind: 'rate', limit: TENTH, atNs: 800, forNs: 1500, on: [rig.network.link(1).down] });
    for (const from of [0, 2, 3]) rig.send({ from, to: 1, data: FULL });
    await rig.run();
    // At 770 the first begins; at 800 a quarter is sent, the rest by 1700; of the second half by 2300, the rest by 2360.
    expect(times(rig).map((at) => at - 650)).toEqual([1700, 2360, 2480]);
  });

  test('of two limits the lower counts, and each ends by itself', async () => {
    const rig = new Rig();
    const on = [rig.network.link(0).up];
    rig.faults.add({ kind: 'rate', limit: 50 * GBPS, atNs: 0, forNs: 20_000, on });
    rig.faults.add({ kind: 'rate', limit: 10 * GBPS, atNs: 5000, forNs: 5000, on });
    for (let n = 0; n < 6; n++) rig.sendAt(n * 5000, { from: 0, to: 1, data: numbered(n, FULL) });
    await rig.run();
    const sent = times(rig).map((at, n) => at - n * 5000 - 650 - 770);
    expect(sent).toEqual([240, 1200, 240, 240, 120, 120]);
  });

  test('also of packets that reordering holds back, each of which arrives once', async () => {
    const rig = new Rig();
    const on = [rig.network.link(0).up];
    // Held back by exactly 1 ns.
    rig.faults.add({ kind: 'reorder', rate: { numerator: 1, denominator: 1 }, delayNs: 1, atNs: 0, on });
    rig.faults.add({ kind: 'rate', limit: 10 * GBPS, atNs: 180, forNs: 1920, on });
    burst(rig, 5);
    await rig.run();
    expect(numbers(rig)).toEqual([0, 1, 2, 3, 4]);
    expect(times(rig).map((at) => at - 650 - 120 - 650 - 1)).toEqual([120, 780, 1980, 2208, 2328]);
  });

  test('a limit above the rate of the line changes nothing', async () => {
    const rig = new Rig();
    rig.faults.add({ kind: 'rate', limit: 400 * GBPS, atNs: 0, on: rig.network.lines });
    burst(rig, 1);
    await rig.run();
    expect(times(rig)).toEqual([1540]);
  });

  const rates = fc.constantFrom(GBPS, 3 * GBPS, 25 * GBPS, 99_700_000_000, 100 * GBPS, 1_234_567_891);
  const at = fc.integer({ min: 0, max: 4000 });
  test.prop([
    rates,
    fc.array(fc.record({ atNs: at, wireBytes: fc.integer({ min: 32, max: 1500 }) }), {
      minLength: 1,
      maxLength: 60,
    }),
    fc.array(fc.record({ atNs: at, limit: rates, forNs: at.map((ns) => ns + 1) }), { maxLength: 5 }),
  ])('departures are exact, whatever changes when', async (rateBps, handovers, faults) => {
    const rig = new Rig({ link: { ...PLAIN.link, rateBps }, host: { nicQueueBytesMax: 1_000_000 } });
    for (const fault of faults) rig.faults.add({ kind: 'rate', ...fault, on: [rig.network.link(0).up] });
    const ordered = [...handovers].sort((a, b) => a.atNs - b.atNs);
    const arrivals: number[] = [];
    rig.network.switches[0]!.receive = (index) => {
      const packet = rig.network.packets.at(index);
      arrivals[numberOf(packet.datagram())] = rig.kernel.now - 650;
      packet.release();
    };
    ordered.forEach(({ atNs, wireBytes }, n) => {
      rig.sendAt(atNs, { from: 0, to: 1, data: numbered(n, wireBytes - 28) });
    });
    await rig.run();
    // The lowest limit at each instant at which one begins or ends; the line hears of each, also if nothing changes.
    const instants = [...new Set(faults.flatMap(({ atNs, forNs }) => [atNs, atNs + forNs]))].sort(
      (a, b) => a - b,
    );
    const changes = instants.map((atNs) => {
      const limits = faults.filter((fault) => fault.atNs <= atNs && atNs < fault.atNs + fault.forNs);
      return { atNs, rateBps: Math.min(rateBps, ...limits.map(({ limit }) => limit)) };
    });
    const expected = simulateSlowLine(rateBps, ordered, changes);
    // What departs before the rate goes up does not arrive after what departs later; with one delay it cannot.
    expect(arrivals).toEqual(expected);
    expect(rig.network.packets.inUse).toBe(0);
  });

  test('a NIC announces room when the new rate has made it', async () => {
    for (const [limit, expected] of [
      [TENTH, 3600],
      [400 * GBPS, 360],
    ] as const) {
      const rig = new Rig({ host: { nicQueueBytesMax: 6000, nicQueueBytesLow: 1500 } });
      rig.faults.add({ kind: 'rate', limit, atNs: 0, on: [rig.network.link(0).up] });
      burst(rig, 4);
      rig.network.nic(0).requestRoom();
      await rig.run();
      expect(rig.room).toEqual([{ atNs: expected, host: 0 }]);
    }
    // The fault ends while the request waits: it is answered earlier than it was to be.
    const rig = new Rig({ host: { nicQueueBytesMax: 6000, nicQueueBytesLow: 1500 } });
    rig.faults.add({ kind: 'rate', limit: TENTH, atNs: 0, forNs: 1200, on: [rig.network.link(0).up] });
    burst(rig, 4);
    rig.network.nic(0).requestRoom();
    await rig.run();
    expect(rig.room).toEqual([{ atNs: 1200 + 240, host: 0 }]);
  });
});

describe('link-down: REQ DST-5', () => {
  const down = (rig: Rig, atNs: number, forNs: number): FaultSpec => ({
    kind: 'link-down',
    atNs,
    forNs,
    on: [rig.network.link(0).up, rig.network.link(0).down],
  });

  test('loses what is on the wire for any part of its way, and what is sent meanwhile; not what waits for the wire', async () => {
    const rig = new Rig();
    // Sent at 0…120, 120…240 and so on, each on the way for 650 ns more.
    rig.faults.add(down(rig, 700, 100));
    burst(rig, 10);
    await rig.run();
    // 0 arrives at 770. Of those that have begun by 800, 0 … 6, all are on the way at some time of 700 … 800.
    expect(numbers(rig)).toEqual([7, 8, 9]);
    expect(times(rig)).toEqual([8, 9, 10].map((n) => n * 120 + 650 + 120 + 650));
    const drops = rig.trace.of(NetKind.DROPPED);
    expect(drops.map(({ timeNs, a }) => [timeNs, a])).toEqual([
      [700, 0],
      [700, 1],
      [700, 2],
      [700, 3],
      [700, 4],
      [700, 5],
      [800, 6],
    ]);
    expect(new Set(drops.map(({ b }) => b))).toEqual(new Set([DropReason.LINK_DOWN]));
  });

  test('what arrives just before the cut has arrived, what begins just after it is mended gets through', async () => {
    const rig = new Rig();
    rig.faults.add(down(rig, 771, 949));
    burst(rig, 1);
    rig.sendAt(1719, { from: 0, to: 1, data: numbered(1, FULL) });
    rig.sendAt(1720 + 120, { from: 0, to: 1, data: numbered(2, FULL) });
    await rig.run();
    expect(numbers(rig)).toEqual([0, 2]);
  });

  test('a NIC goes on sending into it, at the rate of the line: a host that fills its queue is not in a loop', async () => {
    const rig = new Rig({ host: { nicQueueBytesMax: 6000 } });
    rig.faults.add(down(rig, 0, 100_000));
    const nic = rig.network.nic(0);
    expect(nic.hasRoom(FULL)).toBe(true);
    burst(rig, 4);
    expect(nic.hasRoom(FULL)).toBe(false);
    nic.requestRoom();
    await rig.run();
    expect(rig.room[0]!.atNs).toBeGreaterThan(0);
    expect(rig.received).toEqual([]);
    expect(rig.network.packets.inUse).toBe(0);
  });

  test('hosts at its ends are told, once each time', async () => {
    const rig = new Rig();
    rig.faults.add(down(rig, 1000, 3000));
    rig.faults.add(down(rig, 2000, 3000));
    await rig.run();
    expect(rig.carrier).toEqual([
      { atNs: 1000, host: 0, nic: 0, isUp: false },
      { atNs: 5000, host: 0, nic: 0, isUp: true },
    ]);
  });

  test('one direction of a link alone', async () => {
    const rig = new Rig();
    rig.faults.add({ kind: 'link-down', atNs: 0, on: [rig.network.link(0).up] });
    rig.send({ from: 0, to: 1, data: 10 });
    rig.send({ from: 1, to: 0, data: 10 });
    await rig.run();
    expect(rig.received.map(({ host }) => host)).toEqual([0]);
  });

  test('packets held back by reordering are lost as well', async () => {
    const rig = new Rig();
    const always = { numerator: 1, denominator: 1 };
    const on = [rig.network.link(0).up];
    rig.faults.add({ kind: 'reorder', rate: always, delayNs: 50_000, atNs: 0, forNs: 1000, on });
    rig.faults.add(down(rig, 800, 10));
    burst(rig, 3);
    await rig.run();
    expect(rig.received).toEqual([]);
    expect(rig.network.statistics.dropsByName()).toEqual({ 'link-down': 3 });
  });
});

describe('nic-down: REQ DST-5', () => {
  test('also loses what waits in the NIC; it comes back empty', async () => {
    const rig = new Rig();
    rig.faults.add({ kind: 'nic-down', atNs: 700, forNs: 100, on: [rig.network.link(0)] });
    burst(rig, 10);
    rig.sendAt(750, { from: 0, to: 1, data: numbered(10, FULL) });
    rig.sendAt(900, { from: 0, to: 1, data: numbered(11, FULL) });
    await rig.run();
    expect(numbers(rig)).toEqual([11]);
    expect(times(rig)).toEqual([900 + 1540]);
    expect(rig.network.statistics.dropsByName()).toEqual({ 'nic-down': 11 });
    expect(rig.carrier.map(({ atNs, isUp }) => [atNs, isUp])).toEqual([
      [700, false],
      [800, true],
    ]);
  });

  test('room is announced for the empty queue', async () => {
    const rig = new Rig({ host: { nicQueueBytesMax: 60_000, nicQueueBytesLow: 0 } });
    rig.faults.add({ kind: 'nic-down', atNs: 700, forNs: 100, on: [rig.network.link(0)] });
    burst(rig, 10);
    rig.network.nic(0).requestRoom();
    await rig.run();
    expect(rig.room).toEqual([{ atNs: 700, host: 0 }]);
  });

  test('one NIC of two: the other goes on', async () => {
    const rig = new Rig({ nics: 2 });
    rig.faults.add({ kind: 'nic-down', atNs: 0, on: [rig.network.link(1, 0)] });
    for (const nic of [0, 1]) rig.send({ from: 0, to: 1, nic, data: 10 });
    await rig.run();
    expect(rig.received.map(({ nic }) => nic)).toEqual([1]);
  });

  test('overlapping with link-down, the link is up when both are over', async () => {
    const rig = new Rig();
    const { up, down } = rig.network.link(0);
    rig.faults.add({ kind: 'link-down', atNs: 1000, forNs: 5000, on: [up, down] });
    rig.faults.add({ kind: 'nic-down', atNs: 3000, forNs: 5000, on: [rig.network.link(0)] });
    for (let n = 0; n < 10; n++) rig.sendAt(n * 1000, { from: 0, to: 1, data: numbered(n, 20) });
    await rig.run();
    expect(numbers(rig)).toEqual([0, 8, 9]);
    const reasons = rig.trace.of(NetKind.DROPPED).map(({ a, b }) => [a, b]);
    expect(reasons).toEqual([
      [1, DropReason.LINK_DOWN],
      [2, DropReason.LINK_DOWN],
      [3, DropReason.NIC_DOWN],
      [4, DropReason.NIC_DOWN],
      [5, DropReason.NIC_DOWN],
      [6, DropReason.NIC_DOWN],
      [7, DropReason.NIC_DOWN],
    ]);
  });
});

describe('ICMP unreachable: REQ DST-5', () => {
  test('the sender of a packet for a NIC that is down is told by the switch, addresses and bytes', async () => {
    const rig = new Rig();
    rig.faults.add({ kind: 'nic-down', atNs: 0, on: [rig.network.link(1)] });
    rig.send({ from: 0, to: 1, fromPort: 5, toPort: 6, data: numbered(77, 30) });
    await rig.run();
    // Up: 58 bytes, 5 ns; down: 30 bytes quoted behind twice 28, 86 bytes, 7 ns.
    expect(rig.told).toMatchObject([
      { host: 0, atNs: 5 + 650 + 7 + 650, code: 1, source: rig.network.nic(0).address + 5 },
    ]);
    expect(rig.told[0]!.destination).toBe(rig.network.nic(1).address + 6);
    expect(rig.told[0]!.quoted).toEqual(numbered(77, 30));
    expect(
      rig.trace.of(NetKind.DROPPED).map(({ where, b }) => [rig.network.fabric.locations[where], b]),
    ).toEqual([['switch', DropReason.NIC_DOWN]]);
    expect(rig.trace.of(NetKind.UNREACHABLE).length).toBe(1);
    expect(rig.trace.of(NetKind.TOLD_UNREACHABLE).length).toBe(1);
    expect(rig.network.statistics).toMatchObject({
      sentPackets: 1,
      deliveredPackets: 0,
      unreachableDelivered: 1,
    });
  });

  test('of a packet for a NIC that nobody is bound to, by the host: a port unreachable', async () => {
    const rig = new Rig();
    rig.network.nic(1).bind(null);
    rig.send({ from: 0, to: 1, data: 10 });
    await rig.run();
    expect(rig.told).toMatchObject([{ host: 0, code: 3 }]);
  });

  test('of an address that does not exist, by nobody', async () => {
    const rig = new Rig();
    rig.send({ from: 0, to: 99, data: 10 });
    await rig.run();
    expect(rig.told).toEqual([]);
    expect(rig.network.statistics.dropsByName()).toEqual({ 'no-route': 1 });
  });

  test('a switch says it once in a while, however many packets come', async () => {
    const rig = new Rig();
    rig.faults.add({ kind: 'nic-down', atNs: 0, on: [rig.network.link(1)] });
    for (let n = 0; n < 100; n++) rig.sendAt(n * 100, { from: 0, to: 1, data: 10 });
    await rig.run();
    expect(rig.told.length).toBe(Math.ceil((99 * 100 + 1) / UNREACHABLE_GAP_NS));
  });

  test('a message that is duplicated on its way is two messages', async () => {
    const rig = new Rig();
    const rate = { numerator: 1, denominator: 1 };
    rig.faults.add({ kind: 'nic-down', atNs: 0, on: [rig.network.link(1)] });
    rig.faults.add({ kind: 'duplicate', rate, atNs: 0, on: [rig.network.link(0).down] });
    rig.send({ from: 0, to: 1, data: 10 });
    await rig.run();
    expect(rig.told.length).toBe(2);
    expect(rig.received).toEqual([]);
  });

  test('a message to a host that is down itself ends there: no message about messages', async () => {
    const rig = new Rig();
    rig.faults.add({ kind: 'nic-down', atNs: 0, on: [rig.network.link(1)] });
    rig.faults.add({ kind: 'link-down', atNs: 0, on: [rig.network.link(0).down] });
    rig.send({ from: 0, to: 1, data: 10 });
    await rig.run();
    expect(rig.told).toEqual([]);
    expect(rig.trace.of(NetKind.UNREACHABLE).length).toBe(1);
    expect(rig.network.packets.inUse).toBe(0);
  });
});

describe('mtu: REQ DST-5', () => {
  test('longer packets are dropped where the line begins, while it lasts; what the NIC holds goes through', async () => {
    const rig = new Rig();
    rig.faults.add({ kind: 'mtu', mtuBytes: 1400, atNs: 50, forNs: 5000, on: [rig.network.link(0).up] });
    burst(rig, 2);
    for (const [n, wireBytes] of [1400, 1401].entries()) {
      rig.sendAt(1000 + n, { from: 0, to: 1, data: numbered(2 + n, wireBytes - 28) });
    }
    rig.sendAt(6000, { from: 0, to: 1, data: numbered(4, FULL) });
    await rig.run();
    expect(numbers(rig)).toEqual([0, 1, 2, 4]);
    expect(rig.network.statistics.dropsByName()).toEqual({ mtu: 1 });
    expect(rig.trace.of(NetKind.FAULT_ON).map(({ b, c }) => [b, c])).toEqual([[11, 1400]]);
  });

  test('of two, the smaller counts', async () => {
    const rig = new Rig();
    const on = [rig.network.link(0).up];
    rig.faults.add({ kind: 'mtu', mtuBytes: 1000, atNs: 0, forNs: 5000, on });
    rig.faults.add({ kind: 'mtu', mtuBytes: 500, atNs: 0, forNs: 10_000, on });
    for (let n = 0; n < 3; n++) rig.sendAt(n * 5000, { from: 0, to: 1, data: numbered(n, 600) });
    await rig.run();
    expect(numbers(rig)).toEqual([2]);
  });
});

describe('a fault of a link that makes no sense is refused', () => {
  test.each<[string, (rig: Rig) => FaultSpec]>([
    ['fault.rate', (rig) => ({ kind: 'rate', limit: 0, atNs: 0, on: rig.network.lines })],
    [
      'fault.rate',
      (rig) => ({ kind: 'rate', limit: { numerator: 0, denominator: 5 }, atNs: 0, on: rig.network.lines }),
    ],
    ['fault.mtu', (rig) => ({ kind: 'mtu', mtuBytes: 0, atNs: 0, on: rig.network.lines })],
    ['fault.on', () => ({ kind: 'link-down', atNs: 0, on: [] })],
    ['fault.on', () => ({ kind: 'nic-down', atNs: 0, on: [] })],
  ])('%s', (field, make) => {
    const rig = new Rig();
    expect(() => rig.faults.add(make(rig))).toThrow(field);
  });
});
