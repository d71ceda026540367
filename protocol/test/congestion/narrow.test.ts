/** Two endpoints, and between them a cable that carries a tenth of their rate. */
import { expect, test } from 'vitest';
import type { PaceChangedEvent } from '../../telemetry/generated/events.ts';
import type { Hook } from '../support/net.ts';
import { makePair, pattern } from '../support/pair.ts';

const NS_PER_BYTE = 8;
const QUEUE_NS = 8 * 1500 * NS_PER_BYTE;

/** Lets data (kind 1) from the first node through at 1 Gbit/s, eight packets may wait; `isOpen`: as fast as it comes. */
function cable(): { hook: Hook; isOpen: boolean } {
  let freeAt = 0;
  const it = {
    isOpen: false,
    hook: (({ from, sentAt, bytes }) => {
      if (it.isOpen || from !== 1 || (bytes[0] as number) >>> 6 !== 1) return undefined;
      const startAt = Math.max(freeAt, sentAt);
      if (startAt - sentAt > QUEUE_NS) return [];
      freeAt = startAt + bytes.length * NS_PER_BYTE;
      return [{ delayNs: freeAt - sentAt + 2000 }];
    }) as Hook,
  };
  return it;
}

/** REQ CC-1, CC-4, CC-6, OBS-5 · MUST BBR-1, BBR-2, BBR-5 */
test('a sender slows down to what the cable carries and says so in events and a metric', () => {
  const { net, client, toServer, server } = makePair();
  const it = cable();
  net.hook = it.hook;
  const subscription = client.endpoint.telemetry.subscribe({ names: ['paceChanged'] });
  client.call(toServer, pattern(1_000_000));
  net.run();
  const changes: PaceChangedEvent[] = [];
  for (let event = subscription.next(); event !== undefined; event = subscription.next())
    changes.push(event as PaceChangedEvent);
  expect(changes.slice(0, 3).map(({ from, cause, to }) => `${from} ${cause} ${to}`)).toEqual([
    'startup lossy drain',
    'drain delivered cruise',
    'cruise delivered probe',
  ]);
  for (const { rateMbps, peer } of changes)
    expect([peer, rateMbps > 700 && rateMbps < 1300]).toEqual([toServer, true]);
  expect(client.endpoint.telemetry.counters.paceChangesDrain).toBeGreaterThan(0);
  expect(server.endpoint.telemetry.counters.paceChangesDrain).toBe(0);
  // At the rate of the pulls nearly ten times as much leaves.
  expect(client.endpoint.telemetry.counters.dataBytesOut).toBeLessThan(2_000_000);
});
