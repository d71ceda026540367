import { expect, test } from 'vitest';
import { Telemetry } from '../../telemetry/generated/telemetry.ts';
import type { EventName } from '../../telemetry/generated/events.ts';
import type { Subscription } from '../../telemetry/subscription.ts';

function names(subscription: Subscription): EventName[] {
  const all: EventName[] = [];
  for (let event = subscription.next(); event !== undefined; event = subscription.next())
    all.push(event.name);
  return all;
}

function tellOneOfEach(telemetry: Telemetry): void {
  telemetry.packetReceived();
  telemetry.exchangeBegun(1, 2, 3, 4);
  telemetry.packetDropped('forged');
}

/** REQ EVT-1, OBS-1, OBS-10. */
test('a subscriber gets the levels it asked for, from the time it asked, and until it closes', () => {
  const telemetry = new Telemetry(undefined);
  tellOneOfEach(telemetry);
  const [all, usual, bad] = [
    telemetry.subscribe({ level: 'trace' }),
    telemetry.subscribe(),
    telemetry.subscribe({ level: 'warning' }),
  ];
  const named = telemetry.subscribe({ names: ['packetReceived', 'packetDropped'] });
  telemetry.now = 77;
  tellOneOfEach(telemetry);
  expect(names(all)).toEqual(['packetReceived', 'exchangeBegun', 'packetDropped']);
  expect(names(usual)).toEqual(['exchangeBegun', 'packetDropped']);
  expect(names(named)).toEqual(['packetReceived', 'packetDropped']);
  expect(bad.next()).toEqual({ name: 'packetDropped', level: 'warning', atNs: 77, why: 'forged' });
  usual.close();
  tellOneOfEach(telemetry);
  expect([names(usual), names(bad)]).toEqual([[], ['packetDropped']]);
});

/** REQ BP-2, OBS-10. */
test('who does not take its events loses the newest, and learns how many', () => {
  const telemetry = new Telemetry(undefined);
  const slow = telemetry.subscribe({ depth: 3 });
  const quick = telemetry.subscribe();
  for (let i = 0; i < 10; i += 1) telemetry.exchangeBegun(i, 0, 0, 0);
  expect([slow.waiting, slow.dropped, quick.dropped]).toEqual([3, 7, 0]);
  expect(names(slow).length).toBe(3);
  telemetry.exchangeBegun(10, 0, 0, 0);
  expect([slow.waiting, slow.dropped]).toEqual([1, 7]);
});

/** REQ EVT-3. */
test('what is counted does not depend on who listens', () => {
  const [alone, watched] = [new Telemetry(undefined), new Telemetry({ packetReceived: () => {} })];
  watched.subscribe({ level: 'trace', depth: 0 });
  tellOneOfEach(alone);
  tellOneOfEach(watched);
  expect(watched.counters).toEqual(alone.counters);
  expect(alone.counters).toMatchObject({ packetsIn: 1, exchangesBegun: 1, refusedForged: 1 });
});
