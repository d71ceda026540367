import { describe, expect, test } from 'vitest';
import { DropReason } from '../../net/drop-reason.ts';
import { NetKind } from '../../net/trace-kinds.ts';
import { FULL, Rig } from './rig.ts';

const host = { nicQueueBytesMax: 6000, nicQueueBytesLow: 1500 };

describe('a NIC whose host takes nothing', () => {
  test('keeps as many packets as its ring has room for, drops the rest, and gives back what it kept in order', async () => {
    const rig = new Rig();
    const nic = rig.network.nic(1);
    rig.at(0, () => {
      nic.hold(3, DropReason.RING_FULL);
      for (let i = 0; i < 5; i++) rig.send({ from: 0, to: 1, data: 100 + i });
    });
    rig.at(50_000, () => {
      expect(rig.received).toEqual([]);
      expect(nic.heldPackets).toBe(3);
      nic.resume();
      rig.send({ from: 0, to: 1, data: 200 });
    });
    await rig.run();
    expect(rig.received.map(({ bytes }) => bytes.length)).toEqual([100, 101, 102, 200]);
    expect(rig.trace.of(NetKind.DROPPED).map(({ b }) => b)).toEqual([1, 2].map(() => DropReason.RING_FULL));
    expect(nic.heldPackets).toBe(0);
  });

  test('drops what waits and is too much, when it is to keep less', async () => {
    const rig = new Rig();
    const nic = rig.network.nic(1);
    rig.at(0, () => {
      nic.hold(3, DropReason.RING_FULL);
      for (let i = 0; i < 3; i++) rig.send({ from: 0, to: 1, data: 100 + i });
    });
    rig.at(50_000, () => nic.hold(1, DropReason.HOST_DOWN));
    rig.at(60_000, () => nic.resume());
    await rig.run();
    expect(rig.received.map(({ bytes }) => bytes.length)).toEqual([100]);
    expect(rig.trace.of(NetKind.DROPPED).map(({ b }) => b)).toEqual([1, 2].map(() => DropReason.HOST_DOWN));
  });
});

describe('a NIC tells its driver how full it is', () => {
  test('bytes leave the queue as they are serialized', async () => {
    const rig = new Rig({ host });
    const nic = rig.network.nic(0);
    const seen: number[] = [];
    rig.at(0, () => {
      rig.send({ from: 0, to: 1, data: FULL });
      rig.send({ from: 0, to: 1, data: FULL });
    });
    for (const t of [0, 60, 120, 239, 240, 1000]) rig.at(t, () => void seen.push(nic.queuedBytes));
    await rig.run();
    expect(seen).toEqual([3000, 2250, 1500, 13, 0, 0]);
  });

  test('four full packets fit into 6000 bytes, the fifth is dropped', async () => {
    const rig = new Rig({ host });
    const nic = rig.network.nic(0);
    for (let i = 0; i < 4; i++) {
      expect(nic.hasRoom(FULL)).toBe(true);
      rig.send({ from: 0, to: 1, data: FULL });
    }
    expect(nic.hasRoom(0)).toBe(false);
    rig.send({ from: 0, to: 1, data: FULL });
    await rig.run();
    expect(rig.received.length).toBe(4);
    expect(rig.trace.of(NetKind.DROPPED).map(({ b, d }) => [b, d])).toEqual([
      [DropReason.NIC_QUEUE_FULL, 6000],
    ]);
  });

  test('room is announced once per request, when the low-water mark is reached', async () => {
    const rig = new Rig({ host });
    const nic = rig.network.nic(0);
    for (let i = 0; i < 4; i++) rig.send({ from: 0, to: 1, data: FULL });
    nic.requestRoom();
    nic.requestRoom();
    await rig.run();
    expect(rig.room).toEqual([{ atNs: 360, host: 0 }]);
  });

  test('what is handed over after the request moves the announcement', async () => {
    const rig = new Rig({ host });
    for (let i = 0; i < 4; i++) rig.send({ from: 0, to: 1, data: FULL });
    rig.network.nic(0).requestRoom();
    rig.sendAt(200, { from: 0, to: 1, data: FULL });
    await rig.run();
    expect(rig.room).toEqual([{ atNs: 480, host: 0 }]);
  });

  test('a request while there is room is answered at once, but not inside the call', async () => {
    const rig = new Rig({ host });
    rig.at(77, () => {
      rig.network.nic(0).requestRoom();
      expect(rig.room).toEqual([]);
    });
    await rig.run();
    expect(rig.room).toEqual([{ atNs: 77, host: 0 }]);
  });

  test('a mark of 0 announces the idle NIC', async () => {
    const rig = new Rig({ host: { ...host, nicQueueBytesLow: 0 } });
    rig.send({ from: 0, to: 1, data: 36 });
    rig.network.nic(0).requestRoom();
    await rig.run();
    expect(rig.room).toEqual([{ atNs: 6, host: 0 }]);
  });
});

describe('ownership', () => {
  test('a packet for a host that nobody is bound to is dropped', async () => {
    const rig = new Rig();
    rig.network.nic(1).bind(null);
    rig.send({ from: 0, to: 1, data: 10 });
    await rig.run();
    expect(rig.network.statistics.dropsByName()).toEqual({ 'no-host': 1 });
    expect(rig.network.packets.inUse).toBe(0);
  });

  test('a host may keep a packet; the pool then counts it, until it is released', async () => {
    const rig = new Rig();
    const kept: { release(): void }[] = [];
    rig.network
      .nic(1)
      .bind({ onPacket: (packet) => void kept.push(packet), onTransmitRoom: () => undefined });
    rig.send({ from: 0, to: 1, data: 10 });
    await rig.run();
    expect(rig.network.packets.inUse).toBe(1);
    kept[0]!.release();
    expect(rig.network.packets.inUse).toBe(0);
    expect(() => kept[0]!.release()).toThrow('once');
  });

  test('a NIC refuses to send under the address of another, or what is not in its hands', () => {
    const rig = new Rig();
    const packet = rig.network.nic(0).take();
    packet.destination = rig.network.nic(2).address;
    expect(() => rig.network.nic(1).send(packet)).toThrow('its own');
    packet.release();
    expect(() => rig.network.nic(0).send(packet)).toThrow('its own');
  });
});
