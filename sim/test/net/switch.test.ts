import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { DropReason } from '../../net/drop-reason.ts';
import { Ecn } from '../../net/ecn.ts';
import { NetKind } from '../../net/trace-kinds.ts';
import { FULL, PLAIN, Rig, numberOf, numbered } from './rig.ts';
import { simulateSlowPort, type Arrival, type SlowPortLimits } from './slow-port.ts';

/** Hands packets to one port of the switch at given times and returns when each arrived at the host, by number. */
async function throughPort(
  rateBps: number,
  limits: Partial<SlowPortLimits>,
  arrivals: readonly Arrival[],
): Promise<{ deliveredNs: (number | 'dropped')[]; rig: Rig; peak: number }> {
  const { bufferBytes = Infinity } = limits;
  const rig = new Rig({ link: { ...PLAIN.link, rateBps }, switch: { ...limits, bufferBytes } });
  const node = rig.network.switches[0]!;
  const port = node.ports[1]!;
  let peak = 0;
  arrivals.forEach((arrival, n) => {
    rig.at(arrival.atNs, () => {
      const packet = rig.network.packets.take();
      packet.fill(numbered(n, arrival.wireBytes - 28));
      packet.wireBytes = arrival.wireBytes;
      packet.priority = arrival.priority;
      packet.destination = rig.network.nic(1).address;
      port.forward(packet.index);
      const waiting = node.ports.reduce((sum, one) => sum + one.waitingBytes, 0);
      expect(node.buffer.usedBytes).toBe(waiting);
      expect(waiting).toBeLessThanOrEqual(bufferBytes);
      peak = Math.max(peak, waiting);
    });
  });
  await rig.run();
  const deliveredNs: (number | 'dropped')[] = arrivals.map(() => 'dropped');
  for (const { bytes, atNs } of rig.received) deliveredNs[numberOf(bytes)] = atNs;
  return { deliveredNs, rig, peak };
}

const arrivals = fc
  .array(
    fc.record({
      gapNs: fc.integer({ min: 0, max: 200 }),
      wireBytes: fc.integer({ min: 32, max: 1500 }),
      priority: fc.integer({ min: 0, max: 7 }),
    }),
    { minLength: 1, maxLength: 120 },
  )
  .map((items) => {
    let atNs = 0;
    return items.map(({ gapNs, wireBytes, priority }) => ({ atNs: (atNs += gapNs), wireBytes, priority }));
  });

describe('output port', () => {
  const bytes = fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.constant(1_000_000));
  test.prop([
    fc.constantFrom(25_000_000_000, 100_000_000_000, 99_700_000_000, 400_000_000_000),
    fc.record({
      bufferBytes: bytes,
      priorities: fc.integer({ min: 1, max: 8 }),
      portBytes: bytes,
      portPackets: fc.oneof(fc.nat(12), fc.constant(1_000_000)),
    }),
    arrivals,
  ])('departs, waits and drops as the slow model does', async (rateBps, limits, list) => {
    const { deliveredNs, rig, peak } = await throughPort(rateBps, limits, list);
    const model = simulateSlowPort(rateBps, limits, list);
    expect(deliveredNs).toEqual(model.departureNs.map((ns) => (ns === 'dropped' ? ns : ns + 650)));
    const node = rig.network.switches[0]!;
    expect(node.buffer.usedBytes).toBe(0);
    expect(node.buffer.peakBytes).toBe(peak);
    expect(node.ports[1]!.waitingBytesPeak).toBe(peak);
    expect(rig.network.packets.inUse).toBe(0);
  });

  test('strict priority: what waits is served by priority, whatever the order of arrival', async () => {
    const list = [7, 7, 3, 5, 0, 3, 1, 0].map((priority) => ({ atNs: 0, wireBytes: 1500, priority }));
    const { rig } = await throughPort(100_000_000_000, {}, list);
    // The first found the line idle; it is not interrupted.
    expect(rig.received.map(({ priority }) => priority)).toEqual([7, 0, 0, 1, 3, 3, 5, 7]);
  });

  test('with one queue, priorities do not matter', async () => {
    const list = [7, 7, 3, 5, 0].map((priority) => ({ atNs: 0, wireBytes: 1500, priority }));
    const { rig } = await throughPort(100_000_000_000, { priorities: 1 }, list);
    expect(rig.received.map(({ priority }) => priority)).toEqual([7, 7, 3, 5, 0]);
  });

  test('a full buffer drops what arrives, and says so', async () => {
    const list = Array.from({ length: 5 }, () => ({ atNs: 0, wireBytes: 1000, priority: 0 }));
    const { deliveredNs, rig } = await throughPort(100_000_000_000, { bufferBytes: 2999 }, list);
    // One on the wire, two in 2999 bytes.
    expect(deliveredNs.filter((at) => at === 'dropped').length).toBe(2);
    expect(deliveredNs.slice(3)).toEqual(['dropped', 'dropped']);
    expect(rig.network.statistics.dropsByName()).toEqual({ 'buffer-full': 2 });
    const drops = rig.trace.of(NetKind.DROPPED);
    expect(drops.map(({ b, c, d }) => [b, c, d])).toEqual([
      [DropReason.BUFFER_FULL, 1000, 2000],
      [DropReason.BUFFER_FULL, 1000, 2000],
    ]);
  });

  test('a port holds no more than its own bound, though the buffer has room: in packets, in bytes', async () => {
    const list = Array.from({ length: 12 }, () => ({ atNs: 0, wireBytes: 1000, priority: 0 }));
    for (const limits of [{ portPackets: 8 }, { portBytes: 8999 }]) {
      const { rig } = await throughPort(100_000_000_000, limits, list);
      // One on the wire, eight waiting.
      expect(rig.received.length).toBe(9);
      expect(rig.trace.of(NetKind.DROPPED).map(({ b, d }) => [b, d])).toEqual([
        [DropReason.PORT_FULL, 8000],
        [DropReason.PORT_FULL, 8000],
        [DropReason.PORT_FULL, 8000],
      ]);
      expect(rig.network.statistics.dropsByName()).toEqual({ 'port-full': 3 });
      expect(rig.network.switches[0]!.buffer.peakBytes).toBe(8000);
    }
  });

  test('the buffer is shared: a queue at one port takes room from another', async () => {
    const rig = new Rig({ switch: { bufferBytes: 3000 } });
    const [, first, second] = rig.network.switches[0]!.ports;
    const give = (port: typeof first, to: number): void => {
      const packet = rig.network.packets.take();
      packet.lengthBytes = FULL;
      packet.wireBytes = 1500;
      packet.destination = rig.network.nic(to).address;
      port!.forward(packet.index);
    };
    for (let i = 0; i < 3; i++) give(first, 1);
    for (let i = 0; i < 2; i++) give(second, 2);
    await rig.run();
    expect(rig.received.map(({ host }) => host).sort()).toEqual([1, 1, 1, 2]);
  });

  test('marks what arrives at a queue above the threshold, if the sender can take a mark', async () => {
    const rig = new Rig({ switch: { bufferBytes: 500_000, ecnBytes: 3000 } });
    for (const ecn of [Ecn.ECT_0, Ecn.NOT_ECT, Ecn.ECT_1]) {
      for (let i = 0; i < 2; i++) {
        rig.send({ from: 0, to: 3, data: FULL, ecn });
        rig.send({ from: 1, to: 3, data: FULL, ecn });
        rig.send({ from: 2, to: 3, data: FULL, ecn });
      }
    }
    await rig.run();
    // After each arrival: 0 (on the wire), 1500, 3000; then three arrive for each that leaves.
    const byEcn = [0, 1, 2, 3].map((ecn) => rig.received.filter((one) => one.ecn === ecn).length);
    expect(byEcn).toEqual([6, 0, 3, 9]);
    expect(rig.network.statistics.markedPackets).toBe(9);
    expect(rig.trace.of(NetKind.ENQUEUED).filter(({ d }) => d === 1).length).toBe(9);
  });

  test('a destination without a port is dropped', async () => {
    const rig = new Rig();
    rig.send({ from: 0, to: 77, data: 10 });
    await rig.run();
    expect(rig.network.statistics.dropsByName()).toEqual({ 'no-route': 1 });
  });

  test('a longer datagram than the MTU is dropped where it would be sent, one that just fits is not', async () => {
    const rig = new Rig({ datagramBytesMax: 2000 });
    rig.send({ from: 0, to: 1, data: FULL + 1 });
    rig.send({ from: 0, to: 1, data: FULL });
    await rig.run();
    expect(rig.network.statistics.dropsByName()).toEqual({ mtu: 1 });
    expect(rig.received.map(({ bytes }) => bytes.length)).toEqual([FULL]);
    expect(rig.received[0]?.atNs).toBe(1540);
    expect(rig.network.packets.inUse).toBe(0);
  });
});

describe('the order of a flow', () => {
  test.prop([
    fc.array(
      fc.record({
        atNs: fc.integer({ min: 0, max: 20_000 }),
        from: fc.integer({ min: 0, max: 3 }),
        to: fc.integer({ min: 0, max: 3 }),
        priority: fc.integer({ min: 0, max: 7 }),
        size: fc.integer({ min: 4, max: FULL }),
      }),
      { maxLength: 300 },
    ),
  ])('packets of one sender, receiver and priority never overtake each other', async (list) => {
    const rig = new Rig();
    list.sort((x, y) => x.atNs - y.atNs);
    list.forEach(({ atNs, from, to, priority, size }, n) => {
      rig.sendAt(atNs, { from, to, priority, data: numbered(n, size) });
    });
    await rig.run();
    expect(rig.received.length).toBe(list.length);
    const last = new Map<string, number>();
    for (const { from, host, priority, bytes } of rig.received) {
      const flow = `${from} ${host} ${priority}`;
      const n = numberOf(bytes);
      expect(n).toBeGreaterThan(last.get(flow) ?? -1);
      last.set(flow, n);
    }
  });
});
