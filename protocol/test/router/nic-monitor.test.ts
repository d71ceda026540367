import { expect, test } from 'vitest';
import { NicMonitor } from '../../router/nic-monitor.ts';

test('a failover takes until the last worker of the NIC is heard by another way, a return until it is heard by this one', () => {
  const monitor = new NicMonitor(3);
  monitor.onCarrier(1, false, [4, 7], 1000);
  monitor.onCarrier(1, false, [4, 7], 1500);
  expect(monitor.nics[1]).toMatchObject({ isUp: false, downs: 1, stranded: 2, failoverNs: 0 });
  monitor.onHeard(1, 4, 0, 1100); // Was on its way.
  monitor.onHeard(0, 5, 0, 1200); // Never was there.
  expect(monitor.nics[1]).toMatchObject({ stranded: 2 });
  monitor.onHeard(0, 4, 0, 3000);
  monitor.onHeard(2, 7, 0, 5000);
  monitor.onHeard(2, 7, 0, 9000);
  expect(monitor.nics[1]).toMatchObject({ stranded: 0, failoverNs: 4000, returnNs: 0 });
  monitor.onCarrier(1, true, [4, 7], 10_000);
  monitor.onHeard(0, 4, 0, 10_100);
  monitor.onHeard(1, 4, 0, 10_500);
  monitor.onHeard(1, 7, 0, 10_900);
  expect(monitor.nics[1]).toMatchObject({ isUp: true, stranded: 0, failoverNs: 4000, returnNs: 900 });
});

test('a change that nobody settled is forgotten at the next one', () => {
  const monitor = new NicMonitor(2);
  monitor.onCarrier(0, false, [1], 0);
  monitor.onCarrier(0, true, [], 10);
  monitor.onHeard(1, 1, 0, 20);
  expect(monitor.nics[0]).toMatchObject({ isUp: true, stranded: 0, failoverNs: 0 });
});

test('rates are those since they were asked for last. REQ MNIC-6', () => {
  const monitor = new NicMonitor(2);
  monitor.onSent(0, 1000);
  monitor.onHeard(1, 0, 500, 0);
  expect(monitor.rates(1000)).toEqual([
    { sentBps: 8e9, receivedBps: 0 },
    { sentBps: 0, receivedBps: 4e9 },
  ]);
  monitor.onSent(0, 1000);
  expect(monitor.rates(3000)[0]).toEqual({ sentBps: 4e9, receivedBps: 0 });
});
