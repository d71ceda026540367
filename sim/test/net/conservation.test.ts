import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { NetKind } from '../../net/trace-kinds.ts';
import { faultDrafts, loadedRig, offers, topologies } from './traffic.ts';
import type { Rig } from './rig.ts';
import type { Monitor, Verdict } from '../../net/monitor.ts';

const verdicts = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constant<Verdict>('pass') },
    fc.constantFrom<Verdict>('drop', 'duplicate', 'corrupt', 'mark', { delayNs: 777 }, { delayNs: 0 }),
  ),
  { minLength: 1, maxLength: 40 },
);

/** Answers the given verdicts in turn, whatever it is asked about. */
function scripted(script: readonly Verdict[]): Monitor {
  let n = 0;
  return { onPacket: () => script[n++ % script.length]! };
}

/** Accounts at this instant: what was sent or copied and has not ended is what the pool has lent out. */
function checkBalance(rig: Rig): void {
  const { statistics, packets } = rig.network;
  expect(statistics.inFlightPackets).toBe(packets.inUse);
  for (const node of rig.network.switches) {
    expect(node.buffer.usedBytes).toBe(node.ports.reduce((sum, port) => sum + port.waitingBytes, 0));
    expect(node.buffer.usedBytes).toBeLessThanOrEqual(node.buffer.capacityBytes);
  }
}

/** Every packet has one beginning and one end in the trace, and the counters say what the trace says. */
function checkTrace(rig: Rig): void {
  const { statistics } = rig.network;
  const begun = [
    ...rig.trace.of(NetKind.SENT).map(({ a }) => a),
    ...rig.trace.of(NetKind.DUPLICATED).map(({ b }) => b),
    ...rig.trace.of(NetKind.UNREACHABLE).map(({ b }) => b),
  ];
  const ended = [NetKind.DELIVERED, NetKind.TOLD_UNREACHABLE, NetKind.DROPPED].flatMap((kind) =>
    rig.trace.of(kind).map(({ a }) => a),
  );
  const byNumber = (x: number, y: number): number => x - y;
  expect(ended.sort(byNumber)).toEqual(begun.sort(byNumber));
  expect(new Set(begun).size).toBe(begun.length);
  expect(rig.trace.of(NetKind.SENT).length).toBe(statistics.sentPackets);
  expect(rig.trace.of(NetKind.DELIVERED).length).toBe(statistics.deliveredPackets);
  expect(rig.trace.of(NetKind.DROPPED).length).toBe(statistics.droppedPackets);
  expect(rig.trace.of(NetKind.DUPLICATED).length).toBe(statistics.duplicatedPackets);
  expect(rig.trace.of(NetKind.CORRUPTED).length).toBe(statistics.corruptedPackets);
  expect(rig.trace.of(NetKind.DELAYED).length).toBe(statistics.delayedPackets);
  expect(rig.trace.of(NetKind.BLEACHED).length).toBe(statistics.bleachedPackets);
  expect(rig.trace.of(NetKind.UNREACHABLE).length).toBe(statistics.unreachableMessages);
  expect(rig.told.length).toBe(statistics.unreachableDelivered);
  expect(rig.received.length).toBe(statistics.deliveredPackets);
  const reasons = statistics.dropsByReason.reduce((sum, count) => sum + count, 0);
  expect(reasons).toBe(statistics.droppedPackets);
  const hosts = rig.network.hosts.map(({ index }) => rig.network.hostTotals(index));
  expect(hosts.reduce((sum, host) => sum + host.sentBytes, 0)).toBe(statistics.sentBytes);
  expect(hosts.reduce((sum, host) => sum + host.receivedBytes, 0)).toBe(statistics.deliveredBytes);
  const times = rig.trace.kept.map(({ timeNs }) => timeNs);
  expect(times).toEqual([...times].sort(byNumber));
  expect(times.every(Number.isSafeInteger)).toBe(true);
}

describe('conservation: sent + copied + made on the way = delivered + dropped + under way', () => {
  test.prop([offers, faultDrafts, fc.integer(), topologies])(
    'in all topologies, under all faults, with tight buffers and bad addresses',
    async (all, drafts, seed, topology) => {
      const rig = loadedRig(all, drafts, seed, topology);
      for (let t = 0; t < 40_000; t += 500) rig.at(t, () => checkBalance(rig));
      await rig.run();
      checkBalance(rig);
      checkTrace(rig);
      expect(rig.network.packets.inUse).toBe(0);
      expect(rig.network.lines.every((line) => line.impairment === null && line.isUp)).toBe(true);
    },
  );

  test.prop([offers, faultDrafts, verdicts, verdicts, topologies])(
    'and with monitors that answer anything',
    async (all, drafts, one, two, topology) => {
      const rig = loadedRig(all, drafts, 1, topology);
      rig.network.addMonitor(scripted(one));
      rig.network.addMonitor(scripted(two));
      for (let t = 0; t < 40_000; t += 500) rig.at(t, () => checkBalance(rig));
      await rig.run();
      checkBalance(rig);
      checkTrace(rig);
      expect(rig.network.packets.inUse).toBe(0);
    },
  );
});
