import { describe, expect, test } from 'vitest';
import { Ecn } from '../../net/ecn.ts';
import { NetKind } from '../../net/trace-kinds.ts';
import { FULL, Rig, numberOf, numbered } from './rig.ts';
import type { Monitor, MonitorPoint, Verdict } from '../../net/monitor.ts';

const POINTS: readonly MonitorPoint[] = ['egress', 'enqueue', 'delivery'];

/** Says `verdict` to datagram 0 at `point`, and pass to everything else. */
function at(point: MonitorPoint, verdict: Verdict): Monitor {
  return {
    onPacket: (here, packet) => (here === point && numberOf(packet.datagram()) === 0 ? verdict : 'pass'),
  };
}

async function twoPackets(monitor: Monitor): Promise<Rig> {
  const rig = new Rig();
  rig.network.addMonitor(monitor);
  rig.send({ from: 0, to: 1, data: numbered(0, FULL) });
  rig.send({ from: 0, to: 1, data: numbered(1, FULL) });
  await rig.run();
  expect(rig.network.packets.inUse).toBe(0);
  return rig;
}

const numbers = (rig: Rig): number[] => rig.received.map(({ bytes }) => numberOf(bytes));

test('sees a packet three times: at its NIC, at the port of the switch, at its host', async () => {
  const seen: [MonitorPoint, number, string, number][] = [];
  const rig = new Rig();
  rig.network.addMonitor({
    onPacket: (point, packet, where) => {
      seen.push([point, rig.kernel.now, rig.network.fabric.locations[where]!, packet.id]);
      return 'pass';
    },
  });
  rig.send({ from: 2, to: 1, data: FULL });
  await rig.run();
  expect(seen).toEqual([
    ['egress', 0, 'host[2]', 0],
    ['enqueue', 770, 'switch.port(host[1])', 0],
    ['delivery', 1540, 'host[1]', 0],
  ]);
});

describe.each(POINTS)('at %s', (point) => {
  test('drop', async () => {
    const rig = await twoPackets(at(point, 'drop'));
    expect(numbers(rig)).toEqual([1]);
    expect(rig.network.statistics.dropsByName()).toEqual({ monitor: 1 });
  });

  test('delay lets the next one overtake, and is not asked again', async () => {
    const rig = await twoPackets(at(point, { delayNs: 1000 }));
    expect(numbers(rig)).toEqual([1, 0]);
    expect(rig.received[1]?.atNs).toBe(2540);
    expect(rig.network.statistics.delayedPackets).toBe(1);
  });

  test('duplicate', async () => {
    const rig = await twoPackets(at(point, 'duplicate'));
    expect(numbers(rig).sort()).toEqual([0, 0, 1]);
    expect(rig.network.statistics.duplicatedPackets).toBe(1);
  });

  test('corrupt', async () => {
    const rig = await twoPackets(at(point, 'corrupt'));
    expect(rig.received.length).toBe(2);
    expect(rig.received[0]?.bytes).not.toEqual(numbered(0, FULL));
    expect(rig.received[1]?.bytes).toEqual(numbered(1, FULL));
    expect(rig.trace.of(NetKind.CORRUPTED).length).toBe(1);
  });

  test('mark', async () => {
    const rig = await twoPackets(at(point, 'mark'));
    expect(rig.received.map(({ ecn }) => ecn)).toEqual([Ecn.CE, Ecn.NOT_ECT]);
  });
});

test('of several, the first that does not pass decides; one that is removed is asked no more', async () => {
  const rig = new Rig();
  const asked: string[] = [];
  const named = (name: string, verdict: Verdict): Monitor => ({
    onPacket: (point) => {
      if (point !== 'egress') return 'pass';
      asked.push(name);
      return verdict;
    },
  });
  const [first, second, third] = [named('a', 'pass'), named('b', 'drop'), named('c', 'duplicate')];
  for (const monitor of [first, second, third]) rig.network.addMonitor(monitor);
  rig.send({ from: 0, to: 1, data: 4 });
  rig.network.removeMonitor(second);
  rig.send({ from: 0, to: 1, data: 4 });
  rig.network.removeMonitor(first);
  rig.network.removeMonitor(third);
  expect(rig.network.fabric.monitor).toBe(null);
  rig.send({ from: 0, to: 1, data: 4 });
  await rig.run();
  expect(asked).toEqual(['a', 'b', 'a', 'c']);
  expect(rig.received.length).toBe(3);
});
