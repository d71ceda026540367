import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { LineRate } from '../../net/line-rate.ts';
import { FULL, PLAIN, Rig } from './rig.ts';

const GBPS = 1_000_000_000;

describe('two hops, hand-computed', () => {
  test('a full packet: 2 × (120 ns on the wire + 650 ns)', async () => {
    const rig = new Rig();
    rig.sendAt(1000, { from: 0, to: 1, data: FULL });
    await rig.run();
    expect(rig.received.map(({ atNs, host }) => ({ atNs, host }))).toEqual([{ atNs: 2540, host: 1 }]);
  });

  test('64 wire bytes take 5.12 ns: each departure is rounded up, 2 × (6 + 650)', async () => {
    const rig = new Rig();
    rig.sendAt(0, { from: 0, to: 1, data: 36 });
    await rig.run();
    expect(rig.received[0]?.atNs).toBe(1312);
  });

  test('host processing comes on top, once', async () => {
    const rig = new Rig({ host: { processingNs: 5000 } });
    rig.sendAt(0, { from: 2, to: 3, data: FULL });
    await rig.run();
    expect(rig.received[0]?.atNs).toBe(1540 + 5000);
  });

  test('a burst leaves back to back and arrives so: 120 ns apart', async () => {
    const rig = new Rig();
    for (let i = 0; i < 10; i++) rig.send({ from: 0, to: 1, data: FULL });
    await rig.run();
    expect(rig.received.map(({ atNs }) => atNs)).toEqual(
      Array.from({ length: 10 }, (_, i) => 1540 + 120 * i),
    );
  });

  test('two senders to one receiver: the second waits for the line, not for the propagation', async () => {
    const rig = new Rig();
    rig.send({ from: 0, to: 3, data: FULL });
    rig.send({ from: 1, to: 3, data: FULL });
    await rig.run();
    expect(rig.received.map(({ atNs, from }) => ({ atNs, from }))).toEqual([
      { atNs: 1540, from: 0 },
      { atNs: 1660, from: 1 },
    ]);
  });

  test('each NIC of a host has a link of its own', async () => {
    const rig = new Rig({ nics: 2 });
    for (const nic of [0, 1]) {
      const packet = rig.network.nic(0, nic).take();
      packet.fill(new Uint8Array(FULL));
      packet.destination = rig.network.nic(1, nic).address;
      rig.network.nic(0, nic).send(packet);
    }
    await rig.run();
    expect(rig.received.map(({ atNs }) => atNs)).toEqual([1540, 1540]);
    expect(rig.network.nic(1, 1).receivedPackets).toBe(1);
    expect(rig.network.hostTotals(1).receivedBytes).toBe(3000);
  });

  test('two events per packet where nothing waits', async () => {
    const rig = new Rig();
    for (let i = 0; i < 20; i++) rig.send({ from: 0, to: 1, data: FULL });
    await rig.run();
    expect(rig.kernel.events).toBe(40);
  });
});

const rates = fc.oneof(
  fc.constantFrom(
    GBPS,
    3 * GBPS,
    25 * GBPS,
    99_700_000_000,
    100 * GBPS,
    400 * GBPS,
    800 * GBPS,
    1_234_567_891,
  ),
  fc.integer({ min: 1_000_000, max: 10_000_000_000_000 }),
);
const sizes = fc.array(fc.integer({ min: 0, max: FULL }), { minLength: 1, maxLength: 300 });

/** ceil(bytes × 8e9 / rate), in exact arithmetic. */
function wireNs(bytes: number, rateBps: number): number {
  const rate = BigInt(rateBps);
  return Number((BigInt(bytes) * 8_000_000_000n + rate - 1n) / rate);
}

describe('line rate is exact', () => {
  test.prop([rates])('a rate is kept as the exact ratio', (bps) => {
    const rate = new LineRate(bps);
    expect(BigInt(rate.unitsPerByte) * BigInt(bps)).toBe(BigInt(rate.unitsPerNs) * 8_000_000_000n);
  });

  test.prop([rates, sizes])(
    'NIC: the n-th packet of a burst leaves at its exact time, rounded up once',
    async (rateBps, all) => {
      const rig = new Rig({ link: { ...PLAIN.link, rateBps }, host: { nicQueueBytesMax: 1_000_000 } });
      const arrivals: number[] = [];
      // The uplink alone: what arrives at the switch is noted and not forwarded.
      rig.network.switches[0]!.receive = (index) => {
        arrivals.push(rig.kernel.now);
        rig.network.packets.at(index).release();
      };
      let sum = 0;
      const expected = all.map((size) => wireNs((sum += size + 28), rateBps) + 650);
      for (const data of all) rig.send({ from: 0, to: 1, data });
      await rig.run();
      expect(arrivals).toEqual(expected);
    },
  );

  test.prop([rates, sizes])('switch port: so does a queue that never runs empty', async (rateBps, all) => {
    const rig = new Rig({ link: { ...PLAIN.link, rateBps }, switch: { bufferBytes: Infinity } });
    const { fabric } = rig.network;
    const port = rig.network.switches[0]!.ports[1]!;
    let sum = 0;
    const expected = all.map((size) => wireNs((sum += size + 28), rateBps) + 650);
    for (const size of all) {
      const packet = fabric.packets.take();
      packet.lengthBytes = size;
      packet.wireBytes = size + 28;
      packet.destination = rig.network.nic(1).address;
      port.forward(packet.index);
    }
    await rig.run();
    expect(rig.received.map(({ atNs }) => atNs)).toEqual(expected);
  });

  test('50,000 64-byte packets at 100 Gbit/s lose nothing: rounding each up would cost 17 %', async () => {
    const rig = new Rig();
    const nic = rig.network.nic(0);
    let left = 50_000;
    let lastNs = 0;
    rig.network.nic(1).bind({
      onPacket: (packet) => {
        lastNs = rig.kernel.now;
        packet.release();
      },
      onTransmitRoom: () => undefined,
    });
    const refill = (): void => {
      while (left > 0 && nic.hasRoom(36)) {
        const packet = nic.take();
        packet.lengthBytes = 36;
        packet.destination = rig.network.nic(1).address;
        nic.send(packet);
        left--;
        rig.trace.kept.length = 0;
      }
      if (left > 0) nic.requestRoom();
    };
    nic.bind({ onPacket: (packet) => packet.release(), onTransmitRoom: refill });
    refill();
    await rig.run();
    // The last bit leaves the host at 256 µs; then the second hop: 5.12 ns and two delays.
    expect(lastNs).toBeGreaterThanOrEqual(256_000 + 1300 + 6);
    expect(lastNs).toBeLessThanOrEqual(256_000 + 1300 + 7);
  });
});
