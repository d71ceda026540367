import { expect, test } from 'vitest';
import { FAILING_PEERS, failingPeersLines, measureFailingPeers } from '../failing-peers.ts';

/** The small form of `npm run bench -- failing-peers`. REQ HEALTH-1, HEALTH-7, TEST-I5 */
test('a tenth of the peers crashes in mid-burst: the others are hardly later, every call ends, who comes back is noticed', async () => {
  const order = {
    ...FAILING_PEERS,
    callers: 4,
    peers: 20,
    count: 80,
    crashed: 2,
    restarted: 1,
    crashAtNs: 250_000,
    restartNs: 1_500_000,
    peerTimeoutNs: 500_000,
  };
  const figures = await measureFailingPeers(order);
  expect(figures).toMatchObject({ lostElsewhere: 0, unended: 0, unnoticed: 0, violations: 0 });
  expect(figures.ratio).toBeLessThanOrEqual(1.1);
  const { answered = 0, ...causes } = figures.ends;
  expect(answered, 'before the crash').toBeGreaterThan(0);
  expect(causes['peer-timeout']).toBeGreaterThan(0);
  expect(
    Object.keys(causes).filter((cause) => cause !== 'peer-timeout' && cause !== 'peer-restarted'),
  ).toEqual([]);
  expect(figures.changes['probing → failed']).toBeGreaterThan(0);
  // A probe may leave just before the peer is there, and the answer takes a round trip.
  expect(figures.noticedNsMax).toBeGreaterThan(0);
  expect(figures.noticedNsMax).toBeLessThanOrEqual(figures.probeIntervalNs + 10_000);
  expect(failingPeersLines(figures).join('\n')).toContain('(goal 1.1)');
});
